"""The timetable of paced chunks: one timer for a millisecond, never early, and no call spoils another."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from mockapi._clock import monotonic
from mockapi.server import event_loop
from mockapi.server.wire._pacer import Timetable


class Counting:
    """A loop's timers, counted."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.timers = 0

    def call_later(self, *args: Any) -> asyncio.TimerHandle:
        """As the loop has it."""
        self.timers += 1
        return self._loop.call_later(*args)


@pytest.mark.parametrize("new_loop", [event_loop, asyncio.new_event_loop])
def test_calls_of_one_millisecond_share_a_timer_and_none_is_early(new_loop: Any) -> None:
    """A hundred calls within five milliseconds take at most six timers."""
    loop = new_loop()
    counting = Counting(loop)
    timetable = Timetable(counting)  # type: ignore[arg-type] # all of a loop that it needs
    early: list[float] = []

    async def wait() -> None:
        done = loop.create_future()
        begun = monotonic()

        def call(due: float, *, last: bool) -> None:
            if monotonic() < due:
                early.append(due - monotonic())
            if last:
                done.set_result(None)

        for number in range(100):
            due = begun + 0.01 + number * 0.00005
            timetable.at(due, begun, partial(call, due, last=number == 99))
        await done

    loop.run_until_complete(wait())
    loop.close()
    assert early == []
    assert counting.timers <= 6


def test_a_call_that_fails_is_told_and_the_others_are_made() -> None:
    """As the loop itself would have done it."""
    loop = asyncio.new_event_loop()
    told: list[Any] = []
    loop.set_exception_handler(lambda _loop, context: told.append(context["exception"]))
    timetable = Timetable(loop)
    failure = ValueError("broken")

    async def wait() -> None:
        done = loop.create_future()

        def fail() -> None:
            raise failure

        for call in (fail, lambda: done.set_result(None)):
            timetable.at(0.0, 0.0, call)
        await done

    loop.run_until_complete(wait())
    loop.close()
    assert told == [failure]
