"""The log of a server of several machines: a Redis stream that every node appends to and follows.

The stream belongs to an incarnation: whoever finds no incarnation in Redis begins one. A Redis that comes
back empty has another one soon, and the entries of the one before count nowhere. A stream that has gone
takes no entry: nothing is appended to what nobody follows.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Protocol

from mockapi._clock import monotonic
from mockapi.nodes._log_entries import JOINED, Entry, packed, unpacked
from mockapi.nodes._manners_scripts import DAY
from mockapi.nodes._redis import StoreAwayError, StoreDoubtError

if TYPE_CHECKING:
    from mockapi.nodes._redis import Store

_log = logging.getLogger(__name__)

BEGINNING: Final = b"0-0"
_BLOCK: Final = 1.0
"""Seconds that Redis waits for an entry before it says that there is none."""
_AT_ONCE: Final = 64
"""Entries that are read together; each may have some megabytes."""
_END: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
"""Ends an incarnation, unless another one has begun."""
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0
_SLOWEST: Final = 8_000_000
"""Bytes a second that a connection to Redis takes at least: a large body is given more time."""


class Follower(Protocol):
    """Whoever does what the log says."""

    async def agree(self) -> None:
        """An incarnation is about to be joined by a node that follows none."""
        ...

    async def began(self, log: Log, before: str) -> bytes:
        """An incarnation is joined, or joined anew; the place in it from which the log has to be read.

        Args:
            log: what is followed.
            before: the incarnation that was followed before; "" for none.
        """
        ...

    async def apply(self, entry: Entry) -> None:
        """The next entry."""
        ...

    async def resumed(self) -> None:
        """Everything is applied that was there when the log was reached (again)."""
        ...

    def waited(self) -> None:
        """All is applied that there is, and for a second nothing has come."""
        ...

    def lost(self, why: str) -> None:
        """The log cannot be followed."""
        ...


class Log:
    """The log, as one node sees it.

    Args:
        store: where it is.
        node: the name of this node.
        follower: does what it says.

    Attributes:
        position: the place of the last entry that was applied.
        incarnation: of the log; "" before the first one is joined.
        why_down: why it cannot be reached; None while it can.
    """

    def __init__(self, store: Store, node: str, follower: Follower) -> None:
        self.store = store
        self.position = BEGINNING
        self.incarnation = ""
        self.why_down: str | None = f"Redis at {store.address.shown} has not been reached yet."
        self._node = node
        self._follower = follower
        self._appends = store.line()
        self._reads = store.line()
        self._tokens = (f"{prefix}-{number:x}" for prefix in [secrets.token_hex(5)] for number in count())
        self._at_once = _AT_ONCE
        self._following: asyncio.Task[None] | None = None
        self._first = asyncio.Event()
        self._followed = ""

    def key(self, name: str) -> bytes:
        """The name of a key of this incarnation."""
        return self.store.key(f"{name}:{self.incarnation}")

    def new_token(self) -> str:
        """One that no entry has had."""
        return next(self._tokens)

    async def append(self, kind: str, said: Any, body: bytes = b"", token: str | None = None) -> bytes:
        """Add an entry; its place.

        Raises:
            StoreAwayError: it was not added.
            StoreDoubtError: nobody knows whether it was.
        """
        if self.why_down is not None:
            raise StoreAwayError(self.why_down)
        fields = packed(kind, token or self.new_token(), self._node, said, body)
        command = ("XADD", self.key("log"), "NOMKSTREAM", b"*", *fields)
        if len(body) > _SLOWEST:
            place = await self.store.ask_for_long(len(body) / _SLOWEST, *command)
        else:
            place = await self._appends.ask(*command)
        if place is None:
            raise StoreAwayError(f"Redis at {self.store.address.shown} has lost the log; it begins anew.")
        return bytes(place)

    def begin_again(self) -> None:
        """Join anew, as a node that has not followed anything yet."""
        self._followed = ""

    async def start(self, patience: float) -> None:
        """Begin to follow; returns when all is applied that is there, or after a time."""
        self._following = asyncio.ensure_future(self._follow())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._first.wait()

    async def aclose(self) -> None:
        """Follow no more."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following

    async def _follow(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            began = monotonic()
            try:
                await self._join()
                await self._read()
                continue  # another incarnation has begun
            except (StoreAwayError, StoreDoubtError) as error:
                self._lose(str(error))
            except Exception as error:  # noqa: BLE001 - what happens here must not end with a defect
                _log.error("The log of the machines has met a defect of mockapi.", exc_info=error)
                self._lose("A defect of mockapi keeps this node from following the log; see its stderr.")
            if monotonic() - began > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _join(self) -> None:
        """Find the incarnation, or begin one; then be one that takes part."""
        key = self.store.key("incarnation")
        if not self._followed:
            await self._follower.agree()
        await self._reads.ask("SET", key, secrets.token_hex(8), "NX", "EX", DAY)
        incarnation = (await self._reads.ask("GET", key)).decode()
        self.incarnation = incarnation
        trimmed = await self._reads.ask("HGET", self.key("snapshot"), "trimmed")
        if incarnation != self._followed or (trimmed is not None and _order(self.position) < _order(trimmed)):
            before, self._followed = self._followed, ""  # until it has begun
            self.position = await self._follower.began(self, before)
            self._followed = incarnation
        fields = packed(JOINED, self.new_token(), self._node, None)
        here = await self._reads.ask("XADD", self.key("log"), b"*", *fields)
        await self._reads.ask("EXPIRE", self.key("log"), DAY)  # from now on the beats of nodes keep it
        while _order(self.position) < _order(here):
            await self._next(0)
        self.why_down = None
        await self._follower.resumed()
        self._first.set()

    def _lose(self, why: str) -> None:
        self.why_down = why
        self._follower.lost(why)
        self._first.set()

    async def _read(self) -> None:
        """Apply what comes, until there is another incarnation."""
        while True:
            if await self._next(_BLOCK):
                continue
            self._follower.waited()
            key = self.store.key("incarnation")
            if not await self._reads.ask("EXISTS", self.key("log")):  # evicted, or deleted by somebody
                await self._reads.ask("EVAL", _END, 1, key, self.incarnation)
            found = await self._reads.ask("GET", key)
            if found is None or found.decode() != self._followed:
                return

    async def _next(self, wait: float) -> bool:
        """Apply the next entries; whether there were any."""
        block = ("BLOCK", int(wait * 1000)) if wait else ()
        command = ("XREAD", "COUNT", self._at_once, *block, "STREAMS", self.key("log"), self.position)
        longer = 1.0 if self._at_once > 1 else 30.0
        try:
            answer = await self._reads.ask_slowly(wait + longer, *command)
        except StoreDoubtError:
            self._at_once = 1  # so many may have been more than can be had in the time
            raise
        if not answer:
            return False
        self._at_once = min(_AT_ONCE, 2 * self._at_once)
        for id_, fields in answer[0][1]:
            try:
                entry = unpacked(id_, fields)
            except (ValueError, IndexError):  # nobody of ours has written it
                _log.error("The entry %s of the log cannot be read; it is passed over.", id_.decode())
            else:
                await self._follower.apply(entry)
            self.position = id_
        return True


def _order(place: bytes) -> tuple[int, int]:
    milliseconds, _, number = place.partition(b"-")
    return int(milliseconds), int(number)
