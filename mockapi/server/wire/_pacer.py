"""Playing paced chunks by timers alone: no task is woken for a chunk.

Waking a coroutine, and ASGI's message for it, cost three times as much as the write itself; with
a thousand streams at thirty events a second that is the difference between one core and none to
spare. So the chunks of a chunked body are framed here and written straight to the connection.
What is left to the coroutine is to wait for the end, and for a client that reads too slowly.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from mockapi._clock import monotonic

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from mockapi.exchange import Chunk
    from mockapi.server.wire._connection import Connection
    from mockapi.server.wire._lateness import Lateness


class Timetable:
    """Calls by the millisecond, with one timer of the loop for all that are due in the same one.

    A loop that waits in whole milliseconds wakes anywhere within one. What is due by then is called, the rest
    of that millisecond first of all in the next: so nothing is late by more than about one. A timer for the
    end of the millisecond, when all of it is due, would ring up to one later still.

    Args:
        loop: whose timers are set.
    """

    __slots__ = ("_calls", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._calls: dict[int, list[tuple[float, Callable[[], None]]]] = {}

    def at(self, moment: float, call: Callable[[], None]) -> None:
        """Call at a moment in monotonic seconds, or up to a millisecond later; never before it."""
        tick = math.floor(moment * 1000)
        calls = self._calls.get(tick)
        if calls is None:
            calls = self._calls[tick] = []
            self._set_timer(tick)
        calls.append((moment, call))

    def _set_timer(self, tick: int) -> None:
        # uvloop counts whole milliseconds of this clock from the moment at which a timer is set. A time that
        # was read before a write may lie in the millisecond before, and the timer would ring one late.
        self._loop.call_later((tick - math.floor(monotonic() * 1000)) / 1000, self._ring, tick)

    def _ring(self, tick: int) -> None:
        now = monotonic()
        if now * 1000 < tick:  # the loop's own time was behind when the timer was set
            self._set_timer(tick)
            return
        rest = []
        for item in self._calls.pop(tick):
            moment, call = item
            if moment > now and moment > (now := monotonic()):  # time goes on while others are called
                rest.append(item)
                continue
            try:
                call()
            except Exception as error:  # noqa: BLE001 - as the loop does it: one failure is not the others'
                self._loop.call_exception_handler({"message": "A chunk was not written", "exception": error})
        if rest:
            following = self._calls.get(tick + 1)
            self._calls[tick + 1] = rest if following is None else rest + following
            if following is None:
                self._set_timer(tick + 1)


_timetables: WeakKeyDictionary[asyncio.AbstractEventLoop, Timetable] = WeakKeyDictionary()


class Pacer:
    """Writes chunks when they are due.

    Args:
        chunks: in the order they are sent.
        due: the moment, in monotonic seconds, from which the first delay counts.
        connection: where they go.
        leaving: done when the client has left.
        lateness: where to count how late they are.

    Attributes:
        due: the moment at which the latest chunk was due.
        began: the moment at which the first byte was written, None before.
    """

    __slots__ = (
        "_chunks",
        "_connection",
        "_count",
        "_lateness",
        "_leaving",
        "_loop",
        "_place",
        "_timetable",
        "_waiter",
        "began",
        "due",
    )

    def __init__(
        self,
        chunks: Sequence[Chunk],
        due: float,
        connection: Connection,
        leaving: asyncio.Future[None],
        lateness: Lateness | None,
    ) -> None:
        self.due = due
        self.began: float | None = None
        self._chunks = chunks
        self._count = len(chunks)
        self._connection = connection
        self._leaving = leaving
        self._lateness = lateness
        self._loop = leaving.get_loop()
        self._timetable = _timetables.get(self._loop) or _timetables.setdefault(
            self._loop, Timetable(self._loop)
        )
        self._place = 0
        self._waiter: asyncio.Future[None] = self._loop.create_future()
        leaving.add_done_callback(self._stop)

    @property
    def is_done(self) -> bool:
        """Whether every chunk has been written."""
        return self._place == self._count

    async def play(self) -> bool:
        """Write until all is written or the connection is congested. False if the client has left."""
        if self._leaving.done():
            return False
        self._waiter = self._loop.create_future()
        self._write()
        await self._waiter
        return not self._leaving.done()

    def _write(self) -> None:
        """Write what is due, and set the timer for what is not."""
        if self._waiter.done():
            return
        now = monotonic()
        chunks = self._chunks
        while self._place < self._count:
            chunk = chunks[self._place]
            delay, data = chunk[0], chunk[1]  # unpacking a named tuple takes three times as long
            due = self.due + delay
            if due > now:
                self._timetable.at(due, self._write)
                return
            self.due = due
            self._place += 1
            if delay and self._lateness is not None:
                self._lateness.add(now - due)
            if data:  # a chunk of nothing would end the body
                if self.began is None:
                    self.began = now
                if self._connection.write(b"%x\r\n%b\r\n" % (len(data), data)):
                    break
        self._waiter.set_result(None)

    def _stop(self, _leaving: asyncio.Future[None]) -> None:
        if not self._waiter.done():
            self._waiter.set_result(None)
