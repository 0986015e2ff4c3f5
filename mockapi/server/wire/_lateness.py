"""How late the server's own chunks are: the measure of whether a paced stream can be trusted.

A paced chunk has a moment at which it is due; what lies between that moment and the write is
lateness. It is counted in buckets of powers of the square root of two from 0.1 ms on, so the
memory is fixed and a quantile is true within 41 percent, on the safe side.
"""

from __future__ import annotations

from bisect import bisect_left

_FIRST = 0.0001
_BOUNDS = tuple(_FIRST * 2 ** (place / 2) for place in range(47))  # the last is 14 minutes


class Lateness:
    """A histogram of seconds.

    Attributes:
        count: how many chunks were counted.
        worst: the greatest lateness, in seconds.
    """

    def __init__(self) -> None:
        self.count = 0
        self.worst = 0.0
        self._buckets = [0] * (len(_BOUNDS) + 1)

    def add(self, seconds: float) -> None:
        """Count a chunk; one that was early was not late."""
        self.count += 1
        self.worst = max(self.worst, seconds)
        self._buckets[bisect_left(_BOUNDS, seconds)] += 1

    def quantile(self, part: float) -> float:
        """Seconds within which this part (0 to 1) of the chunks were sent; 0 before the first."""
        wanted = self.count * part
        seen = 0
        for place, number in enumerate(self._buckets):
            seen += number
            if number and seen >= wanted:
                return min(_BOUNDS[place], self.worst) if place < len(_BOUNDS) else self.worst
        return 0.0

    def as_json(self) -> dict[str, float | int]:
        """Count, and p50, p99 and worst in milliseconds."""
        return {
            "chunks": self.count,
            "p50_ms": round(self.quantile(0.5) * 1000, 3),
            "p99_ms": round(self.quantile(0.99) * 1000, 3),
            "worst_ms": round(self.worst * 1000, 3),
        }
