"""Taking connections from a socket that others take them from, too.

An event loop that finds the socket ready takes all that waits there, so of a burst the first worker to wake
would get nearly everything. Here a worker takes one connection, lets the others have their turn, and comes
back. One that has more of them than another waits a moment first: that one is still waking up. How many
each has stands in a file that all of them have mapped.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import mmap
import os
import struct
from typing import TYPE_CHECKING, Final

from mockapi.server import HTTPServer

if TYPE_CHECKING:
    import socket
    from pathlib import Path

_FULL: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_PAUSE: Final = 0.1
"""Seconds until a process without room for another connection tries again."""
_TURN: Final = 0.001
"""Seconds that a worker leaves to those that have fewer connections."""
_NUMBER: Final = struct.Struct("<q")


class Loads:
    """How many connections each worker has.

    Args:
        path: of the file, which need not exist yet.
        workers: how many there are.
        own: the number of this one.
    """

    def __init__(self, path: Path, workers: int, own: int) -> None:
        size = workers * _NUMBER.size
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, size)
            self._map = mmap.mmap(handle, size)
        finally:
            os.close(handle)
        self._own = own
        self.tell(0)

    def tell(self, connections: int) -> None:
        """Tell the others how many this worker has."""
        _NUMBER.pack_into(self._map, self._own * _NUMBER.size, connections)

    def least(self) -> int:
        """How many the one has that has the fewest."""
        return min(int(number) for (number,) in _NUMBER.iter_unpack(self._map))

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()


class SharedListener:
    """A listening socket that other processes listen on, too; what uvicorn needs of a server.

    Args:
        sock: the socket.
        running: whose protocol speaks to those that connect.
        loads: how many connections each worker has.
    """

    def __init__(self, sock: socket.socket, running: SharingServer, loads: Loads) -> None:
        self.sockets = (sock,)
        self._loads = loads
        self._has_waited = False
        self._sock = sock
        self._running = running
        self._loop = asyncio.get_running_loop()
        self._greetings: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._loop.add_reader(sock, self._take)

    def _take(self) -> None:
        """Take one connection, if another process has not taken it."""
        own = len(self._running.server_state.connections) + len(self._greetings)
        self._loads.tell(own)
        if not self._has_waited and own > self._loads.least():
            self._has_waited = True
            self._pause(_TURN)
            return
        self._has_waited = False
        try:
            connection, _ = self._sock.accept()
        except OSError as error:
            if error.errno in _FULL:
                self._pause(_PAUSE)
            return  # else another process has taken it, or it has gone already
        connection.setblocking(False)
        greeting = self._loop.create_task(self._greet(connection))
        self._greetings.add(greeting)
        greeting.add_done_callback(self._greetings.discard)

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._sock)
        self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        if not self._is_closed:
            self._loop.add_reader(self._sock, self._take)

    async def _greet(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # of a handshake that fails
            await self._loop.connect_accepted_socket(
                self._running.protocol, connection, ssl=self._running.config.ssl
            )

    def close(self) -> None:
        """Take no more."""
        self._is_closed = True
        self._loop.remove_reader(self._sock)

    async def wait_closed(self) -> None:
        """It is closed at once."""


class SharingServer(HTTPServer):
    """An HTTP server on a socket that other processes serve, too.

    Attributes:
        loads: how many connections each of them has.
    """

    loads: Loads

    def protocol(self) -> asyncio.Protocol:
        """What speaks to one connection."""
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg] # uvicorn's own way
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup([])  # it has a server for each socket, and none of its kind is wanted
        self.servers = [SharedListener(sock, self, self.loads) for sock in sockets or ()]  # type: ignore[misc] # enough of one
