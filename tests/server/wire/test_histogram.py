"""Seconds in buckets: what is told of them never says that something was faster than it was."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.server.wire._histogram import Histogram

SECONDS = st.lists(st.floats(-1.0, 2000.0), max_size=50)


def histogram(seconds: list[float]) -> Histogram:
    """A histogram of some seconds."""
    counted = Histogram()
    for value in seconds:
        counted.add(value)
    return counted


@given(SECONDS)
def test_buckets_hold_what_lies_at_or_below_their_bound(seconds: list[float]) -> None:
    """Each bound tells the exact number, and the worst is exact; the sum is one of floats."""
    counted = histogram(seconds)
    for bound, number in counted.cumulative():
        assert number == sum(value <= bound for value in seconds)
    assert counted.count == len(seconds)
    assert counted.worst == max([0.0, *seconds])
    assert math.isclose(counted.total, math.fsum(value for value in seconds if value > 0))


@given(SECONDS, SECONDS | st.lists(st.floats(0.0, 0.00011), max_size=50))
def test_many_at_once_are_counted_as_one_by_one(before: list[float], seconds: list[float]) -> None:
    """Whatever was counted before."""
    seconds = [max(0.0, value) for value in seconds]
    together, apart = histogram(before), histogram(before + seconds)
    together.add_all(list(seconds))
    assert (together.cumulative(), together.count) == (apart.cumulative(), apart.count)
    assert together.worst == apart.worst
    assert together.total == pytest.approx(apart.total)


@given(SECONDS.filter(bool), st.floats(0.01, 1.0))
def test_a_quantile_is_never_less_than_the_truth(seconds: list[float], part: float) -> None:
    """At least that part of the values lies at or below it."""
    told = histogram(seconds).quantile(part)
    assert sum(value <= told for value in seconds) >= len(seconds) * part


@given(st.lists(st.floats(1e-4, 500.0), min_size=1, max_size=50), st.floats(0.01, 1.0))
def test_a_quantile_is_true_within_ten_percent(seconds: list[float], part: float) -> None:
    """From 0.1 ms to minutes."""
    truth = sorted(seconds)[math.ceil(len(seconds) * part) - 1]
    assert truth <= histogram(seconds).quantile(part) <= truth * 1.1


def test_monitoring_is_told_few_bounds() -> None:
    """Each is a series in its memory; they double."""
    bounds = [bound for bound, _ in Histogram().cumulative()]
    assert len(bounds) == 24
    assert all(later == pytest.approx(2 * earlier) for earlier, later in itertools.pairwise(bounds))


@given(SECONDS, SECONDS)
def test_what_two_have_counted_is_what_one_would_have_counted(one: list[float], other: list[float]) -> None:
    """As processes of one server count, each for itself."""
    added, apart = histogram(one), histogram(other)
    added.merge(apart)
    together = histogram(one + other)
    assert (added.cumulative(), added.count) == (together.cumulative(), together.count)
    assert added.worst == together.worst
    assert added.total == pytest.approx(together.total)
    assert apart.cumulative() == histogram(other).cumulative()
