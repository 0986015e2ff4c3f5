"""Messages between two workers over a Unix socket: a length, then a marshalled tuple.

What is said in one turn of the event loop leaves in one write. What may wait for company (how a reply that
was played went) leaves with the next message, or a few milliseconds later.
"""

from __future__ import annotations

import asyncio
import marshal
import struct
from typing import Any, Final, cast

_LENGTH: Final = struct.Struct("<I")
_LINGER: Final = 0.005
"""Seconds that a message which is in no hurry waits for others."""


class Frames(asyncio.Protocol):
    """One end of a connection between two workers."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._come = bytearray()
        self._going: list[bytes] = []
        self._flushing: asyncio.Handle | None = None
        self._is_hurried = False

    @property
    def is_open(self) -> bool:
        """Whether the other end can be told something."""
        return self._transport is not None and not self._transport.is_closing()

    def taken(self, message: tuple[Any, ...]) -> None:
        """A message has come."""
        raise NotImplementedError

    def lost(self) -> None:
        """The connection has ended."""
        raise NotImplementedError

    def send(self, message: tuple[Any, ...]) -> None:
        """Say something, at the end of this turn of the event loop."""
        self._put(message)
        if not self._is_hurried and self._loop is not None:
            if self._flushing is not None:
                self._flushing.cancel()
            self._is_hurried = True
            self._flushing = self._loop.call_soon(self.flush)

    def send_later(self, message: tuple[Any, ...]) -> None:
        """Say something that is in no hurry."""
        self._put(message)
        if self._flushing is None and self._loop is not None:
            self._flushing = self._loop.call_later(_LINGER, self.flush)

    def _put(self, message: tuple[Any, ...]) -> None:
        data = marshal.dumps(message)
        self._going += (_LENGTH.pack(len(data)), data)

    def flush(self) -> None:
        """Let everything leave that was said."""
        if self._flushing is not None:
            self._flushing.cancel()
        self._flushing = None
        self._is_hurried = False
        going, self._going = self._going, []
        if going and self._transport is not None and not self._transport.is_closing():
            self._transport.writelines(going)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)  # a stream's; uvloop's is no subclass
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        """Take every message that is whole."""
        come = self._come
        come += data
        at = 0
        while len(come) - at >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(come, at)
            end = at + _LENGTH.size + size
            if len(come) < end:
                break
            with memoryview(come) as view:
                # The other end is a process of the same server, started by the same supervisor.
                message = marshal.loads(view[at + _LENGTH.size : end])  # noqa: S302 - see above
            at = end
            self.taken(message)
        if at:
            del come[:at]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The other end has gone."""
        if self._flushing is not None:
            self._flushing.cancel()
        self._transport = None
        self.lost()

    def close(self) -> None:
        """End the connection, once all has left."""
        self.flush()
        if self._transport is not None:
            self._transport.close()
