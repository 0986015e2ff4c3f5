"""Replies that need none of a session's memory, and so can be given wherever the request arrives.

A recording that is alone on its key always has its turn. Once it has been played, and nothing in the session
depends on it, it answers the same request whatever else is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockapi.exchange import Request
    from mockapi.sessions._session import ServerSession


def can_be_free(session: ServerSession) -> bool:
    """Whether a session's settings let anything be answered without its memory."""
    return session.is_bare and session.max_requests == 0 and session.settings.after_last == "repeat"


def is_free(session: ServerSession, request: Request) -> bool:
    """Whether the recording that answered a request answers it from now on, whatever else is asked."""
    return can_be_free(session) and session.index.alone(request) is not None
