"""A server that is told to stop: what is in flight comes to its end, within the time for it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.server.wire import HTTPServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ASKED = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
HOUR = 3600.0


class Draining:
    """A server in the event loop of its test, whose replies have two parts.

    Attributes:
        go: lets the second part come.
        drained: with how many requests in flight it has begun to drain.
    """

    def __init__(self, seconds: float) -> None:
        self.go = asyncio.Event()
        self.drained: list[int] = []
        self._ready = asyncio.Event()
        self._begun = asyncio.Event()
        self._writers: list[asyncio.StreamWriter] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.server = HTTPServer(self, self._ready.set, drain=seconds, on_drain=self._note)
        self.draining = asyncio.Event()

    def _note(self, number: int) -> None:
        self.drained.append(number)
        self.draining.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        self._begun.set()
        fields = [(b"transfer-encoding", b"chunked")]
        if scope["path"] == "/later":
            await self._may_go_on(receive)
        if scope["path"] == "/whole":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        await self._may_go_on(receive)
        if self.go.is_set():
            await send({"type": "http.response.body", "body": b"done"})

    async def _may_go_on(self, receive: Any) -> None:
        """Until it may, or its client has left."""

        async def left() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        ends = [asyncio.ensure_future(left()), asyncio.ensure_future(self.go.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()

    @contextlib.asynccontextmanager
    async def running(self) -> Any:
        """Serve; told to stop in the end, twice."""
        serving = asyncio.create_task(self.server.serve(sockets=[self._socket]))
        await self._ready.wait()
        try:
            yield serving
        finally:
            self.server.stop()
            self.server.stop()
            await serving
            self._socket.close()  # some versions of uvicorn leave it where they are told before they begin
            for writer in self._writers:
                writer.close()
                await writer.wait_closed()

    async def connected(self) -> asyncio.StreamReader:
        """What comes on a new connection."""
        reader, writer = await asyncio.open_connection(*self._socket.getsockname())
        self._writers.append(writer)
        return reader

    async def asked(self, path: bytes = b"/") -> asyncio.StreamReader:
        """What comes on a connection with a request in flight."""
        reader = await self.connected()
        writer = self._writers[-1]
        self._begun.clear()
        writer.write(ASKED.replace(b"/", path, 1))
        await self._begun.wait()
        if path != b"/later":
            await reader.readuntil(b"begun" if path == b"/" else b"\r\n\r\n")
        return reader


def run(seconds: float, test: Callable[[Draining], Awaitable[None]]) -> None:
    """Run a test beside a server that has so many seconds."""

    async def main() -> None:
        await test(Draining(seconds))

    asyncio.run(main())


def test_what_is_in_flight_is_finished() -> None:
    """A connection that was answered is closed at once, the others when their reply has come."""

    async def test(server: Draining) -> None:
        async with server.running() as serving:
            idle, fresh = await server.asked(b"/whole"), await server.connected()
            begun, later = await server.asked(), await server.asked(b"/later")
            server.server.stop()
            await server.draining.wait()
            assert await idle.read() == b""
            assert not serving.done()
            assert not fresh.at_eof()
            server.go.set()
            assert (await begun.read()).endswith(b"done\r\n0\r\n\r\n")
            reply = await later.read()
            assert b"\r\nconnection: close\r\n" in reply
            assert reply.endswith(b"done\r\n0\r\n\r\n")
            await serving
            assert server.drained == [2]

    run(HOUR, test)


def test_who_is_told_again_waits_no_longer() -> None:
    """The stream breaks off."""

    async def test(server: Draining) -> None:
        async with server.running() as serving:
            begun = await server.asked()
            server.server.stop()
            await server.draining.wait()
            server.server.stop()
            assert b"done" not in await begun.read()
            await serving

    run(HOUR, test)


@pytest.mark.parametrize("seconds", [0.0, 0.01])
def test_nobody_waits_longer_than_there_is_time(seconds: float) -> None:
    """With no time for it, nothing is said of it."""

    async def test(server: Draining) -> None:
        async with server.running() as serving:
            begun = await server.asked()
            server.server.stop()
            assert b"done" not in await begun.read()
            await serving
            assert server.drained == [1] * bool(seconds)

    run(seconds, test)


def test_without_a_request_in_flight_it_ends_at_once() -> None:
    """Also where connections are kept; and it may be told so before it has begun, and after it has ended."""

    async def test(server: Draining) -> None:
        async with server.running() as serving:
            idle = await server.connected()
            server.server.stop()
            assert await idle.read() == b""
            await serving
            assert server.drained == []

    run(HOUR, test)

    async def early(server: Draining) -> None:
        server.server.stop()
        async with server.running():
            pass

    run(HOUR, early)
