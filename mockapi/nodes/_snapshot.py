"""The log, cut short: what stands before a place in it, as what it has come to.

When the log has grown by half of what it may hold, one node adds an entry that says so, and writes down what
its replica remembers at that place. What lies before the snapshot before that goes. A node that comes later
begins with the snapshot and reads on from its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from mockapi.nodes._manners_scripts import DAY

if TYPE_CHECKING:
    from mockapi.nodes._log import Log
    from mockapi.nodes._log_entries import Entry

MAX_ENTRIES: Final = 20_000
MAX_BYTES: Final = 64 * 1024 * 1024
_TURN: Final = 10
"""Seconds in which no other node begins a snapshot."""
_TRIES: Final = 64
"""How often it is tried again while the log grows by as much as it may hold."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a replica remembers at a place in the log.

    Attributes:
        place: in the log.
        changes: the control requests that still count.
        memory: what the session remembers.
    """

    place: bytes
    changes: list[dict[str, Any]]
    memory: dict[str, Any]


class Growth:
    """How far the log has grown since the last snapshot; alike on all nodes.

    Args:
        max_entries: that the log may hold.
        max_bytes: that it may hold.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._entries = 0
        self._bytes = 0
        self._next = 0

    def add(self, entry: Entry) -> bool:
        """Count an entry; whether a snapshot is due."""
        self._entries += 1
        self._bytes += entry.size
        is_due = 2 * self._entries > self._max_entries or 2 * self._bytes > self._max_bytes
        if not is_due or self._entries < self._next:
            return False
        self._next = self._entries + self._max_entries // _TRIES + 1
        return True

    def clear(self) -> None:
        """There is a snapshot."""
        self._entries = self._bytes = self._next = 0


async def is_chosen(log: Log) -> bool:
    """Whether this node is the one that begins a snapshot.

    Raises:
        StoreAwayError: Redis cannot be asked, as StoreDoubtError.
    """
    return await log.store.ask("SET", log.key("snapshot-turn"), b"1", "NX", "EX", _TURN) is not None


async def write(log: Log, snapshot: Snapshot) -> None:
    """Put a snapshot into Redis, and let go what lies before the one before it.

    Raises:
        StoreAwayError: it could not be put there, as StoreDoubtError.
    """
    key = log.key("snapshot")
    before = await log.store.ask("HGET", key, "place")
    data = orjson.dumps({"changes": snapshot.changes, "memory": snapshot.memory})
    fields = ("place", snapshot.place, "trimmed", before or b"0-0", "data", data)
    await log.store.ask("HSET", key, *fields)
    await log.store.ask("EXPIRE", key, DAY)
    if before is not None:
        await log.store.ask("XTRIM", log.key("log"), "MINID", before)


async def read(log: Log) -> Snapshot | None:
    """The last snapshot of a log; None if there is none yet.

    Raises:
        StoreAwayError: Redis cannot be asked, as StoreDoubtError.
    """
    place, data = await log.store.ask("HMGET", log.key("snapshot"), "place", "data")
    if place is None or data is None:
        return None
    said = orjson.loads(data)
    return Snapshot(place, said["changes"], said["memory"])
