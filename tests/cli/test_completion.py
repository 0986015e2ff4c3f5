"""`mockapi completion`: what shells get, and what they are answered at a press of Tab."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.process import mockapi, run

if TYPE_CHECKING:
    from pathlib import Path


def _completed(words: str, **environment: str) -> list[str]:
    """What bash gets for the last of these words."""
    count = str(len(words.split(" ")) - 1)
    env = {"_MOCKAPI_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": count, **environment}
    outcome = run(env=env)
    assert outcome.code == 0, outcome.err
    assert outcome.err == ""
    return [line.partition(",")[2] for line in outcome.out.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_it_can_read(shell: str, tmp_path: Path) -> None:
    """It names the program and the variable by which it asks it."""
    outcome = mockapi("completion", shell)
    assert outcome.code == 0
    assert f"_MOCKAPI_COMPLETE={shell}_complete" in outcome.out
    if shutil.which(shell) is not None:
        script = tmp_path / "script"
        script.write_text(outcome.out)
        subprocess.run([shell, "-n", str(script)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("mockapi se", ["serve"]),
        ("mockapi cassettes l", ["lint"]),
        ("mockapi serve --after", ["--after-last"]),
        ("mockapi serve --validation l", ["lenient"]),
        ("mockapi exec --on-unmatched pass", ["passthrough"]),
        ("mockapi exec python --se", ["--seed"]),
    ],
)
def test_words_are_completed(words: str, wanted: list[str]) -> None:
    """Commands, options and their values."""
    assert _completed(words) == wanted


def test_a_mistake_in_the_projects_file_does_not_show_at_a_press_of_tab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told when a command is run."""
    (tmp_path / "pyproject.toml").write_text("[tool.mockapi]\nprot = 1\n")
    monkeypatch.chdir(tmp_path)
    assert _completed("mockapi serve --after") == ["--after-last"]
