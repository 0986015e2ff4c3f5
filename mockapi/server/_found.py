"""What answers a request, before it is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import asyncio

    from mockapi.cassettes import Miss, Recording
    from mockapi.exchange import Reply, Request
    from mockapi.sessions import JournalEntry, ServerSession
    from mockapi.validation import Refusal


class Found(NamedTuple):
    """A reply, and how it came about: what a `JournalEntry` says of these.

    Attributes:
        at: when the request came, in seconds since 1970.
        reply: what to play.
        recording: which recording, if one.
        miss: why none matched, where that is looked into.
        refusal: why it was refused, if a rule did.
    """

    at: float
    reply: Reply
    recording: Recording | None = None
    miss: asyncio.Future[Miss] | None = None
    refusal: Refusal | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the reply is all that there is to write down."""
        return self.recording is None and self.miss is None and self.refusal is None

    def written_down(self, request: Request, session: ServerSession) -> JournalEntry:
        """The entry of the exchange in a session's journal; the reply is still to be played."""
        return session.journal.add(self.at, request, self.reply, self.recording, self.miss, self.refusal)
