"""How a run of recording is told at its end: in lines for the console, and as a page for a report."""

from __future__ import annotations

from dataclasses import fields, replace

from mockapi.server.recording import RecordOptions, RecordStats, markdown, summary
from tests.support.each import each

NEW = RecordOptions("https://upstream.test", to="cassettes", budget=3)
ALL, VERIFY = replace(NEW, mode="all"), replace(NEW, mode="verify")
STATS = RecordStats(
    replayed=2,
    forwarded=3,
    recorded=4,
    checked=5,
    drifted=[("a.yaml#1", ["/a: 1 | 2", "<b>\nc"])],
    unwritten=["b.yaml: disk full"],
    left_out=["too large", "too large", "no status"],
    refused=6,
    renewed=1,
)
UNUSED = ["c.yaml#0", "c.yaml#7"]


def test_all_that_a_run_did_is_told_in_lines() -> None:
    """The counts first; what is told again and again once, with its number."""
    assert list(summary(STATS, NEW, UNUSED)) == [
        "2 replayed, 4 recorded, 3 forwarded",
        "  a.yaml#1",
        "    /a: 1 | 2",
        "    <b>\nc",
        "1 older recording replaced",
        "6 requests not forwarded: the budget of 3 calls was spent",
        "not recorded: 3",
        "  too large",
        "  no status",
        "not written: 1",
        "  b.yaml: disk full",
        "2 unused recordings:",
        "  c.yaml#0",
        "  c.yaml#7",
    ]


def test_all_that_a_run_did_is_a_page() -> None:
    """No cell of a table breaks the table."""
    assert markdown(STATS, NEW, UNUSED) == (
        "## Recordings against https://upstream.test\n\n2 replayed, 4 recorded.\n\n"
        "| recording | what differs |\n| --- | --- |\n| a.yaml#1 | /a: 1 \\| 2<br>&lt;b> c |\n\n"
        "### Not recorded\n\n- too large\n- no status\n\n"
        "### Not written\n\n- b.yaml: disk full\n\n"
        "### Nobody used\n\n- c.yaml#0\n- c.yaml#7\n"
    )


@each(
    ("options", "line", "words"),
    [
        (NEW, "0 replayed, 0 recorded, 0 forwarded", "0 replayed, 0 recorded."),
        (VERIFY, "0 recordings compared, 0 differ", "0 compared, 0 differ."),
    ],
)
def test_a_run_that_did_nothing_is_told_in_one_line(options: RecordOptions, line: str, words: str) -> None:
    """No empty lists."""
    assert list(summary(RecordStats(), options, [])) == [line]
    assert markdown(RecordStats(), options, []) == f"## Recordings against https://upstream.test\n\n{words}\n"


def test_a_comparison_is_told_as_one() -> None:
    """With how many differ, and with what nobody used."""
    lines = list(summary(STATS, VERIFY, UNUSED))
    assert lines[0] == "5 recordings compared, 1 differ"
    assert "2 unused recordings:" in lines
    assert "5 compared, 1 differ." in markdown(STATS, VERIFY, UNUSED)


def test_where_all_is_recorded_anew_nothing_is_unused() -> None:
    """Nothing was asked to answer."""
    assert "2 unused recordings:" not in list(summary(STATS, ALL, UNUSED))
    assert "Nobody used" not in markdown(STATS, ALL, UNUSED)


def test_what_processes_did_adds_up() -> None:
    """Numbers as sums, lists one after the other."""
    total, other = replace(STATS), RecordStats(1, 2, 3, 4, [("x", [])], ["y"], ["z"], 5, 6)
    total.add(other)
    for item in fields(RecordStats):
        name = item.name
        assert getattr(total, name) == getattr(STATS, name) + getattr(other, name)


@each(
    ("stats", "is_so"),
    [
        (RecordStats(replayed=1, forwarded=1, recorded=1, checked=1, left_out=["a"], renewed=1), False),
        (RecordStats(drifted=[("a", [])]), True),
        (RecordStats(unwritten=["a"]), True),
        (RecordStats(refused=1), True),
    ],
)
def test_a_person_should_look_at_what_failed(stats: RecordStats, *, is_so: bool) -> None:
    """What was left out on purpose has not failed."""
    assert stats.found_something is is_so
