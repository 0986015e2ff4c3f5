"""A bounded memory of verdicts on values that come again and again (tools, images).

Keyed by a digest of the value, so that it holds no request bodies. It changes how long a check
takes and never what it says, which is why the pure layers may keep one.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Verdict = TypeVar("Verdict")


class Memo(Generic[Verdict]):
    """Remembers the verdicts on the `limit` most recently seen values."""

    __slots__ = ("_limit", "_seen")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: OrderedDict[tuple[object, ...], Verdict] = OrderedDict()

    def get(self, text: bytes, judge: Callable[[], Verdict], *also: object) -> Verdict:
        """The verdict on `text` (and whatever else it depends on), judged at most once while remembered."""
        key = (hashlib.sha256(text).digest(), *also)
        try:
            verdict = self._seen[key]
            self._seen.move_to_end(key)
        except KeyError:  # never seen, or dropped by another thread meanwhile
            verdict = self._seen[key] = judge()
            while len(self._seen) > self._limit:
                self._seen.popitem(last=False)
        return verdict
