"""`mockapi cassettes migrate`: the diff first, then the question, then the files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import Result

from mockapi.cassettes import Cassette, Interaction, RecordedRequest, RecordedResponse, dump, load
from mockapi.cli import cassettes_migrate, root
from mockapi.errors import UsageError
from tests.support.foreign import ANSWER, ASKED
from tests.support.process import runner

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

RENAME = ("--model", "claude-sonnet-4-5=claude-sonnet-5")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A cassette of one interaction."""
    interaction = Interaction(
        RecordedRequest("POST", "/v1/messages", body=ASKED), RecordedResponse(200, (), ANSWER)
    )
    path = tmp_path / "a.yaml"
    path.write_bytes(dump(Cassette("a", (interaction,))))
    return path


def run(*arguments: object, answer: str | None = None) -> Result:
    """The command, run; with an answer it is on a terminal."""
    return runner().invoke(root, ["cassettes", "migrate", *map(str, arguments)], input=answer)


def only(file: Path) -> Interaction:
    """The one interaction of a file."""
    (interaction,) = load(file.read_bytes(), "a").interactions
    return interaction


def test_what_would_change_is_shown_and_nothing_is_written(file: Path) -> None:
    """Without --write, away from a terminal, it is a look: a diff by JSON path."""
    before = file.read_bytes()
    result = run(file, *RENAME)
    assert result.exit_code == 0
    assert f"{file}#0" in result.stdout
    assert "  - $.model: " in result.stdout
    assert "  + $.model: " in result.stdout
    assert "1 interaction in 1 file would change" in result.stderr
    assert "--write does it" in result.stderr
    assert file.read_bytes() == before


def test_with_write_the_requests_change_and_the_replies_do_not(file: Path) -> None:
    """The interaction is marked, the reply keeps its bytes unless asked for."""
    assert run(file, *RENAME, "--write").exit_code == 0
    interaction = only(file)
    assert json.loads(interaction.request.body)["model"] == "claude-sonnet-5"
    assert interaction.edited
    assert interaction.response.body == ANSWER
    again = run(file, "--model", "claude-sonnet-4-5=claude-sonnet-5", "--replies", "--write")
    assert "  + reply: claude-sonnet-5" in again.stdout
    assert only(file).response.body == ANSWER.replace(b"claude-sonnet-4-5", b"claude-sonnet-5")


@pytest.mark.parametrize(("answer", "model"), [("n\n", "claude-sonnet-4-5"), ("y\n", "claude-sonnet-5")])
def test_on_a_terminal_it_asks(file: Path, monkeypatch: pytest.MonkeyPatch, answer: str, model: str) -> None:
    """Yes writes, no does not."""
    monkeypatch.setattr(cassettes_migrate, "_asks", lambda: True)
    run(file, *RENAME, answer=answer)
    assert json.loads(only(file).request.body)["model"] == model


def test_tools_and_members_are_renamed_too(file: Path) -> None:
    """A JSON path may have an equals sign in it: the last one parts path and name."""
    result = run(file, "--path", "$.messages[?@.role=='user'].content=text", "--write")
    assert result.exit_code == 0, result.output
    assert "text" in json.loads(only(file).request.body)["messages"][0]
    assert "0 interactions in 0 files would change" in run(file, "--tool", "a=b").stderr


@pytest.mark.parametrize("arguments", [(), ("--model", "x"), ("--model", "=x"), ("--tool", "x=")])
def test_a_rename_needs_two_names(file: Path, arguments: tuple[str, ...]) -> None:
    """Nothing to do, or half a rename, is an error that says how to write one."""
    result = run(file, *arguments)
    assert isinstance(result.exception, UsageError)
