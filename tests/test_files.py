"""The one opener: bounds to the byte, places with links followed, nothing that is not a file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi._files import FileTooLargeError, Places, open_file, read_file

NAMES = st.lists(st.sampled_from(["in", "in-too", "out", "link", "..", ".", "a"]), min_size=1, max_size=6)


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_a_file_within_the_bound_is_read_whole(tmp_path: Path, size: int) -> None:
    """The bound itself included."""
    (tmp_path / "a").write_bytes(b"x" * size)
    assert read_file(tmp_path / "a", 10) == b"x" * size


@pytest.mark.parametrize("size", [11, 1000])
def test_a_file_beyond_the_bound_is_not_read(tmp_path: Path, size: int) -> None:
    """The error has its size and the bound."""
    (tmp_path / "a").write_bytes(b"x" * size)
    with pytest.raises(FileTooLargeError, match=f"it has {size:,} bytes, and at most 10 are read") as caught:
        read_file(tmp_path / "a", 10)
    assert caught.value.size == size


def test_what_the_system_makes_up_is_bounded_too() -> None:
    """Its size is said to be 0."""
    path = Path("/proc/self/status")
    if not path.exists():  # Linux only
        return
    assert path.stat().st_size == 0
    assert read_file(path, 1_000_000).startswith(b"Name:")
    with pytest.raises(FileTooLargeError):
        read_file(path, 10)


def test_a_file_that_grows_while_it_is_read_is_bounded(tmp_path: Path) -> None:
    """What was said of it when it was opened counts for nothing."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    with open_file(path) as file:
        path.write_bytes(b"x" * 100)
        assert file.read(10) == b"x" * 10


def test_a_refused_file_is_closed(tmp_path: Path) -> None:
    """No descriptor is left behind."""
    os.mkfifo(tmp_path / "pipe")
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - counted, not read
    for path in (tmp_path / "pipe", tmp_path):
        for inside in (None, Places([tmp_path])):
            with pytest.raises(OSError, match="it is a"):
                read_file(path, 10, inside)
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208 - as above


@given(NAMES)
def test_a_place_holds_what_really_lies_in_it(parts: list[str]) -> None:
    """Whatever way a path takes, over links and upwards: what counts is where it ends."""
    with tempfile.TemporaryDirectory() as made:
        top = Path(made).resolve()
        for folder in ("in", "in/in", "in-too", "out"):
            (top / folder).mkdir()
        (top / "in" / "link").symlink_to("../out")
        (top / "out" / "link").symlink_to("../in")
        (top / "link").symlink_to("in/in")
        path = os.path.join(top, *parts)  # noqa: PTH118 - pathlib drops dots
        real = Path(path).resolve()
        assert Places([top / "in"]).has(path) == (top / "in" in (real, *real.parents))


def test_places_are_where_they_were_when_they_were_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative ones too, and whole trees; a name that begins alike is another place."""
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    places = Places(["a"])
    monkeypatch.chdir("/")
    assert places.has(tmp_path / "a" / "b" / "c")
    assert not places.has(tmp_path / "ab")
    assert not Places([]).has(tmp_path)
    assert Places(["/"]).has(tmp_path)
