"""What a node tells the log later: how replies went, and which it has played without asking anybody.

It waits a moment for more of its kind. A batch that may have arrived is sent again as the same entry, which
replicas do once.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from mockapi.nodes import _log_entries as entries
from mockapi.nodes._redis import StoreAwayError, StoreDoubtError

if TYPE_CHECKING:
    from mockapi.exchange import Request
    from mockapi.nodes._log import Log

_WAIT: Final = 0.05
_MOST: Final = 256
_MOST_BYTES: Final = 4 * 1024 * 1024
_MOST_BATCHES: Final = 400
"""Batches that are kept while Redis is away; beyond, the oldest are given up."""


class Outbox:
    """What is still to be told.

    Args:
        log: takes it.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._ended: list[tuple[str, bool, float | None]] = []
        self._played: list[list[Any]] = []
        self._bodies: list[bytes] = []
        self._bytes = 0
        self._batches: list[tuple[str, Any, bytes, str]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._sending = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def ended(self, token: str, seconds: float | None, *, complete: bool) -> None:
        """A reply to a request that stands in the log was played."""
        self._ended.append((token, complete, seconds))
        self._soon(len(self._ended))

    def played(
        self,
        request: Request,
        at: float,
        number: int,
        playing: str,
        seconds: float | None,
        *,
        complete: bool,
    ) -> None:
        """A recording was played without the log.

        Args:
            request: what came, as all nodes may see it.
            at: when.
            number: of the recording.
            playing: among which cassettes.
            seconds: how long that took.
            complete: whether it was sent whole.
        """
        self._played.append([at, entries.told_request(request), number, complete, seconds, playing])
        self._bodies.append(request.body)
        self._bytes += len(request.body)
        self._soon(len(self._played))

    def forget(self) -> None:
        """The log has begun anew, and knows nothing of what was to be told."""
        self._ended.clear()
        self._batches.clear()
        self._take_played()

    async def flush(self) -> None:
        """Tell all there is; returns when that was tried."""
        self._pack()
        async with self._sending:
            while self._batches:
                kind, said, body, token = self._batches[0]
                await self._log.append(kind, said, body, token)
                if self._batches and self._batches[0][3] == token:
                    del self._batches[0]

    async def aclose(self) -> None:
        """Tell what is left, if it can be told."""
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(self._try(), *self._tasks)

    def _soon(self, count: int) -> None:
        if count >= _MOST or self._bytes >= _MOST_BYTES:
            self._start()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._start)

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pack()
        task = asyncio.ensure_future(self._try())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self) -> None:
        with contextlib.suppress(StoreAwayError, StoreDoubtError):  # it is tried again with the next
            await self.flush()

    def _pack(self) -> None:
        if self._ended:
            told, self._ended = self._ended, []
            self._batches.append((entries.ENDED, told, b"", self._log.new_token()))
        if self._played:
            played, bodies = self._take_played()
            lengths, body = entries.joined_bodies(bodies)
            self._batches.append((entries.PLAYED, [played, lengths], body, self._log.new_token()))
        del self._batches[:-_MOST_BATCHES]

    def _take_played(self) -> tuple[list[list[Any]], list[bytes]]:
        played, bodies = self._played, self._bodies
        self._played, self._bodies, self._bytes = [], [], 0
        return played, bodies
