"""Watching a target: what is held back, which exceptions it documents, how its time and memory grow."""

from __future__ import annotations

import asyncio
import queue
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.fuzzing import BY_ID, CASES, Finding, Shape, Verdict, assert_conforms, judge, observe
from mockapi.fuzzing._observe import examine
from tests.support.good_parsers import Feeder, Triple, by_character

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

TWO = BY_ID["cut/two events in a chunk"]


def in_a_thread(chunks: Iterable[bytes], *, behind: int = 0) -> Iterator[Triple]:
    """Reads ahead in a thread of its own; `behind` holds that many events back until more comes."""
    found: queue.SimpleQueue[Triple | None] = queue.SimpleQueue()

    def read() -> None:
        held: list[Triple] = []
        for event in by_character(chunks):
            held.append(event)
            if len(held) > behind:
                found.put(held.pop(0))
        for event in held:
            found.put(event)
        found.put(None)

    threading.Thread(target=read, daemon=True).start()
    while (event := found.get()) is not None:
        yield event


async def in_a_task(chunks: AsyncIterable[bytes]) -> AsyncIterator[Triple]:
    """Reads ahead in a task of its own."""
    found: asyncio.Queue[Triple | None] = asyncio.Queue()

    async def read() -> None:
        feeder = Feeder()
        async for chunk in chunks:
            for event in feeder.feed(chunk):
                found.put_nowait((event.event or "message", event.data, event.id))
        found.put_nowait(None)

    task = asyncio.create_task(read())
    while (event := await found.get()) is not None:
        yield event
    await task


def seen_of(target: Any, case: Any = TWO) -> Finding:
    """The verdict on a target."""
    return judge(case, observe(target, case.chunks(), "events"))


def test_reading_ahead_is_not_holding_back() -> None:
    """In a thread or in a task: the events are shown as soon as they are whole."""
    assert seen_of(in_a_thread).verdict is Verdict.CONFORMS
    assert seen_of(in_a_task).verdict is Verdict.CONFORMS


@pytest.mark.slow
def test_a_thread_that_holds_an_event_back_is_late() -> None:
    """Until the next one comes, which may be never."""
    finding = seen_of(lambda chunks: in_a_thread(chunks, behind=1))
    assert finding.verdict is Verdict.DIFFERS
    assert "event 1 was held back" in finding.seen


class StreamCut(RuntimeError):  # noqa: N818 - the name says what happened
    """A class of one's own."""


def raising(error: Exception, documented: Any = None) -> Any:
    """A target that raises this, and says what it documents."""

    def target(chunks: Iterable[bytes]) -> Iterator[Triple]:
        for _ in chunks:
            raise error
        yield "", "", ""

    if documented is not None:
        target.documented = documented  # type: ignore[attr-defined] # how a target says so
    return target


@pytest.mark.parametrize(
    ("target", "documented"),
    [
        (raising(StreamCut("cut")), True),
        (raising(RuntimeError("generator raised StopIteration")), False),
        (raising(KeyError("type")), False),
        (raising(ValueError("cut")), True),
        (raising(RuntimeError("cut"), RuntimeError), True),
        (raising(ValueError("cut"), (StreamCut, OSError)), False),
        (raising(StreamCut("cut"), (StreamCut, OSError)), True),
    ],
)
def test_documented_exceptions_are_those_that_a_target_names(target: Any, documented: bool) -> None:  # noqa: FBT001 - a column of the table
    """Where it names none: all but those that Python itself raises by accident."""
    error = observe(target, (b"data: a\n\n",), "events").error
    assert error is not None
    assert error.documented is documented


def test_a_target_says_what_it_shows() -> None:
    """Then only that is compared, in a test as in the hunt."""

    def target(chunks: Iterable[bytes]) -> dict[str, Any]:
        return {"text": "Hi there" if b"".join(chunks) else "", "finish": "stop"}

    case = BY_ID["m-framing/lf"]
    with pytest.raises(AssertionError, match=r"m-framing/lf: (differs|silent loss)"):
        assert_conforms(target, case)
    target.shape = Shape("message", shows=("text",))  # type: ignore[attr-defined] # how a target says so
    assert_conforms(target, case)


def test_no_chunk_of_a_large_case_is_the_same_object_as_another() -> None:
    """A reader that keeps them all needs the memory for it."""
    cases = [case for case in CASES if case.growth is not None]
    assert cases
    for case in cases:
        assert case.quarter is not None
        kept = [chunk for chunk, _ in zip(case.chunks(), range(20), strict=False)]
        assert len({id(chunk) for chunk in kept}) == 20


class Clock:
    """Processor time that a reader moves on by itself."""

    def __init__(self) -> None:
        self.now = 0.0

    def process_time(self) -> float:
        """The time so far, in seconds."""
        return self.now


@pytest.mark.slow
@pytest.mark.parametrize(
    ("busy", "factor", "verdict"),
    [(1, 4, Verdict.CONFORMS), (2, 4, Verdict.CONFORMS), (0, 16, Verdict.HANGS)],
)
def test_what_grows_with_the_stream_is_told_from_other_work_of_the_process(
    monkeypatch: pytest.MonkeyPatch, busy: int, factor: int, verdict: Verdict
) -> None:
    """Twice in a row, other work may make a whole stream look forty times as long as a quarter of it."""
    clock = Clock()
    monkeypatch.setattr("mockapi.fuzzing._observe.time", clock)
    quarter = b"data: a quarter\n\n"
    disturbed = iter([10.0] * busy)

    def reader(chunks: Iterable[bytes]) -> list[Triple]:
        body = b"".join(chunks)
        clock.now += 1.0 if body == quarter else factor * next(disturbed, 1.0)
        return list(by_character([body]))

    case = replace(TWO, quarter=lambda: [quarter], seconds=100.0)
    assert judge(case, examine(reader, case, "events")).verdict is verdict
