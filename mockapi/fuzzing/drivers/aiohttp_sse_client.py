"""aiohttp-sse-client, an EventSource: it connects anew at the end, and is told that the stream is over."""

from __future__ import annotations

import asyncio
import importlib
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from mockapi.fuzzing.drivers._lines import serve

# No dependency of this project.
_aiohttp: Any = importlib.import_module("aiohttp")
_client: Any = importlib.import_module("aiohttp_sse_client.client")

_AT_ONCE = timedelta(0)


async def _ask(base_url: str, patience: float, shown: list[Any]) -> None:
    opened = 0

    def count() -> None:
        nonlocal opened
        opened += 1

    timeout = _aiohttp.ClientTimeout(sock_read=patience)
    source = _client.EventSource(
        f"{base_url}/v1/messages",
        on_open=count,
        max_connect_retry=0,
        timeout=timeout,
        reconnection_time=_AT_ONCE,
    )
    try:
        async with source:
            async for event in source:
                shown.append([event.type or "message", event.data, event.last_event_id])  # noqa: PERF401 - what came before an error counts
    except ConnectionError:
        if not opened:  # then it is not the end of the stream, but of a try to begin it
            raise


def _look(base_url: str, patience: float, shown: list[Any]) -> None:
    asyncio.run(_ask(base_url, patience, shown))


if __name__ == "__main__":
    documented = (ConnectionError, _aiohttp.ClientError, asyncio.TimeoutError)
    serve(f"aiohttp-sse-client {version('aiohttp-sse-client')}", "events", _look, documented)
