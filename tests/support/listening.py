"""The HTTP protocol of a server without a socket: what it writes for what it reads."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from mockapi.server.wire import Awaited, Framed
from mockapi.server.wire._heads import Heads
from mockapi.server.wire._protocol import Protocol
from mockapi.server.wire._shortcut import Shortcut
from mockapi.server.wire._turns import Turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.exchange import Headers

_Test = TypeVar("_Test")


def needs_turns(test: _Test) -> _Test:
    """A test of requests without a task: none exists where uvicorn starts one for each."""
    return test if hasattr(HttpToolsProtocol, "_start_asgi_task") else cast("_Test", None)


class Transport(asyncio.Transport):
    """A connection that keeps what is done to it."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 1), "peername": ("127.0.0.1", 2)})
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it, as long as the connection is open."""
        if not self.is_closed:
            self.written += bytes(data)

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.is_closed

    def close(self) -> None:
        """Note it."""
        self.is_closed = True

    def abort(self) -> None:
        """As a close: all is written."""
        self.close()

    def get_write_buffer_size(self) -> int:
        """All is written."""
        return 0

    def pause_reading(self) -> None:
        """What is fed here comes all the same."""

    def resume_reading(self) -> None:
        """See above."""


class Place(NamedTuple):
    """What the echo tells of a head."""

    path: bytes
    query: bytes
    headers: Headers

    def with_headers(self, headers: Headers) -> Place:
        """The same with other fields."""
        return self._replace(headers=headers)


class Later(Awaited):
    """A reply that comes when the event loop has gone round a few times.

    Args:
        reply: what may be written whole; None for what has to be played.
        plays: an application that plays it.
    """

    def __init__(self, reply: bytes | Framed | None, plays: Any) -> None:
        self._reply = reply
        self._plays = plays
        self._come(rounds=2)

    def _come(self, rounds: int) -> None:
        loop = asyncio.get_running_loop()
        if rounds:
            loop.call_soon(self._come, rounds - 1)
        else:
            self.connection.has_come(self)

    def found(self, *, takes_frame: bool) -> Any:
        """The reply as it was made."""
        return self._reply if takes_frame and self._reply is not None else self._plays


class Echo:
    """Answers what may be answered at once in five ways, by the body; every reply tells what was asked."""

    def __init__(self) -> None:
        self.places = 0

    def place_of(self, scope: Any) -> Any:
        """What the echo tells of a head, where nothing in it is odd."""
        self.places += 1
        fields = dict(scope["headers"])
        if scope["method"] != "POST" or len(fields) != len(scope["headers"]) or b"expect" in fields:
            return None
        return Place(scope["raw_path"], scope["query_string"], tuple(scope["headers"]))

    def answer(self, place: Place, body: bytes, scope: Any) -> Any:
        """A framed reply or an application, now or later, or nothing."""
        assert scope["server"] == ("127.0.0.1", 1)
        assert type(body) is bytes
        if b"task" in body:
            return None
        told = self._told("POST", *place, body)
        framed: bytes | Framed | None = None
        if b"framed" in body:
            head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(told)
            framed = Framed(head, told, b"") if b"pieces" in body else head + told

        async def plays(_scope: Any, _receive: Any, send: Any) -> None:
            await self._sent(told, send)

        return Later(framed, plays) if b"later" in body else framed or plays

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The same reply as a task."""
        body, more = b"", True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            body, more = body + event["body"], event["more_body"]
        fields = tuple(scope["headers"])
        method = scope["method"]
        await self._sent(self._told(method, scope["raw_path"], scope["query_string"], fields, body), send)

    @staticmethod
    def _told(*asked: Any) -> bytes:
        return repr(asked).encode()

    @staticmethod
    async def _sent(told: bytes, send: Any) -> None:
        fields = [(b"content-length", b"%d" % len(told))]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": told})


class Listening:
    """A server without a socket: by the shortcut, or without."""

    def __init__(self, *, short: bool) -> None:
        self.app = Echo()
        self.state = ServerState()
        self._config = uvicorn.Config(
            self.app, ws="none", lifespan="off", log_config=None, date_header=False, server_header=False
        )
        self._short: dict[str, Any] = {"turns": Turns(self.app), "heads": Heads()} if short else {}

    def connected(self, transport: Transport) -> Protocol:
        """A new connection."""
        made = Shortcut if self._short else Protocol
        protocol = made(config=self._config, server_state=self.state, app_state={}, **self._short)
        protocol.connection_made(transport)
        return protocol

    async def settled(self) -> None:
        """All that has come is answered, as far as it can be."""
        for _ in range(40):  # rounds of the loop: tasks here wait for nothing but reads
            await asyncio.sleep(0)

    async def heard(self, reads: Sequence[tuple[bytes, bool]]) -> list[Any]:
        """What is on the wire of one connection after each read, and whether it is closed."""
        transport = Transport()
        protocol = self.connected(transport)
        heard: list[Any] = []
        for data, settles in reads:
            if transport.is_closed:
                break
            protocol.data_received(data)
            if settles:
                await self.settled()
                heard.append((transport.written, transport.is_closed))
        await self.settled()
        heard.append((transport.written, transport.is_closed, self.state.total_requests))
        protocol.connection_lost(None)
        await self.settled()
        return heard
