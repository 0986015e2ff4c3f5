"""`mockapi cassettes export --har`: files at their places, and back again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.cassettes import (
    Cassette,
    Interaction,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    dump,
    load,
)
from mockapi.cli import root
from mockapi.errors import UsageError
from mockapi.storage import with_schema_line
from tests.support.foreign import ASKED, STREAM
from tests.support.process import runner

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = Interaction(
    RecordedRequest("POST", "/v1/messages", "", (("content-type", "application/json"),), ASKED),
    RecordedResponse(
        200,
        (("content-type", "text/event-stream"),),
        STREAM,
        (RecordedChunk(0.1, 10), RecordedChunk(0.0, len(STREAM) - 10)),
    ),
    origin="by hand",
)


def _cassette(path: Path) -> bytes:
    text = dump(Cassette(str(path), (SAMPLE,)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return text


def test_export_and_import_give_the_same_cassettes(tmp_path: Path) -> None:
    """A tree of cassettes, exported and imported, is the same tree, but for the line for editors."""
    texts = {name: _cassette(tmp_path / "in" / name) for name in ("a.yaml", "deep/b.yaml")}
    exported = runner().invoke(
        root, ["cassettes", "export", str(tmp_path / "in"), "--har", "--to", str(tmp_path / "har")]
    )
    assert exported.exit_code == 0, exported.output
    assert "2 files, 2 interactions" in exported.stderr
    assert sorted(p.name for p in (tmp_path / "har").rglob("*.har")) == ["a.har", "b.har"]
    back = runner().invoke(
        root, ["cassettes", "import", str(tmp_path / "har"), "--to", str(tmp_path / "back")]
    )
    assert back.exit_code == 0, back.output
    wanted = {name: with_schema_line(tmp_path / "back" / name, text) for name, text in texts.items()}
    assert {name: (tmp_path / "back" / name).read_bytes() for name in texts} == wanted


def test_an_export_overwrites_nothing_unless_forced(tmp_path: Path) -> None:
    """The file that is there stays."""
    _cassette(tmp_path / "a.yaml")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.har").write_text("mine")
    arguments = [str(tmp_path / "a.yaml"), "--har", "--to", str(tmp_path / "out")]
    refused = runner().invoke(root, ["cassettes", "export", *arguments])
    assert isinstance(refused.exception, UsageError)
    assert (tmp_path / "out/a.har").read_text() == "mine"
    assert runner().invoke(root, ["cassettes", "export", *arguments, "--force"]).exit_code == 0
    assert (tmp_path / "out/a.har").read_bytes().startswith(b"{")


def test_two_cassettes_of_one_name_are_told(tmp_path: Path) -> None:
    """Two folders with the same name inside would write one file."""
    _cassette(tmp_path / "x/a.yaml")
    _cassette(tmp_path / "y/a.yaml")
    arguments = [str(tmp_path / "x"), str(tmp_path / "y"), "--har", "--to", str(tmp_path / "out")]
    result = runner().invoke(root, ["cassettes", "export", *arguments])
    assert isinstance(result.exception, UsageError)
    assert "would both become a.har" in str(result.exception)
    assert load((tmp_path / "x/a.yaml").read_bytes(), "a").interactions == (SAMPLE,)
