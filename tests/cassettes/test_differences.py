"""The parts of two texts that differ."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes._differences import changed_texts

ENDS = st.text("abc", max_size=400)


@given(ENDS, st.text("xy", min_size=1), st.text("z", min_size=1), ENDS)
def test_what_differs_is_told_with_little_around_it(before: str, one: str, other: str, after: str) -> None:
    """Both parts stand in their texts at one place, and what is left out on either side is the same."""
    a, b = before + one + after, before + other + after
    ((left, right),) = changed_texts({"text": [a]}, {"text": [b]})
    start, end = a.index(left), len(a) - a.index(left) - len(left)
    around = len(left) - len(one), len(right) - len(other)
    assert b == a[:start] + right + a[len(a) - end :]
    assert around[0] == around[1] <= len(before) + len(after)
    assert one in left
    assert other in right


def test_of_a_long_text_only_the_change_is_told() -> None:
    """Some characters on either side show where it is."""
    text = "".join(f"{number:04}" for number in range(500))
    ((left, right),) = changed_texts(text + "old" + text, text + "new" + text)
    assert len(left) == len(right) < 700
    assert (left.count("old"), right.count("new")) == (1, 1)
