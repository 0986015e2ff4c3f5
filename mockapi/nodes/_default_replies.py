"""Replies of the default session that this node plays, and what the log is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mockapi._clock import monotonic, wall
from mockapi.nodes._log_entries import as_shared
from mockapi.server import PassedOn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.cassettes import Interaction, Recording
    from mockapi.exchange import Reply, Request
    from mockapi.server.recording import Recorder
    from mockapi.server.wire import Message
    from mockapi.sessions import JournalEntry, ServerSession


class Teller(Protocol):
    """Whoever tells the log how replies went."""

    session: ServerSession

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
        self, request: Request, at: float, number: int, seconds: float | None, *, complete: bool
    ) -> None:
        """A recording was played without the log."""
        ...


class Ordered(PassedOn):
    """The reply to a request that stands in the log.

    Args:
        default: the session.
        token: of the entry.
        entry: what this node's replica has answered; None where the upstream shall.

    Attributes:
        token: of the entry in the log.
        entry: what this node's replica has answered; None where the upstream shall.
    """

    __slots__ = ("_default", "entry", "token")

    def __init__(self, default: Teller, token: str, entry: JournalEntry | None) -> None:
        super().__init__(None if entry is None else entry.reply)
        self._default = default
        self.token = token
        self.entry = entry

    async def forward(
        self,
        recorder: Recorder,
        request: Request,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
        *,
        request_id: str,
    ) -> None:
        """Let the upstream answer here; the log is told what it answered."""
        at, began = wall(), monotonic()
        keep = recorder.keeper(self._default.session)
        is_kept = False

        async def noted(interaction: Interaction, request: Request) -> None:
            nonlocal is_kept
            is_kept = True
            if keep is not None:
                await keep(interaction, request)

        reply, complete = await recorder.forward(
            request, None if keep is None else noted, scope, receive, send, request_id=request_id
        )
        self.reply, self.complete = reply, complete
        seconds = monotonic() - began
        self._default.forwarded(
            self.token, request, reply, at, seconds=seconds, complete=complete, is_kept=is_kept
        )

    def ended(self) -> None:
        """Tell the log how it went."""
        if self.entry is not None:
            self._default.ended(self.token, self.entry, self.seconds, complete=self.complete)


class Free(PassedOn):
    """A recording that needs no order, and no memory.

    Args:
        default: the session.
        request: what came.
        recording: what answers it.
        reply: as it is played.
    """

    __slots__ = ("_at", "_default", "_recording", "_request")

    def __init__(self, default: Teller, request: Request, recording: Recording, reply: Reply) -> None:
        super().__init__(reply)
        self._default = default
        self._request = request
        self._recording = recording
        self._at = wall()

    def ended(self) -> None:
        """Have it told to the log with others of its kind."""
        self._default.played(
            as_shared(self._request),
            self._at,
            self._recording.number,
            self.seconds,
            complete=self.complete,
        )
