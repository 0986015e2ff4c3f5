"""Which recordings were played."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import Cassette
from mockapi.sessions import CassetteSet
from tests.support.server import interaction, message


def library(count: int) -> CassetteSet:
    """As many recordings, two in each cassette."""
    recorded = [interaction(message(f"{number}"), b"ok") for number in range(count)]
    return CassetteSet(
        Cassette(f"c{start}", tuple(recorded[start : start + 2])) for start in range(0, count, 2)
    )


@given(st.lists(st.integers(0, 8)))
def test_they_are_those_of_a_set(numbers: list[int]) -> None:
    """In the order of the library, each once."""
    one, other = library(9), library(9)
    one.played.update(one.recordings[number] for number in numbers)
    expected = set(numbers)
    assert [recording.number for recording in one.played] == sorted(expected)
    assert len(one.played) == len(expected)
    assert all((recording in one.played) == (recording.number in expected) for recording in one.recordings)
    assert not any(recording in one.played for recording in other.recordings)
