"""Answering without tasks: requests that come in one turn of the event loop are answered in the next.

Each reply that is written wakes its client's process, and a task of its own for each request costs as much as
all else that a recording needs. So what has come is read first, then answered, then written: each in one go.
Measured with 16 clients at once, a recorded reply takes a third less of the processor than with tasks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    import asyncio
_MOST: Final = 64
"""Requests of one turn: what is to be sent at its time must not wait for more."""
_SMALL: Final = 16 * 1024
"""Bytes of a body that are copied rather than handed over in pieces."""


class Framed(NamedTuple):
    """A large reply as it goes over the wire: status line, fields and chunk size; body; the end."""

    before: bytes
    body: bytes
    after: bytes


def framed(before: bytes, body: bytes, after: bytes) -> bytes | Framed:
    """A whole reply as it goes over the wire, in one piece where that is no dear copy."""
    return b"".join((before, body, after)) if len(body) <= _SMALL else Framed(before, body, after)


def write_framed(transport: asyncio.WriteTransport, reply: bytes | Framed) -> None:
    """Write a reply in one go."""
    if isinstance(reply, bytes):
        transport.write(reply)
    elif transport.get_extra_info("sslcontext") is not None:
        transport.write(b"".join(reply))  # TLS would encrypt each piece for itself
    else:
        transport.writelines(reply)


class Awaiting(Protocol):
    """A connection whose request waits for a reply."""

    def has_come(self, awaited: Awaited) -> None:
        """Send the reply in the next turn."""


class Awaited:
    """A reply that somebody else will give: its connection waits for it without a task.

    Attributes:
        connection: which one.
    """

    connection: Awaiting

    def found(self, *, takes_frame: bool) -> Any:
        """The reply that has come: as `framed` makes it, or an application that plays it; asked for once.

        Args:
            takes_frame: whether it may be framed.
        """
        raise NotImplementedError


class Answering(Protocol):
    """A connection on which a request has begun."""

    loop: asyncio.AbstractEventLoop

    def answer_begun(self, turns: Turns) -> None:
        """Answer it, or start a task that does."""

    def answer_awaited(self, awaited: Awaited, turns: Turns) -> None:
        """Answer it with a reply that it has waited for."""


class AnsweringApp(Protocol):
    """An application that answers what it can of whole requests without a task."""

    def place_of(self, scope: Any) -> Any:
        """What it makes of a request's line and fields, a `Place`; None if it wants the request as a task.

        It makes the same of whatever has the same line and fields but for the length of the body.
        """

    def answer(self, place: Any, body: bytes, scope: Any) -> Any:
        """The reply to a whole request, as `framed` makes it, or one that is `Awaited`.

        Of the scope it needs the server's address, and the moment. None says that nothing was done; an
        application plays the reply that was found.
        """


class Turns:
    """The requests of one server that have begun, turn by turn.

    Args:
        app: what answers them.
    """

    def __init__(self, app: AnsweringApp) -> None:
        self.app = app
        self._begun: list[tuple[Answering, Awaited | None]] = []
        self._replies: list[tuple[asyncio.WriteTransport, bytes | Framed]] = []

    def add(self, connection: Answering, awaited: Awaited | None = None) -> None:
        """Have the request that has begun on a connection answered in the next turn.

        Args:
            connection: which one.
            awaited: the reply that it has waited for, if it has.
        """
        if not self._begun:
            connection.loop.call_soon(self._answer)
        self._begun.append((connection, awaited))

    def write(self, transport: asyncio.WriteTransport, reply: bytes | Framed) -> None:
        """Have a reply written at the end of this turn."""
        self._replies.append((transport, reply))

    def _answer(self) -> None:
        connections, self._begun = iter(self._begun[:_MOST]), self._begun[_MOST:]
        if self._begun:
            self._begun[0][0].loop.call_soon(self._answer)
        try:
            for connection, awaited in connections:
                if awaited is None:
                    connection.answer_begun(self)
                else:
                    connection.answer_awaited(awaited, self)
        finally:
            for connection, awaited in connections:  # those behind one that met a defect
                self.add(connection, awaited)
            replies, self._replies = self._replies, []
            for transport, reply in replies:
                write_framed(transport, reply)
