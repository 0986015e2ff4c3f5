"""`mockapi init`: what a project gets, and that nothing of its own is touched."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.support.process import environment, mockapi

if TYPE_CHECKING:
    from pathlib import Path

TEST = """
def test_it(client, messages_api):
    messages_api.reply("Hello")
    messages = [{"role": "user", "content": "Hi"}]
    assert CALL == "Hello"
    messages_api.assert_turns(1)
"""
SDK = "client.messages.create(model='claude-opus-4-6', max_tokens=9, messages=messages).content[0].text"
HTTPX = (
    "client.post('/v1/messages', json={'model': 'claude-opus-4-6', 'max_tokens': 9, 'messages': messages})"
    ".json()['content'][0]['text']"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in which people work."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _files(project: Path) -> set[str]:
    return {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}


def _commands(project: Path) -> list[str]:
    workflow = yaml.safe_load((project / ".github/workflows/tests.yml").read_text())
    return [step["run"] for step in workflow["jobs"]["tests"]["steps"] if "run" in step]


@pytest.mark.slow
@pytest.mark.parametrize(("has_sdk", "call"), [(True, SDK), (False, HTTPX)])
def test_an_empty_project_gets_files_with_which_its_first_test_passes(
    project: Path, monkeypatch: pytest.MonkeyPatch, *, has_sdk: bool, call: str
) -> None:
    """With the official client where it is installed, else with httpx; the CI's own commands pass, too."""
    if not has_sdk:
        monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    outcome = mockapi("init")
    monkeypatch.undo()
    assert outcome.code == 0
    assert _files(project) == {
        "tests/conftest.py",
        "tests/cassettes/.gitattributes",
        "tests/cassettes/cassette.schema.json",
        ".github/workflows/tests.yml",
        ".pre-commit-config.yaml",
    }
    (project / "tests" / "test_it.py").write_text(TEST.replace("CALL", call))
    install, lint, test = _commands(project)
    assert install == "pip install pytest messages-mockapi"
    for command in (lint, test):
        words = shlex.split(command, comments=True)
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=project,
            env=environment(PYTHONPATH=":".join(sys.path)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    (hook,) = yaml.safe_load((project / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert hook["entry"] == "mockapi cassettes lint"


def test_what_the_project_shows_is_not_asked(project: Path) -> None:
    """Where its tests are, how it is installed, and which CI it has."""
    (project / "checks").mkdir()
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["checks"]\n')
    (project / "requirements.txt").write_text("")
    (project / ".git").mkdir()
    (project / ".git" / "config").write_text('[remote "origin"]\n\turl = git@gitlab.example:a/b.git\n')
    assert mockapi("init").code == 0
    job = yaml.safe_load((project / ".gitlab-ci.yml").read_text())["tests"]
    assert job["script"][0] == "pip install -r requirements.txt pytest messages-mockapi"
    assert job["script"][1] == "mockapi cassettes lint checks/cassettes"
    assert (project / "checks" / "conftest.py").exists()
    assert not (project / "tests").exists()


def test_uv_projects_run_their_commands_with_uv(project: Path) -> None:
    """As their lock says."""
    (project / "uv.lock").write_text("")
    assert mockapi("init").code == 0
    assert _commands(project) == [
        "uv sync",
        "uv run --with messages-mockapi mockapi cassettes lint tests/cassettes",
        "uv run --with messages-mockapi pytest  # plays what is recorded: no key, no network".partition(
            "  #"
        )[0],
    ]


def test_what_is_there_is_never_overwritten(project: Path) -> None:
    """It is left to the byte, and what it would need is printed; the second time nothing is left to do."""
    (project / "tests").mkdir()
    theirs = project / "tests" / "conftest.py"
    theirs.write_text("# mine\n")
    outcome = mockapi("init", str(project))
    assert outcome.code == 0
    assert theirs.read_text() == "# mine\n"
    assert f"kept   {theirs}" in outcome.out
    assert "def client(messages_api):" in outcome.out
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    again = mockapi("init", str(project))
    assert "wrote" not in again.out
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_a_folder_that_cannot_be_written_is_told(project: Path) -> None:
    """A file where a folder has to be: exit code 2, and no traceback."""
    (project / ".github").write_text("")
    outcome = mockapi("init")
    assert outcome.code == 2
    assert "cannot be written" in outcome.err
