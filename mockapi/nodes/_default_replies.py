"""Replies of the default session that this node plays, and what the log is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mockapi._clock import wall
from mockapi.server import PassedOn
from mockapi.sessions import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import Interaction, Recording
    from mockapi.exchange import Reply, Request
    from mockapi.server.recording import Keep, Recorder
    from mockapi.sessions import ServerSession


class Teller(Protocol):
    """Whoever tells the log how replies went."""

    session: ServerSession

    @property
    def playing(self) -> str:
        """Which cassettes are played, as all nodes call them."""
        ...

    def ended(self, token: str, entry: JournalEntry, seconds: float | None, *, complete: bool) -> None:
        """A reply was played; so it went."""
        ...

    def forwarded(
        self,
        token: str,
        request: Request,
        reply: Reply,
        at: float,
        *,
        seconds: float | None,
        complete: bool,
        is_kept: bool,
    ) -> None:
        """The upstream has answered what stands in the log."""
        ...

    def played(
        self,
        request: Request,
        at: float,
        number: int,
        playing: str,
        seconds: float | None,
        *,
        complete: bool,
    ) -> None:
        """A recording was played without the log."""
        ...

    def show(self, made: Callable[[], JournalEntry]) -> None:
        """Tell people what was played, where they want to know of every request.

        Args:
            made: makes the entry that tells it.
        """
        ...


class Ordered(PassedOn):
    """The reply to a request that stands in the log.

    Args:
        default: the session.
        token: of the entry.
        entry: what this node's replica has answered; None where the upstream shall.
        is_free: whether the same request needs no order from now on.

    Attributes:
        is_free: as above.
    """

    def __init__(
        self, default: Teller, token: str, entry: JournalEntry | None, *, is_free: bool = False
    ) -> None:
        self.reply = None if entry is None else entry.reply
        self.is_free = is_free
        self._default = default
        self._token = token
        self._entry = entry
        self._forwarded: tuple[Request, float] | None = None
        self._is_kept = False

    def keeper(self, recorder: Recorder) -> Keep | None:
        """Writes down what the upstream answers, and notes for the log that it was written down."""
        keep = recorder.keeper(self._default.session)
        if keep is None:
            return None

        async def noted(interaction: Interaction, request: Request) -> None:
            self._is_kept = True
            await keep(interaction, request)

        return noted

    def upstream_answered(self, request: Request, reply: Reply, at: float, *, complete: bool) -> None:
        """The upstream has answered; the log is told of it at the end."""
        self.reply, self.complete = reply, complete
        self._forwarded = request, at

    def ended(self) -> None:
        """Tell the log how it went."""
        if self._entry is not None:
            self._default.ended(self._token, self._entry, self.seconds, complete=self.complete)
        elif self._forwarded is not None and self.reply is not None:
            request, at = self._forwarded
            self._default.forwarded(
                self._token,
                request,
                self.reply,
                at,
                seconds=self.seconds,
                complete=self.complete,
                is_kept=self._is_kept,
            )


class Free(PassedOn):
    """A recording that needs no order, and no memory.

    Args:
        default: the session.
        request: what came.
        recording: what answers it.
        reply: as it is played.
    """

    is_free = True

    def __init__(self, default: Teller, request: Request, recording: Recording, reply: Reply) -> None:
        self.reply = self._reply = reply
        self._default = default
        self._request = request
        self._recording = recording
        self._playing = default.playing
        self._at = wall()

    def ended(self) -> None:
        """Have it told to the log with others of its kind, and to people where they want to know of each."""
        self._default.played(
            self._request,
            self._at,
            self._recording.number,
            self._playing,
            self.seconds,
            complete=self.complete,
        )
        self._default.show(self._made)

    def _made(self) -> JournalEntry:
        entry = JournalEntry(0, self._at, self._request, self._reply, self._recording, None)
        entry.complete, entry.seconds = self.complete, self.seconds
        return entry
