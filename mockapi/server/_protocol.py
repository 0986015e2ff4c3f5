"""uvicorn's HTTP protocol, with a way to do what ASGI cannot say: end a connection by force."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

CONNECTION = "mockapi.connection"
"""The key in a scope's extensions under which a request finds its `Connection`."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 seconds


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

    @property
    def unsent(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self._transport.get_write_buffer_size()


class Protocol(HttpToolsProtocol):
    """uvicorn's httptools protocol; each request's scope carries its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection for the requests on it."""
        super().connection_made(transport)
        self._extensions: dict[str, Any] = {CONNECTION: Connection(transport)}

    def on_message_begin(self) -> None:
        """Give the coming request's scope its connection."""
        super().on_message_begin()
        self.scope["extensions"] = self._extensions
