"""tools/suites.py: public suites, held against what their own recorder had them show."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tools.suites import TOOLS, Run, Suite, compare, main, row, suites, told

if TYPE_CHECKING:
    from pathlib import Path

_SUITE = Suite("one", "https://example.com/one", "c" * 40, ("tests",), ("--disable-recording",))
_BEFORE = Run({"a": "passed", "b": "failed", "c": "passed"}, {}, ("a", "b"))


def test_each_row_names_a_commit_and_stands_once() -> None:
    """The rows of the file have all that a run needs, and its outcome can be told apart from others."""
    rows = suites()

    assert len({one.name for one in rows}) == len(rows) >= 8
    assert all(re.fullmatch(r"[0-9a-f]{40}", one.commit) for one in rows)
    assert all(one.tests and one.off for one in rows)


def test_a_test_that_was_red_before_may_be_red_after() -> None:
    """What counts is the same outcome, of the tests that the recorder answered."""
    found = compare(_SUITE, _SUITE.commit, _BEFORE, Run({"a": "passed", "b": "failed", "c": "failed"}, {}))

    assert (found.tests, found.same, found.is_as_expected) == (2, 2, True)
    assert told(found) == "one: 2 of 2 tests end alike"
    assert row(found) == "| [one](https://example.com/one) | `ccccccccc` | 2 | 2 | none |"


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (Run({"a": "failed", "b": "failed"}, {"a": "it broke"}), "DIFFERS a: passed -> failed: it broke"),
        (Run({"b": "failed"}, {}), "DIFFERS a: passed -> not run: no cause given"),
        (Run({"a": "passed", "b": "failed"}, {}, ("a",)), "DIFFERS a: the recorder answered it"),
    ],
    ids=["red", "not run", "by the recorder"],
)
def test_another_outcome_is_told_with_its_cause(after: Run, says: str) -> None:
    """A test that ends otherwise, or is not run at all, is named."""
    found = compare(_SUITE, _SUITE.commit, _BEFORE, after)

    assert not found.is_as_expected
    assert says in told(found)


def test_a_difference_with_a_cause_is_expected_as_long_as_it_is_there() -> None:
    """A cause in the file excuses a difference, and is itself told once the difference is gone."""
    suite = replace(_SUITE, differs={"a": "a reason"})
    differs = compare(suite, suite.commit, _BEFORE, Run({"a": "failed", "b": "failed"}, {}))
    gone = compare(suite, suite.commit, _BEFORE, Run({"a": "passed", "b": "failed"}, {}))

    assert differs.is_as_expected
    assert "1: a reason" in row(differs)
    assert not gone.is_as_expected
    assert "NO LONGER DIFFERS a" in told(gone)


def test_a_suite_in_which_nothing_was_compared_is_not_well() -> None:
    """A recorder that answered no test says nothing about mockapi."""
    found = compare(_SUITE, "d" * 40, Run({"a": "passed"}, {}), Run({}, {}))

    assert not found.is_as_expected
    assert "NOTHING COMPARED" in told(found)
    assert f"its clone is at {'d' * 40}" in told(found)


def test_a_folder_without_clones_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is fetched: what is not there is named, and the run fails."""
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("no clone in") == len(suites())


def test_a_clone_without_an_environment_says_what_to_do(tmp_path: Path) -> None:
    """The environment is its user's to make."""
    (tmp_path / "llm-anthropic").mkdir()

    with pytest.raises(SystemExit, match="Make the project's environment there"):
        main([str(tmp_path), "--only", "llm-anthropic"])


@pytest.mark.slow
def test_the_worst_that_happened_to_a_test_counts(
    monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester
) -> None:
    """A test that passes and breaks in its teardown is an error, in the file that the probe writes."""
    report = pytester.path / "report.json"
    monkeypatch.setenv("SUITE_REPORT", str(report))
    monkeypatch.setenv("PYTHONPATH", str(TOOLS))
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def broken():
            yield
            raise ValueError("late")

        def test_ends_badly(broken): pass
        def test_passes(): pass
        @pytest.mark.skip
        def test_waits(): pass
        """
    )
    pytester.runpytest_subprocess("-p", "suite_probe", "-p", "no:mockapi")
    seen = json.loads(report.read_text(encoding="utf-8"))

    assert {test.partition("::")[2]: outcome for test, outcome in seen["outcomes"].items()} == {
        "test_ends_badly": "error",
        "test_passes": "passed",
        "test_waits": "skipped",
    }
    assert "late" in seen["causes"]["test_the_worst_that_happened_to_a_test_counts.py::test_ends_badly"]
