"""What may be done to the connection of a request beyond ASGI: resets, half closes, bytes as they are."""

from __future__ import annotations

import array
import contextlib
import socket
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

CONNECTION = "mockapi.connection"
"""The key in a scope's extensions under which a request finds its `Connection`."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 seconds
_MAX_WAITING = 64 * 1024  # as uvicorn has it
_KERNEL_TELLS = sys.platform == "linux"


class Connection:
    """What may be done to the transport of a request beyond ASGI."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def reset(self) -> None:
        """Tear the connection down; what was written before has left, the client sees a reset."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()

    def write(self, data: bytes) -> bool:
        """Send bytes as they are, beside what the response's framing allows.

        Returns:
            Whether so much waits to be sent that the sender should wait too.
        """
        transport = self._transport
        if not transport.is_closing():
            transport.write(data)
        return transport.get_write_buffer_size() > _MAX_WAITING

    def close(self) -> None:
        """Close in good order, once all that was written has left."""
        self._transport.close()

    def half_close(self) -> None:
        """Send no more (FIN), but go on reading until the client closes."""
        if self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
            return
        sock = self._transport.get_extra_info(
            "socket"
        )  # TLS has no half of a connection; the one below it has
        with socket.fromfd(sock.fileno(), sock.family, socket.SOCK_STREAM) as below:
            below.shutdown(socket.SHUT_WR)

    @property
    def is_wrapped(self) -> bool:
        """Whether TLS lies between it and the socket, with a buffer below that nobody can look into.

        What is in there goes to the kernel in the event loop's next round, or as soon as that has room.
        """
        return self._transport.get_extra_info("sslcontext") is not None

    @property
    def unsent(self) -> int:
        """Bytes that the client's side has not acknowledged yet; a reset now would lose them.

        Where the kernel does not tell (anything but Linux), those that the kernel has not taken.
        """
        waiting = self._transport.get_write_buffer_size()
        sock = self._transport.get_extra_info("socket")
        if _KERNEL_TELLS and sock is not None and not self._transport.is_closing():
            from fcntl import ioctl  # noqa: PLC0415 - not on every system
            from termios import TIOCOUTQ  # noqa: PLC0415 - not on every system

            queued = array.array("i", [0])
            with contextlib.suppress(OSError):
                ioctl(sock.fileno(), TIOCOUTQ, queued)
            waiting += queued[0]
        return waiting
