"""Distributions: values by their place, places by their value, and the mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.replies.twin import Distribution
from mockapi.replies.twin._pacing import _mean

STEPS = st.lists(st.floats(0.5, 50), min_size=1, max_size=6)
EDGE = 0.002


def rising(first: float, steps: list[float]) -> Distribution:
    """A distribution whose values rise from the first, at places from 0 to 100 in equal distances."""
    points = [(0.0, first)]
    for number, step in enumerate(steps, 1):
        points.append((100 * number / len(steps), points[-1][1] + step))
    return Distribution(tuple(points))


@given(st.floats(0, 100), STEPS, st.floats(EDGE, 1 - EDGE))
def test_a_value_is_found_at_its_place(first: float, steps: list[float], part: float) -> None:
    """Wherever it is between the points."""
    distribution = rising(first, steps)
    assert distribution.place(distribution.at(part)) == pytest.approx(part, abs=1e-6)


@given(st.floats(0, 100), STEPS)
def test_the_mean_is_that_of_many_values(first: float, steps: list[float]) -> None:
    """Also where the points do not reach to both ends."""
    for distribution in (
        rising(first, steps),
        Distribution(((10.0, first), (90.0, first + steps[0]))),
    ):
        many = [distribution.at((number + 0.5) / 2000) for number in range(2000)]
        assert _mean(distribution) == pytest.approx(sum(many) / len(many), rel=1e-2)
