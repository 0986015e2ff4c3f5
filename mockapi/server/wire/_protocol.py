"""uvicorn's HTTP protocol, with what ASGI cannot say and uvicorn does not do.

A connection can be ended by force, and can tell what has not reached the client yet. Header and
trailers of a request are bounded together, and so is what stands between two pieces of a body:
httptools would collect fields for as long as they come. When the server is told to stop,
replies that are being played are cut off: a stream that was recorded to last for minutes, or a
stall, would hold up the stop for nothing.

An offer to change the protocol (`Upgrade`) is not taken up, as RFC 9110, 7.8 allows: the request
is answered as if it had not offered. httptools stops behind the header of such a request, so its
parsing is begun again with the same header without the offer.
"""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Any

import httptools
from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mockapi._clock import monotonic
from mockapi.server.wire._body import stated_length
from mockapi.server.wire._connection import CONNECTION, Connection
from mockapi.server.wire._turns import Awaited, Framed, write_framed

if TYPE_CHECKING:
    import asyncio

    from mockapi.server.wire._strangers import Strangers
    from mockapi.server.wire._turns import Turns

ARRIVED = "mockapi.arrived"
"""The key in a scope for the moment, in monotonic seconds, at which the request was whole."""

MAX_HEADER_BYTES = 64 * 1024
"""What a request's line, header and trailers have together; likewise its chunk extensions."""

_NOT_HTTP = "Invalid HTTP request received."  # as uvicorn words it
_TOO_LARGE = "The header of the request is too large."
_STATUS_LINE = b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
_AROUND_FIELD = 4  # a colon, a blank, and the end of the line

SMALL_BODY = 64 * 1024
"""Bytes that clients send with the header, or at once behind it."""

_LAST_SECONDS = 0.5  # for the end of a reply that was sent when the server was told to stop


class Protocol(HttpToolsProtocol):
    """uvicorn's httptools protocol; each request's scope carries its connection.

    Args:
        strangers: hears of connections that begin with another protocol.
        turns: answer what they can of whole requests without a task; None: every request has one.
        options: uvicorn's own.
    """

    def __init__(
        self, *, strangers: Strangers | None = None, turns: Turns | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self._strangers = strangers
        self._turns = turns
        self._begun: tuple[RequestResponseCycle, Any] | None = None
        self._answering: RequestResponseCycle | None = None  # `cycle` is what came last, and may have to wait
        self._waiting: RequestResponseCycle | None = None  # whose reply is awaited
        self._has_turn = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection for the requests on it."""
        super().connection_made(transport)
        # The configuration turns it off, but uvicorn turns it on where pytest listens to all loggers.
        self.access_log = False
        if self.server is None:  # older releases of uvicorn do not tell a Unix socket's path
            self.server = _unix_path(transport)
        self._connection = Connection(transport)
        self._extensions: dict[str, Any] = {CONNECTION: self._connection}
        self._read = 0  # bytes that are being parsed
        self._unread = 0  # bytes since the last piece of a body, but for those that came together with it
        self._is_inside = False
        self._is_too_large = False
        self._offers = False  # whether the header that was just read offers to change the protocol
        self._as_offered: list[tuple[bytes, bytes]] | None = None  # its fields, while it is read again
        self._lost: asyncio.Future[None] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for the connection's end."""
        self._begun = None  # nobody is left to be answered
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True  # uvicorn tells whoever came last
            self._answering.message_event.set()
        super().connection_lost(exc)
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and stop reading a header or trailer that does not end."""
        if self._is_too_large:
            return  # the connection is closing
        self._read = len(data)
        self._unread += self._read
        self._unset_keepalive_if_required()
        while data:
            data = self._parse(data)
        if self._is_inside and self._unread > MAX_HEADER_BYTES and not self._is_too_large:
            self._is_too_large = True
            self.send_400_response(_TOO_LARGE)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Begin to answer a request, once all that has come with it is parsed.

        Older releases of uvicorn start the task themselves: there every request has one.
        """
        self._answering = cycle
        if self._turns is None or app is not self.app:
            super()._start_asgi_task(cycle, app)
            return
        self._begun = cycle, app
        self._take_turn(self._turns)

    def _take_turn(self, turns: Turns) -> None:
        if not self._has_turn:
            self._has_turn = True
            turns.add(self)

    def answer_begun(self, turns: Turns) -> None:
        """Answer the request that has begun: at once if its reply is at hand, else in a task.

        Most clients send header and body one after the other: a small body is waited for.

        Args:
            turns: whose turn it is.
        """
        self._has_turn = False
        if self._begun is not None:
            self._answer_parsed(*self._begun, turns)

    def _answer_parsed(self, cycle: RequestResponseCycle, app: Any, turns: Turns) -> None:
        if cycle.more_body and self._is_small(cycle):
            return  # `on_message_complete` comes back to it
        self._begun = None
        found = None if cycle.more_body else self._answered_at_once(cycle, turns)
        if isinstance(found, Awaited):
            found.connection = self
            self._waiting = cycle
            return
        self._answer_with(cycle, found or app, turns)

    def _answer_with(self, cycle: RequestResponseCycle, found: Any, turns: Turns) -> None:
        if isinstance(found, (bytes, Framed)):
            turns.write(cycle.transport, found)
            _end(cycle)
        else:
            super()._start_asgi_task(cycle, found)

    def _answered_at_once(self, cycle: RequestResponseCycle, turns: Turns) -> Any:
        """What answers a whole request at once, as `AnsweringApp.answer` has it."""
        if not takes_frame(cycle):
            return None
        scope = cycle.scope
        place = turns.app.place_of(scope)
        if place is None:
            return None
        return turns.app.answer(place, bytes(cycle.body), scope)

    def has_come(self, awaited: Awaited) -> None:
        """Send a reply that was waited for, in the next turn."""
        if self._turns is not None:
            self._turns.add(self, awaited)

    def answer_awaited(self, awaited: Awaited, turns: Turns) -> None:
        """Send a reply that was waited for.

        Args:
            awaited: the reply.
            turns: whose turn it is.
        """
        cycle, self._waiting = self._waiting, None
        if cycle is not None:
            self._answer_with(cycle, awaited.found(takes_frame=takes_frame(cycle)), turns)

    def _is_small(self, cycle: RequestResponseCycle) -> bool:
        """Whether all that is to come of a body will come soon, and nobody has to be asked for it."""
        if cycle.waiting_for_100_continue or cycle.disconnected or self.transport.is_closing():
            return False
        length = next((value for name, value in cycle.scope["headers"] if name == b"content-length"), b"")
        return length != b"" and stated_length(length) <= SMALL_BODY

    def _parse(self, data: bytes) -> bytes:
        """Parse up to an offer to change the protocol; what comes behind it is still to be parsed."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stop:
            return self._without_offer() + data[stop.args[0] :]
        except httptools.HttpParserError:
            cycle: RequestResponseCycle | None = self.cycle  # uvicorn declares it without the None
            if cycle is None and self._strangers is not None:
                self._strangers.look(data, self.client[0] if self.client else "A client")
            self.send_400_response(_NOT_HTTP)
        return b""

    def _without_offer(self) -> bytes:
        """The header that was just read, without its offer, for a parser that has not stopped at it."""
        self._offers = False
        self._as_offered = self.headers
        line = b"%b %b HTTP/%b\r\n" % (
            self.parser.get_method(),
            self.url,
            self.parser.get_http_version().encode(),
        )
        self.parser = httptools.HttpRequestParser(self)
        with contextlib.suppress(AttributeError):  # older releases are never as strict as this makes them
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        fields = (b"%b: %b\r\n" % field for field in self.headers if field[0] != b"upgrade")
        return b"".join((line, *fields, b"\r\n"))

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read; as 431 where the header is the reason."""
        cycle: RequestResponseCycle | None = self._answering or self.cycle
        if cycle is not None and cycle.response_started and not cycle.response_complete:
            self.transport.close()  # in the middle of a response nothing else can be said
        elif self._is_too_large:
            head = f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(_TOO_LARGE)}\r\n"
            self.transport.write(_STATUS_LINE + f"{head}connection: close\r\n\r\n{_TOO_LARGE}".encode())
            self.transport.close()
        else:
            super().send_400_response(msg)

    def on_message_begin(self) -> None:
        """Give the coming request's scope its connection."""
        super().on_message_begin()
        self.scope["extensions"] = self._extensions
        self._is_inside = True

    def on_headers_complete(self) -> None:
        """The header is whole."""
        if self._unread + self._read > MAX_HEADER_BYTES:
            self._bound_fields()
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise ValueError("A tunnel is for a proxy to open: this is a server.")  # answered with 400
            self._offers = True
            return
        if self._as_offered is not None:  # the request stays what its sender wrote
            self.headers[:] = self._as_offered
            self._as_offered = None
        self._fields = len(self.headers)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: note when, as it may have to wait its turn from here on."""
        if self._offers:  # whole to the parser, which does not look for a body there
            return
        if len(self.headers) > self._fields:  # trailers came
            self._bound_fields()
        self._unread = 0
        self._is_inside = False
        self.scope[ARRIVED] = monotonic()  # type: ignore[literal-required] # ours, not ASGI's
        super().on_message_complete()
        if self._begun is not None and self._turns is not None:
            self._take_turn(self._turns)

    def _bound_fields(self) -> None:
        """Refuse fields that are too large together.

        Raises:
            ValueError: they are; httptools hands it to uvicorn as a request that cannot be read.
        """
        size = len(self.url) + sum(len(name) + len(value) + _AROUND_FIELD for name, value in self.headers)
        if size > MAX_HEADER_BYTES:
            self._is_too_large = True
            raise ValueError(_TOO_LARGE)

    def drain(self) -> asyncio.Future[None] | None:
        """Take no request after the one that is being answered: close behind its reply, or now if none is.

        A connection on which no request was answered yet, or on which one is coming, stays open: its
        client could not tell a close from a failure, and is to be told why it gets no answer.

        Returns:
            Done when the connection has ended, if a reply is on its way there.
        """
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn declares it without the None
        if cycle is None or (cycle.response_complete and self._is_inside):
            return None
        super().shutdown()
        if cycle.response_complete:
            return None
        self._lost = self.loop.create_future()
        return self._lost

    def shutdown(self) -> None:
        """End the connection, unless an answer to a whole request is still being worked out."""
        is_read = not self.transport.is_closing() and not self._connection.unsent
        super().shutdown()
        if self.scheme == "https" and self.transport.is_closing():
            # TLS would wait for the client's goodbye, which one that keeps connections in a pool never says.
            self.loop.call_later(0.0 if is_read else _LAST_SECONDS, self.transport.abort)
        cycle: RequestResponseCycle | None = self._answering or self.cycle
        if cycle is None or cycle.response_complete or not (cycle.response_started or cycle.more_body):
            return
        cycle.disconnected = True
        cycle.message_event.set()
        if self.transport.get_write_buffer_size() or self.scheme == "https":
            self.transport.abort()
        else:
            self.transport.close()


def _unix_path(transport: asyncio.Transport) -> tuple[str, None] | None:
    """The address of a Unix socket as ASGI writes it: a path, and no port; None for other sockets."""
    sock = transport.get_extra_info("socket")
    if sock is None or sock.family != getattr(socket, "AF_UNIX", None):
        return None
    return str(sock.getsockname()), None


def send_framed(send: Any, reply: bytes | Framed) -> bool:
    """Answer a request with bytes that are ready, past uvicorn's making of a response.

    Args:
        send: what the application was given; the request's cycle is found by it.
        reply: the bytes.

    Returns:
        False, and nothing is sent, where uvicorn has a part in the response (to close the
        connection after it, to add fields, to log it), or where something stands before `send`.
    """
    cycle = getattr(send, "__self__", None)
    if type(cycle) is not RequestResponseCycle or not takes_frame(cycle):
        return False
    write_framed(cycle.transport, reply)
    _end(cycle)
    return True


def takes_frame(cycle: RequestResponseCycle) -> bool:
    """Whether uvicorn has no part in a response but to send it."""
    return not (
        not cycle.keep_alive
        or CLOSE_HEADER in cycle.scope["headers"]  # older releases of uvicorn keep it apart
        or cycle.disconnected
        or cycle.response_started
        or cycle.flow.write_paused
        or cycle.default_headers
        or cycle.access_log
    )


def _end(cycle: RequestResponseCycle) -> None:
    """Let uvicorn know that a response has been sent."""
    cycle.response_started = True
    cycle.waiting_for_100_continue = False
    cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()
