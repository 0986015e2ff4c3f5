"""All checks of a change, from a bare checkout and a bare Python 3.11 or newer.

Fails when one of them fails, at the first asking, and when a test was skipped although what it needs
can be there: only recorded traffic, which is not part of the project, may be missing.
"""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from lowest import lowest_versions
from plan import BROWSER, PYTHON, differing, environments, install, main, newer, readme_command
from steps import Step

if TYPE_CHECKING:
    from pathlib import Path


_ORDER = "tests/server/test_scripts.py tests/server/test_ordered_faults.py"
_NODES = f"{_ORDER} tests/server/test_sessions.py tests/server/test_loading.py"
"""What order, memory and cassettes are asked for; `.ci/nightly` asks for all."""
_ONE_AFTER_THE_OTHER = ("tests/suite/test_checks.py", "tests/test_packaging.py")


def plan(work: Path) -> list[Step]:
    """What is run, in this order, on two cores."""
    made = environments(work)
    before = tuple(step.name for step in made)
    lowest = work / "lowest.txt"
    lowest.write_text("\n".join(lowest_versions()) + "\n", encoding="utf-8")
    return [
        Step("test", readme_command("test"), cores=2),
        *made,
        Step("browser", BROWSER, after=("test", "services")),  # each may run apt-get
        # Each folder starts Playwright, which keeps a loop running: nothing else can run one beside it.
        Step(
            "page",
            f"{PYTHON} -m pytest -q -m browser tests/page\n{PYTHON} -m pytest -q -m browser tests/report",
            after=("browser",),
        ),
        # Their files share what takes minutes to make, which tests that are spread over processes do not.
        Step(
            "gate",
            f"{PYTHON} -m pytest -q --timeout=900 -m 'slow and not nightly' {' '.join(_ONE_AFTER_THE_OTHER)}",
            after=("test", *before),
        ),
        Step("lint", f"{PYTHON} -m ruff check .\n{PYTHON} -m ruff format --check .", after=("test",)),
        Step("types", f"{PYTHON} -m mypy", after=("test",)),
        Step("pyright", _pyright(work), after=("test",)),
        # News is printed for whoever judges it; only what was judged and got lost fails.
        Step("clients", f"{PYTHON} tools/clients.py", after=("test",)),
        # With all examples of the property tests, of which the default run tries few. Most of these tests
        # wait for other processes: on two cores twice as many at once take half the time.
        Step(
            "slow",
            f"{PYTHON} -m pytest -q -n 4 --timeout=900 --durations=20"
            f" -m '(slow or hypothesis) and not nightly' --ignore {' --ignore '.join(_ONE_AFTER_THE_OTHER)}",
            cores=2,
            after=("test", *before),
            environment={"MOCKAPI_EXAMPLES": "all"},
        ),
        Step(
            "several",
            f"MOCKAPI_TEST_NODES=3 {PYTHON} -m pytest -q -n 2 {_NODES}\n"
            f"MOCKAPI_TEST_STATE=1 {PYTHON} -m pytest -q -n 2 {_ORDER}",
            cores=2,
            after=("test", *before),
            environment={"MOCKAPI_FORBID_SKIPS": ""},  # what looks into one process
        ),
        *differing("lowest", work, sys.executable, str(lowest)),
        *newer(work, "3.13"),  # what lies between it and 3.11 is nightly's
        Step("demo", _demo(work), after=("test",)),
    ]


def _pyright(work: Path) -> str:
    """The second type checker of the public API: a build of pyright that needs no node of the machine's."""
    made = install("pyright", work, sys.executable, "'basedpyright==1.40.2'").script
    place = shlex.quote(str(work / "pyright"))
    return f"{made}\n{place}/bin/basedpyright --pythonpath {PYTHON} --project tests/typing"


def _demo(work: Path) -> str:
    """The README's first command, in a copy of what git knows, twice: the second run finds the first's."""
    copy = shlex.quote(str(work / "copy"))
    return f"mkdir {copy}\ngit archive HEAD | tar -x -C {copy}\ncd {copy}\n{readme_command('demo') * 2}"


if __name__ == "__main__":
    main(__doc__ or "", plan)
