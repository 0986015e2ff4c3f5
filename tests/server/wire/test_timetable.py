"""The timetable of paced chunks: one timer for a millisecond, never early, and no call spoils another."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from mockapi._clock import monotonic
from mockapi.server import event_loop
from mockapi.server.wire import _pacer
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


class Waking:
    """A loop whose timers ring when a test says so."""

    def __init__(self) -> None:
        self.timers: list[tuple[Any, int]] = []

    def call_later(self, _: float, ring: Any, tick: int) -> None:
        """Keep what would ring."""
        self.timers.append((ring, tick))


def test_what_is_due_when_a_timer_rings_late_is_not_left_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the millisecond that has begun, what is due by now is called, once, and nothing before its time."""
    loop, called = Waking(), list[float]()
    timetable = Timetable(loop)  # type: ignore[arg-type] # all of a loop that it needs
    for moment in (1.0005, 1.0013, 1.0017, 1.0024):
        timetable.at(moment, 1.0, partial(called.append, moment))
    now = 1.0014
    monkeypatch.setattr(_pacer, "monotonic", lambda: now)
    (first, at_one), (second, at_two), (third, at_three) = loop.timers
    first(at_one)
    assert called == [1.0005, 1.0013]
    now = 1.0021
    second(at_two)
    assert called == [1.0005, 1.0013, 1.0017]
    now = 1.0031
    third(at_three)
    assert called == [1.0005, 1.0013, 1.0017, 1.0024]
