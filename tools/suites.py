"""Public test suites, answered by their own recorder and then by mockapi: the same outcome, test by test?

    python tools/suites.py CLONES                 each suite of suites.toml that has a clone in that folder
    python tools/suites.py CLONES --only NAME     one of them
    python tools/suites.py CLONES --markdown      the outcome as the table of docs/import.md

A clone's environment is made by you, as its project says, with mockapi beside: `.venv` in the project's
folder. Its tests run there twice. First as they are; then unchanged but for their recorder being off, with
the cassettes that `mockapi cassettes import --pytest` made of its recordings, and the lines for
`conftest.py` and the ini file that docs/pytest.md shows. Compared are the tests that the recorder answered
in the API's name. Nothing is fetched or built here, and nothing of a clone is kept or changed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TOOLS: Final = Path(__file__).resolve().parent
SUITES: Final = TOOLS / "suites.toml"
_MOST_SECONDS: Final = 1200


@dataclass(frozen=True)
class Suite:
    """A row of suites.toml; there stands what its members are."""

    name: str
    repository: str
    commit: str
    tests: tuple[str, ...]
    off: tuple[str, ...]
    folder: str = "."
    cassettes: tuple[str, ...] = ()
    beside: bool = False
    ini: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    differs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What a run of pytest showed.

    Attributes:
        outcomes: of each test, by its id.
        causes: what a failed one said.
        played: the tests that the recorder answered in the API's name.
    """

    outcomes: Mapping[str, str]
    causes: Mapping[str, str]
    played: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A suite's two runs.

    Attributes:
        commit: of the clone.
        tests: how many were compared.
        same: how many of them ended alike.
        expected: those that differ as suites.toml says, with the cause that stands there.
        unexpected: those that differ otherwise, with both outcomes and what the second said.
        stale: those of suites.toml that do not differ.
    """

    suite: Suite
    commit: str
    tests: int
    same: int
    expected: Mapping[str, str]
    unexpected: Mapping[str, str]
    stale: tuple[str, ...]

    @property
    def is_as_expected(self) -> bool:
        """Whether tests were compared, and differ only as they should."""
        return bool(self.tests) and not self.unexpected and not self.stale


def suites(path: Path = SUITES) -> list[Suite]:
    """The rows of the file."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["suite"]
    return [_suite(row) for row in rows]


def _suite(row: dict[str, Any]) -> Suite:
    read: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    return Suite(**read)


def compare(suite: Suite, commit: str, before: Run, after: Run) -> Comparison:
    """Hold two runs side by side; the second one's recorder has to have answered nothing."""
    expected: dict[str, str] = {}
    unexpected = dict.fromkeys(after.played, "the recorder answered it")
    for test in before.played:
        first, second = before.outcomes.get(test, "not run"), after.outcomes.get(test, "not run")
        if first == second or test in unexpected:
            continue
        if test in suite.differs:
            expected[test] = suite.differs[test]
        else:
            unexpected[test] = f"{first} -> {second}: {after.causes.get(test, 'no cause given')}"
    different = len(expected) + len(unexpected)
    stale = tuple(test for test in suite.differs if test in before.played and test not in expected)
    return Comparison(
        suite,
        commit,
        len(before.played),
        len(before.played) - different,
        expected,
        unexpected,
        stale,
    )


def judge(suite: Suite, clone: Path, work: Path) -> Comparison:
    """Run a suite both ways."""
    project = clone / suite.folder
    python = project / ".venv" / "bin" / "python"
    if not python.exists():
        raise SystemExit(f"{suite.name}: {python} does not exist. Make the project's environment there.")
    before = _run(suite, project, python, work / "before.json")
    imported = work / "imported"
    sources = suite.cassettes or suite.tests
    command = [str(python), "-m", "mockapi", "cassettes", "import", *sources, "--to", str(imported)]
    made = subprocess.run(  # noqa: S603 - the command that docs/import.md shows
        [*command, "--pytest"], cwd=project, capture_output=True, text=True, check=False
    )
    (work / "import.txt").write_text(made.stdout + made.stderr, encoding="utf-8")
    if not imported.is_dir():
        raise SystemExit(f"{suite.name}: nothing was imported.\n{made.stdout}{made.stderr}")
    only = work / "only.json"
    only.write_text(json.dumps(before.played), encoding="utf-8")
    after = _run(suite, project, python, work / "after.json", imported=imported, only=only)
    return compare(suite, _commit(clone), before, after)


def _run(
    suite: Suite,
    project: Path,
    python: Path,
    report: Path,
    *,
    imported: Path | None = None,
    only: Path | None = None,
) -> Run:
    """Run the tests once: as they are, or with mockapi in the recorder's place."""
    environment = {
        **os.environ,
        **suite.environment,
        "PYTHONPATH": str(TOOLS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SUITE_REPORT": str(report),
    }
    if imported is None:
        mode = ["-p", "no:mockapi"]
    else:
        options = (f"mockapi_cassettes={imported}", "mockapi_matching=uri", *suite.ini)
        mode = [word for option in options for word in ("-o", option)]
        mode += ["--allowed-hosts=127.0.0.1"] if suite.beside else suite.off
        environment |= {"SUITE_WITH_MOCKAPI": "1", "SUITE_ONLY": str(only)}
        environment |= {"SUITE_RECORDER_STAYS": "1"} if suite.beside else {}
    report.unlink(missing_ok=True)  # of an earlier run, in a folder that was kept
    command = [str(python), "-m", "pytest", "-q", "-p", "suite_probe", "-p", "no:cacheprovider", *mode]
    done = subprocess.run(  # noqa: S603 - words of suites.toml
        [*command, *suite.arguments, *suite.tests],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_MOST_SECONDS,
        check=False,
    )
    report.with_suffix(".txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    if not report.exists():
        raise SystemExit(f"{suite.name}: pytest broke off.\n{done.stdout}{done.stderr}")
    seen: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return Run(seen["outcomes"], seen["causes"], tuple(seen["played"]))


def _commit(clone: Path) -> str:
    command = ["git", "-C", str(clone), "rev-parse", "HEAD"]
    return subprocess.run(  # noqa: S603 - fixed words
        command, capture_output=True, text=True, check=True
    ).stdout.strip()


# --- what is told


def told(comparison: Comparison) -> str:
    """A suite's outcome, and each test that differs."""
    suite = comparison.suite
    lines = [f"{suite.name}: {comparison.same} of {comparison.tests} tests end alike"]
    if comparison.commit != suite.commit:
        lines.append(f"  its clone is at {comparison.commit}, suites.toml speaks of {suite.commit}")
    lines += [f"  as expected {test}: {cause}" for test, cause in comparison.expected.items()]
    lines += [f"  DIFFERS {test}: {cause}" for test, cause in comparison.unexpected.items()]
    lines += [f"  NO LONGER DIFFERS {test}" for test in comparison.stale]
    if not comparison.tests:
        lines.append("  NOTHING COMPARED: its recorder answered no test")
    return "\n".join(lines)


def row(comparison: Comparison) -> str:
    """A suite's line in the table of docs/import.md."""
    suite = comparison.suite
    causes = dict.fromkeys((*comparison.expected.values(), *comparison.unexpected.values()))
    differing = comparison.tests - comparison.same
    why = f"{differing}: {'; '.join(causes)}" if differing else "none"
    link = f"[{suite.name}]({suite.repository})"
    return f"| {link} | `{comparison.commit[:9]}` | {comparison.tests} | {comparison.same} | {why} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suites that are there.

    Returns:
        0 if every one ends as suites.toml says, and at least one was there.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clones", type=Path, help="the folder of clones, each under its name in suites.toml")
    parser.add_argument("--only", action="append", metavar="NAME", help="this suite; may be repeated")
    parser.add_argument("--markdown", action="store_true", help="print a table's rows")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where logs and imported cassettes stay")
    options = parser.parse_args(arguments)
    wanted = [suite for suite in suites() if not options.only or suite.name in options.only]
    there = [suite for suite in wanted if (options.clones / suite.name).is_dir()]
    for suite in wanted:
        if suite not in there:
            print(f"{suite.name}: no clone in {options.clones}", file=sys.stderr)
    compared = []
    with tempfile.TemporaryDirectory() as made:
        for suite in there:
            work = (options.keep or Path(made)).resolve() / suite.name
            work.mkdir(parents=True, exist_ok=True)
            compared.append(judge(suite, (options.clones / suite.name).resolve(), work))
            print(row(compared[-1]) if options.markdown else told(compared[-1]), flush=True)
    return 0 if compared and all(one.is_as_expected for one in compared) else 1


if __name__ == "__main__":
    raise SystemExit(main())
