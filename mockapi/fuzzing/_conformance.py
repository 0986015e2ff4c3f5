"""Judging a client in any language: cases over HTTP, and a driver that tells what the client saw.

A driver is a small program around a client. It is started once and reads questions, one JSON
object on a line:

    {"base_url": URL, "timeout": SECONDS}        a question
    {"hello": true}                              what are you?

and answers each with one JSON object on a line:

    {"name": TEXT, "sees": "events" | "stream" | "message"}            to the hello; also "shows",
        the parts of a message that the client shows (see `_parts`), and "ignore", members that do not count
    {"events": [[TYPE, DATA, ID, RETRY], ...], "error": ERROR}         a decoder
    {"stream": [EVENT, ...], "error": ERROR}                           raw events of the API
    {"message": MESSAGE, "error": ERROR}                               the final message

ID and RETRY (an event's retry time in milliseconds) may be null or left out. ERROR is null or
{"type": CLASS, "message": WORDS, "documented": BOOL}: whether the client documents the exception,
so that its users can be expected to handle it. `timeout` is the patience the client should be
given; a driver that knows more may say so.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, get_args

from mockapi.errors import UsageError
from mockapi.fuzzing._case_server import CaseServer
from mockapi.fuzzing._judge import expected_words, judge
from mockapi.fuzzing._process import LineProcess, Trouble
from mockapi.fuzzing._verdict import Failure, Finding, Seen, Sees, Shape, Verdict
from mockapi.fuzzing.cases import MESSAGE_CASES, SSE_CASES, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

PATIENCE: Final = 2.0
"""Seconds of silence that a client is told to bear."""

_MARGIN: Final = 8.0
_HEAVY: Final = 4  # a large case is read through a client's HTTP, which may cost more than its parser
_HELLO: Final = 60.0
_LARGEST: Final = 16 * 1024 * 1024
"""Larger cases say nothing new over HTTP, and answers would be as large; those made for HTTP stay."""


@dataclass(frozen=True, slots=True)
class ConformanceRun:
    """What came of a run.

    Attributes:
        driver: the name it gave itself, or its command.
        sees: what it shows.
        findings: one for each case.
        known: failures that were expected: verdict by case.
    """

    driver: str
    sees: Sees
    findings: tuple[Finding, ...]
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def surprises(self) -> list[Finding]:
        """Unexpected failures, and expected ones that did not come."""
        return [finding for finding in self.findings if not self.is_expected(finding)]

    def is_expected(self, finding: Finding) -> bool:
        """Whether the verdict is the one that is on file, or a fine one where no verdict is on file."""
        known = self.known.get(finding.case.id)
        return finding.verdict.is_fine if known is None else str(finding.verdict) == known


class Driver:
    """A running driver.

    Args:
        command: the program and its arguments.
        environment: its variables.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._process = LineProcess(command, environment)
        try:
            self.name, self.shape = self._hello(command)
        except BaseException:  # Ctrl-C too
            self._process.stop()
            raise

    @property
    def sees(self) -> Sees:
        """Which kind of answer the client gives."""
        return self.shape.sees

    def _hello(self, command: Sequence[str]) -> tuple[str, Shape]:
        try:
            answer = json.loads(self._process.ask(b'{"hello": true}', _HELLO))
            name, sees = str(answer["name"]), answer["sees"]
            shows, ignore = tuple(answer.get("shows", ())), frozenset(answer.get("ignore", ()))
        except Trouble as trouble:
            raise UsageError(f"The driver {' '.join(command)} does not answer: {trouble}.") from trouble
        except (ValueError, KeyError, TypeError):
            raise UsageError(
                f"The driver {' '.join(command)} does not say what it is; the first answer is"
                ' {"name": TEXT, "sees": "events", "stream" or "message"}.'
            ) from None
        if sees not in get_args(Sees):
            raise UsageError(f"The driver sees {sees!r}; it can see {', '.join(get_args(Sees))}.")
        return name, Shape(sees, tuple(map(str, shows)), frozenset(map(str, ignore)))

    def look(self, base_url: str, seconds: float) -> Seen:
        """What the client shows of the reply at a base URL; trouble is part of that."""
        question = json.dumps({"base_url": base_url, "timeout": PATIENCE}).encode()
        before = self._process.usage().seconds
        try:
            line = self._process.ask(question, seconds)
        except Trouble as trouble:
            return Seen(self.sees, trouble=(trouble.verdict, str(trouble)), shape=self.shape)
        after = self._process.usage().seconds
        try:
            seen = _seen(json.loads(line), self.shape)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            words = f"the driver printed a line that is not an answer ({error}): {line[:80]!r}"
            return Seen(self.sees, trouble=(Verdict.CRASHES, words), shape=self.shape)
        seen.seconds = 0.0 if before is None or after is None else after - before
        return seen

    def peak(self) -> int | None:
        """The most memory that the driver has had, if that is known."""
        return self._process.usage().peak

    def restart(self) -> None:
        """A new process: the memory that earlier cases took would hide what the next one takes."""
        self._process.stop()
        with contextlib.suppress(Trouble):  # the next question meets it again, and tells
            self._process.ask(b'{"hello": true}', _HELLO)

    def stop(self) -> None:
        """End it."""
        self._process.stop()


def _seen(answer: Any, shape: Shape) -> Seen:
    seen = Seen(
        shape.sees, shape=shape, message=answer.get("message"), stream=list(answer.get("stream") or ())
    )
    for kind, data, *rest in answer.get("events") or ():
        id_, retry = (*rest, None, None)[:2]
        seen.events.append((kind, data, id_))
        seen.retries.append(retry)
    error = answer.get("error")
    if error is not None:
        words, documented = str(error.get("message", ""))[:300], bool(error.get("documented", True))
        seen.error = Failure(str(error["type"]), words, documented)
    return seen


def cases_for(sees: Sees, only: Iterable[str] = ()) -> list[Case]:
    """The cases that a client of this kind is judged by; `only` are beginnings of their ids."""
    wanted = tuple(only)
    table = SSE_CASES if sees == "events" else MESSAGE_CASES
    return [
        case
        for case in table
        if (case.size <= _LARGEST or case.over_http) and (not wanted or case.id.startswith(wanted))
    ]


def run_conformance(
    driver: Driver,
    cases: Sequence[Case],
    known: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ConformanceRun:
    """Put every case before a client. Nothing that a driver does ends the run."""
    findings = []
    with CaseServer() as stage:
        for number, case in enumerate(cases):
            progress(number, len(cases))
            findings.append(look_at(driver, stage, case))
        progress(len(cases), len(cases))
    return ConformanceRun(driver.name, driver.sees, tuple(findings), known or {})


def look_at(driver: Driver, stage: CaseServer, case: Case) -> Finding:
    """One case; where growth is measured, a quarter of it before."""
    if case.growth is not None:
        driver.restart()
    if case.quarter is None:
        return _looked_at(driver, stage, case, None, None)
    quarter = _seconds(driver, stage, replace(case, make=case.quarter))
    finding = _looked_at(driver, stage, case, quarter, driver.peak())
    if finding.verdict is Verdict.HANGS and quarter is not None:  # other work must not decide
        quarter = _seconds(driver, stage, replace(case, make=case.quarter))
        return _looked_at(driver, stage, case, quarter, None)
    return finding


def _limit(case: Case) -> float:
    return (case.seconds * _HEAVY if case.heavy else case.seconds) + PATIENCE + _MARGIN


def _seconds(driver: Driver, stage: CaseServer, case: Case) -> float | None:
    """The processor time that the client takes for a case; None if it is in trouble."""
    _, base_url = stage.offer(case.reply())
    seen = driver.look(base_url, _limit(case))
    return None if seen.trouble is not None else seen.seconds


def _looked_at(
    driver: Driver, stage: CaseServer, case: Case, quarter: float | None, peak: int | None
) -> Finding:
    number, base_url = stage.offer(case.reply())
    seen = driver.look(base_url, _limit(case))
    seen.quarter_seconds = quarter
    after = driver.peak() if peak is not None else None
    seen.growth = None if peak is None or after is None else after - peak
    coding = next((value.decode() for name, value in case.headers if name == b"content-encoding"), None)
    accepted = stage.accepts(number)
    if coding is not None and coding not in (accepted or ""):
        words = f"the client accepts {accepted or 'no coding'}"
        return Finding(case, Verdict.SKIPPED, expected_words(case, driver.sees), words)
    if accepted is None and seen.trouble is None:
        words = f"the driver sent no request; it said {seen.error or 'nothing'}"
        return Finding(case, Verdict.CRASHES, expected_words(case, driver.sees), words)
    return judge(case, seen)


def frees_connection(driver: Driver, stage: CaseServer, case: Case, seconds: float = 5.0) -> bool:
    """Whether a client that gave up on a silent stream has also left the connection."""
    number, base_url = stage.offer(case.reply())
    driver.look(base_url, PATIENCE + _MARGIN)
    return stage.was_left(number, seconds)
