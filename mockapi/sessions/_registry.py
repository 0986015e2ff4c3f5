"""The open sessions of a server, bounded by count, and which closed ones there were."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockapi.sessions._session import ServerSession

MAX_SESSIONS = 10_000
_MAX_CLOSED = 10_000


class SessionRegistry:
    """The open sessions, and which closed ones there were. When full, the longest unused goes.

    Attributes:
        default: the server's own.
        root_session: serves the root URL; None answers `unrouted_message`.
        open_root_session: asked for a session where none serves the root URL; None asks nobody.
        on_close: told of each session that is closed; None tells nobody.
        unrouted_message: the error message where no session serves the root URL.
    """

    def __init__(self, default: ServerSession, max_sessions: int = MAX_SESSIONS) -> None:
        self.default = default
        self.root_session: ServerSession | None = default
        self.open_root_session: Callable[[], ServerSession | None] | None = None
        self.on_close: Callable[[ServerSession], None] | None = None
        self.unrouted_message = "No session has this base URL."
        self._open: dict[str, ServerSession] = {default.id: default}
        self._closed: OrderedDict[str, str | None] = OrderedDict()
        self._max = max_sessions

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

    def add(self, session: ServerSession) -> None:
        """Keep a new session."""
        if len(self._open) >= self._max:
            others = (item for item in self._open.values() if item is not self.default)
            self.close(min(others, key=lambda item: item.last_used))
        self._open[session.id] = session

    def close(self, session: ServerSession) -> None:
        """Let a session and all its state go; its id and name are remembered."""
        if self.on_close is not None:
            self.on_close(session)
        self._open.pop(session.id, None)
        self._closed[session.id] = session.name
        while len(self._closed) > _MAX_CLOSED:
            self._closed.popitem(last=False)

    def why_gone(self, id_: str) -> str | None:
        """Why there is no session of an id any more; None if nobody knows that there was one."""
        if id_ not in self._closed:
            return None
        name = self._closed[id_]
        which = id_ if name is None else f"{id_} ({name})"
        return f"The session {which} was closed; its base URL has ended with it."


def new_id() -> str:
    """An id no earlier run of a server has used: a stale URL must not meet another's session."""
    return secrets.token_hex(6)
