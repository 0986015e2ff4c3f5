"""Which tests run which lines: measured once, then asked for every mutant.

This module is a pytest plugin for the measurement (`-p tools.nearest_tests`) and reads what it
wrote. A test is a function, with all its parameters: their ids may depend on the code.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import coverage
import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from tools.mutants import Mutant

FOLDER: Final = "MUTATE_MEASURED"
"""The environment variable that names the folder to write to."""

_seconds: defaultdict[str, float] = defaultdict(float)
_failed: set[str] = set()
_measuring: list[coverage.Coverage] = []
_current: list[str] = []


def _function(node: str) -> str:
    return node.partition("[")[0]


def pytest_configure(config: pytest.Config) -> None:
    """Measure in the processes that run tests."""
    if os.environ.get("PYTEST_XDIST_WORKER") or not config.getoption("numprocesses", None):
        measuring = coverage.Coverage(
            data_file=str(Path(os.environ[FOLDER]) / "lines"),
            data_suffix=True,
            include=[f"{config.rootpath}/*"],
            omit=[f"{config.rootpath}/tests/*"],
            config_file=False,
        )
        measuring.start()
        _measuring.append(measuring)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What runs from here on runs for this test, and for the same with other parameters."""
    function = _function(item.nodeid)
    for measuring in _measuring:
        if _current != [function]:  # each switch writes down what was measured until then
            measuring.switch_context(function)
            _current[:] = [function]
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """How long it took, and whether it can be relied on."""
    _seconds[_function(report.nodeid)] += report.duration
    if not report.passed:
        _failed.add(_function(report.nodeid))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write down what was measured."""
    folder = Path(os.environ[FOLDER])
    for measuring in _measuring:
        measuring.stop()
        measuring.save()
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        usable = {name: round(time, 4) for name, time in _seconds.items() if name not in _failed}
        (folder / "tests.json").write_text(json.dumps({"root": str(config.rootpath), "seconds": usable}))


class NearestTests:
    """What was measured, in a folder.

    Args:
        folder: where the plugin has written.
    """

    def __init__(self, folder: Path) -> None:
        parts = [str(part) for part in folder.glob("lines.*")]
        if parts:
            joined = coverage.Coverage(data_file=str(folder / "lines"), config_file=False)
            joined.combine(parts, strict=True)
            joined.save()
        self._data = coverage.CoverageData(str(folder / "lines"))
        self._data.read()
        written = json.loads((folder / "tests.json").read_text())
        self._root = Path(written["root"])
        self.seconds: dict[str, float] = written["seconds"]
        self._tests_of = cache(self._read_tests_of)

    def _read_tests_of(self, path: str) -> dict[int, list[str]]:
        return self._data.contexts_by_lineno(str(self._root / path))

    def of(self, mutant: Mutant, budget: float) -> list[str]:
        """The tests for a mutant, the nearest first, as many as take so many seconds together.

        First those that run its line, then those that run its file, else those of its package: they also
        come where a module's own lines are meant, because a table is read by whoever imports it, and none
        of its lines runs then. Among equals those come first whose names are like the module's, then the
        quick ones, then by name, so that every run tries the same.
        """
        lines = self._tests_of(mutant.path)
        first, last = mutant.lines
        direct = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        inside = {test for tests in lines.values() for test in tests}
        if not mutant.in_function:
            direct = inside
        names = _words(mutant.path)

        def distance(test: str) -> tuple[bool, int, float, str]:
            alike = len(names & _words(test.partition("::")[0]))
            return test not in direct, -alike, self.seconds[test], test

        near = inside
        if not inside or not mutant.in_function:
            near = inside | {test for test in self.seconds if names & _words(test.partition("::")[0])}
        chosen: list[str] = []
        spent = 0.0
        for test in sorted(near & self.seconds.keys(), key=distance):
            spent += self.seconds[test]
            if chosen and spent > budget:
                break
            chosen.append(test)
        return chosen


def _words(path: str) -> set[str]:
    """The words of a path that tell modules apart."""
    words = re.findall(r"[a-z]+", path.lower())
    return {word.removesuffix("s") for word in words} - {"test", "mockapi", "py", "init", ""}
