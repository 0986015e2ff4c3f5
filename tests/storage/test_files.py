"""Cassette files: the cache that makes starts quick, and writing whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockapi import cassettes
from mockapi.errors import CassetteError
from mockapi.storage import CassetteReader, cache_folder, find, folders, write_atomically
from tests.support.each import each
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = message("word " * 2000)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache folder that does not exist yet."""
    return tmp_path / "cache" / "cassettes"


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    """A cassette large enough to be cached."""
    return write_cassette(tmp_path / "a.yaml", interaction(LARGE, b"one"))


def entries(cache: Path) -> list[Path]:
    """What is cached."""
    return sorted(path for path in cache.glob("*/??/*") if path.is_file())


def forbid_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on nothing is read as YAML."""

    def load(*_: object, **__: object) -> Any:
        raise AssertionError("parsed")

    monkeypatch.setattr(cassettes, "load", load)


def test_a_second_reading_takes_the_cache(
    cache: Path, cassette: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same cassette, without parsing it again."""
    first = CassetteReader(cache).read(cassette)
    assert len(entries(cache)) == 1
    forbid_parsing(monkeypatch)
    assert CassetteReader(cache).read(cassette) == first


def test_a_copy_under_another_name_takes_the_cache_with_its_own_name(
    cache: Path, cassette: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries go by content; names are those of the files at hand."""
    CassetteReader(cache).read(cassette)
    copy = tmp_path / "copy.yaml"
    copy.write_bytes(Path(cassette).read_bytes())
    forbid_parsing(monkeypatch)
    assert CassetteReader(cache).read(str(copy)).name == str(copy)


def test_a_changed_file_is_read_anew(cache: Path, cassette: str) -> None:
    """Even if its size and its times are as they were: the cache is never trusted over the file."""
    path = Path(cassette)
    CassetteReader(cache).read(cassette)
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"word word", b"dorw word"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    changed = CassetteReader(cache).read(cassette).interactions[0]
    assert b"dorw" in changed.request.body


def truncated(entry: Path) -> None:
    """Cut off in the middle, as by a full disk."""
    entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])


def emptied(entry: Path) -> None:
    """Nothing is left."""
    entry.write_bytes(b"")


def garbled(entry: Path) -> None:
    """Other bytes of the same size."""
    entry.write_bytes(b"\xff" * entry.stat().st_size)


def a_folder(entry: Path) -> None:
    """Not even a file."""
    entry.unlink()
    entry.mkdir()


@pytest.mark.parametrize("damage", [truncated, emptied, garbled, a_folder])
def test_a_damaged_entry_is_passed_over(cache: Path, cassette: str, damage: Callable[[Path], None]) -> None:
    """The file itself is read; nobody is bothered."""
    first = CassetteReader(cache).read(cassette)
    damage(entries(cache)[0])
    assert CassetteReader(cache).read(cassette) == first


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path, cassette: str) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "cache").write_text("in the way")
    assert CassetteReader(tmp_path / "cache" / "cassettes").read(cassette).interactions


def test_a_cache_may_be_deleted_at_any_time(cache: Path, cassette: str) -> None:
    """Also between two readings of one reader."""
    reader = CassetteReader(cache)
    first = reader.read(cassette)
    for entry in entries(cache):
        entry.unlink()
    assert reader.read(cassette) == first


def test_a_bad_file_is_not_cached(cache: Path, tmp_path: Path) -> None:
    """It is told each time."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("interactions: [" + " " * 10_000)
    for _ in range(2):
        with pytest.raises(CassetteError):
            CassetteReader(cache).read(str(bad))
    assert not entries(cache)


def test_entries_that_were_not_used_for_a_month_are_swept(cache: Path, cassette: str, tmp_path: Path) -> None:
    """Whenever a start has written a new one."""
    CassetteReader(cache).read_all([cassette])
    (old,) = entries(cache)
    os.utime(old, (0, 0))
    other = write_cassette(tmp_path / "b.yaml", interaction(LARGE, b"two"))
    CassetteReader(cache).read_all([other])
    assert old not in entries(cache)
    assert len(entries(cache)) == 1


def test_where_the_cache_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """MOCKAPI_CACHE names a folder or says `off`; else it is the system's place for such things."""
    monkeypatch.setenv("MOCKAPI_CACHE", "off")
    assert cache_folder() is None
    monkeypatch.setenv("MOCKAPI_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("MOCKAPI_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    found = cache_folder()
    assert found is not None
    assert found.parts[-2:] == ("mockapi", "cassettes")


def test_folders_are_searched_in_a_fixed_order(tmp_path: Path) -> None:
    """Both endings, all depths, by name; a file that is named twice is played once."""
    (tmp_path / "b" / "deep").mkdir(parents=True)
    names = ["b/deep/z.yaml", "b/y.yml", "a.yaml", "c.yaml", "notes.txt", ".a.yaml.1f.tmp"]
    for name in names:
        (tmp_path / name).touch()
    expected = [str(tmp_path / name) for name in ("a.yaml", "b/deep/z.yaml", "b/y.yml", "c.yaml")]
    assert find([str(tmp_path), str(tmp_path / "a.yaml")]) == expected
    assert find([str(tmp_path / "c.yaml"), str(tmp_path)]) == [expected[3], *expected[:3]]


def test_a_configmap_of_kubernetes_gives_each_file_once(tmp_path: Path) -> None:
    """Its files lie in a folder of their version, and the names that are meant are links to them."""
    version = tmp_path / "..2026_11_22_10_15_00.123456789"
    version.mkdir()
    (version / "a.yaml").touch()
    (tmp_path / "..data").symlink_to(version.name)
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    assert find([str(tmp_path)]) == [str(tmp_path / "a.yaml")]


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    """A project may have recorded nothing yet."""
    assert find([str(tmp_path)]) == []


def test_progress_is_told_for_every_file(tmp_path: Path) -> None:
    """Also for those that cannot be used."""
    write_cassette(tmp_path / "a.yaml", interaction(message("hi")))
    (tmp_path / "b.yaml").write_text("[")
    told: list[tuple[int, int]] = []
    with pytest.raises(CassetteError):
        CassetteReader(None).read_all([str(tmp_path)], lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_folders_that_are_not_there_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home and a working folder that was deleted are no reason not to start."""

    def none() -> Path:
        raise FileNotFoundError

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "cwd", none)
    monkeypatch.setattr(Path, "home", homeless)
    assert list(folders()) == ["tmp"]


def test_a_write_replaces_the_file_whole(tmp_path: Path) -> None:
    """The mode of the file stays, and nothing else is left in the folder."""
    path = tmp_path / "a.yaml"
    path.write_text("before")
    path.chmod(0o640)
    write_atomically(path, b"after")
    assert path.read_text() == "after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A full disk, a name that cannot be taken: the old file is untouched, the new one is gone."""
    path = tmp_path / "a.yaml"
    path.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync", full) if step == "fsync" else (Path, "replace", full)))
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@each(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o000, 0o666), (0o007, 0o660)])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path: Path, umask: int, mode: int) -> None:
    """As every program makes files: nobody may run it, and who else may read it is the user's to say."""
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / f"{umask}", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / f"{umask}").stat().st_mode) == mode
