"""The hunt: known failures first, then the table, then generated streams, until a budget is used up.

A failure is shrunk to the smallest stream that still shows it, and the hunt goes on without the
features of that stream. The seed that is told brings the same streams again.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mockapi.fuzzing._conformance import TimeIsUp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from mockapi.fuzzing._subject import Subject
    from mockapi.fuzzing._verdict import Finding
    from mockapi.fuzzing.cases import Case, Level

BATCH: Final = 25
_TABLE: Final = 0.5
"""The share of the time after which no further large case is begun: generated streams need some, too."""
_OWN: Final = "fuzz/"
_SMALL_FIRST: Final = 0.2
"""The share of the time that goes by before the first of the large streams, where a time limit is set."""
_LARGE: Final = 0.4
"""The share of the time that large streams may have from then on."""


@dataclass(slots=True)
class Hunt:
    """What came of it.

    Attributes:
        seed: brings the same streams again.
        examples: how many streams were looked at, those of the table included.
        seconds: how long it took.
        failures: what is not fine and not on file, the smallest of the table first.
        known: failures that are on file.
        mended: cases that are on file as failures, and are fine.
        left_out: how many cases of the table were not looked at, because the time was up.
    """

    seed: int
    examples: int = 0
    seconds: float = 0.0
    failures: list[Finding] = field(default_factory=list)
    known: list[Finding] = field(default_factory=list)
    mended: list[Finding] = field(default_factory=list)
    left_out: int = 0


def hunt(
    subject: Subject,
    *,
    seed: int = 0,
    examples: int | None = None,
    seconds: float | None = None,
    table: bool = True,
    known: Mapping[str, str] | None = None,
    exclude: Collection[str] = (),
    before: Sequence[Case] = (),
    progress: Callable[[Hunt], None] = lambda _hunt: None,
) -> Hunt:
    """Look for streams that the subject gets wrong.

    Args:
        subject: what is hunted.
        seed: of the first batch of generated streams; later ones count on.
        examples: how many generated streams at most.
        seconds: how long at most, in all.
        table: whether the table is looked at first.
        known: failures that are expected: verdict by case.
        exclude: ids of cases that are left out, or `GROUP/` for a whole group; `fuzz/FEATURE` leaves a
            feature out of generated streams.
        before: cases that are looked at before all others, such as failures of earlier hunts.
        progress: called now and then with how it stands.
    """
    begun = time.monotonic()
    until = None if seconds is None else begun + seconds
    run = _Run(subject, Hunt(seed), begun, until, known or {}, progress)
    cases = [
        case
        for case in (*before, *(subject.cases() if table else ()))
        if case.id not in exclude and f"{case.group}/" not in exclude
    ]
    for number, case in enumerate(cases):
        if case.heavy and seconds is not None and time.monotonic() - begun > seconds * _TABLE:
            run.result.left_out = len(cases) - number
            break
        try:
            run.note(run.look(case))
        except TimeIsUp:
            run.result.left_out = len(cases) - number
            break
    run.generate(examples, {name.removeprefix(_OWN) for name in (*exclude, *run.known) if _OWN in name})
    run.result.seconds = time.monotonic() - begun
    return run.result


class _Run:
    """A hunt that goes on.

    Attributes:
        result: how it stands.
        known: failures that are expected.
    """

    def __init__(
        self,
        subject: Subject,
        result: Hunt,
        begun: float,
        until: float | None,
        known: Mapping[str, str],
        progress: Callable[[Hunt], None],
    ) -> None:
        self._subject = subject
        self._begun = begun
        self._until = until
        self._progress = progress
        self.result = result
        self.known = known

    def look(self, case: Case) -> Finding:
        """The verdict on a case; `TimeIsUp` if there is no time for it."""
        if self._until is not None and time.monotonic() >= self._until:
            raise TimeIsUp
        finding = self._subject.look(case, self._until)
        self.result.examples += 1
        self.result.seconds = time.monotonic() - self._begun
        self._progress(self.result)
        return finding

    def note(self, finding: Finding) -> None:
        """Keep a verdict that is not fine, or not the one on file."""
        on_file = self.known.get(finding.case.id)
        if on_file is None:
            if not finding.verdict.is_fine:
                self.result.failures.append(finding)
        elif on_file == str(finding.verdict):
            self.result.known.append(finding)
        elif finding.verdict.is_fine:
            self.result.mended.append(finding)
        else:
            self.result.failures.append(finding)

    def generate(self, left: int | None, named: Collection[str]) -> None:
        """Generated streams, without these features and those of the failures that are found."""
        if self._until is not None and time.monotonic() >= self._until:
            return  # what is imported below takes time, too
        from mockapi.fuzzing.strategies import features_of, large_cases  # noqa: PLC0415 - needs the extra

        without = {feature for names in named for feature in names.split(", ")} - {"whole", "stream"}
        seed = self.result.seed
        level: Level = "sse" if self._subject.sees == "events" else "messages"
        large = iter(large_cases(level, without))
        begun, for_large = time.monotonic(), 0.0
        while left is None or left > 0:
            size = BATCH if left is None else min(BATCH, left)
            try:
                found = self._batch(size, seed, without)
                started = time.monotonic()
                if self._is_large_due(begun, started, for_large) and (case := next(large, None)):
                    self.note(self.look(case))
                    for_large += time.monotonic() - started
            except TimeIsUp:
                return
            if found is not None:
                self.note(found)
                features = features_of(found.case) - without
                if not features or (self._until is not None and time.monotonic() >= self._until):
                    return
                without |= features
            left = None if left is None else left - size
            seed += 1
            if not self.result.failures:
                self.result.seed = seed

    def _is_large_due(self, begun: float, now: float, for_large: float) -> bool:
        """Whether it is the turn of a large stream; small ones find most, and sooner."""
        if self._until is None or now - begun < (self._until - begun) * _SMALL_FIRST:
            return False
        return for_large <= (now - begun) * _LARGE

    def _batch(self, size: int, seed: int, without: Collection[str]) -> Finding | None:
        """The smallest failure among so many generated streams."""
        from hypothesis import HealthCheck, Phase, Verbosity, errors, given, settings  # noqa: PLC0415 - an extra
        from hypothesis import seed as seeded  # noqa: PLC0415 - an extra

        from mockapi.fuzzing.strategies import message_cases, sse_cases  # noqa: PLC0415 - needs the extra

        failures: list[Finding] = []
        streams = sse_cases(without, seed) if self._subject.sees == "events" else message_cases(without, seed)

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
        @given(streams.map(_Drawn))
        def check(drawn: _Drawn) -> None:
            finding = self.look(drawn.case)
            if not finding.verdict.is_fine:
                failures.append(finding)
                raise _Found

        try:
            with contextlib.suppress(_Found, errors.Flaky):
                check()
        except TimeIsUp:
            if not failures:
                raise
        return min(failures, key=_size) if failures else None


class _Drawn:
    """A case that hypothesis can name in a word: it writes down what fails, and some are megabytes."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __repr__(self) -> str:
        return "_Drawn(...)"


class _Found(Exception):  # noqa: N818 - a result, not a defect
    """A stream that the subject gets wrong."""


def _size(finding: Finding) -> tuple[int, int]:
    chunks = tuple(finding.case.chunks())
    return sum(map(len, chunks)), len(chunks)
