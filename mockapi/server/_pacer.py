"""Playing paced chunks by timers alone: no task is woken for a chunk.

Waking a coroutine, and ASGI's message for it, cost three times as much as the write itself; with
a thousand streams at thirty events a second that is the difference between one core and none to
spare. So the chunks of a chunked body are framed here and written straight to the connection.
What is left to the coroutine is to wait for the end, and for a client that reads too slowly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.server._clock import monotonic

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from mockapi.exchange import Chunk
    from mockapi.server._lateness import Lateness
    from mockapi.server._protocol import Connection

_ROUNDING = (
    0.0005  # uvloop's timers are whole milliseconds, to the nearest: without it half of them ring early
)


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
    """

    __slots__ = ("_chunks", "_connection", "_lateness", "_leaving", "_loop", "_place", "_waiter", "due")

    def __init__(
        self,
        chunks: Sequence[Chunk],
        due: float,
        connection: Connection,
        leaving: asyncio.Future[None],
        lateness: Lateness | None,
    ) -> None:
        self.due = due
        self._chunks = chunks
        self._connection = connection
        self._leaving = leaving
        self._lateness = lateness
        self._loop = leaving.get_loop()
        self._place = 0
        self._waiter: asyncio.Future[None] = self._loop.create_future()
        leaving.add_done_callback(self._stop)

    @property
    def is_done(self) -> bool:
        """Whether every chunk has been written."""
        return self._place == len(self._chunks)

    async def play(self) -> bool:
        """Write until all is written or the connection is congested. False if the client has left."""
        self._waiter = self._loop.create_future()
        self._write()
        await self._waiter
        return not self._leaving.done()

    def _write(self) -> None:
        """Write what is due, and set the timer for what is not."""
        if self._waiter.done():
            return
        now = monotonic()
        while not self.is_done and not self._leaving.done():
            delay, data = self._chunks[self._place]
            due = self.due + delay
            if due > now:
                self._loop.call_later(due - now + _ROUNDING, self._write)
                return
            self.due = due
            self._place += 1
            if delay and self._lateness is not None:
                self._lateness.add(now - due)
            if data:  # a chunk of nothing would end the body
                self._connection.write(b"%x\r\n%b\r\n" % (len(data), data))
                if self._connection.is_congested:
                    break
        self._waiter.set_result(None)

    def _stop(self, _leaving: asyncio.Future[None]) -> None:
        if not self._waiter.done():
            self._waiter.set_result(None)
