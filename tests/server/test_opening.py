"""What people are told when a server starts: what it plays, and how it answers the rest."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import mockapi
from mockapi.replies.scripts import parse_script
from mockapi.replies.twin import learn_twin
from mockapi.server import Console, RecordOptions, Service, tell_opening
from tests.support.server import interaction, message, write_cassette
from tests.support.twins import body, whole
from tests.support.twins import message as learned

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from mockapi.replies.scripts import Script


def told(
    *paths: str, script: Script | None = None, recording: RecordOptions | None = None, **settings: Any
) -> list[str]:
    """The lines of a start."""
    stream = io.StringIO()
    service = Service(paths, mockapi.Settings(**settings), Console(stream), recording=recording)
    tell_opening(service, script)
    return stream.getvalue().splitlines()


def test_what_is_played_is_told(tmp_path: Path) -> None:
    """How many interactions and cassettes; without options nothing else."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("a")), interaction(message("b")))
    assert told(path) == ["playing 2 interactions of 1 cassette"]
    assert told() == ["playing 0 interactions of 0 cassettes"]


def test_a_place_without_cassettes_is_told(tmp_path: Path) -> None:
    """Unless recordings will be added there."""
    lines = told(str(tmp_path), str(tmp_path))
    assert lines[1:] == [f"there is no .yaml or .yml file in {tmp_path}, {tmp_path}"]
    recording = RecordOptions("http://127.0.0.1:9", to=str(tmp_path))
    assert len(told(str(tmp_path), recording=recording)) == 1


def test_recordings_that_a_project_calls_old_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that compares them."""
    asked = interaction(message("a"))
    path = write_cassette(tmp_path / "a.yaml", replace(asked, recorded_at="2020-01-01T00:00:00Z"))
    (tmp_path / "pyproject.toml").write_text('[tool.mockapi.max_age]\n"." = 30\n')
    monkeypatch.chdir(tmp_path)
    _, line = told(path)
    assert "are older than 30 days" in line
    assert "--record-mode verify" in line


def test_how_the_rest_is_answered_is_told() -> None:
    """As recorded traffic was, at which speed, and by a script of so many messages."""
    twin = learn_twin([whole(body(), learned(10))])
    script = parse_script([{"text": "a"}, {"text": "b"}], lambda _: b"")
    assert told(script=script, twin=twin, speed=1.5)[1:] == [
        "answering like 1 recorded exchange, at a speed of 1.5",
        "playing a script of 2 messages",
    ]
    assert told(twin=twin)[1:] == ["answering like 1 recorded exchange, at a speed of max"]
