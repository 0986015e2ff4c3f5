"""Playing a reply onto the wire: the single place that writes to a client.

A reply without delays goes out as one body message: writing it event by event costs ten times
as much. If it has a frame it goes to the socket with it, past uvicorn. A paced one is sent against
an absolute schedule, so that lateness does not add up, and stops as soon as the client leaves.

How a reply ends that does not end well:

    reset        all bytes reach the client, then the connection is torn down (RST)
    stall        all bytes are sent, then nothing, until the client leaves
    cut          all bytes are sent, then the connection is closed (FIN): without the last chunk of a
                 chunked body, or with more or fewer bytes than the content-length says
    half-close   the same, but the client's side stays open until the client closes it
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from mockapi._clock import monotonic
from mockapi.exchange import Ending, Reply, Source
from mockapi.replies import wire_head_of
from mockapi.server.wire._connection import CONNECTION
from mockapi.server.wire._pacer import Pacer
from mockapi.server.wire._protocol import send_framed
from mockapi.server.wire._turns import framed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from mockapi.exchange import Headers
    from mockapi.server.wire._connection import Connection
    from mockapi.server.wire._lateness import Lateness

Message = dict[str, Any]

STARTED = "mockapi.started"
"""The key in a scope for the moment, in monotonic seconds, of the first byte of a body that takes time; None
until it leaves."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.05
_CLOSE = (b"connection", b"close")
_CLOSING = (Ending.CUT, Ending.HALF_CLOSE)


class ConnectionLost(ConnectionError):  # noqa: N818 - the name says what happened
    """An ending was ordered that needs a connection, and an in-process transport has none."""


async def play(
    reply: Reply,
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
    lateness: Lateness | None = None,
    since: float | None = None,
) -> bool:
    """Send a reply. False if the client left before its end.

    Args:
        reply: what to send.
        scope: of the ASGI request, as `receive` and `send` are.
        receive: tells when the client leaves.
        send: takes the reply.
        lateness: where to count how late paced chunks are.
        since: the moment, in monotonic seconds, from which delays are counted; None means now.
            When many requests come at once, the last of them waits for the others' answers.

    Raises:
        ConnectionLost: the reply ends in something that only a socket can do, and the transport has none.
    """
    # 1. Whole and at once, the head written out beforehand: straight to the socket.
    chunks = reply.chunks
    head = reply.wire_head or wire_head_of(reply, method=scope["method"])
    if head is not None and send_framed(send, framed(head.before, chunks[0].data, head.after)):
        return True
    # 2. Whole and at once, but with a head that the HTTP server has to write.
    start = {"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)}
    if not reply.hold and reply.ending is Ending.CLEAN and not _is_paced(chunks):
        await send(start)
        await send({"type": "http.response.body", "body": chunks[0].data if chunks else b""})
        return True
    # 3. Over time, or with an ending of its own: watch for the client leaving meanwhile.
    leaving = asyncio.ensure_future(_until_left(receive))
    if lateness is not None:
        lateness.streams += 1
    try:
        due = (monotonic() if since is None else since) + reply.hold
        if reply.hold and not await _Patience(leaving).until(due):
            return False
        await send(start)
        if not await _play_chunks(reply, scope, send, leaving, due, lateness):
            return False
        return await _end(reply, scope, leaving)
    finally:
        leaving.cancel()
        if lateness is not None:
            lateness.streams -= 1


async def reset(scope: Message, receive: Callable[[], Awaitable[Message]]) -> None:
    """Tear down the connection of a request that nobody can answer any more."""
    connection: Connection | None = scope.get("extensions", {}).get(CONNECTION)
    if connection is not None:
        connection.reset()
        await _until_left(receive)  # returning before it would look like a reply left out


def with_closed_connection(
    send: Callable[[Message], Awaitable[None]],
) -> Callable[[Message], Awaitable[None]]:
    """A `send` whose replies end their connection, and say so in place of what else they would say of it.

    Args:
        send: what the application was given.
    """

    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start":
            fields = [field for field in message["headers"] if field[0] != _CLOSE[0]]
            message = {**message, "headers": [*fields, _CLOSE]}
        await send(message)

    return send_and_close


class Live(Protocol):
    """A reply that is still coming from elsewhere."""

    status: int

    @property
    def headers(self) -> Headers:
        """Fields in wire order, right for this hop."""

    def pieces(self) -> AsyncIterator[bytes]:
        """The body's bytes as they come."""


async def play_live(
    live: Live,
    settle: Callable[[], Awaitable[Ending]],
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> bool:
    """Send a reply while it comes. False if the client left before its end.

    What ends the message (the last byte that its content-length promises, or the last chunk) is
    sent only when all is settled; everything else at once.

    Args:
        live: what comes.
        settle: called when the rest has been sent; says how the message ends.
        scope: of the ASGI request, as `receive` and `send` are.
        receive: tells when the client leaves.
        send: takes the reply.

    Raises:
        ConnectionLost: as for `play`.
    """
    leaving = asyncio.ensure_future(_until_left(receive))
    pieces = live.pieces()
    to_come = _announced(live.headers)
    held = b""
    coming: asyncio.Future[bytes | None] | None = None
    try:
        await send({"type": "http.response.start", "status": live.status, "headers": list(live.headers)})
        while True:
            coming = asyncio.ensure_future(_next(pieces))
            await asyncio.wait((coming, leaving), return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                return False
            piece = coming.result()
            if piece is None:
                break
            # The byte that would complete the message waits until all is settled: whoever has seen the end
            # of a reply finds it recorded.
            if to_come is not None:
                to_come -= len(piece)
                if not to_come:
                    piece, held = piece[:-1], piece[-1:]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if piece and STARTED not in scope:
                scope[STARTED] = monotonic()
        ending = await settle()
        if ending is Ending.CLEAN:
            await send({"type": "http.response.body", "body": held})
            return True
        return await _end(Reply(live.status, live.headers, (), Source.FORWARDED, ending), scope, leaving)
    finally:
        leaving.cancel()
        if coming is not None:
            coming.cancel()


def _announced(headers: Headers) -> int | None:
    """The bytes that a content-length promises."""
    length = next((value for name, value in headers if name == b"content-length"), b"")
    return int(length) if length.isdigit() else None


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pieces, None)


def _is_paced(chunks: tuple[Any, ...]) -> bool:
    return bool(chunks) and (len(chunks) > 1 or chunks[0].delay > 0)


async def _play_chunks(
    reply: Reply,
    scope: Message,
    send: Callable[[Message], Awaitable[None]],
    leaving: asyncio.Future[None],
    due: float,
    lateness: Lateness | None,
) -> bool:
    # A chunked body on a socket of ours: timers write the chunks, all but the last, past the HTTP server.
    chunks = reply.chunks
    connection = scope.get("extensions", {}).get(CONNECTION)
    chunked = reply.header("content-length") is None
    if connection is not None and chunked and len(chunks) > 1 and scope["method"] != "HEAD":
        pacer = Pacer(chunks[:-1], due, connection, leaving, lateness)
        while not pacer.is_done:
            stayed = await pacer.play()
            scope[STARTED] = pacer.began
            if not stayed:
                return False
            await send(
                {"type": "http.response.body", "body": b"", "more_body": True}
            )  # waits while congested
        chunks, due = chunks[-1:], pacer.due
    # What is left, or all of it elsewhere: chunk by chunk through the HTTP server.
    patience = _Patience(leaving)
    raw = _connection(scope, reply) if reply.ending in _CLOSING else None
    for number, (delay, data) in enumerate(chunks, 1):
        due += delay
        if not await patience.until(due):
            return False
        if delay and lateness is not None:
            lateness.add(monotonic() - due)
        if raw is not None:  # the framing of such a reply is wrong on purpose; uvicorn would object
            raw.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked and data else data)
        else:
            more = number < len(chunks) or reply.ending is not Ending.CLEAN
            await send({"type": "http.response.body", "body": data, "more_body": more})
        if data and scope.get(STARTED) is None:
            scope[STARTED] = monotonic()
    if not chunks and reply.ending is Ending.CLEAN:
        await send({"type": "http.response.body", "body": b""})
    return True


class _Patience:
    """Waiting for a moment, or for the client to leave."""

    __slots__ = ("_leaving", "_loop", "_waiter")

    def __init__(self, leaving: asyncio.Future[None]) -> None:
        self._leaving = leaving
        self._loop = leaving.get_loop()
        self._waiter: asyncio.Future[None] | None = None
        leaving.add_done_callback(self._wake)

    async def until(self, due: float) -> bool:
        """Wait for the moment. False if the client has left."""
        wait = due - monotonic()
        if wait > 0 and not self._leaving.done():
            self._waiter = self._loop.create_future()
            timer = self._loop.call_later(wait, self._wake)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        return not self._leaving.done()

    def _wake(self, _leaving: asyncio.Future[None] | None = None) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def _end(reply: Reply, scope: Message, leaving: asyncio.Future[None]) -> bool:
    if reply.ending is Ending.CLEAN:
        return True
    if reply.ending is Ending.STALL:
        await leaving
        return False
    connection = _connection(scope, reply)
    # What has not left is lost with a reset, and with one that ends the sending side below TLS.
    loses = reply.ending is Ending.RESET or (reply.ending is Ending.HALF_CLOSE and connection.is_wrapped)
    if loses and not await _drained(connection, leaving):
        return False
    if reply.ending is Ending.RESET:
        connection.reset()
    elif reply.ending is Ending.CUT:
        connection.close()
    else:
        connection.half_close()
    await leaving  # the connection's end; returning before it would look like a reply left unfinished
    return True


async def _drained(connection: Connection, leaving: asyncio.Future[None]) -> bool:
    """Wait until the client has every byte. False if it left before."""
    pause = _FIRST_PAUSE
    looks = needed = 2 if connection.is_wrapped else 1  # between two, what the first did not see has moved on
    while not leaving.done():
        looks = needed if connection.unsent else looks - 1
        if not looks:
            return True
        await asyncio.wait((leaving,), timeout=pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    return False


def _connection(scope: Message, reply: Reply) -> Connection:
    connection: Connection | None = scope.get("extensions", {}).get(CONNECTION)
    if connection is None:
        raise ConnectionLost(f"the reply ends in a {reply.ending}, which needs a connection")
    return connection


async def _until_left(receive: Callable[[], Awaitable[Message]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
