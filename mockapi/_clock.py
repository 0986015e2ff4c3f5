"""Seconds that a test's frozen clock cannot stop.

freezegun puts functions of its own in the place of `time.monotonic` and `time.perf_counter`, in
the module and wherever else it finds them; asyncio reads its time there, so a server in the same
process would wait for ever between two chunks. Neither it nor time-machine touches the system's
own monotonic clock, `time.clock_gettime`, not even when they were started before this module
was imported. Where there is no such function (Windows) the performance counter stands in, bound
in a default argument, where freezegun does not look.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_system: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_MONOTONIC) if hasattr(time, "clock_gettime") else time.perf_counter
)


def monotonic(_counter: Callable[[], float] = _system) -> float:
    """Seconds since some fixed point; only differences mean anything."""
    return _counter()


def wall_at(moment: float, _base: float = time.time() - _system()) -> float:
    """Seconds since 1970 at a moment in `monotonic` seconds, counted on from when this module was imported.

    A clock that was frozen at that moment is where the count starts.
    """
    return _base + moment


def wall() -> float:
    """Seconds since 1970; see `wall_at`."""
    return wall_at(monotonic())


def processor() -> float:
    """Seconds for which a processor has worked on this thread; what else the machine does is not in them."""
    return time.thread_time()
