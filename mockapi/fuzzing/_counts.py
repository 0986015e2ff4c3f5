"""A run in numbers: how many of each verdict, and a line of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mockapi.fuzzing._verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.fuzzing._conformance import ConformanceRun
    from mockapi.fuzzing._verdict import Finding

ORDER: Final = tuple(Verdict)
"""Best first."""


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many of each verdict, best first; verdicts without a case are left out."""
    number = Counter(finding.verdict for finding in findings)
    return {str(verdict): number[verdict] for verdict in ORDER if number[verdict]}


def summary(run: ConformanceRun) -> str:
    """The run in a line."""
    told = ", ".join(f"{number} {verdict}" for verdict, number in counts(run.findings).items())
    surprises = len(run.surprises)
    on_file = f"; {surprises} not as on file" if run.known else ""
    left_out = f"; stopped, {run.left_out} cases not looked at" if run.left_out else ""
    return f"{len(run.findings)} cases: {told}{on_file}{left_out}"
