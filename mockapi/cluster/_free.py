"""Replies of the default session that need none of its memory: given where the request arrives.

A recording that is alone on its key always has its turn. Once the owner of the default session has played
it for a worker, and says that nothing in the session depends on it, that worker plays it by itself. What
it plays so stays in a journal of its own, and goes to the owner when somebody reads that: entries are put in
order by time, as one process would have numbered them.

Whatever changes the default session (a script, a reset, other cassettes) begins a new epoch: what was free
before is not free any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi.cluster._codec import flat_request, request_of
from mockapi.server import PAGE_FIELDS, PassedOn, replayed
from mockapi.sessions import JournalEntry

if TYPE_CHECKING:
    from mockapi.cassettes import Recording
    from mockapi.cluster._service import WorkerService
    from mockapi.exchange import Request
    from mockapi.server.recording import Address
    from mockapi.sessions import ServerSession, Settings


class FreeReplies:
    """What a worker plays of the default session though another worker has that.

    Args:
        service: the worker's, whose own default session has the settings and the cassettes of the true one.
    """

    def __init__(self, service: WorkerService) -> None:
        self._service = service
        self._session = service.sessions.default
        self._free: dict[Recording, None] = {}
        """Those that are free: a set of them would take three times the memory."""
        self._epoch = 0

    def stand_in(self, request: Request) -> ServerSession | None:
        """This worker's own default session, if the reply to a request is free."""
        free, session = self._free, self._session
        return session if free and session.index.alone(request) in free else None

    def answer(self, request: Request, server: Address) -> PassedOn | None:
        """The reply to a request, if it is free; whether a page may ask is for the owner to say."""
        if not PAGE_FIELDS.isdisjoint(name for name, _ in request.headers):
            return None
        session = self.stand_in(request)
        if session is None:
            return None
        entry = replayed(self._service, request, session, server)
        return None if entry is None else _Played(entry, session, self._service)

    def learn(self, request: Request, epoch: int) -> None:
        """The owner says, in some epoch, that the reply to a request is free."""
        recording = self._session.index.alone(request)
        if epoch == self._epoch and recording is not None:
            self._free[recording] = None

    async def forget(self, epoch: int, settings: Settings) -> None:
        """Begin an epoch: the default session has changed.

        Args:
            epoch: its number.
            settings: that the default session has now, and from which sessions that are opened here start.
        """
        self._epoch = epoch
        self._free.clear()
        if settings != self._session.settings:
            self._session.change(settings)

    async def hand_over(self) -> list[tuple[Any, ...]]:
        """What was played since this was asked last, for the owner's journal."""
        journal = self._session.journal
        entries = [
            (entry.at, flat_request(entry.request), entry.recording.number, entry.complete, entry.seconds)
            for entry in journal
            if entry.recording is not None
        ]
        journal.clear()
        return entries


def taken_over(service: WorkerService, handed_over: list[list[tuple[Any, ...]]]) -> None:
    """Put what others have played of the default session into its journal."""
    session = service.sessions.default
    recordings = session.library.recordings
    entries = []
    for at, flat, number, complete, seconds in (entry for part in handed_over for entry in part):
        if number < len(recordings):
            recording = recordings[number]
            entry = JournalEntry(0, at, request_of(flat), session.library.reply(recording), recording, None)
            entry.complete, entry.seconds = complete, seconds
            entries.append(entry)
    session.journal.merge(entries)


class _Played(PassedOn):
    """An exchange that is in the journal here."""

    def __init__(self, entry: JournalEntry, session: ServerSession, service: WorkerService) -> None:
        self.reply = entry.reply
        self._entry = entry
        self._session = session
        self._service = service

    def ended(self) -> None:
        """Write down how it went, and tell people where they want to know of every request."""
        self._entry.ended(self.seconds, complete=self.complete)
        if self._service.console.verbose:
            self._service.console.request(self._entry, self._session)
