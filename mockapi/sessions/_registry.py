"""The open sessions of a server, bounded by count, owner and time, and which ended ones there were."""

from __future__ import annotations

import heapq
import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from mockapi.sessions._limits import SessionLimits
from mockapi.sessions._owners import Owners

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockapi.sessions._journal import Counts
    from mockapi.sessions._session import ServerSession

_MAX_ENDED: Final = 10_000
_ENOUGH: Final = 1_000
"""Sessions, and entries of their journals, that are enough for one step of counting: a tenth of a millisecond
to one, and up to three where a journal is full."""
_LEAST_DATES: Final = 64
"""Below so many dates, those of sessions that have been closed are not worth looking for."""


class SessionRegistry:
    """The open sessions, and which ended ones there were.

    When it is full, the longest unused session goes of the owner that has most. A session with a lifetime
    ends when nobody has used it for so long.

    Attributes:
        default: the server's own.
        limits: what holds for the others.
        root_session: serves the root URL; None answers `unrouted_message`.
        open_root_session: asked for a session where none serves the root URL; None asks nobody.
        on_close: told of each session that ends, for whoever looks; None tells nobody.
        on_end: told of it too, for whoever counts.
        unrouted_message: the error message where no session serves the root URL.
    """

    def __init__(
        self, default: ServerSession, limits: SessionLimits | None = None, counts: Counts | None = None
    ) -> None:
        self.default = default
        self.limits = limits or SessionLimits()
        self.root_session: ServerSession | None = default
        self.open_root_session: Callable[[], ServerSession | None] | None = None
        self.on_close: Callable[[ServerSession], None] | None = None
        self.on_end: Callable[[ServerSession], None] | None = None
        self.unrouted_message = "No session has this base URL."
        self._open: dict[str, ServerSession] = {default.id: default}
        self.count_for(counts)
        self._owners = Owners()
        self._ended: OrderedDict[str, tuple[str | None, str]] = OrderedDict()
        self._dates: list[tuple[float, str]] = []
        """When sessions may end: a heap, with one date for each session that has a lifetime. Use moves the
        end and not the date, which is looked at again when it has come."""

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[ServerSession]:
        return iter(tuple(self._open.values()))

    def root(self) -> ServerSession | None:
        """The session that a request to the root URL is answered by."""
        if self.root_session is None and self.open_root_session is not None:
            return self.open_root_session()
        return self.root_session

    def get(self, id_: str) -> ServerSession | None:
        """An open session."""
        return self._open.get(id_)

    def count_for(self, counts: Counts | None) -> None:
        """Have counted what is kept in the journals of all sessions; None: in none any more."""
        self._counts = counts  # for those that are opened later, too
        for session in self:
            session.journal.count_for(counts)

    def add_up(self) -> Iterator[None]:
        """Have counted what is still to be counted, some of it with each step."""
        looked_at = 0
        for session in self:
            looked_at += 1 + session.journal.add_up()
            if looked_at >= _ENOUGH:
                looked_at = 0
                yield

    def use(self, session: ServerSession, now: float) -> None:
        """A session is used: it is the last one that would have to go."""
        session.last_used = now
        if session is not self.default:
            self._owners.use(session)

    def owned(self, owner: str) -> tuple[int, float | None]:
        """How many sessions an owner has, and when the first ends unless it is used; None for never."""
        ends = [session.end for session in self._owners.of(owner) if session.end is not None]
        return self._owners.count(owner), min(ends, default=None)

    def admit(self, owner: str, now: float) -> None:
        """Refuse one more session of an owner who has as many as one may have.

        Raises:
            QuotaError: it would be too many.
        """
        if self.limits.per_owner is not None and self._owners.count(owner) >= self.limits.per_owner:
            count, end = self.owned(owner)
            self.limits.check(owner, count, None if end is None else end - now)

    def add(self, session: ServerSession) -> None:
        """Keep a new session."""
        if len(self._open) >= self.limits.most:
            loser = self._owners.to_make_room_for(session.owner)
            if loser is not None:
                whose = f"{loser.owner!r} had most of them" if loser.owner else "it was unused for longest"
                self._end(loser, f"was closed, because the server was full and {whose}")
        session.journal.count_for(self._counts)
        self._open[session.id] = session
        self._owners.add(session)
        if session.end is not None:
            heapq.heappush(self._dates, (session.end, session.id))
            self._drop_dates()

    def close(self, session: ServerSession) -> None:
        """Let a session and all its state go; its id and name are remembered."""
        self._end(session, "was closed")

    @property
    def next_date(self) -> float | None:
        """When `expire` has something to look at; None while it has nothing."""
        return self._dates[0][0] if self._dates else None

    def expire(self, now: float) -> None:
        """End the sessions that nobody has used for as long as their lifetime."""
        while self._dates and self._dates[0][0] <= now:
            _, id_ = heapq.heappop(self._dates)
            session = self._open.get(id_)
            if session is None or session.lifetime is None:
                continue
            if session.is_answering(now):
                self.use(session, now)
            end = session.last_used + session.lifetime
            if end > now:
                heapq.heappush(self._dates, (end, id_))
            else:
                self._end(session, f"ended because nobody used it for {session.lifetime:,g} s")

    def why_gone(self, id_: str) -> str | None:
        """Why there is no session of an id any more; None if nobody knows that there was one."""
        if id_ not in self._ended:
            return None
        name, how = self._ended[id_]
        which = id_ if name is None else f"{id_} ({name})"
        return f"The session {which} {how}; its base URL has ended with it."

    def _end(self, session: ServerSession, how: str) -> None:
        session.journal.add_up()
        for told in (self.on_close, self.on_end):
            if told is not None:
                told(session)
        self._open.pop(session.id, None)
        self._owners.remove(session)
        self._ended[session.id] = session.name, how
        while len(self._ended) > _MAX_ENDED:
            self._ended.popitem(last=False)

    def _drop_dates(self) -> None:
        """Forget the dates of sessions that were closed, once most are."""
        if len(self._dates) > 2 * len(self._open) + _LEAST_DATES:
            self._dates = [date for date in self._dates if date[1] in self._open]
            heapq.heapify(self._dates)


def new_id() -> str:
    """An id no earlier run of a server has used: a stale URL must not meet another's session."""
    return secrets.token_hex(6)
