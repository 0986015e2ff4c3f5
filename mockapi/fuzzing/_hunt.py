"""The hunt: the table first, then generated streams, until a budget is used up.

A failure is shrunk to the smallest stream that still shows it. The seed that is told brings the
same streams again.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from mockapi.errors import UsageError
from mockapi.fuzzing._conformance import cases_for, look_at
from mockapi.fuzzing._judge import expected_words
from mockapi.fuzzing._process import LineProcess, Trouble
from mockapi.fuzzing._verdict import Finding, Sees, Verdict
from mockapi.fuzzing._worker import case_as_json
from mockapi.fuzzing.cases import MESSAGE_CASES, SSE_CASES, Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.fuzzing._case_server import CaseServer
    from mockapi.fuzzing._driver import Driver

BATCH: Final = 100
_MARGIN: Final = 5.0
_START: Final = 60.0


class Subject(Protocol):
    """What is hunted: it looks at a case and gives the verdict.

    Attributes:
        sees: what it shows.
    """

    sees: Sees

    def cases(self) -> list[Case]:
        """The cases of the table that it can be shown, the smallest first."""
        ...

    def look(self, case: Case) -> Finding:
        """The verdict on one case."""
        ...

    def stop(self) -> None:
        """Let it go."""
        ...


class TargetSubject:
    """A Python function, in a process of its own.

    Args:
        name: `package.module:function`.

    Raises:
        UsageError: it cannot be loaded, or shows nothing that can be judged.
    """

    def __init__(self, name: str) -> None:
        self._process = LineProcess([sys.executable, "-m", "mockapi.fuzzing._worker", name])
        try:
            self.sees = self._hello(name)
        except BaseException:  # Ctrl-C too
            self._process.stop()
            raise

    def _hello(self, name: str) -> Sees:
        try:
            hello = json.loads(self._process.ask(b'{"hello": true}', _START))
        except Trouble as trouble:
            raise UsageError(f"The target {name} cannot be run: {trouble}.") from trouble
        if "problem" in hello:
            raise UsageError(hello["problem"])
        sees: Sees = hello["sees"]
        return sees

    def cases(self) -> list[Case]:
        """Those that bytes can tell."""
        table = SSE_CASES if self.sees == "events" else MESSAGE_CASES
        return sorted(
            (case for case in table if not case.over_http), key=lambda case: (case.heavy, case.size)
        )

    def look(self, case: Case) -> Finding:
        """Ask the process; one that hangs or ends is started anew for the next case.

        So is one whose memory is to be measured: what earlier cases took would hide its growth.
        """
        if case.growth is not None:
            self._process.stop()
        try:
            question = json.dumps(case_as_json(case)).encode()
            answer = json.loads(self._process.ask(question, _limit(case)))
        except Trouble as trouble:
            return Finding(case, trouble.verdict, expected_words(case, self.sees), str(trouble))
        return Finding(case, Verdict(answer["verdict"]), answer["expected"], answer["seen"])

    def stop(self) -> None:
        """End the process."""
        self._process.stop()


def _limit(case: Case) -> float:
    """Seconds that a target may take in all, with what is measured beside the case itself."""
    return case.seconds * (1 if case.quarter is None else 3) + _MARGIN


class DriverSubject:
    """A client behind a driver."""

    def __init__(self, driver: Driver, stage: CaseServer) -> None:
        self._driver = driver
        self._stage = stage
        self.sees = driver.sees

    def cases(self) -> list[Case]:
        """All that fit over HTTP."""
        return sorted(cases_for(self.sees), key=lambda case: (case.heavy, case.size))

    def look(self, case: Case) -> Finding:
        """Ask over HTTP."""
        return look_at(self._driver, self._stage, case)

    def stop(self) -> None:
        """End the driver."""
        self._driver.stop()


@dataclass(slots=True)
class Hunt:
    """What came of it.

    Attributes:
        seed: brings the same streams again.
        examples: how many streams were looked at, those of the table included.
        seconds: how long it took.
        failures: what is not fine, the smallest first.
        left_out: how many cases of the table were not looked at, because the time was up.
    """

    seed: int
    examples: int = 0
    seconds: float = 0.0
    failures: list[Finding] = field(default_factory=list)
    left_out: int = 0


def hunt(
    subject: Subject,
    *,
    seed: int = 0,
    examples: int | None = None,
    seconds: float | None = None,
    table: bool = True,
    progress: Callable[[Hunt], None] = lambda _hunt: None,
) -> Hunt:
    """Look for a stream that the subject gets wrong.

    Args:
        subject: what is hunted.
        seed: of the first batch of generated streams; later ones count on.
        examples: how many generated streams at most.
        seconds: how long at most; the table is finished all the same, unless it has a failure.
        table: whether the table is looked at first. If it finds something, nothing is generated.
        progress: called now and then with how it stands.
    """
    begun = time.monotonic()
    result = Hunt(seed)

    def look(case: Case) -> Finding:
        finding = subject.look(case)
        result.examples += 1
        result.seconds = time.monotonic() - begun
        progress(result)
        return finding

    def is_over() -> bool:
        return seconds is not None and time.monotonic() - begun >= seconds

    cases = subject.cases() if table else []
    for number, case in enumerate(cases):
        if result.failures and is_over():
            result.left_out = len(cases) - number
            break
        finding = look(case)
        if not finding.verdict.is_fine:
            result.failures.append(finding)
    left = examples
    while not result.failures and (left is None or left > 0):
        if is_over():
            break
        size = BATCH if left is None else min(BATCH, left)
        found = _generated(subject.sees, look, size, result.seed)
        if found is not None:
            result.failures.append(found)
            break
        left = None if left is None else left - size
        result.seed += 1
    result.seconds = time.monotonic() - begun
    return result


class _Found(Exception):  # noqa: N818 - a result, not a defect
    """A stream that the subject gets wrong."""


def _generated(sees: Sees, look: Callable[[Case], Finding], size: int, seed: int) -> Finding | None:
    """The smallest failure among so many generated streams."""
    from hypothesis import HealthCheck, Phase, Verbosity, errors, given, settings  # noqa: PLC0415 - an extra
    from hypothesis import seed as seeded  # noqa: PLC0415 - an extra

    from mockapi.fuzzing.strategies import message_cases, sse_cases  # noqa: PLC0415 - needs the extra

    failures: list[Finding] = []

    @seeded(seed)
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(sse_cases() if sees == "events" else message_cases())
    def check(case: Case) -> None:
        finding = look(case)
        if not finding.verdict.is_fine:
            failures.append(finding)
            raise _Found

    with contextlib.suppress(_Found, errors.Flaky):
        check()
    return min(failures, key=_size) if failures else None


def _size(finding: Finding) -> tuple[int, int]:
    chunks = tuple(finding.case.chunks())
    return sum(map(len, chunks)), len(chunks)
