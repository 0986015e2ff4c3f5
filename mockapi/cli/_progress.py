"""Telling a person that something long goes on."""

from __future__ import annotations

import sys
import time

_QUIET_SECONDS = 0.5  # what is over sooner needs no telling


class Progress:
    """A counter on stderr: one line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = self._shown = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._open = False

    def __call__(self, done: int, total: int) -> None:
        """Show how many of how many are done, if it is time to."""
        now = time.monotonic()
        if now - self._started < _QUIET_SECONDS:
            return
        if done == total:
            if self._open:
                self._write(f"{self._what}: {done:,} of {total:,}", end="\n")
        elif now - self._shown > (0.1 if self._terminal else 2.0):
            self._shown = now
            self._write(f"{self._what}: {done:,} of {total:,}", end="" if self._terminal else "\n")

    def _write(self, text: str, end: str) -> None:
        self._open = True
        print(f"\r{text}" if self._terminal else text, end=end, file=sys.stderr, flush=True)
