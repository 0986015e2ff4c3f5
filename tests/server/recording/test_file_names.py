"""Which file a recording goes to: the session's own, the one that was named, or the next in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mockapi
from mockapi.server.recording._file_names import CassetteFiles
from mockapi.sessions import CassetteSet, ServerSession
from tests.support.each import each

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

MIB = 1024 * 1024


def session(name: str | None = None, record_to: str | None = None) -> ServerSession:
    """A session, with a name or a file of its own."""
    made = ServerSession("s1", mockapi.Settings(), CassetteSet([]), name=name, on_unmatched="record")
    made.record_to = record_to
    return made


def test_a_session_has_a_file_of_its_own_or_shares_one(tmp_path: Path) -> None:
    """What it names comes first; a path is opened once."""
    own, named = str(tmp_path / "own.yaml"), str(tmp_path / "named.yml")
    files = CassetteFiles(named)
    assert files.of(session(record_to=own)) is files.opened(tmp_path / "own.yaml")
    assert files.of(session("a")) is files.of(session()) is files.opened(tmp_path / "named.yml")


@each(
    ("name", "file"),
    [
        ("test_a[x/y]", "test_a-x-y.yaml"),
        ("../../evil", "evil.yaml"),
        ("...", "s1.yaml"),
        ("é", "s1.yaml"),
        ("a" * 200, f"{'a' * 120}.yaml"),
        ("a.b-c_d", "a.b-c_d.yaml"),
    ],
)
def test_in_a_folder_a_session_has_a_file_of_its_name(tmp_path: Path, name: str, file: str) -> None:
    """As far as files may be called so, and never elsewhere."""
    files = CassetteFiles(str(tmp_path))
    assert files.of(session(name)) is files.opened(tmp_path / file)


def test_in_a_folder_a_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    """A file of a MiB is full, one byte less is not."""
    files = CassetteFiles(str(tmp_path))
    assert files.of(session()) is files.opened(tmp_path / "recorded-001.yaml")
    for size, number in ((MIB - 1, 1), (MIB, 2), (MIB + 1, 2)):
        (tmp_path / "recorded-001.yaml").write_bytes(b"#" * size)
        assert files.of(session()) is files.opened(tmp_path / f"recorded-{number:03d}.yaml")


def test_the_last_file_takes_all_that_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are no more than so many."""
    monkeypatch.setattr("mockapi.server.recording._file_names._FULL_FILE", 0)
    monkeypatch.setattr("mockapi.server.recording._file_names._MOST_FILES", 9)
    files = CassetteFiles(str(tmp_path))
    for number in range(1, 9):
        (tmp_path / f"recorded-{number:03d}.yaml").touch()
    assert files.of(session()) is files.opened(tmp_path / "recorded-9.yaml")
    (tmp_path / "recorded-008.yaml").unlink()
    assert files.of(session()) is files.opened(tmp_path / "recorded-008.yaml")


def test_what_a_session_records_to_is_known(tmp_path: Path) -> None:
    """The file, or what lies in the folder, however deep."""
    files = CassetteFiles(str(tmp_path / "in"))
    for place, is_covered in (
        ("in/a.yaml", True),
        ("in/b/a.yaml", True),
        ("in.yaml", False),
        ("a.yaml", False),
    ):
        assert files.covers(session(), str(tmp_path / place)) is is_covered
    own = session(record_to=str(tmp_path / "own.yaml"))
    assert files.covers(own, str(tmp_path / "own.yaml"))
    assert not files.covers(own, str(tmp_path / "in/a.yaml"))
