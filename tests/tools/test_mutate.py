"""A run of mutations over a small project: what is killed, what survives, what is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutate import main

CODE = """\
def ticket(age):
    if age < 6:
        return 0
    return 9
"""
TEST = """\
import pytest
from fares import ticket

@pytest.mark.parametrize("age", [40, 50])
def test_grown_people_pay(age):
    assert ticket(age) == 9

def test_children_do_not():
    assert ticket(3) == 0
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose tests do not look at the boundary."""
    (tmp_path / "fares.py").write_text(CODE)
    (tmp_path / "test_fares.py").write_text(TEST)
    return tmp_path


@pytest.mark.slow
def test_survivors_are_shown_and_counted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A test that looks at the boundary kills what survived; what was killed is not tried again."""
    results = project / "killed.txt"
    arguments = ["--root", str(project), "--jobs", "1", "--results", str(results), "fares.py"]
    assert main([*arguments, "--at-least", "90"]) == 1
    first = capsys.readouterr().out
    assert "killed 5 of 7 (71.4 %)" in first
    assert "-    if age < 6:\n+    if age <= 6:" in first
    assert "-    if age < 6:\n+    if age < 7:" in first
    assert (project / "fares.py").read_text() == CODE

    (project / "test_fares.py").write_text(TEST + "\ndef test_six():\n    assert ticket(6) == 9\n")
    assert main([*arguments, "--at-least", "100"]) == 0
    second = capsys.readouterr().out
    assert "killed 7 of 7 (100.0 %)" in second
    assert second.count("killed ") == 3, "two mutants and the sum"


@pytest.mark.slow
def test_a_mutant_that_hangs_is_killed_with_all_that_it_started(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A loop without end counts as killed; a process that a test left behind is gone after the run."""
    loop = "def count(upto):\n    n = 0\n    while n < upto:\n        n += 1\n    return n\n"
    left = project / "left.txt"
    (project / "fares.py").write_text(loop)
    (project / "test_fares.py").write_text(
        "import subprocess, sys\nfrom fares import count\n\ndef test_count():\n"
        "    sleeper = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "    process = subprocess.Popen(sleeper, start_new_session=True)\n"
        f"    with open({str(left)!r}, 'a') as file:\n"
        "        file.write(f'{process.pid}\\n')\n"
        "    process.returncode = 0  # it is meant to be left\n"
        "    assert [count(0), count(3)] == [0, 3]\n"
    )
    assert main(["--root", str(project), "--patience", "10", "--at-least", "100", "fares.py"]) == 0
    said = capsys.readouterr().out
    assert "timeout" in said
    started = left.read_text().split()
    assert len(started) > 1, "one for the measurement and one for each mutant that could be run"
    assert not [pid for pid in started if _is_sleeping(pid)]


def _is_sleeping(pid: str) -> bool:
    try:
        return b"time.sleep(600)" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
