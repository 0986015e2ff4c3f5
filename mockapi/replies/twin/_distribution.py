"""A distribution as a table of percentiles, with straight lines between its points.

It is what a profile says of a size or a time: small, readable, and close to what was measured wherever
it is asked. A value is drawn by asking it at a place between 0 and 1 that the dice choose.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PERCENTILES: Final = (0, 1, 5, 10, 25, 50, 75, 90, 95, 99, 100)
"""The points that a learned distribution has."""
NORMAL: Final = NormalDist()
_EDGE: Final = 0.002
"""How near to its ends a value's place is told: beyond what was measured, nobody knows how far."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Percentiles and their values, both growing.

    Attributes:
        points: percentile from 0 to 100, and the value that so many of a hundred do not exceed.
    """

    points: tuple[tuple[float, float], ...]
    _places: tuple[float, ...] = field(init=False, repr=False, compare=False)
    _values: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep both kinds apart: a value is looked up for every piece of a stream."""
        object.__setattr__(self, "_places", tuple(percentile for percentile, _ in self.points))
        object.__setattr__(self, "_values", tuple(value for _, value in self.points))

    def at(self, part: float) -> float:
        """The value at a place from 0, the smallest, to 1, the largest."""
        percent = 100 * part
        after = bisect_right(self._places, percent)
        if after == 0:
            return self.points[0][1]
        if after == len(self.points):
            return self.points[-1][1]
        (left, low), (right, high) = self.points[after - 1 : after + 1]
        return low + (high - low) * (percent - left) / (right - left)

    def place(self, value: float) -> float:
        """Where a value stands, from near 0 to near 1: the middle of where `at` gives it."""
        first, after = bisect_left(self._values, value), bisect_right(self._values, value)
        if after == 0 or first == len(self._values):
            return _EDGE if after == 0 else 1 - _EDGE
        if first < after:
            percent = (self._places[first] + self._places[after - 1]) / 2
        else:
            (left, low), (right, high) = self.points[after - 1 : after + 1]
            percent = left + (right - left) * (value - low) / (high - low)
        return min(max(percent / 100, _EDGE), 1 - _EDGE)


def distribution_of(values: Iterable[float]) -> Distribution:
    """The distribution of measured values, of which there is at least one."""
    ordered = sorted(values)
    if ordered[0] == ordered[-1]:
        return Distribution(((50, rounded(ordered[0])),))
    return Distribution(tuple((percent, rounded(_quantile(ordered, percent))) for percent in PERCENTILES))


def rounded(value: float) -> float:
    """A value as a profile tells it: four digits, more are noise. Whole numbers stay whole."""
    short = float(f"{value:.4g}")
    return int(short) if short.is_integer() else short


def normal_scores(values: Iterable[float]) -> dict[float, float]:
    """Each of some values as a normal score: what a normal distribution has at the value's rank.

    Scores go by rank, so that a few huge values do not decide what is alike. Equal values share the
    middle of their ranks.
    """
    ordered = sorted(values)
    ranks: dict[float, list[int]] = {}
    for rank, value in enumerate(ordered):
        ranks.setdefault(value, [rank, rank])[1] = rank
    return {
        value: NORMAL.inv_cdf((low + high + 1) / 2 / len(ordered)) for value, (low, high) in ranks.items()
    }


def _quantile(ordered: Sequence[float], percent: float) -> float:
    place = (len(ordered) - 1) * percent / 100
    before = int(place)
    after = min(before + 1, len(ordered) - 1)
    return ordered[before] + (ordered[after] - ordered[before]) * (place - before)
