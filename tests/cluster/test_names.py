"""Whose a session is stands in its id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cluster._names import Place, place_of


@given(st.integers(0, 9999), st.integers(0, 999_999_999))
def test_an_id_says_where_its_session_is(worker: int, generation: int) -> None:
    """Whatever worker made it."""
    place = Place(worker, generation)
    assert place_of(place.new_id()) == place
    assert place.new_id() != place.new_id()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "default",
        "4f3a9c0d1e2b",
        "w1-4f3a9c0d1e2b",
        "w1.0-4f3a9c0d1e2",
        "w1.0-4f3a9c0d1e2b ",
        "w٣.0-4f3a9c0d1e2b",
    ],
)
def test_other_texts_say_nothing(text: str) -> None:
    """Ids of one process, and whatever else stands in a URL."""
    assert place_of(text) is None
