"""Sessions that another process has: what a server asks of whoever can reach them.

The process that has the connection reads the request, asks the session's owner for the reply, plays it
itself and tells the owner how that went. So whatever is a matter of the connection is exact there: keeping it
alive, recorded timing, resets, stalls, and the upstream's answer while it comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from mockapi.exchange import Reply, Request
    from mockapi.server.recording import Address, Keep, Recorder
    from mockapi.sessions import Asked, ServerSession


class OwnerAwayError(Exception):
    """The owner of a session cannot be asked now; nothing was done. str() says why."""


class OwnerLostError(Exception):
    """The owner of a session ended after it was asked: nobody knows what it has done."""


class OwnerUnsureError(Exception):
    """The owner of a session was asked, and its answer was lost: the request may count. str() says why."""


class PassedOn:
    """One exchange that another process answers, and this one plays.

    Attributes:
        reply: what to play; None until the upstream has given it, where that shall answer.
        complete: whether the reply was sent whole.
        seconds: from the whole request to the reply's last byte; None until that is sent.
        is_turned_away: whether no session has given the reply: it says why none was asked.
    """

    reply: Reply | None = None
    complete = False
    seconds: float | None = None
    is_turned_away = False

    def keeper(self, recorder: Recorder) -> Keep | None:
        """Has written down what the upstream answers here; None if it is not to be recorded.

        Args:
            recorder: asks the upstream.
        """
        raise NotImplementedError

    def upstream_answered(self, request: Request, reply: Reply, at: float, *, complete: bool) -> None:
        """The upstream has answered here, and that was played.

        Args:
            request: what came.
            reply: the answer.
            at: when the request came.
            complete: whether it was sent whole.
        """
        raise NotImplementedError

    def ended(self) -> None:
        """Tell the owner how it went: `complete` and `seconds` are final."""
        raise NotImplementedError


class Owner(Protocol):
    """Whoever has a session that this process does not have, or not alone."""

    @property
    def session(self) -> ServerSession | None:
        """This process's own copy of it, by which is judged here who may ask; None if it has none."""
        ...

    def stand_in(self, request: Request) -> ServerSession | None:
        """A session of this process that plays a recording in the owner's place; None: ask the owner.

        Args:
            request: what came, to the root URL, for a message.
        """
        ...

    def at_hand(self, asked: Asked, body: bytes, server: Address) -> PassedOn | None:
        """What a session answers, as far as no task is needed for it; None says nothing: ask `answer`.

        Args:
            asked: a request for a message but for its body; whoever may not ask has been turned away.
            body: all of it.
            server: the address at which it came.

        Returns:
            The answer; one that is `Coming`, because the owner has been asked.

        Raises:
            OwnerAwayError: as for `answer`.
        """
        ...

    async def answer(self, id_: str | None, request: Request, server: Address, hint: str) -> PassedOn:
        """What a session answers.

        Args:
            id_: of the session; None for the root URL's.
            request: what came.
            server: the address at which it came.
            hint: what its sender should know, whatever the answer is.

        Raises:
            OwnerAwayError: nobody was asked.
            OwnerLostError: it ended meanwhile.
            OwnerUnsureError: nobody knows whether it counts.
        """
        ...


class Elsewhere(Protocol):
    """The other processes of one server."""

    def owner_of(self, id_: str | None) -> Owner | None:
        """Who has the session of an id, None for the root URL's; None if this process does, or would.

        It stays so for as long as this process lives.
        """
        ...

    def around(self, control: ASGIApp) -> ASGIApp:
        """The control API of the whole server, made of this process's own."""
        ...
