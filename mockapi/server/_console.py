"""What a person at the terminal is told while the server runs: misses and mistakes, on stderr."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, TextIO

from mockapi._printable import printable
from mockapi.cassettes import DEFAULT
from mockapi.server._access import TOKEN_HEADER

if TYPE_CHECKING:
    from mockapi.cassettes import Miss, Recording, RedactionRules
    from mockapi.exchange import Request
    from mockapi.sessions import JournalEntry, ServerSession
    from mockapi.validation import Refusal


_RED, _PLAIN = "\x1b[31m", "\x1b[0m"
_MOST_HINTS = 100


class Console:
    """Writes for people. Colours only where a terminal shows them.

    What came from a client or a cassette cannot steer the terminal, keys in it are masked (a
    terminal's output ends in the logs of a build), and a reader that has gone
    away (`2>&1 | head`) does not stop the server.

    Args:
        stream: where to; None is stderr.
        verbose: one line for every request.
        quiet: nothing at all, for servers inside a test process.
        rules: what is masked; a project's own rules hold here as in recordings.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        verbose: bool = False,
        quiet: bool = False,
        rules: RedactionRules = DEFAULT,
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self.verbose = verbose
        self._quiet = quiet
        self._rules = rules
        self._colours = not quiet and self._stream.isatty()
        self._hints: set[str] = set()

    def prepare(self) -> None:
        """Load what keys look like, which takes 40 ms: not when the event loop tells its first line."""
        if not self._quiet:
            self._rules.shown("")

    def request(self, entry: JournalEntry, session: ServerSession) -> None:
        """One exchange in a line."""
        where = "" if session.name is None and session.id == "default" else f" [{session.name or session.id}]"
        by = f" {entry.recording}" if entry.recording is not None else ""
        took = f" {entry.seconds * 1000:.1f} ms" if entry.seconds is not None else ""
        target = f"{entry.request.method} {entry.request.path}"
        self._write(f"{target} -> {entry.reply.status} {entry.reply.source}{by}{took}{where}")

    def miss(self, request: Request, miss: Miss, session: ServerSession) -> None:
        """Why a request was not answered, and what would repair it."""
        whose = f" (session {session.name or session.id})" if session.id != "default" else ""
        self._write(f"no recording matches {request.method} {request.path}{whose}", colour=_RED)
        if miss.nearest is not None:
            self._write(f"  nearest: {miss.nearest}")
        for difference in miss.differences:
            self._write(f"    {difference}")
        for remedy in miss.remedies:
            self._write(f"  {remedy}")

    def refusal(self, request: Request, refusal: Refusal, session: ServerSession) -> None:
        """A request that the API would not have taken."""
        whose = f" (session {session.name or session.id})" if session.id != "default" else ""
        self._write(
            f"refused {request.method} {request.path} with {refusal.status}{whose}: {refusal.message}",
            colour=_RED,
        )
        where = f" at {refusal.pointer}" if refusal.pointer else ""
        self._write(f"  rule {refusal.rule}{where}")
        if refusal.hint is not None:
            self._write(f"  {refusal.hint}")

    def near_miss(self, request: Request, hint: str) -> None:
        """A path that is nearly one of the API."""
        self._write(f"{request.method} {request.path} is not a path of the API:", colour=_RED)
        self._write(f"  {hint}")

    def hint(self, request: Request, hint: str) -> None:
        """Something about a request that was answered all the same; each hint once, a hundred at most."""
        if self._is_new(hint):
            self._write(f"{request.method} {request.path}: {hint}")

    def problem(self, text: str) -> None:
        """Something that went wrong and that a person must know now."""
        self._write(text, colour=_RED)

    def drift(self, recording: Recording, lines: list[str]) -> None:
        """A recording that the upstream would not answer so any more."""
        self._write(f"{recording} differs from what the upstream answers now", colour=_RED)
        for line in lines:
            self._write(f"    {line}")

    def note(self, text: str, *, masks: bool = True) -> None:
        """A line as it is.

        Args:
            text: the line.
            masks: whether it is looked through for keys; False for mockapi's own words and numbers, so that
                a start does not load what keys look like to tell how much is played.
        """
        self._write(text, masks=masks)

    def token(self, token: str) -> None:
        """The token of the control API: the one secret that the console is there to show."""
        self._write(f"control token, to be sent as {TOKEN_HEADER}: {token}", masks=False)

    def _is_new(self, hint: str) -> bool:
        """Whether a hint is to be told; from now on it has been."""
        is_new = hint not in self._hints and len(self._hints) < _MOST_HINTS
        if is_new:
            self._hints.add(hint)
        return is_new

    def _write(self, line: str, colour: str = "", *, masks: bool = True) -> None:
        if self._quiet:
            return
        shown = printable(self._rules.shown(line) if masks else line)
        self._put(f"{colour}{shown}{_PLAIN}" if colour and self._colours else shown)

    def _put(self, line: str) -> None:
        # ValueError: the stream was closed in this process.
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")  # in one go: several processes write to one stream
            self._stream.flush()
