"""The console's lines as JSON objects, one a line, for programs that collect logs.

Each object has `at`, `level` and `event`; what else it has depends on the event, and docs/operations.md
lists it. Every text goes through the same mask as the console's words: JSON shows no more than they do.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mockapi._clock import wall
from mockapi.server._access import TOKEN_HEADER
from mockapi.server._console import Console

if TYPE_CHECKING:
    from mockapi.cassettes import Miss, Recording, RedactionRules
    from mockapi.exchange import Request
    from mockapi.sessions import JournalEntry, ServerSession
    from mockapi.validation import Refusal


class JSONConsole(Console):
    """Writes for programs. The arguments are the console's."""

    def request(self, entry: JournalEntry, session: ServerSession) -> None:
        """One exchange."""
        self._tell(
            "request",
            **_asked(entry.request, session),
            status=entry.reply.status,
            source=str(entry.reply.source),
            recording=None if entry.recording is None else str(entry.recording),
            seconds=None if entry.seconds is None else round(entry.seconds, 6),
        )

    def miss(self, request: Request, miss: Miss, session: ServerSession) -> None:
        """Why a request was not answered, and what would repair it."""
        self._tell(
            "miss",
            "error",
            **_asked(request, session),
            nearest=None if miss.nearest is None else str(miss.nearest),
            differences=list(map(str, miss.differences)),
            remedies=list(miss.remedies),
        )

    def refusal(self, request: Request, refusal: Refusal, session: ServerSession) -> None:
        """A request that the API would not have taken."""
        self._tell(
            "refusal",
            "error",
            **_asked(request, session),
            status=refusal.status,
            message=refusal.message,
            rule=refusal.rule,
            pointer=refusal.pointer,
            hint=refusal.hint,
        )

    def near_miss(self, request: Request, hint: str) -> None:
        """A path that is nearly one of the API."""
        self._tell("near_miss", "error", method=request.method, path=request.path, hint=hint)

    def hint(self, request: Request, hint: str) -> None:
        """Something about a request that was answered all the same; as in words, each hint once."""
        if self._is_new(hint):
            self._tell("hint", method=request.method, path=request.path, hint=hint)

    def problem(self, text: str) -> None:
        """Something that went wrong and that a person must know now."""
        self._tell("problem", "error", message=text)

    def drift(self, recording: Recording, lines: list[str]) -> None:
        """A recording that the upstream would not answer so any more."""
        self._tell("drift", "error", recording=str(recording), differences=lines)

    def note(self, text: str, *, masks: bool = True) -> None:
        """Something worth knowing; arguments as of the console's."""
        if masks:
            self._tell("note", message=text)
        elif not self._quiet:
            self._put(_written("note", "info", {"message": text}))

    def token(self, token: str) -> None:
        """The token of the control API: the one secret that the console is there to show."""
        if not self._quiet:
            self._put(_written("token", "info", {"header": TOKEN_HEADER, "token": token}))

    def collect_logging(self) -> None:
        """Write what Python's logging is given, too: a defect's traceback is one object, not twenty lines.

        Of several consoles the last one does: a worker has its supervisor's, too, and each line is told once.
        """
        logging.captureWarnings(capture=True)
        root = logging.getLogger()
        for handler in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
            root.removeHandler(handler)
        root.addHandler(_Handler(self))

    def logged(self, level: str, logger: str, message: str, traceback: str | None) -> None:
        """A record of Python's logging."""
        self._tell("log", level, logger=logger, message=message, traceback=traceback)

    def _tell(self, event: str, level: str = "info", **members: Any) -> None:
        if not self._quiet:
            self._put(_written(event, level, {name: self._masked(item) for name, item in members.items()}))

    def _masked(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._masked(item) for item in value]
        return self._rules.shown(value) if isinstance(value, str) else value


class _Handler(logging.Handler):
    """Hands records on to a console."""

    def __init__(self, console: JSONConsole) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        traceback = None if not record.exc_info else logging.Formatter().formatException(record.exc_info)
        level = "error" if record.levelno >= logging.ERROR else "info"
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - its arguments may do anything; what it was about is told all the same
            message = str(record.msg)
        self._console.logged(level, record.name, message.rstrip(), traceback)


def console_of(log_format: str, *, verbose: bool, rules: RedactionRules) -> Console:
    """Where people, or programs, are told things.

    Args:
        log_format: of its lines, "text" or "json".
        verbose: one line for every request.
        rules: what is masked.
    """
    if log_format == "text":
        return Console(verbose=verbose, rules=rules)
    console = JSONConsole(verbose=verbose, rules=rules)
    console.collect_logging()
    return console


def _asked(request: Request, session: ServerSession) -> dict[str, Any]:
    return {"method": request.method, "path": request.path, "session": session.name or session.id}


def _written(event: str, level: str, members: dict[str, Any]) -> str:
    """An object in ASCII: escapes keep control characters and lone surrogates from terminals and parsers."""
    at = datetime.fromtimestamp(wall(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = json.dumps({"at": at, "level": level, "event": event, **members})
    return line.replace("\x7f", "\\u007f")  # the one control character that JSON leaves as it is
