"""The cache against those who share its folder: what they put there answers nothing and hangs nobody."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockapi.cassettes import load, pack
from mockapi.storage import CassetteReader, _cache
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Callable

TRUE, PLANTED = b"what the file says", b"what somebody planted"


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    """A cassette, readable by its user only."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), TRUE))
    Path(path).chmod(0o600)
    return path


@pytest.fixture
def other(tmp_path: Path) -> str:
    """Another one that answers the same request otherwise."""
    return write_cassette(tmp_path / "b.yaml", interaction(message("hi"), PLANTED))


def body(path: str, cache: Path) -> bytes:
    """What a reader that has just started finds recorded."""
    return CassetteReader(cache).read(path).interactions[0].response.body


def entry_of(path: str, cache: Path) -> Path:
    """The entry of a cassette, made by reading it."""
    before = set(cache.glob("*/??/*"))
    CassetteReader(cache).read(path)
    (entry,) = set(cache.glob("*/??/*")) - before
    return entry


def forged(entry: Path, other: str, cache: Path) -> None:  # noqa: ARG001 - as the others
    """A frame that is sound, sealed with a key of the forger's."""
    entry.write_bytes(pack(load(Path(other).read_bytes(), other), b"a guess"))


def swapped(entry: Path, other: str, cache: Path) -> None:
    """The genuine entry of another cassette under this one's name."""
    entry.write_bytes(entry_of(other, cache).read_bytes())


def a_pipe(entry: Path, other: str, cache: Path) -> None:  # noqa: ARG001 - as the others
    """Nobody writes to it: who waits for it waits for ever."""
    entry.unlink()
    os.mkfifo(entry)


def a_pipe_for_the_key(entry: Path, other: str, cache: Path) -> None:  # noqa: ARG001 - as the others
    """As above, in the place of the secret."""
    key = entry.parent.parent / "key"
    key.unlink()
    os.mkfifo(key)


def a_link_to_a_device(entry: Path, other: str, cache: Path) -> None:  # noqa: ARG001 - as the others
    """It never ends."""
    entry.unlink()
    entry.symlink_to("/dev/zero")


def a_key_that_others_read(entry: Path, other: str, cache: Path) -> None:
    """Who can read it can seal."""
    forged(entry, other, cache)
    (entry.parent.parent / "key").chmod(0o644)


def a_short_key(entry: Path, other: str, cache: Path) -> None:
    """A key that can be guessed."""
    forged(entry, other, cache)
    (entry.parent.parent / "key").write_bytes(b"a guess")


@pytest.mark.parametrize(
    "plant",
    [
        forged,
        swapped,
        a_pipe,
        a_pipe_for_the_key,
        a_link_to_a_device,
        a_key_that_others_read,
        a_short_key,
    ],
)
def test_what_somebody_planted_answers_nothing(
    tmp_path: Path, cassette: str, other: str, plant: Callable[[Path, str, Path], None]
) -> None:
    """The file itself is read, and nothing waits."""
    cache = tmp_path / "cache"
    plant(entry_of(cassette, cache), other, cache)
    assert body(cassette, cache) == TRUE


def test_the_cache_is_its_users_alone(tmp_path: Path, cassette: str) -> None:
    """Folders are 0700 and files 0600, whatever the umask: an entry holds what a private cassette holds."""
    cache = tmp_path / "cache"
    before = os.umask(0)
    try:
        body(cassette, cache)
    finally:
        os.umask(before)
    for path in [cache, *cache.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o707])
def test_a_folder_that_others_can_enter_is_left_alone(tmp_path: Path, cassette: str, mode: int) -> None:
    """It costs time: nothing is read from it and nothing is written there."""
    own = entry_of(cassette, tmp_path / "cache").parent.parent
    for path in [*own.glob("*/*"), own / "key"]:
        path.unlink()
    own.chmod(mode)
    assert body(cassette, tmp_path / "cache") == TRUE
    assert not list(own.glob("*/*"))


def test_a_folder_of_somebody_else_is_left_alone(
    tmp_path: Path, cassette: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever made it first may have put anything into it."""
    cache = tmp_path / "cache"
    forged(entry_of(cassette, cache), other, cache)
    mine = os.getuid()
    monkeypatch.setattr(_cache, "_whose", lambda: f"user-{mine}")
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    kept = {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()}
    assert body(cassette, cache) == TRUE
    assert {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()} == kept


def test_users_of_one_folder_have_folders_of_their_own(
    tmp_path: Path, cassette: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that all may write to can be named: nobody is in anybody's way."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    for user in ("user-1", "user-2"):
        monkeypatch.setattr(_cache, "_whose", lambda user=user: user)
        assert body(cassette, shared) == TRUE
    assert len(list(shared.glob("*/??/*"))) == 2


def test_another_release_of_the_json_writer_has_entries_of_its_own(
    tmp_path: Path, cassette: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys of requests are made of what it writes, and each release may write a number in its own way."""
    text = Path(cassette).read_bytes()
    entry = _cache.CassetteCache(tmp_path / "cache", ()).entry(text)
    monkeypatch.setattr("orjson.__version__", "0")
    other = _cache.CassetteCache(tmp_path / "cache", ()).entry(text)
    assert entry is not None
    assert other is not None
    assert entry.path != other.path


@pytest.mark.parametrize(("days", "stays"), [(29.9, True), (30.1, False)])
def test_an_entry_that_was_written_long_ago_goes(
    tmp_path: Path, cassette: str, other: str, days: float, *, stays: bool
) -> None:
    """After thirty days, when another one is written: what is in use is written again."""
    cache = tmp_path / "cache"
    entry = entry_of(cassette, cache)
    written = time.time() - days * 24 * 3600
    os.utime(entry, (written, written))
    reader = CassetteReader(cache)
    list(reader.read_all([cassette]))
    assert entry.exists()
    entry.touch()
    os.utime(entry, (written, written))
    list(reader.read_all([other]))
    assert entry.exists() is stays
