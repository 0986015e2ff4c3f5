"""Programs in a process of one thread, which may fork; the tests' own process may have more."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Final

from tests.support.process import environment

if TYPE_CHECKING:
    from pathlib import Path

SUPERVISOR: Final = """
from mockapi import cluster, server
from mockapi.cassettes import DEFAULT

def supervisor_of(*paths):
    plan = cluster.WorkerPlan(
        workers=2, paths=paths, settings=server.Settings(), access=server.access_of(), rules=DEFAULT,
        log_format=None,
    )
    stopped = cluster.Supervisor(
        plan, server.listen("127.0.0.1", 0), server.Console(quiet=True), lambda: stopped.stop()
    )
    return stopped
"""
"""The beginning of a program with a supervisor that stops as soon as it is ready."""


def run_alone(program: str, cwd: Path | None = None, *, head: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program to its end.

    Args:
        program: its text, indented as its surroundings are.
        cwd: where it runs.
        head: what comes before.
    """
    return subprocess.run(
        [sys.executable, "-c", head + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
        env=environment(),
    )
