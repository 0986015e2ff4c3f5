"""Which tests are tried for a mutant, and in which order, by what was measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import coverage
import pytest

from tools.mutants import Mutant
from tools.nearest_tests import NearestTests

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = {
    "tests/fares/test_ticket.py::test_line": 2.0,
    "tests/fares/test_ticket.py::test_file": 1.0,
    "tests/fares/test_price.py::test_line": 1.0,
    "tests/other/test_else.py::test_line": 0.5,
    "tests/fares/test_price.py::test_package": 0.1,
    "tests/other/test_else.py::test_nothing": 0.1,
}
LINE, FILE, OTHER, ELSE, PACKAGE, _NOTHING = SECONDS


@pytest.fixture
def near(tmp_path: Path) -> NearestTests:
    """A measurement: three tests run line 5 of a module, one runs another line, one the table's."""
    data = coverage.CoverageData(str(tmp_path / "lines.1"))
    for test, path, lines in (
        (LINE, "ticket", [5, 6]),
        (OTHER, "ticket", [5]),
        (ELSE, "ticket", [4, 5]),
        (FILE, "ticket", [9]),
        (FILE, "table", [1]),
        ("tests/fares/test_ticket.py::test_failed", "ticket", [5]),
    ):
        data.set_context(test)
        data.add_lines({f"/p/mockapi/fares/{path}.py": lines})
    data.write()
    (tmp_path / "tests.json").write_text(json.dumps({"root": "/p", "seconds": SECONDS}))
    return NearestTests(tmp_path)


def mutant(name: str, first: int, last: int, *, in_function: bool = True) -> Mutant:
    """A mutant of a statement on these lines."""
    path = f"mockapi/fares/{name}.py"
    return Mutant(path, 0, 1, "x", "boundary", (first, last), in_function, "")


def test_what_runs_the_line_comes_first(near: NearestTests) -> None:
    """Then by name, then by time; then what runs the file. A test that failed tells nothing."""
    assert near.of(mutant("ticket", 5, 5), 60) == [LINE, OTHER, ELSE, FILE]
    assert near.of(mutant("ticket", 4, 4), 60) == [ELSE, FILE, LINE, OTHER]
    assert near.of(mutant("ticket", 6, 9), 60) == [FILE, LINE, OTHER, ELSE]


def test_so_many_are_tried_as_there_is_time_for(near: NearestTests) -> None:
    """At least one."""
    assert near.of(mutant("ticket", 5, 5), 3.0) == [LINE, OTHER]
    assert near.of(mutant("ticket", 5, 5), 0.0) == [LINE]


def test_of_a_file_that_nothing_runs_the_packages_tests_are_tried(near: NearestTests) -> None:
    """By the words of their paths."""
    assert near.of(mutant("unknown", 1, 1), 60) == [PACKAGE, OTHER, FILE, LINE]


def test_a_table_is_read_by_more_than_who_runs_its_lines(near: NearestTests) -> None:
    """It was made when the first of them imported it."""
    assert near.of(mutant("table", 1, 1), 60) == [FILE]
    assert near.of(mutant("table", 1, 1, in_function=False), 60) == [FILE, PACKAGE, OTHER, LINE]
