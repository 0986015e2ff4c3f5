"""Messages between two workers over a Unix socket: a length, then a marshalled list of tuples.

What is said in one turn of the event loop leaves as one list, once the loop has looked at its sockets again:
for what has come there meanwhile something is to be said, too, and each list costs two changes of processes.
What may wait longer for company (how a reply that was played went) leaves with the next message, or a few
milliseconds later.
"""

from __future__ import annotations

import asyncio
import marshal
import struct
from typing import Any, Final, cast

from mockapi.cluster._codec import PLAIN

_LENGTH: Final = struct.Struct("<Q")
_LINGER: Final = 0.005
"""Seconds that a message which is in no hurry waits for others."""


class Frames(asyncio.Protocol):
    """One end of a connection between two workers; another connection has one of its own."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._come = bytearray()  # the beginning of a list
        self._going: list[tuple[Any, ...]] = []
        self._lingering: asyncio.Handle | None = None
        self._is_hurried = False
        self._is_taking = False

    @property
    def is_open(self) -> bool:
        """Whether the other end can be told something."""
        return self._transport is not None and not self._transport.is_closing()

    def taken(self, messages: list[tuple[Any, ...]]) -> None:
        """Messages have come."""
        raise NotImplementedError

    def lost(self) -> None:
        """The connection has ended."""
        raise NotImplementedError

    def send(self, message: tuple[Any, ...]) -> None:
        """Say something, at the end of the next turn of the event loop.

        Args:
            message: of plain values, which marshal can write: nobody would meet its error.
        """
        self._going.append(message)
        if not self._is_hurried and self._loop is not None:
            self._is_hurried = True
            if not self._is_taking:
                # uvloop does what is called soon before it looks at its sockets, and this behind that.
                self._loop.call_soon(self._loop.call_soon, self.flush)

    def send_later(self, message: tuple[Any, ...]) -> None:
        """Say something that is in no hurry."""
        self._going.append(message)
        if self._lingering is None and self._loop is not None:
            self._lingering = self._loop.call_later(_LINGER, self._lingered)

    def _lingered(self) -> None:
        self._lingering = None
        self.flush()

    def flush(self) -> None:
        """Let everything leave that was said."""
        self._is_hurried = False
        going, self._going = self._going, []
        if going and self._transport is not None and not self._transport.is_closing():
            data = marshal.dumps(going, PLAIN)
            self._transport.writelines((_LENGTH.pack(len(data)), data))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)  # a stream's; uvloop's is no subclass
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        """Take every message that is whole, and let what is said to them leave together."""
        if self._come:
            self._come += data
            with memoryview(self._come) as come:
                taken = self._take(come)
            del self._come[:taken]
        else:
            taken = self._take(memoryview(data))
            if taken < len(data):
                self._come += data[taken:]

    def _take(self, come: memoryview) -> int:
        """Take every list that is whole; how many bytes they had."""
        at = 0
        self._is_taking = True
        try:
            while len(come) - at >= _LENGTH.size:
                (size,) = _LENGTH.unpack_from(come, at)
                begin, end = at + _LENGTH.size, at + _LENGTH.size + size
                if len(come) < end:
                    break
                # The other end is a process of the same server, started by the same supervisor.
                self.taken(marshal.loads(come[begin:end]))  # noqa: S302 - see above
                at = end
        finally:
            self._is_taking = False
            if self._is_hurried:
                self.flush()
        return at

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The other end has gone."""
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None  # what is said from now on goes nowhere, and is not kept either
        self._transport = None
        self.lost()

    def close(self) -> None:
        """End the connection, once all has left."""
        self.flush()
        if self._transport is not None:
            self._transport.close()
