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
    """A hundred calls within five milliseconds take a timer for each, and one for the rest of the last."""
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
            timetable.at(due, partial(call, due, last=number == 99))
        await done

    loop.run_until_complete(wait())
    loop.close()
    assert early == []
    assert counting.timers <= 8


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
            timetable.at(0.0, call)
        await done

    loop.run_until_complete(wait())
    loop.close()
    assert told == [failure]


class Waking:
    """A loop whose timers ring when a test says so."""

    def __init__(self) -> None:
        self.timers: list[tuple[float, Any, int]] = []

    def call_later(self, delay: float, ring: Any, tick: int) -> None:
        """Keep what would ring, and when."""
        self.timers.append((delay, ring, tick))


@pytest.fixture
def waking(monkeypatch: pytest.MonkeyPatch) -> tuple[Waking, list[float]]:
    """A loop, and the time that it is."""
    clock = [1.0]
    monkeypatch.setattr(_pacer, "monotonic", lambda: clock[0])
    return Waking(), clock


def test_what_is_not_due_yet_comes_first_in_the_next_millisecond(waking: tuple[Waking, list[float]]) -> None:
    """What is due is called, once, and nothing before its time."""
    loop, clock = waking
    called: list[float] = []
    timetable = Timetable(loop)  # type: ignore[arg-type] # all of a loop that it needs
    for moment in (1.0105, 1.0109, 1.0112, 1.0118):
        timetable.at(moment, partial(called.append, moment))
    (_, first, at_one), (_, second, at_two) = loop.timers
    clock[0] = 1.0107
    first(at_one)
    assert called == [1.0105]
    clock[0] = 1.0113
    second(at_two)
    assert called == [1.0105, 1.0109, 1.0112]
    (_, third, at_three) = loop.timers[2]
    clock[0] = 1.0123
    third(at_three)
    assert called == [1.0105, 1.0109, 1.0112, 1.0118]


def test_a_timer_counts_from_the_moment_that_it_is_set(waking: tuple[Waking, list[float]]) -> None:
    """From the start of the write before it, it could ring a millisecond late."""
    loop, clock = waking
    timetable = Timetable(loop)  # type: ignore[arg-type] # all of a loop that it needs
    for now, moment in ((1.00099, 1.0105), (1.00101, 1.0115)):
        clock[0] = now
        timetable.at(moment, lambda: None)
    assert [round(delay * 1000) for delay, _, _ in loop.timers] == [10, 10]


def test_a_timer_that_rings_early_is_set_again(waking: tuple[Waking, list[float]]) -> None:
    """A loop's own time may be behind."""
    loop, clock = waking
    called: list[float] = []
    timetable = Timetable(loop)  # type: ignore[arg-type] # all of a loop that it needs
    timetable.at(1.0105, partial(called.append, 1.0105))
    for clock[0] in (1.0099, 1.0108):
        _, ring, tick = loop.timers[-1]
        ring(tick)
    assert called == [1.0105]
    assert len(loop.timers) == 2
