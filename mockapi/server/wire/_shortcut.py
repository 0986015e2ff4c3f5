"""Past the parser: a request whose head has come before is answered as soon as it is read.

What is answered so is exactly what the parser's way would answer, so anything unusual goes there: requests
that come together, a reply that is being sent, the first request of a connection. Most clients send head and
body one after the other, so a known head is held until its body has come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi._clock import monotonic
from mockapi.server.wire._heads import MAX_BYTES
from mockapi.server.wire._protocol import ARRIVED, SMALL_BODY, Protocol, takes_frame
from mockapi.server.wire._turns import Awaited, Framed, write_framed

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from mockapi.server.wire._heads import Head, Heads
    from mockapi.server.wire._turns import Turns


class Shortcut(Protocol):
    """The protocol of a server that answers what it can of whole requests without a task.

    Args:
        heads: of the requests that have come to the server.
        turns: as `Protocol` has it.
        options: of `Protocol`.
    """

    def __init__(self, *, heads: Heads, turns: Turns, **options: Any) -> None:
        super().__init__(turns=turns, **options)
        self._heads = heads
        self._app = turns.app
        self._last: Head | None = None  # of the request before: nearly every client sends it again
        self._held: tuple[bytes, Head, bytes] | None = None  # as `_go_on` takes it, until the body has come
        self._unparsed: tuple[bytes, Awaited] | None = None  # a request, and its reply that is still to come
        self._noted: tuple[RequestResponseCycle, bytes] | None = None  # a request, and what it began with
        self._said: tuple[Any] | None = None  # what the application said of the request that is being parsed
        self._quiet_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note what is told of all requests on the connection."""
        super().connection_made(transport)
        self._moment: dict[str, Any] = {"server": self.server}

    def data_received(self, data: bytes) -> None:
        """Answer the request that came, if it is one whose head is known; else parse it."""
        if self._held is not None:
            (before, head, body), self._held = self._held, None
            self._go_on(before + data, head, body + data, waits=False)
            return
        if self._unparsed is not None:
            self._let_go()
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn declares it without the None
        if self._is_inside or (cycle is not None and not cycle.response_complete):
            super().data_received(data)
        elif cycle is None:
            self._begin(data)
        elif (last := self._last) is not None and data.startswith(last.data):
            self._go_on(data, last, data[len(last.data) :], waits=True)
        elif (found := self._heads.find(data)) is not None:
            self._last = found
            self._go_on(data, found, data[len(found.data) :], waits=True)
        else:
            self._begin(data)

    def _go_on(self, data: bytes, head: Head, body: bytes, *, waits: bool) -> None:
        """Answer a request whose head is known, if it is whole and uvicorn has no part in the reply.

        Args:
            data: all that was read of it.
            head: its head.
            body: what stands behind that.
            waits: whether a body that is still to come is waited for.
        """
        missing = head.length - len(body)
        if missing < 0 or not self._is_free():
            self._begin(data)
        elif not missing:
            self._answer(data, head, body)
        elif waits and head.length <= SMALL_BODY:
            self._held = data, head, body
        else:
            self._begin(data)

    def _begin(self, data: bytes) -> None:
        """Parse what a request begins with."""
        super().data_received(data)
        if self._begun is not None:
            self._noted = self._begun[0], data[:MAX_BYTES]

    def _let_go(self) -> None:
        """Parse what is held: something is to be done to the request that has begun."""
        if self._held is not None:
            (data, _, _), self._held = self._held, None
            self._begin(data)
        if self._unparsed is not None:
            (data, awaited), self._unparsed = self._unparsed, None
            self._parse_answered(data, awaited)

    def connection_lost(self, exc: Exception | None) -> None:
        """Have whoever gives an awaited reply learn that it reaches nobody."""
        if self._unparsed is not None:
            self._let_go()
        self._held = None
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # uvicorn leaves the timer of a connection that was reset

    def drain(self) -> asyncio.Future[None] | None:
        """Take no request after the one that has begun; see `Protocol.drain`."""
        self._let_go()
        return super().drain()

    def shutdown(self) -> None:
        """End the connection; see `Protocol.shutdown`."""
        self._let_go()
        super().shutdown()

    def _is_free(self) -> bool:
        """Whether uvicorn has no part in a response but to send it; as `takes_frame` for a cycle."""
        return not (
            self.server_state.default_headers or self.flow.write_paused or self.transport.is_closing()
        )

    def _answer(self, data: bytes, head: Head, body: bytes) -> None:
        """Answer a whole request, if its reply is at hand; else parse it."""
        self._moment[ARRIVED] = monotonic()
        said = self._app.answer(head.place, body, self._moment)
        if isinstance(said, (bytes, Framed)):
            write_framed(self.transport, said)
            self._end_unparsed()
        elif isinstance(said, Awaited):
            said.connection = self
            self._unparsed = data, said
        else:
            self._parse_answered(data, said)

    def _end_unparsed(self) -> None:
        """A request has been answered past the parser."""
        self.server_state.total_requests += 1
        self._quiet_since = self._moment[ARRIVED]
        if self.timeout_keep_alive_task is None:
            self._watch(self.timeout_keep_alive)

    def _parse_answered(self, data: bytes, said: Any) -> None:
        """Parse a request of which the application has said already what answers it."""
        self._said = (said,)
        super().data_received(data)
        self.cycle.scope[ARRIVED] = self._moment[ARRIVED]  # type: ignore[literal-required] # ours, not ASGI's
        if self._turns is not None and self._begun is not None:
            self._answer_parsed(*self._begun, self._turns)
        self._said = None

    def answer_awaited(self, awaited: Awaited, turns: Turns) -> None:
        """Send a reply that was waited for; see `Protocol.answer_awaited`."""
        if self._unparsed is None:
            super().answer_awaited(awaited, turns)
            return
        (data, _), self._unparsed = self._unparsed, None
        found = awaited.found(takes_frame=self._is_free())
        if isinstance(found, (bytes, Framed)):
            turns.write(self.transport, found)
            self._end_unparsed()
        else:
            self._parse_answered(data, found)

    def _answered_at_once(self, cycle: RequestResponseCycle, turns: Turns) -> Any:
        """What answers a whole request at once; its head is noted."""
        if self._said is not None:
            return self._said[0]
        noted, self._noted = self._noted, None
        if not takes_frame(cycle):
            return None
        scope = cycle.scope
        place = turns.app.place_of(scope)
        if place is None:
            return None
        if noted is not None and noted[0] is cycle:
            self._heads.note(noted[1], place, scope)
        return turns.app.answer(place, bytes(cycle.body), scope)

    def _watch(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless it was used since the timer was set: one for each reply is dear."""
        left = self._quiet_since + self.timeout_keep_alive - monotonic()
        if self._held is not None or self._unparsed is not None:
            self._watch(self.timeout_keep_alive)
        elif left > 0.0:
            self._watch(left)
        else:
            super().timeout_keep_alive_handler()
