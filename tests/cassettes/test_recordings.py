"""The recordings of a library: each in its place, one object for each that was asked for."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import Cassette, Index, Recordings
from tests.support.cassettes import asked, cassette, recordings


def _cassettes(sizes: list[int]) -> list[Cassette]:
    return [cassette(*({"n": n} for n in range(size)), name=f"{at}") for at, size in enumerate(sizes)]


@given(st.lists(st.integers(0, 3), max_size=5))
def test_each_is_in_its_place(sizes: list[int]) -> None:
    """Also behind cassettes in which nothing is recorded; the same number is the same object."""
    found = Recordings(_cassettes(sizes))
    expected = [(f"{at}", position) for at, size in enumerate(sizes) for position in range(size)]
    assert [(item.cassette.name, item.position) for item in found] == expected
    assert [(item.name, position) for item, position in found.places()] == expected
    assert [item.number for item in found] == list(range(len(expected)))
    assert len(found) == len(expected)
    assert all(one is other for one, other in zip(found, found, strict=True))


def test_they_are_asked_for_as_those_of_a_list() -> None:
    """From the end, and some of them; there is none behind the last."""
    found = recordings(*_cassettes([2, 1]))
    assert found[-1] is found[2]
    assert found[1:] == (found[1], found[2])
    assert [item.number for item in found[::-1]] == [2, 1, 0]
    for number in (3, -4):
        with pytest.raises(IndexError):
            found[number]


def test_to_find_one_makes_hardly_another() -> None:
    """The index makes none: what nobody has asked for is no object, but for one whose place is looked at."""
    found = recordings(*_cassettes([300, 300]))
    index = Index(found)
    assert not found._made
    track = index.find_exact(asked({"n": 1}))
    assert track is not None
    assert [item.number for item in track.recordings] == [1, 301]
    assert {1, 301} <= found._made.keys()
    assert len(found._made) < 20  # places go by hashes, of which Python has others in each process


def test_two_threads_get_the_same_ones() -> None:
    """Whichever makes it."""
    found = recordings(*_cassettes([200]))
    got: list[list[int]] = []

    def ask() -> None:
        got.append([id(item) for item in found])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert all(one == other for one, other in pairwise(got))
