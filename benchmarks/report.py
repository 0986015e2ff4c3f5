"""What was measured, as a page: the machine, the goals, and a table for each part."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from benchmarks import npm
from mockapi._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_Row = TypeVar("_Row")
_PACKAGES = ("starlette", "uvicorn", "uvloop", "httptools", "orjson", "PyYAML")

_HOW = """\
Each server runs alone on one core, the load (wrk) on another. Servers take turns in rounds of a
second; every figure is a median over the rounds. Ratios are of the processor time per request and
compare servers within a round: that is what other work on the machine disturbs least, and its
inverse is the rate that a core allows."""


@dataclass(frozen=True)
class Goal:
    """Something that was to be reached, and whether it was."""

    what: str
    wanted: str
    measured: str
    met: bool


@dataclass(frozen=True)
class Part:
    """A part of the run.

    Attributes:
        title: of its section.
        about: how it was measured, in sentences.
        columns: of its table.
        rows: of its table; the first cell says what was measured.
        goals: what it was to reach.
    """

    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: Sequence[Goal] = field(default=())


GROWTH = 4
"""Times the size, wherever the growth of time is measured."""
MOST_GROWTH = 6.0
"""Times the processor time that this may cost."""


def growth_goal(of: str, times: float) -> Goal:
    """The goal that time grows with the size and no faster; `times` is the worst that was measured."""
    wanted = f"{MOST_GROWTH:.0f} times the time"
    return Goal(f"{GROWTH} times the {of}, at most", wanted, f"{times:.1f} times", times <= MOST_GROWTH)


def chosen(rows: Iterable[_Row], only: Sequence[str] | None, name: Callable[[_Row], str]) -> list[_Row]:
    """The rows whose name has one of the words, or all; without any the program ends."""
    found = [row for row in rows if not only or any(word in name(row) for word in only)]
    if not found:
        raise SystemExit(f"--only {' '.join(only or ())}: no row has this in its name.")
    return found


def page(parts: Sequence[Part], command: str) -> str:
    """All parts as Markdown."""
    goals = [goal for part in parts for goal in part.goals]
    met = sum(goal.met for goal in goals)
    lines = [
        "# What mockapi costs, measured",
        "",
        f"One run of `{command}` on {datetime.now(UTC):%Y-%m-%d}. Every number on this page is from it.",
        "",
        *_machine(),
        "",
        f"## Goals: {met} of {len(goals)} reached",
        "",
        *_table(
            ("what", "wanted", "measured", "reached"),
            [(goal.what, goal.wanted, goal.measured, "yes" if goal.met else "**no**") for goal in goals],
        ),
    ]
    for part in parts:
        lines += ["", f"## {part.title}", "", part.about, "", *_table(part.columns, part.rows)]
    return "\n".join(lines) + "\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(columns)} |",
        f"|{'---|' * len(columns)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _machine() -> list[str]:
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    system = f"{platform.system()} {platform.release()}"
    return [
        f"- Machine: {_processor()}, {os.cpu_count()} cores, {_memory()}, {system}",
        f"- mockapi {__version__}, Python {platform.python_version()}, {packages}",
        f"- {_node()}",
        f"- Load average at the end (1, 5, 15 minutes; a quiet machine shows about 1): {load}",
        "",
        _HOW,
    ]


def _processor() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith(("model name", "Model"))
    ]
    return names[0] if names else platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        return "aimock and WireMock were not compared: there is no Node on this machine"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"aimock {npm.AIMOCK.version}, WireMock {npm.WIREMOCK.version}, Node {version}"
