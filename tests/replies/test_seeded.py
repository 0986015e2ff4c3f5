"""Choices are a function of their key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.messages import MAX_PADDING
from mockapi.replies._seeded import SeededChoices


def test_the_same_key_gives_the_same_choices_for_ever() -> None:
    """The first choices of a key, written down: a change here changes every synthesized reply."""
    dice = SeededChoices(b"key")
    assert [dice.below(100) for _ in range(8)] == [16, 29, 88, 58, 68, 75, 7, 86]
    assert SeededChoices(b"key").take(5).hex() == "327cea3c3a"


def test_a_fork_does_not_disturb_its_origin() -> None:
    """A part's choices are its own."""
    one, other = SeededChoices(b"key"), SeededChoices(b"key")
    one.fork("part").below(10)
    assert one.number(64) == other.number(64)
    assert SeededChoices(b"key").fork("a").number(64) != SeededChoices(b"key").fork("b").number(64)


@given(st.binary(), st.integers(-(10**40), 10**40), st.integers(0, 10**40))
def test_a_choice_lies_between_its_bounds(key: bytes, low: int, span: int) -> None:
    """Both bounds count, whatever the size of the integers."""
    assert low <= SeededChoices(key).between(low, low + span) <= low + span


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20), st.booleans())))
def test_several_choices_are_those_that_would_be_made_one_by_one(draws: list[tuple[int, int, bool]]) -> None:
    """However the two ways, single choices and bytes between them, alternate."""
    together, one_by_one = SeededChoices(b"key"), SeededChoices(b"key")
    for count, single, takes in draws:
        assert together.nibbles(count) == bytes([one_by_one.below(16) for _ in range(count)])
        for limit in range(1, single):
            assert together.below(limit) == one_by_one.below(limit)
        if takes:
            assert together.take(3) == one_by_one.take(3)


def test_a_nibble_is_a_padding() -> None:
    """Streams are padded by them: every padding comes up, and nothing longer."""
    assert {*SeededChoices(b"key").nibbles(1000)} == {*range(MAX_PADDING + 1)}


@given(st.binary(min_size=1, max_size=8), st.text(max_size=300), st.integers(0, 20))
def test_pieces_of_a_text_are_as_long_as_so_many_picks_say(key: bytes, text: str, before: int) -> None:
    """Whatever was drawn before, and the dice go on behind them."""
    sizes = (2, 3, 5, 11)
    together, one_by_one = SeededChoices(key), SeededChoices(key)
    together.nibbles(before)
    one_by_one.nibbles(before)
    pieces, place = [], 0
    while place < len(text):
        end = place + one_by_one.pick(sizes)
        pieces.append(text[place:end])
        place = end
    assert together.pieces(text, sizes) == pieces
    assert together.below(1000) == one_by_one.below(1000)


@pytest.mark.parametrize("limit", [1, 2, 7, 1000])
def test_every_choice_comes_up(limit: int) -> None:
    """No value below the limit is left out."""
    dice = SeededChoices(b"")
    assert {dice.below(limit) for _ in range(limit * 20)} == set(range(limit))


def test_as_many_bytes_as_were_asked_for() -> None:
    """Across the blocks of the generator."""
    assert [len(SeededChoices(b"").take(size)) for size in (0, 1, 64, 65, 1000)] == [0, 1, 64, 65, 1000]


def test_a_fraction_is_above_0_and_below_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the dice show their least and their most: who asks for a logarithm gets one."""
    for shown in (0, -1):
        monkeypatch.setattr(SeededChoices, "below", lambda _, limit, shown=shown: shown % limit)
        assert 0.0 < SeededChoices(b"key").fraction() < 1.0
