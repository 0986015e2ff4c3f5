"""A run of the conformance suite as a page for a browser.

One file, without a script or a style from elsewhere. It opens with what failed; each case can be
unfolded: its bytes, its events, and what was sent beside what the client showed. What came from the
client is masked, made printable and escaped, whatever it is.
"""

from __future__ import annotations

import html
import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from mockapi import sse
from mockapi._printable import printable
from mockapi.cassettes import DEFAULT
from mockapi.fuzzing._counts import ORDER, counts, summary

if TYPE_CHECKING:
    from mockapi.fuzzing._conformance import ConformanceRun
    from mockapi.fuzzing._verdict import Finding
    from mockapi.fuzzing.cases import Case

_SHOWN: Final = 4000
_CHUNKS: Final = 40
_READ: Final = 64 * 1024

_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Conformance of {name}</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 2em; color: #222; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .3em .8em; border-bottom: 1px solid #ddd; vertical-align: top; }}
th {{ cursor: pointer; background: #f3f3f3; position: sticky; top: 0; white-space: nowrap; }}
th[aria-sort=ascending]::after {{ content: " \\25b2"; }}
th[aria-sort=descending]::after {{ content: " \\25bc"; }}
td {{ overflow-wrap: break-word; max-width: 28em; }}
td.verdict {{ white-space: nowrap; overflow-wrap: normal; }}
.conforms {{ color: #17692b; }} .tolerates, .skipped {{ color: #6b5900; }}
.differs, .crashes, .hangs, .silent-loss {{ color: #a3151a; font-weight: 600; }}
.filters label {{ margin-right: 1em; white-space: nowrap; }}
.sides {{ display: grid; grid-template-columns: 1fr 1fr; gap: 0 1em; }}
pre {{ background: #f7f7f7; padding: .5em; margin: 0 0 .5em; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
h4 {{ margin: .6em 0 .2em; }}
[hidden] {{ display: none; }}
</style>
</head>
<body>
<h1>{name}</h1>
<p>{summary}</p>
<p class="filters">{filters}<label>Search <input type="search" id="words"></label></p>
<table>
<thead><tr>
<th>Case</th><th>Expected</th><th>Seen</th><th aria-sort="descending">Verdict</th><th>On file</th>
</tr></thead>
<tbody>
{rows}
</tbody>
</table>
<script>
const order = {order};
const body = document.querySelector("tbody");
const words = document.querySelector("#words");
const boxes = [...document.querySelectorAll(".filters input[type=checkbox]")];
const filter = () => {{
  const shown = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  for (const row of body.rows)
    row.hidden = !shown.has(row.cells[3].textContent)
      || !row.textContent.toLowerCase().includes(words.value.toLowerCase());
}};
for (const box of [...boxes, words]) box.addEventListener("input", filter);
document.querySelectorAll("th").forEach((heading, column) => heading.addEventListener("click", () => {{
  const up = heading.getAttribute("aria-sort") !== "ascending";
  document.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = (row) => (row.cells[column].querySelector("summary") ?? row.cells[column]).textContent;
  const compare = (a, b) => column === 3
    ? order.indexOf(key(a)) - order.indexOf(key(b)) : key(a).localeCompare(key(b));
  const rows = [...body.rows].sort(compare);
  body.append(...(up ? rows : rows.reverse()));
}}));
</script>
</body>
</html>
"""


def as_html(run: ConformanceRun) -> str:
    """The run as a page; the worst verdicts first."""
    findings = sorted(run.findings, key=lambda item: (-ORDER.index(item.verdict), item.case.id))
    filters = "".join(
        f'<label><input type="checkbox" value="{verdict}" checked> {verdict} ({number})</label>'
        for verdict, number in reversed(counts(findings).items())
    )
    return _PAGE.format(
        name=_escape(run.driver),
        summary=_escape(summary(run)),
        filters=filters,
        rows="\n".join(_row(finding, run.known.get(finding.case.id, "")) for finding in findings),
        order=json.dumps([str(verdict) for verdict in ORDER]),
    )


def _row(finding: Finding, known: str) -> str:
    kind = str(finding.verdict).replace(" ", "-")
    return (
        f"<tr><td><details><summary>{_escape(finding.case.id)}</summary>{_details(finding)}</details></td>"
        f"<td>{_escape(finding.expected)}</td><td>{_escape(finding.seen)}</td>"
        f'<td class="verdict {kind}">{finding.verdict}</td><td>{_escape(known)}</td></tr>'
    )


def _details(finding: Finding) -> str:
    case = finding.case
    right: Any = case.events if case.events is not None else (case.messages or ("",))[0]
    return (
        f"<p>{_escape(case.why)}</p><h4>Bytes, a chunk on a line</h4><pre>{_escape(_bytes(case))}</pre>"
        f"<h4>Events</h4><pre>{_escape(_events(case))}</pre>"
        f'<div class="sides"><div><h4>Sent</h4><pre>{_escape(_json(right))}</pre></div>'
        f"<div><h4>Shown</h4><pre>{_escape(_json(finding.shown))}</pre></div></div>"
    )


def _bytes(case: Case) -> str:
    lines = [repr(chunk[:_SHOWN])[2:-1] for chunk in islice(case.chunks(), _CHUNKS)]
    more = f"\n... {case.size:,} bytes in all" if case.heavy or len(lines) == _CHUNKS else ""
    return _short("\n".join(lines)) + more


def _events(case: Case) -> str:
    """The events at the beginning of a stream."""
    parser = sse.Parser()
    lines: list[str] = []
    size = 0
    for chunk in case.chunks():
        size += len(chunk)
        if size > _READ:
            lines.append("...")
            break
        lines += [f"{event.type}  {event.data}" for event in parser.feed(chunk)]
    return _short("\n".join(lines)) or "none"


def _json(value: Any) -> str:
    try:
        return _short(json.dumps(value, indent=1, ensure_ascii=False))
    except (TypeError, ValueError, RecursionError):
        return _short(str(type(value).__name__))


def _short(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}\n..."


def _escape(text: str) -> str:
    lines = DEFAULT.mask(text).split("\n")
    return html.escape("\n".join(map(printable, lines)))
