"""The live feed: what changes in the journals, in one order, for those who look.

While nobody looks nothing is done: no request knows of the feed. While somebody does, the journals are looked
at some ten times a second, and rows are made in a small part of that time, so that requests go before rows: a
flood of them is shown a little later.

Each change has a number. What was told last is kept for whoever comes back with the number that he has seen:
he gets what changed since. A later change of a row replaces it, so that little has to be kept. The number of
another run means nothing here, and its owner is told everything anew.

A session that is closed while somebody looks is kept, within bounds: its requests can still be opened.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import orjson

from mockapi._clock import processor
from mockapi.inspector._rows import row_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from mockapi.sessions import JournalEntry, ServerSession, SessionRegistry

LOOK_SECONDS: Final = 0.1
"""Between two looks at the journals."""
_BUSY_SHARE: Final = 0.03
"""The part of the server's processor time that rows may take while requests come."""
_LEAST_SECONDS: Final = 0.0005
_SLICE_SECONDS: Final = 0.005
"""Processor time that goes into rows before others get their turn."""
_MOST_KEPT: Final = 10_000
_MOST_CLOSED: Final = 500
_MOST_CLOSED_BYTES: Final = 32 * 1024 * 1024
_SILENT_LOOKS: Final = 100
"""After so many looks without news the client is sent a comment, so that it knows a dead connection."""

_Key = tuple[str, str, int]


class Feed:
    """What changes in the journals of a server.

    Args:
        sessions: whose journals.
        asked: how many requests have come so far.
    """

    def __init__(self, sessions: SessionRegistry, asked: Callable[[], int]) -> None:
        self._sessions = sessions
        self._asked = asked
        self._run = ""  # drawn when somebody looks: a process that was forked from this one is another run
        self._told: OrderedDict[_Key, tuple[int, bytes]] = OrderedDict()
        self._number = 0
        self._seen: dict[ServerSession, int] = {}
        self._cleared: dict[ServerSession, int] = {}
        self._waiting: list[tuple[ServerSession, JournalEntry]] = []
        self._unfinished: dict[JournalEntry, ServerSession] = {}
        self._closed: OrderedDict[str, ServerSession] = OrderedDict()
        self._watchers = 0
        self._looking: asyncio.Task[None] | None = None

    def session(self, id_: str) -> ServerSession | None:
        """An open session, or one that was closed while somebody looked."""
        return self._sessions.get(id_) or self._closed.get(id_)

    def sessions(self) -> list[ServerSession]:
        """The sessions whose entries can be opened: those that are open, and those `session` still knows."""
        return [*self._sessions, *self._closed.values()]

    @property
    def is_watched(self) -> bool:
        """Whether somebody looks."""
        return self._watchers > 0

    async def events(self, last_seen: str | None, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Server-sent events: `hello`, then `row`, `session`, `cleared` and `backlog` as they come.

        Args:
            last_seen: the id of the last event that the reader has had, if any.
            is_over: whether the server ends, and the feed with it.
        """
        self._begin()
        try:
            run, _, number = (last_seen or "").partition("-")
            resumes = run == self._run and number.isdigit()
            seen = int(number) if resumes else 0
            yield self._event("hello", {"run": self._run, "resumes": resumes})
            backlog = -1
            silent = 0
            while not is_over():
                news = self._since(seen)
                seen = self._number
                if backlog != len(self._waiting):
                    backlog = len(self._waiting)
                    news.append(self._event("backlog", {"rows": backlog}))
                silent = 0 if news else silent + 1
                if news:
                    yield b"".join(news)
                elif silent % _SILENT_LOOKS == 0:
                    yield b": still here\n\n"
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._end()

    # --- who looks ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._watchers += 1
        self._run = self._run or secrets.token_hex(4)
        self._sessions.on_close = self._keep
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look())

    def _end(self) -> None:
        self._watchers -= 1
        if not self._watchers and self._looking is not None:
            self._sessions.on_close = None
            self._looking.cancel()
            self._looking = None

    # --- looking -----------------------------------------------------------------------------------

    async def _look(self) -> None:
        asked, begun = self._asked(), processor()
        while True:
            self._take()
            is_busy = self._asked() != asked
            worked = processor() - begun
            asked, begun = self._asked(), processor()
            await self._make_rows(max(_LEAST_SECONDS, worked * _BUSY_SHARE) if is_busy else LOOK_SECONDS)
            await asyncio.sleep(LOOK_SECONDS)

    def _take(self) -> None:
        """Note what is new in the journals, and which exchanges have come to their end."""
        for session in self._sessions:
            self._take_from(session)
        done = [entry for entry in self._unfinished if _is_finished(entry)]
        self._waiting += [(self._unfinished.pop(entry), entry) for entry in done]

    def _take_from(self, session: ServerSession) -> None:
        journal = session.journal
        if session not in self._seen:
            self._seen[session] = self._cleared[session] = journal.cleared
            self._tell(("session", session.id, 0), "session", _about(session))
        if self._cleared[session] != journal.cleared:
            self._cleared[session] = journal.cleared
            self._forget(session, journal.cleared)
        seen = self._seen[session]
        if journal.count > seen:
            self._waiting += [(session, entry) for entry in journal.after(seen)]
            self._seen[session] = journal.count

    def _forget(self, session: ServerSession, number: int) -> None:
        gone = [key for key in self._told if key[:2] == ("row", session.id) and key[2] <= number]
        for key in gone:
            del self._told[key]
        self._waiting = [item for item in self._waiting if item[0] is not session or item[1].number > number]
        told = {"session": session.id, "through": number}
        self._tell(("cleared", session.id, 0), "cleared", told)

    def _keep(self, session: ServerSession) -> None:
        """A session is closed: its last requests are noted, and it stays at hand for a while."""
        self._take_from(session)
        self._closed[session.id] = session
        self._tell(("session", session.id, 0), "session", {**_about(session), "closed": True})
        size = sum(item.journal.size for item in self._closed.values())
        while len(self._closed) > 1 and (len(self._closed) > _MOST_CLOSED or size > _MOST_CLOSED_BYTES):
            _, gone = self._closed.popitem(last=False)
            size -= gone.journal.size
        self._seen.pop(session, None)
        self._cleared.pop(session, None)

    async def _make_rows(self, seconds: float) -> None:
        """Make rows of what waits, the oldest first, for so much processor time; others get their turn."""
        if len(self._waiting) > _MOST_KEPT:  # more than is kept: the oldest would be dropped at once
            del self._waiting[:-_MOST_KEPT]
        end = processor() + seconds
        while self._waiting and (now := processor()) < end:
            done = 0
            for session, entry in self._waiting:
                if not _is_finished(entry):
                    self._unfinished[entry] = session
                self._tell(("row", session.id, entry.number), "row", row_of(entry, session))
                done += 1
                if processor() - now > _SLICE_SECONDS or processor() > end:
                    break
            del self._waiting[:done]
            await asyncio.sleep(0)

    # --- telling -----------------------------------------------------------------------------------

    def _tell(self, key: _Key, event: str, data: dict[str, Any]) -> None:
        self._number += 1
        self._told.pop(key, None)
        self._told[key] = self._number, self._event(event, data, self._number)
        while len(self._told) > _MOST_KEPT:
            self._told.popitem(last=False)

    def _since(self, number: int) -> list[bytes]:
        news = []
        for told, event in reversed(self._told.values()):
            if told <= number:
                break
            news.append(event)
        news.reverse()
        return news

    def _event(self, event: str, data: dict[str, Any], number: int | None = None) -> bytes:
        id_ = b"" if number is None else f"id: {self._run}-{number}\n".encode()
        return b"event: %s\n%bdata: %b\n\n" % (event.encode(), id_, orjson.dumps(data))


def _is_finished(entry: JournalEntry) -> bool:
    """Whether an entry changes no more: its reply has been sent, and a miss of it is explained."""
    return entry.seconds is not None and (entry.miss is None or entry.miss.done())


def _about(session: ServerSession) -> dict[str, Any]:
    return {"id": session.id, "name": session.name, "closed": False}
