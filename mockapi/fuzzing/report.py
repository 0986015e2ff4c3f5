"""A run of the conformance suite as text, as JSON, as a page for a browser, or for a build server.

The page stands in `_html_report`, what build servers read in `_ci_reports`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mockapi._printable import printable
from mockapi.fuzzing._ci_reports import as_junit, as_sarif
from mockapi.fuzzing._counts import ORDER, counts, summary
from mockapi.fuzzing._html_report import as_html

if TYPE_CHECKING:
    from mockapi.fuzzing._conformance import ConformanceRun

__all__ = ["as_html", "as_json", "as_junit", "as_sarif", "as_text", "counts"]


def as_json(run: ConformanceRun) -> str:
    """The run as JSON."""
    value = {
        "driver": run.driver,
        "sees": run.sees,
        "counts": counts(run.findings),
        "left_out": run.left_out,
        "findings": [
            {
                "case": finding.case.id,
                "why": finding.case.why,
                "expected": finding.expected,
                "seen": finding.seen,
                "verdict": str(finding.verdict),
                "known": run.known.get(finding.case.id),
            }
            for finding in run.findings
        ],
    }
    return json.dumps(value, indent=2) + "\n"


def as_text(run: ConformanceRun, *, everything: bool = False) -> str:
    """The run for a terminal: what is not fine, or everything."""
    lines = [run.driver, summary(run)]
    for finding in sorted(run.findings, key=lambda item: (ORDER.index(item.verdict), item.case.id)):
        if everything or not finding.verdict.is_fine or not run.is_expected(finding):
            known = "" if finding.case.id not in run.known else f" (on file: {run.known[finding.case.id]})"
            lines.append(f"  {finding.verdict:<11}  {finding.case.id}{known}")
            if not finding.verdict.is_fine:
                lines += [f"{'':15}rule      {finding.case.why}", f"{'':15}expected  {finding.expected}"]
                lines.append(f"{'':15}seen      {_line(finding.seen)}")
    return "\n".join(map(printable, lines)) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())
