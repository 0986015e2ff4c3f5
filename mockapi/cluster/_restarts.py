"""What could not start, or ended too soon: when it is tried again, and what people are told of it.

Until the server is ready, what cannot start ends it. Later, those that serve are worth more than to have all:
what cannot start is tried again, for as long as it takes, and people are told once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi._clock import monotonic
from mockapi.errors import MockapiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.server import Console

_MOST_FAILURES: Final = 3
"""Processes that die one after the other before they serve: then it is no accident."""
_PAUSE: Final = 1.0
"""Seconds after which a worker is tried again that could not take another's place."""
_TEMPLATE_PAUSE: Final = 5.0
"""The same of a template that has begun and could not read: each is a new interpreter, and reads all."""


class WorkersFailedError(MockapiError):
    """Workers die before they serve, one after the other."""

    exit_code = 1


class Restarts:
    """What has failed so far, and what is to be tried again.

    Args:
        console: where people are told of it.

    Attributes:
        was_ready: whether the server has been ready.
        due: the moment of `monotonic` at which is tried again what could not start; None if nothing is.
    """

    def __init__(self, console: Console) -> None:
        self.was_ready = False
        self.due: float | None = None
        self._console = console
        self._failures = 0
        self._told: dict[str, str] = {}

    def has_started(self, what: str, start: Callable[[], None]) -> bool:
        """Start a process; False if it has to be tried again later, as the system has no room for it.

        Args:
            what: it is, for messages.
            start: starts it.

        Raises:
            WorkersFailedError: it has none while nothing serves yet.
        """
        while True:
            try:
                start()
            except OSError as error:
                why = f"could not be started: {error.strerror}"
                if self.was_ready:
                    self.later(what, f"{why}.")
                    return False
                self.count_failure(why)
            else:
                return True

    def later(self, what: str, why: str) -> None:
        """Try again in a moment, and for as long as it takes: the others serve meanwhile.

        Args:
            what: could not be started.
            why: a sentence's end, of which `what` is the beginning.
        """
        self._tell_once(what, f"{why} It is tried again every second.")
        self.due = monotonic() + _PAUSE

    def template_later(self, what: str, why: str) -> None:
        """Likewise, where a template that has begun could not read; `why` is a sentence."""
        self._tell_once(what, f"cannot be replaced: {why} It is tried again every five seconds.")
        self.due = monotonic() + _TEMPLATE_PAUSE

    def count_failure(self, how: str) -> None:
        """A process has ended, or could not be started, before it served.

        Args:
            how: a clause.

        Raises:
            WorkersFailedError: it is one of several in a row.
        """
        self._failures += 1
        if self._failures >= _MOST_FAILURES:
            raise WorkersFailedError(
                f"{self._failures} processes have died before they served, the last one {how}."
            )

    def worker_serves(self, what: str) -> None:
        """A worker serves: those that failed before it were no row, and what comes next is told anew."""
        self._failures = 0
        self.forget(what)

    def forget(self, what: str) -> None:
        """Tell it anew if it fails again."""
        self._told.pop(what, None)

    def _tell_once(self, what: str, why: str) -> None:
        if self._told.get(what) != why:
            self._told[what] = why
            for line in f"{what} {why}".splitlines():
                self._console.problem(line)
