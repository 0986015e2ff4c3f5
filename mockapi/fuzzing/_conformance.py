"""A run of the conformance suite: every case over HTTP, before a driver that tells what the client saw.

Where growth is measured, the client is shown a quarter of the stream first. A run can be stopped at
any time, and gives what it has seen by then.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from mockapi.exchange import Ending
from mockapi.fuzzing._case_server import CaseServer
from mockapi.fuzzing._driver import PATIENCE, Driver
from mockapi.fuzzing._judge import expected_words, judge
from mockapi.fuzzing._verdict import Finding, Sees, Verdict
from mockapi.fuzzing.cases import CASES, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mockapi.exchange import Reply

_MARGIN: Final = 8.0
_ATTEMPTS: Final = 2
"""How often a case whose time was too much is tried again: it may hang for real, and cost its whole time."""
_HEAVY: Final = 4  # a large case is read through a client's HTTP, which may cost more than its parser
_LEAVING: Final = 2.0
"""Seconds within which a client that gave up lets go of its connection."""
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
        left_out: how many cases were not looked at, because the run was stopped or its time was up.
    """

    driver: str
    sees: Sees
    findings: tuple[Finding, ...]
    known: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0

    @property
    def surprises(self) -> list[Finding]:
        """Unexpected failures, and expected ones that did not come."""
        return [finding for finding in self.findings if not self.is_expected(finding)]

    def is_expected(self, finding: Finding) -> bool:
        """Whether the verdict is the one that is on file, or a fine one where no verdict is on file."""
        known = self.known.get(finding.case.id)
        return finding.verdict.is_fine if known is None else str(finding.verdict) == known


def cases_for(sees: Sees, only: Iterable[str] = (), of: Iterable[Case] = CASES) -> list[Case]:
    """The cases that a client of this kind is judged by; `only` are beginnings of their ids."""
    wanted = tuple(only)
    level = "sse" if sees == "events" else "messages"
    return [
        case
        for case in of
        if case.level == level
        and (case.size <= _LARGEST or case.over_http)
        and (not wanted or case.id.startswith(wanted))
    ]


def run_conformance(
    driver: Driver,
    cases: Sequence[Case],
    known: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    helpers: Sequence[Driver] = (),
    until: float | None = None,
    keep: Callable[[ConformanceRun], None] = lambda _run: None,
) -> ConformanceRun:
    """Put every case before a client. Nothing that a driver does ends the run.

    Args:
        driver: the client.
        cases: what it is shown.
        known: failures that are expected.
        progress: called with how many of how many cases are done.
        helpers: further drivers of the same client, which take a share of the cases.
        until: when to stop, by `time.monotonic`.
        keep: called with the run as far as it came, also where the run is broken off.
    """
    work = _Work(cases, until, progress)
    threads = [threading.Thread(target=work.take_part, args=(helper,), daemon=True) for helper in helpers]
    try:
        for thread in threads:
            thread.start()
        work.take_part(driver)
        for thread in threads:
            thread.join()
    finally:
        work.stop()
        found = tuple(work.found[number] for number in sorted(work.found))
        run = ConformanceRun(driver.name, driver.sees, found, known or {}, len(cases) - len(found))
        keep(run)
    if work.problem is not None:
        raise work.problem
    return run


class TimeIsUp(Exception):  # noqa: N818 - a result, not a defect
    """The time of a run is over before a case was answered."""


class _Work:
    """The cases of a run, shared by those who take part in it.

    Attributes:
        found: what was found, by the number of the case.
        problem: what kept somebody from taking part.
    """

    def __init__(
        self, cases: Sequence[Case], until: float | None, progress: Callable[[int, int], None]
    ) -> None:
        self._cases = cases
        self._left = iter(enumerate(cases))
        self._until = until
        self._progress = progress
        self._lock = threading.Lock()
        self._is_stopped = False
        self.found: dict[int, Finding] = {}
        self.problem: Exception | None = None

    def stop(self) -> None:
        """Nothing more is taken, and nothing noted."""
        with self._lock:
            self._is_stopped = True

    def take_part(self, driver: Driver) -> None:
        """Take one case after the other, until none is left or the time is up."""
        try:
            with CaseServer() as stage:
                while (item := self._next()) is not None:
                    number, case = item
                    self._note(number, look_at(driver, stage, case, self._until))
        except TimeIsUp:
            self.stop()
        except Exception as error:  # noqa: BLE001 - raised where the run was asked for
            self.problem = error
            self.stop()

    def _next(self) -> tuple[int, Case] | None:
        with self._lock:
            is_late = self._until is not None and time.monotonic() >= self._until
            return None if self._is_stopped or is_late else next(self._left, None)

    def _note(self, number: int, finding: Finding) -> None:
        with self._lock:
            if not self._is_stopped:
                self.found[number] = finding
                self._progress(len(self.found), len(self._cases))


def look_at(driver: Driver, stage: CaseServer, case: Case, until: float | None = None) -> Finding:
    """One case; where growth is measured, a quarter of it before.

    Raises:
        TimeIsUp: before there was an answer.
    """
    if case.growth is not None:
        driver.restart()
    quarter = peak = None
    if case.quarter is not None:
        quarter = _seconds(driver, stage, replace(case, make=case.quarter), until)
        peak = driver.peak() if case.growth is not None else None
    finding = _looked_at(driver, stage, case, quarter, peak, until)
    for _ in range(_ATTEMPTS):
        if finding.verdict is not Verdict.HANGS or quarter is None or case.quarter is None:
            break
        # Measured again: other work of the processor must not decide.
        quarter = _seconds(driver, stage, replace(case, make=case.quarter), until)
        finding = _looked_at(driver, stage, case, quarter, None, until)
    return finding


def _limit(case: Case, until: float | None) -> float:
    own = (case.seconds * _HEAVY if case.heavy else case.seconds) + PATIENCE + _MARGIN
    return own if until is None else max(0.0, min(own, until - time.monotonic()))


def _seconds(driver: Driver, stage: CaseServer, case: Case, until: float | None) -> float | None:
    """The processor time that the client takes for a case; None if it is in trouble."""
    _, base_url = stage.offer(*_replies(case))
    seen = driver.look(base_url, _limit(case, until))
    return None if seen.trouble is not None else seen.seconds


def _looked_at(
    driver: Driver,
    stage: CaseServer,
    case: Case,
    quarter: float | None,
    peak: int | None,
    until: float | None,
) -> Finding:
    number, base_url = stage.offer(*_replies(case))
    seen = driver.look(base_url, _limit(case, until))
    if seen.trouble is not None and until is not None and time.monotonic() >= until:
        raise TimeIsUp
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
    finding = judge(case, seen)
    has_given_up = case.ending is Ending.STALL and seen.error is not None and finding.verdict.is_fine
    if has_given_up and not stage.was_left(number, _LEAVING):
        words = f"{finding.seen}; its connection is still open {_LEAVING:g} s after it gave up"
        return replace(finding, verdict=Verdict.DIFFERS, seen=words)
    return finding


def _replies(case: Case) -> list[Reply]:
    return [item.reply() for item in (*case.before, case)]


def frees_connection(driver: Driver, stage: CaseServer, case: Case, seconds: float = 5.0) -> bool:
    """Whether a client that gave up on a silent stream has also left the connection."""
    number, base_url = stage.offer(case.reply())
    driver.look(base_url, PATIENCE + _MARGIN)
    return stage.was_left(number, seconds)
