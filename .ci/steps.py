"""Runs steps side by side where they do not disturb each other, and tells how each of them ended.

A step is a bash script with a log of its own. A step that passes is told in two lines, one that fails with
its whole log. Nothing is asked twice.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECKOUT = Path(__file__).resolve().parent.parent
CORES = 2


@dataclass(frozen=True)
class Step:
    """Something that passes or fails.

    Attributes:
        name: what `--only` calls it.
        script: bash, run in the checkout; it stops at the first command that fails.
        cores: how many of the machine's it uses. What tests behaviour in time gets all of them.
        after: steps that have to have ended before; whether they passed is told by themselves.
        environment: set for this step.
    """

    name: str
    script: str
    cores: int = 1
    after: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def run_steps(steps: Sequence[Step], logs: Path, environment: Mapping[str, str]) -> int:
    """Run all steps, in their order as far as cores and `after` allow.

    Args:
        steps: what to run.
        logs: a folder for their logs.
        environment: of all steps.

    Returns:
        The exit code: 0 if all passed.
    """
    begun = time.monotonic()
    waiting = list(steps)
    running: dict[str, Step] = {}
    ended: queue.Queue[tuple[Step, int, float]] = queue.Queue()
    failed = []
    while waiting or running:
        unfinished = {step.name for step in (*waiting, *running.values())}
        free = CORES - sum(step.cores for step in running.values())
        step = next(
            (step for step in waiting if step.cores <= free and not unfinished & set(step.after)), None
        )
        if step is not None:
            waiting.remove(step)
            running[step.name] = step
            print(f"begin  {step.name}", flush=True)
            threading.Thread(target=_run, args=(step, logs, environment, ended), daemon=True).start()
            continue
        if not running:
            raise ValueError(f"Steps wait for each other: {', '.join(sorted(unfinished))}")
        done, code, seconds = ended.get()
        del running[done.name]
        if code:
            failed.append(done.name)
        _tell(done, code, seconds, logs)
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    counts = [f"{len(failed)} failed"] if failed else []
    counts.append(f"{len(steps) - len(failed)} passed")
    print(f"===== {', '.join(counts)} in {time.monotonic() - begun:.2f}s =====", flush=True)
    return 1 if failed else 0


def _run(
    step: Step, logs: Path, environment: Mapping[str, str], ended: queue.Queue[tuple[Step, int, float]]
) -> None:
    begun = time.monotonic()
    code = 1
    try:
        with (logs / f"{step.name}.log").open("wb") as log:
            command = ["bash", "-euo", "pipefail", "-c", step.script]
            code = subprocess.run(
                command,
                cwd=CHECKOUT,
                env={**environment, **step.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
    finally:
        ended.put((step, code, time.monotonic() - begun))


def _tell(step: Step, code: int, seconds: float, logs: Path) -> None:
    log = (logs / f"{step.name}.log").read_text(encoding="utf-8", errors="replace").rstrip()
    if code:
        print(f"\n===== {step.name}: what it said =====\n{log}\n")
        print(f"FAILED {step.name} ({seconds:.0f} s, exit code {code})", flush=True)
        return
    print(f"passed {step.name} ({seconds:.0f} s)")
    if log:
        print(f"       {log.splitlines()[-1]}")
    sys.stdout.flush()
