"""Monotonic seconds that a test's frozen clock cannot stop.

freezegun replaces `time.monotonic` in every module it finds it in, time-machine replaces it at
the C level; a server in the same process would then wait for ever between two chunks. Neither
touches the performance counter behind this name: it is bound once, at import, where freezegun
does not look (a default argument), and time-machine leaves that counter alone.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def monotonic(_counter: Callable[[], float] = time.perf_counter) -> float:
    """Seconds since some fixed point; only differences mean anything."""
    return _counter()


def wall(_base: float = time.time() - time.perf_counter()) -> float:
    """Seconds since 1970, counted on from the moment this module was imported."""
    return _base + monotonic()
