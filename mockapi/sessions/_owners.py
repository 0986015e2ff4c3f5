"""Whose sessions are open, each owner's in the order of their use; everything here takes constant time."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.sessions._session import ServerSession


class Owners:
    """Sessions by owner, and the owners by how many they have."""

    def __init__(self) -> None:
        self._sessions: dict[str, OrderedDict[str, ServerSession]] = {}
        self._with: dict[int, dict[str, None]] = {}
        self._most = 0

    def count(self, owner: str) -> int:
        """How many sessions an owner has."""
        return len(self._sessions.get(owner, ()))

    def of(self, owner: str) -> Iterable[ServerSession]:
        """The sessions of an owner, the longest unused first."""
        return self._sessions.get(owner, {}).values()

    def add(self, session: ServerSession) -> None:
        """Keep a session, as the one used last."""
        sessions = self._sessions.setdefault(session.owner, OrderedDict())
        sessions[session.id] = session
        self._moved(session.owner, len(sessions) - 1, len(sessions))

    def use(self, session: ServerSession) -> None:
        """A session is the one used last."""
        sessions = self._sessions.get(session.owner)
        if sessions is not None and session.id in sessions:  # a request may outlive its session
            sessions.move_to_end(session.id)

    def remove(self, session: ServerSession) -> None:
        """Let a session go, if it is here."""
        sessions = self._sessions.get(session.owner)
        if sessions is None or sessions.pop(session.id, None) is None:
            return
        if not sessions:
            del self._sessions[session.owner]
        self._moved(session.owner, len(sessions) + 1, len(sessions))

    def to_make_room_for(self, owner: str) -> ServerSession | None:
        """The session that goes when there is room for none and an owner opens one more; None without any.

        It is the longest unused of the owner that would have most. Of several such it is the one who
        opens: nobody's session goes for somebody who has as many.
        """
        own = self.count(owner)
        loser = owner if own + 1 >= self._most and own else next(iter(self._with.get(self._most, ())), None)
        return None if loser is None else next(iter(self._sessions[loser].values()))

    def _moved(self, owner: str, before: int, after: int) -> None:
        """An owner has one session more, or one less."""
        if before:
            peers = self._with[before]
            del peers[owner]
            if not peers:
                del self._with[before]
        if after:
            self._with.setdefault(after, {})[owner] = None
        if after > self._most or self._most not in self._with:
            self._most = after  # counts change by one, so nobody is in between
