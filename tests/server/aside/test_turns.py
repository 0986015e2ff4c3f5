"""Who has which helper process, and what becomes of one that fails; the processes are stand-ins here."""

from __future__ import annotations

import asyncio
import io
import operator
import threading
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.errors import TooSlowError
from mockapi.server.aside import Helpers, _parcel, _pool
from mockapi.server.aside._process import HelperGone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PATIENCE = 10.0


class Process:
    """A helper that works in its thread, and waits where it is told to.

    Attributes:
        made: all of them.
        asked: what each was asked.
    """

    made: list[Process] = []  # noqa: RUF012 - emptied by each test

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.is_killed = threading.Event()
        self.has_ended = threading.Event()
        Process.made.append(self)

    def ask(self, call: list[bytes]) -> Any:
        """The result in a tuple, None if it failed; `wait` waits for its end, `gone` is the end."""
        function, arguments = _parcel.read(io.BytesIO(b"".join(call)))
        self.asked.append(arguments)
        if arguments == ("gone",):
            raise HelperGone("it ended")
        if arguments == ("wait",):
            assert self.is_killed.wait(PATIENCE)
            raise HelperGone("it was ended")
        try:
            return (function(*arguments),)
        except Exception:  # noqa: BLE001 - as the helper's program has it
            return None

    def kill(self) -> None:
        """End it at once."""
        self.is_killed.set()

    def end(self) -> None:
        """Wait until it is gone."""
        self.has_ended.set()


def running(helpers: Helpers) -> list[Any]:
    """The processes that run."""
    return [*helpers.processes]


def run(test: Callable[[Helpers], Awaitable[None]], **options: Any) -> Helpers:
    """Run a test with helpers of stand-ins, which are closed in the end."""

    async def main() -> Helpers:
        helpers = Helpers(**options)
        try:
            await test(helpers)
        finally:
            helpers.close()
        return helpers

    Process.made.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_pool, "HelperProcess", Process)
        return asyncio.run(main())


def test_a_process_is_asked_again_and_ended_in_the_end() -> None:
    """One after the other needs one; what comes after the end is worked out here."""

    async def test(helpers: Helpers) -> None:
        assert [await helpers.run(operator.add, 1, number) for number in range(3)] == [1, 2, 3]
        (only,) = Process.made
        assert running(helpers) == [only]
        assert only.asked == [(1, 0), (1, 1), (1, 2)]
        helpers.close()
        assert (only.is_killed.is_set(), only.has_ended.is_set()) == (True, True)
        assert await helpers.run(operator.add, 1, 5) == 6
        assert len(Process.made) == 1

    assert run(test).processes == set()


def test_more_calls_than_processes_wait_for_their_turn() -> None:
    """And are answered."""

    async def test(helpers: Helpers) -> None:
        calls = [helpers.run(operator.add, "a", str(number)) for number in range(9)]
        assert await asyncio.gather(*calls) == [f"a{number}" for number in range(9)]

    run(test, most=2)
    assert len(Process.made) == 2


def test_a_process_that_ends_costs_time_only() -> None:
    """The work is done here, and the next call has another process; so it is where a call fails there."""

    async def test(helpers: Helpers) -> None:
        assert await helpers.run(len, "gone") == 4
        first = Process.made[0]
        assert await asyncio.to_thread(first.has_ended.wait, PATIENCE)
        assert helpers.processes == set()
        with pytest.raises(TypeError):
            await helpers.run(len, 5)
        assert await helpers.run(len, "abc") == 3
        assert len(Process.made) == 2
        assert running(helpers) == [Process.made[1]]

    run(test)


def test_what_takes_too_long_is_given_up() -> None:
    """On a thread it would take as long: the process ends, and the next call has another one."""

    async def test(helpers: Helpers) -> None:
        with pytest.raises(TooSlowError, match=r"not looked at within 0\.01 seconds; send a smaller one"):
            await helpers.run(len, "wait")
        assert helpers.processes == set()
        assert Process.made[0].is_killed.is_set()

    run(test, patience=0.01)


def test_who_leaves_takes_its_process_along() -> None:
    """Its answer must not be taken for another's."""

    async def test(helpers: Helpers) -> None:
        task = asyncio.create_task(helpers.run(len, "wait"))
        while not (Process.made and Process.made[0].asked):  # noqa: ASYNC110 - of a thread, without an event
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert Process.made[0].is_killed.is_set()
        assert await helpers.run(len, "abc") == 3
        assert len(Process.made) == 2

    run(test, most=1)


def test_where_none_can_be_started_nobody_tries_again() -> None:
    """The work is done here."""
    tries: list[int] = []

    def fails() -> None:
        tries.append(1)
        raise HelperGone("there is no interpreter to start")

    async def test(helpers: Helpers) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_pool, "HelperProcess", fails)
            assert [await helpers.run(len, "abc") for _ in range(3)] == [3, 3, 3]

    run(test)
    assert tries == [1]


def test_a_process_that_starts_when_the_server_ends_is_ended() -> None:
    """The call is answered all the same."""
    goes = threading.Event()

    class Late(Process):
        def __init__(self) -> None:
            assert goes.wait(PATIENCE)
            super().__init__()

    async def test(helpers: Helpers) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_pool, "HelperProcess", Late)
            task = asyncio.create_task(helpers.run(len, "abc"))
            waiting = asyncio.create_task(helpers.run(len, "abcd"))
            while helpers._threads is None:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0)
            helpers.close()
            goes.set()
            assert (await task, await waiting) == (3, 4)
            assert helpers.processes == set()
            assert await asyncio.to_thread(Process.made[0].has_ended.wait, PATIENCE)

    run(test, most=1)


@pytest.mark.parametrize(
    ("value", "beside"),
    [
        ((), 0),
        ((b"a" * (64 * 1024 - 1),), 0),
        ((b"a" * 64 * 1024,), 1),
        (("x", b"a" * 70_000, [b"b" * 65_536, b"c"], 5), 2),
    ],
    ids=["nothing", "short", "long", "several"],
)
def test_values_come_as_they_were_sent(value: Any, beside: int) -> None:
    """Long bytes go beside the pickle, as they are; a stream that ends too early is refused."""
    pieces = _parcel.packed(value)
    assert len(pieces) == 1 + beside
    stream = io.BytesIO()
    _parcel.write(stream, pieces)
    assert _parcel.read(io.BytesIO(stream.getvalue())) == value
    if beside:
        with pytest.raises(EOFError):
            _parcel.read(io.BytesIO(stream.getvalue()[:-1]))
