"""A run of the conformance suite as text, as JSON, as a page for a browser, or for a build server.

The page is one file without a script or a style from elsewhere. Its table sorts by a click on a
heading; what came from the client is made printable and escaped, whatever it is.
"""

from __future__ import annotations

import html
import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from mockapi._printable import printable
from mockapi.fuzzing._ci_reports import as_junit, as_sarif
from mockapi.fuzzing._verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.fuzzing._conformance import ConformanceRun
    from mockapi.fuzzing._verdict import Finding

__all__ = ["as_html", "as_json", "as_junit", "as_sarif", "as_text", "counts"]

_ORDER: Final = tuple(Verdict)

_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Conformance of {name}</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 2em; color: #222; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .3em .8em; border-bottom: 1px solid #ddd; vertical-align: top; }}
th {{ cursor: pointer; background: #f3f3f3; position: sticky; top: 0; }}
th[aria-sort=ascending]::after {{ content: " \\25b2"; }}
th[aria-sort=descending]::after {{ content: " \\25bc"; }}
td {{ overflow-wrap: anywhere; }}
.conforms {{ color: #17692b; }} .tolerates, .skipped {{ color: #6b5900; }}
.differs, .crashes, .hangs, .silent-loss {{ color: #a3151a; font-weight: 600; }}
</style>
</head>
<body>
<h1>{name}</h1>
<p>{summary}</p>
<table>
<thead><tr><th>Case</th><th>Expected</th><th>Seen</th><th>Verdict</th><th>On file</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
<script>
const order = {order};
const body = document.querySelector("tbody");
document.querySelectorAll("th").forEach((heading, column) => heading.addEventListener("click", () => {{
  const up = heading.getAttribute("aria-sort") !== "ascending";
  document.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = (row) => row.cells[column].textContent;
  const compare = (a, b) => column === 3
    ? order.indexOf(key(a)) - order.indexOf(key(b)) : key(a).localeCompare(key(b));
  const rows = [...body.rows].sort(compare);
  body.append(...(up ? rows : rows.reverse()));
}}));
</script>
</body>
</html>
"""


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many of each verdict, best first; verdicts without a case are left out."""
    number = Counter(finding.verdict for finding in findings)
    return {str(verdict): number[verdict] for verdict in _ORDER if number[verdict]}


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
    lines = [run.driver, _summary(run)]
    for finding in sorted(run.findings, key=lambda item: (_ORDER.index(item.verdict), item.case.id)):
        if everything or not finding.verdict.is_fine or not run.is_expected(finding):
            known = "" if finding.case.id not in run.known else f" (on file: {run.known[finding.case.id]})"
            lines.append(f"  {finding.verdict:<11}  {finding.case.id}{known}")
            if not finding.verdict.is_fine:
                lines += [f"{'':15}rule      {finding.case.why}", f"{'':15}expected  {finding.expected}"]
                lines.append(f"{'':15}seen      {_line(finding.seen)}")
    return "\n".join(map(printable, lines)) + "\n"


def as_html(run: ConformanceRun) -> str:
    """The run as a page."""
    rows = "\n".join(
        f'<tr><td title="{_escape(finding.case.why)}">{_escape(finding.case.id)}</td>'
        f"<td>{_escape(finding.expected)}</td><td>{_escape(finding.seen)}</td>"
        f'<td class="{str(finding.verdict).replace(" ", "-")}">{finding.verdict}</td>'
        f"<td>{_escape(run.known.get(finding.case.id, ''))}</td></tr>"
        for finding in run.findings
    )
    order = json.dumps([str(verdict) for verdict in _ORDER])
    return _PAGE.format(name=_escape(run.driver), summary=_escape(_summary(run)), rows=rows, order=order)


def _summary(run: ConformanceRun) -> str:
    told = ", ".join(f"{number} {verdict}" for verdict, number in counts(run.findings).items())
    surprises = len(run.surprises)
    on_file = f"; {surprises} not as on file" if run.known else ""
    left_out = f"; stopped, {run.left_out} cases not looked at" if run.left_out else ""
    return f"{len(run.findings)} cases: {told}{on_file}{left_out}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _escape(text: str) -> str:
    return html.escape(printable(text))
