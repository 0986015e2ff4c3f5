"""Seconds, counted in buckets: a fixed memory for any number of them.

From 0.1 ms on, eight buckets share each doubling, so a quantile is true within ten percent, on the safe
side. Monitoring is told the doublings alone, whatever a quantile goes by.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

_FIRST = 0.0001
_DOUBLINGS = 23  # up to 14 minutes
_STEPS = 8  # of one doubling
_BOUNDS = tuple(_FIRST * 2 ** (place / _STEPS) for place in range(_DOUBLINGS * _STEPS + 1))


class Histogram:
    """How often what took how long. Counting is on the path of every request, so it does little.

    Attributes:
        worst: the greatest number of seconds.
        total: all of them added up.
    """

    __slots__ = ("_buckets", "total", "worst")

    def __init__(self) -> None:
        self.worst = 0.0
        self.total = 0.0
        self._buckets = [0] * (len(_BOUNDS) + 1)

    @property
    def count(self) -> int:
        """How many were counted."""
        return sum(self._buckets)

    def add(self, seconds: float) -> None:
        """Count one; what is below zero counts as zero."""
        if seconds > 0.0:
            self.total += seconds
            if seconds > self.worst:  # noqa: PLR1730 - max() is a call, and this is on every request's path
                self.worst = seconds
        self._buckets[bisect_left(_BOUNDS, seconds)] += 1

    def add_all(self, many: list[float]) -> None:
        """Count many at once, none of them below zero: a sorted list is looked up by bucket, not by value."""
        self.total += sum(many)
        worst = max(many, default=0.0)
        self.worst = max(self.worst, worst)
        if worst <= _FIRST:  # as most replies that are at hand are
            self._buckets[0] += len(many)
            return
        many.sort()
        done = 0
        while done < len(many):
            place = bisect_left(_BOUNDS, many[done])
            reached = bisect_right(many, _BOUNDS[place], done) if place < len(_BOUNDS) else len(many)
            self._buckets[place] += reached - done
            done = reached

    def merge(self, other: Histogram) -> None:
        """Count what another one has counted, too."""
        self.total += other.total
        self.worst = max(self.worst, other.worst)
        self._buckets = [mine + theirs for mine, theirs in zip(self._buckets, other._buckets, strict=True)]

    def quantile(self, part: float) -> float:
        """Seconds within which this part (0 to 1) of them lies; 0 before the first."""
        wanted = self.count * part
        seen = 0
        for place, number in enumerate(self._buckets):
            seen += number
            if number and seen >= wanted:
                return min(_BOUNDS[place], self.worst) if place < len(_BOUNDS) else self.worst
        return 0.0

    def cumulative(self) -> list[tuple[float, int]]:
        """Bounds in seconds that double, and how many lie at or below each; `count` tells of those above."""
        numbers = list(accumulate(self._buckets))
        return list(zip(_BOUNDS[::_STEPS], numbers[: len(_BOUNDS) : _STEPS], strict=True))
