"""What a session keeps: small in memory, large on disk, within a bound, gone when nobody refers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockapi.sessions._blobs import IN_MEMORY, Blobs, StorageFull

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of this process, for one test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_small_ones_never_touch_the_disk(folder: Path) -> None:
    """Up to the bound they stay in memory."""
    blob = Blobs().keep(b"x" * IN_MEMORY)
    assert (blob.size, blob.read()) == (IN_MEMORY, b"x" * IN_MEMORY)
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_large_ones_lie_on_disk_as_long_as_they_are_referred_to(folder: Path) -> None:
    """The file goes with the blob, the folder with the session."""
    blobs = Blobs()
    blob = blobs.keep(b"y" * (IN_MEMORY + 1))
    assert blob.read() == b"y" * (IN_MEMORY + 1)
    assert len(list(folder.glob("*/*"))) == 1
    assert blobs.total == IN_MEMORY + 1
    del blob
    assert (blobs.total, list(folder.glob("*/*"))) == (0, [])
    del blobs
    assert list(folder.iterdir()) == []


def test_the_bound_is_kept_and_given_back(folder: Path) -> None:
    """What does not fit is refused; room that was given up counts again."""
    blobs = Blobs(max_bytes=100)
    first = blobs.keep(b"x" * 60)
    with pytest.raises(StorageFull):
        blobs.keep(b"x" * 60)
    assert first.size == 60
    del first
    assert blobs.keep(b"x" * 100).size == 100
    assert list(folder.iterdir()) == []
