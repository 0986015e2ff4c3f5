"""A coding agent's client: starts `mockapi mcp`, calls tools, prints what it was told as JSON.

Run as a program by a Python that has the official SDK, of either major version:

    python -m tests.support.agent_client stdio|http URL_OF_MOCKAPI '[["tool", {"argument": 1}], ...]'
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import mcp
from mcp.client import streamable_http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_MOCKAPI = ("-m", "mockapi", "mcp", "--url")


@contextmanager
def _serving(url: str) -> Iterator[str]:
    """A server that speaks HTTP; its URL."""
    command = [sys.executable, *_MOCKAPI, url, "--http", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield running.stdout.readline().removeprefix("mockapi mcp ready on ").strip()
        finally:
            running.terminate()


@asynccontextmanager
async def _streams(transport: str, url: str) -> AsyncIterator[tuple[Any, Any]]:
    if transport == "stdio":
        program = mcp.StdioServerParameters(command=sys.executable, args=[*_MOCKAPI, url])
        async with mcp.stdio_client(program) as (read, write):
            yield read, write
        return
    name = "streamable_http_client"
    connect: Any = getattr(streamable_http, name, None) or vars(streamable_http)["streamablehttp_client"]
    with _serving(url) as place:
        async with connect(place) as streams:
            yield streams[0], streams[1]


async def main(transport: str, url: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Call the tools one after the other."""
    async with _streams(transport, url) as (read, write), mcp.ClientSession(read, write) as session:
        await session.initialize()
        tools = [tool.name for tool in (await session.list_tools()).tools]
        answers = []
        for name, arguments in calls:
            answered: Any = await session.call_tool(name, arguments)
            is_error = answered.is_error if hasattr(answered, "is_error") else answered.isError
            answers.append({"is_error": is_error, "text": answered.content[0].text})
    sys.stdout.write(json.dumps({"tools": tools, "answers": answers}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])))
