"""What a person at the terminal is told while the server runs: misses and mistakes, on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from mockapi.cassettes import Miss
    from mockapi.exchange import Request
    from mockapi.server._journal import Entry
    from mockapi.server._sessions import Session


class Console:
    """Writes for people. Colours only where a terminal shows them.

    Args:
        stream: where to; None is stderr.
        verbose: one line for every request.
        quiet: nothing at all, for servers inside a test process.
    """

    def __init__(self, stream: TextIO | None = None, *, verbose: bool = False, quiet: bool = False) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self.verbose = verbose
        self._quiet = quiet
        self._colours = not quiet and self._stream.isatty()

    def request(self, entry: Entry, session: Session) -> None:
        """One exchange in a line."""
        where = "" if session.name is None and session.id == "default" else f" [{session.name or session.id}]"
        by = f" {entry.recording}" if entry.recording is not None else ""
        took = f" {entry.seconds * 1000:.1f} ms" if entry.seconds is not None else ""
        target = f"{entry.request.method} {entry.request.path}"
        self._write(f"{target} -> {entry.reply.status} {entry.reply.source}{by}{took}{where}")

    def miss(self, request: Request, miss: Miss, session: Session) -> None:
        """Why a request was not answered, and what would repair it."""
        whose = f" (session {session.name or session.id})" if session.id != "default" else ""
        self._write(self._red(f"no recording matches {request.method} {request.path}{whose}"))
        if miss.nearest is not None:
            self._write(f"  nearest: {miss.nearest}")
        for difference in miss.differences:
            self._write(f"    {difference}")
        for remedy in miss.remedies:
            self._write(f"  {remedy}")

    def doubled_version(self, request: Request) -> None:
        """A base URL that already ends in /v1."""
        self._write(
            self._red(f"{request.method} {request.path} is no path of the API")
            + ": the client's base URL ends in /v1, and clients add it themselves. Leave it out."
        )

    def note(self, text: str) -> None:
        """A line as it is."""
        self._write(text)

    def _red(self, text: str) -> str:
        return f"\x1b[31m{text}\x1b[0m" if self._colours else text

    def _write(self, line: str) -> None:
        if not self._quiet:
            print(line, file=self._stream, flush=True)
