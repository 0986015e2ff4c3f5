"""Ends sessions that nobody uses when their lifetime is over, and not only when somebody looks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from mockapi._clock import wall

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.sessions import SessionRegistry

_LONGEST: Final = 3_600.0
"""Seconds to the next look at most: a timer of weeks would trust one clock for long."""


class Expiry:
    """Looks at a server's sessions when one of them may have to end.

    Args:
        sessions: which sessions there are.
    """

    def __init__(self, sessions: Callable[[], SessionRegistry]) -> None:
        self._sessions = sessions
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def look(self) -> None:
        """End what is over, and look again when the next one may be."""
        sessions = self._sessions()
        if sessions.next_date is None:  # nothing was ever opened with a lifetime: no loop is asked
            return
        now = wall()
        sessions.expire(now)
        loop = asyncio.get_running_loop()
        if self._timer is not None and self._loop is loop:
            self._timer.cancel()
        self._timer, self._loop = None, loop
        if sessions.next_date is not None:
            self._timer = loop.call_later(min(_LONGEST, max(0.0, sessions.next_date - now)), self.look)
