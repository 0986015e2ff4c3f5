"""Options in pyproject.toml: what `[tool.mockapi]` says, and who outranks it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.process import Serving, mockapi, run
from tests.support.server import ask, interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path

KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a cassette that its file names, and a folder in which people work."""
    (tmp_path / "tests").mkdir()
    write_cassette(tmp_path / "tests" / "a.yaml", interaction(message("a"), b"recorded"))
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _say(project: Path, *lines: str) -> None:
    (project / "pyproject.toml").write_text("\n".join(["[tool.mockapi]", *lines, ""]))


@pytest.mark.slow
@pytest.mark.parametrize("folder", [".", "sub"])
def test_serve_takes_its_options_from_the_file(
    project: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """Numbers, texts, lists, tables and switches; paths start at the file, wherever one works."""
    _say(
        project,
        'cassettes = ["tests"]',
        "port = 0",
        'fault = ["529:times=1", {fault = "error", status = 500, times = 1}]',
        'on-unmatched = "synthesize"',
        "verbose = true",
        "rate_limit = {requests = 100}",
        "[tool.mockapi.max_age]",
        '"tests" = 90',
    )
    monkeypatch.chdir(project / folder)
    with Serving("serve") as server:
        statuses = [ask(server.url, message("a"), headers=KEY).status_code for _ in range(2)]
        assert ask(server.url, message("a"), headers=KEY).content == b"recorded"
        made = ask(server.url, message("other"), headers=KEY)
        outcome = server.stop()
    assert statuses == [529, 500]
    assert made.headers["x-mockapi-source"] == "synthesized"
    assert made.headers["anthropic-ratelimit-requests-limit"] == "100"
    assert "POST /v1/messages -> 529" in outcome.err


def test_the_environment_outranks_the_file_and_the_command_line_both(project: Path) -> None:
    """The nearer to the one who types, the stronger."""
    _say(project, 'cassettes = ["tests"]', "port = 1", 'after_last = "repeat"', "seed = 1")
    other = write_cassette(project / "other.yaml", interaction(message("b"), b"other"))
    with Serving("serve", other, "--port", "0", env={"MOCKAPI_AFTER_LAST": "fail"}) as server:
        assert ask(server.url, message("b"), headers=KEY).content == b"other"
        assert ask(server.url, message("b"), headers=KEY).status_code == 422


@pytest.mark.slow
def test_exec_listens_on_a_free_port_whatever_the_file_says(project: Path) -> None:
    """The file's port is for `serve`, which may be running."""
    _say(project, "port = 1", 'cassettes = ["tests"]')
    code = "import os; assert not os.environ['ANTHROPIC_BASE_URL'].endswith(':1')"
    assert run("exec", "--", sys.executable, "-c", code).code == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("prot = 1", "tool.mockapi has no 'prot'. Did you mean port?"),
        ("xyzzy = 1", "tool.mockapi has no 'xyzzy'. It takes the options of `mockapi serve`."),
        ('port = "a"', "tool.mockapi.port: 'a' is not a valid integer"),
        ("port = [1]", "tool.mockapi.port is a single value"),
        ('cassettes = "tests"', "tool.mockapi.cassettes is a list"),
        ('validation = "strct"', "tool.mockapi.validation: 'strct' is not one of"),
    ],
)
def test_what_does_not_fit_is_told_with_the_file(project: Path, line: str, said: str) -> None:
    """Exit code 2, the file and the key; what the command line says is not blamed on the file."""
    _say(project, line)
    outcome = mockapi("serve")
    assert outcome.code == 2
    assert "pyproject.toml: " in outcome.err
    assert said in outcome.err
    _say(project, "seed = 1")
    assert "pyproject.toml" not in mockapi("serve", "--seed", "x").err


def test_record_validates_nothing_whatever_the_file_says_to_serve(project: Path) -> None:
    """Only its own command line and environment change what `record` does with a request."""
    _say(project, 'validation = "strict"', 'on_unmatched = "fail"')
    outcome = mockapi("record", "--upstream", "nonsense", "--to", "r")
    assert "such as https://api.anthropic.com" in outcome.err
