"""The pages on faults, fuzzing and conformance name what there is, and only that."""

from __future__ import annotations

import re
from pathlib import Path

from mockapi.cli.conformance import _NODE, _PYTHON
from mockapi.fuzzing import BY_ID, Verdict
from mockapi.replies.faults import SILENT_FAULTS, TABLE
from mockapi.sse import _parser

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    """A page."""
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_fault_and_option_is_on_its_page() -> None:
    """With the words that an error would use."""
    text = page("faults.md")
    for name, entry in TABLE.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        assert entry.summary in line
        assert all(f"`{option}`: {kind.words}" in line for option, kind in entry.options.items())
    assert all(f"| {fault.name} | {fault.why} |" in text for fault in SILENT_FAULTS)


def test_cases_that_pages_name_exist() -> None:
    """In the tables of rules and of findings."""
    groups = {case.partition("/")[0] for case in BY_ID}
    named = re.findall(r"`([a-z-]+/[^`]+)`", page("fuzzing.md"))
    named += [
        line.split("|")[1].strip()
        for line in page("conformance.md").splitlines()
        if re.match(r"\| [a-z-]+/", line)
    ]
    cases = [name for name in named if name.partition("/")[0] in groups]
    assert len(cases) > 100
    assert [name for name in cases if name not in BY_ID] == []


def test_the_divergences_of_the_official_clients_stand_in_the_matrix() -> None:
    """All that were found by hand, each with a case that exists, and so do those of the frameworks."""
    official, _, others = page("deviations.md").partition("\n## Frameworks")
    rows = [line.split(" | ")[1] for line in official.splitlines() if line.count(" | ") == 6]
    cases = [name for name in rows if "/" in name]
    assert len(set(cases)) >= 37
    further = [line.split(" | ")[3] for line in others.splitlines() if line.count(" | ") == 4]
    assert [name for name in [*cases, *further] if "/" in name and name not in BY_ID] == []


def test_every_rule_of_the_standard_has_its_cases() -> None:
    """As many rules as the parser lists, each with a case."""
    rules = [
        line
        for line in page("fuzzing.md").partition("WHATWG text\n")[2].splitlines()
        if "`" in line and "|" in line
    ]
    assert len(rules) >= 20
    assert "the standard's text, rule by rule" in (_parser.__doc__ or "").lower()


def test_drivers_and_verdicts_are_on_their_page() -> None:
    """All of them."""
    text = page("conformance.md")
    assert all(f"`{name}`" in text for name in [*_PYTHON, *_NODE])
    assert all(f"| {verdict} |" in text for verdict in Verdict)
