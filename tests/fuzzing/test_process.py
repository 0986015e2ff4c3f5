"""Programs that are asked line by line: whatever they do, and whatever they leave behind, is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from mockapi.fuzzing._process import LineProcess, Trouble
from tests.support.process import command, environment
from tests.support.server import PATIENCE, eventually

QUESTION: Final = b"a question"

PROGRAMS: Final = {
    "ends at once": "exit 3",
    "ends with a process in the background": "sleep 1000 & echo $! >&2; exit 3",
    "ends with one in a session of its own": "setsid sleep 1000 & echo $! >&2; exit 3",
    "is killed": "sleep 1000 & echo $! >&2; kill -9 $$",
}
"""Shell programs that give no answer; each says on stderr what it leaves behind."""
DEAF: Final = "exec <&-; exec >&-; sleep 1000 & echo $! >&2; wait"
"""It closes its input and output, and does not end."""


def _is_gone(number: int) -> bool:
    """Whether there is no such process, but for one that nobody has reaped yet."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux what still runs")


@pytest.mark.parametrize(
    "program",
    [*PROGRAMS.values(), pytest.param(DEAF, marks=pytest.mark.slow)],
    ids=[*PROGRAMS, "closes its input and output"],
)
def test_a_program_that_ends_is_told_and_leaves_nothing_behind(program: str) -> None:
    """At once: what holds its output open keeps nobody waiting."""
    process = LineProcess(["sh", "-c", program])
    with pytest.raises(Trouble, match=r"the program ended with (exit code 3|signal 9)") as caught:
        process.ask(QUESTION, PATIENCE)
    left = str(caught.value).partition(": ")[2]
    assert bool(left) == ("sleep" in program)
    eventually(lambda: not left or _is_gone(int(left)), "the process in the background has ended")


def test_a_program_that_ended_is_started_anew_for_the_next_question() -> None:
    """One answer each time it runs."""
    process = LineProcess([sys.executable, "-c", "print(input())"])
    try:
        for _ in range(3):
            assert process.ask(QUESTION, PATIENCE) == QUESTION
            running = process._running
            assert running is not None
            assert running.has_ended.wait(PATIENCE)
    finally:
        process.stop()


SIGNALS: Final = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL]


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_no_signal_leaves_a_target_behind(number: signal.Signals, tmp_path: Path) -> None:
    """One that goes round for ever and ignores signals, during its first stream; nor what it has started."""
    numbers = tmp_path / "numbers"
    hunt = subprocess.Popen(
        command("fuzz", "--target", "tests.support.targets:spins"),
        env=environment(NUMBERS=str(numbers)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: numbers.exists() and numbers.read_text().endswith("\n"), "the target runs")
        hunt.send_signal(number)
        code = hunt.wait(PATIENCE)
    finally:
        hunt.kill()
    worker, left, away = map(int, numbers.read_text().split())
    assert code == {signal.SIGKILL: -9, signal.SIGINT: 130}.get(number, 128 + number)
    eventually(lambda: _is_gone(worker) and _is_gone(left), "the target and its group have ended")
    if number != signal.SIGKILL:
        eventually(lambda: _is_gone(away), "what has left the group has ended")
    else:
        os.kill(away, signal.SIGKILL)  # nobody was left who could have ended it


@pytest.mark.slow
def test_a_target_that_leaves_a_process_costs_no_time() -> None:
    """Each such case is a crash, not a wait until the time is up."""
    hunt = subprocess.run(
        command(
            "fuzz",
            "--target",
            "tests.support.targets:leaves_a_process",
            "--examples",
            "0",
            "--exclude",
            "limits/",
        ),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert hunt.returncode == 1
    assert "the program ended with exit code 7" in hunt.stdout
    assert "hangs" not in hunt.stdout
