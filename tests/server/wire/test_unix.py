"""A path to listen at: what stands there already is replaced only where nobody can miss it."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from mockapi.errors import UsageError
from mockapi.server.wire import listening_at

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a server leaves that was killed; short, because systems allow a hundred bytes."""
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind("mock.sock")
    return "mock.sock"


def test_what_a_killed_server_left_is_replaced_and_removed_in_the_end(left: str) -> None:
    """Another server can listen there at once."""
    with listening_at(left), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(left)
    assert not os.path.lexists(left)


def test_what_cannot_be_removed_is_told(left: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may only be read, say: the path and the system's reason, and no traceback."""

    def unlink(_path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "unlink", unlink)
    with (
        pytest.raises(UsageError, match=r"\.sock cannot be removed: Permission"),
        listening_at(left),
    ):
        pass


def test_a_link_stays_wherever_it_leads(left: str, tmp_path: Path) -> None:
    """Its name is somebody's own, and so is what stands behind it."""
    link = tmp_path / "link.sock"
    link.symlink_to(left)
    with pytest.raises(UsageError, match="exists and is not a socket"), listening_at(str(link)):
        pass
    assert link.is_symlink()
    assert os.path.lexists(left)


def test_where_somebody_listens_nobody_else_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first goes on, with its file; that is its owner's alone."""
    monkeypatch.chdir(tmp_path)
    with listening_at("mock.sock"):
        assert (tmp_path / "mock.sock").stat().st_mode & 0o777 == 0o600
        refused = r"A server listens at mock\.sock already\. Choose another path"
        with pytest.raises(UsageError, match=refused), listening_at("mock.sock"):
            pass
        assert os.path.lexists("mock.sock")
    assert not os.path.lexists("mock.sock")


@pytest.mark.parametrize(
    ("path", "reason"),
    [("none/mock.sock", "No such file or directory"), ("x" * 200, "too long"), ("a\0b", "null")],
    ids=["no folder", "a long path", "no path"],
)
def test_a_path_that_cannot_be_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    """With the system's reason."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=f"Cannot listen at .*{reason}"), listening_at(path):
        pass


def test_a_file_that_has_taken_its_place_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is another server's."""
    monkeypatch.chdir(tmp_path)
    with listening_at("mock.sock"):
        (tmp_path / "mock.sock").unlink()
        other = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        other.bind("mock.sock")
    assert os.path.lexists("mock.sock")
    other.close()
