"""Seconds, counted in buckets: a fixed memory for any number of them.

The buckets end at powers of the square root of two, from 0.1 ms on, so a quantile is true within 41
percent, on the safe side.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

_FIRST = 0.0001
_BOUNDS = tuple(_FIRST * 2 ** (place / 2) for place in range(47))  # the last is 14 minutes
_COARSE = 2  # a power of two is told, the square root between two is not


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
        """Count many at once, none of them below zero: a sorted list is looked up by bound, not by value."""
        many.sort()
        self.total += sum(many)
        self.worst = max(self.worst, many[-1] if many else 0.0)
        done = 0
        for place, bound in enumerate(_BOUNDS):
            reached = bisect_right(many, bound, done)
            self._buckets[place] += reached - done
            done = reached
            if done == len(many):
                return
        self._buckets[-1] += len(many) - done

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
        """Bounds in seconds, and how many lie at or below each; those above the last are told by `count`."""
        numbers = list(accumulate(self._buckets))
        return list(zip(_BOUNDS[::_COARSE], numbers[: len(_BOUNDS) : _COARSE], strict=True))
