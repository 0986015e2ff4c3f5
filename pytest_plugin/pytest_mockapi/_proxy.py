"""A proxy on loopback that refuses the real API to subprocesses, and lets everything else through.

A subprocess resolves names by itself, in whatever language it is written; what nearly all HTTP
clients share is the variable HTTPS_PROXY. Only subprocesses get it: in the test's own process it
would change every client that is made there, and the guard refuses by name already.

    CONNECT HOST:PORT   a host of the real API: 403, the reason in the status line, because that is
                        the one part of a refusal that clients show
                        any other host: a tunnel, through the proxy that was set before, if any
"""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from urllib.parse import SplitResult

    from mockapi.testing import Server

_NAMES: Final = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_SET: Final = _NAMES[:2]
_SECONDS: Final = 10.0
_PIECE: Final = 65_536


class Proxy:
    """A proxy that is started on the server's loop.

    Args:
        server: whose loop runs it.
        refusal: what is said to who asks for a host; None lets it through.
        environment: of the run, where a proxy of the user's own may stand.
    """

    def __init__(
        self, server: Server, refusal: Callable[[str], str | None], environment: Mapping[str, str]
    ) -> None:
        self._server = server
        self._refusal = refusal
        before = next((environment[name] for name in _NAMES if environment.get(name)), None)
        self._before = urlsplit(before if before is None or "://" in before else f"http://{before}")
        self._tasks: set[asyncio.Task[Any] | None] = set()
        self._listening: asyncio.Server = server.wait_for(self._listen(), _SECONDS)
        self.url = f"http://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"

    def lead(self, environment: Mapping[Any, Any]) -> dict[Any, Any]:
        """The environment of a subprocess, led here."""
        if self._before.scheme not in (b"", "", "http"):
            return dict(environment)  # a tunnel through TLS or SOCKS is for those who speak it
        return {**environment, **dict.fromkeys(_SET, self.url)}

    def close(self) -> None:
        """Accept no more, and cut what is open."""
        self._server.wait_for(self._close(), _SECONDS)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _close(self) -> None:
        self._listening.close()
        tasks = [task for task in self._tasks if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            with suppress(OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._answer(reader, writer, await reader.readuntil(b"\r\n\r\n"))
        except asyncio.CancelledError:
            pass  # the run has ended
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if method != "CONNECT":
            _refuse(writer, "405 Only HTTPS goes through this proxy")
            return
        asked = urlsplit(f"//{target}")
        words = self._refusal(asked.hostname or "")
        if words is not None:
            _refuse(writer, f"403 {words}")
            return
        try:
            there = await self._connect(asked, head, writer)
        except OSError as error:
            _refuse(writer, f"502 {error}")
            return
        await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))

    async def _connect(
        self, asked: SplitResult, head: bytes, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        before: Any = self._before
        if not before.hostname:
            there = await asyncio.open_connection(asked.hostname, asked.port or 443)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            return there
        there = await asyncio.open_connection(before.hostname, before.port or 80)
        there[1].write(_with_credentials(head, before))
        return there


def _with_credentials(head: bytes, proxy: SplitResult) -> bytes:
    if proxy.username is None:
        return head
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return head[:-2] + b"Proxy-Authorization: Basic " + base64.b64encode(pair.encode()) + b"\r\n\r\n"


def _refuse(writer: asyncio.StreamWriter, words: str) -> None:
    body = words.encode("ascii", "backslashreplace")
    line = b" ".join(body.split())[:1000]
    writer.write(
        b"HTTP/1.1 %s\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
        % (line, len(body), body)
    )


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All bytes of one side to the other, and then the end."""
    try:
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()
