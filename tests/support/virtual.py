"""An event loop in which time passes only when everybody waits, and then at once.

What is due in an hour comes in no time, and a moment is exact: no test has to wait for a clock, or to
forgive one.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; else the time is over that it would have taken to see that nothing comes."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("All tasks wait for something that no timer brings.")
        if not ready and timeout is not None:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Virtual seconds since the loop began."""
        return self._clock.now


def run_in_no_time(main: Coroutine[Any, Any, T], *clocks: str) -> T:
    """Run a coroutine in virtual time.

    Args:
        main: the coroutine.
        clocks: full names of functions that tell monotonic seconds; they tell the loop's here.
    """
    with pytest.MonkeyPatch.context() as patch, asyncio.Runner(loop_factory=VirtualLoop) as runner:
        for clock in clocks:
            patch.setattr(clock, runner.get_loop().time)
        return runner.run(main)
