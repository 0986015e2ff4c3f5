"""Running the application: sockets, uvicorn, and the line that says it is ready."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Any

import uvicorn

from mockapi.errors import UsageError
from mockapi.server._clock import monotonic
from mockapi.server._protocol import Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from starlette.applications import Starlette

_BACKLOG = 2048
_SHUTDOWN_SECONDS = 3


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        UsageError: the port is taken, or the address is none of this machine's.
    """
    if not host:
        raise UsageError("The host is empty; 0.0.0.0 would be every address of this machine.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"Port {port} on {host} is taken. Choose another with --port, or --port 0 for a free one."
            ) from error
        raise UsageError(f"Cannot listen on {host} port {port}: {error.strerror or error}.") from error
    except (UnicodeError, TypeError) as error:  # a name that IDNA cannot encode
        sock.close()
        raise UsageError(f"{host!r} is no host name.") from error
    sock.setblocking(False)
    return sock


def url_of(sock: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class HTTPServer(uvicorn.Server):
    """uvicorn, set up for one application on one socket.

    Args:
        app: the application.
        on_ready: called in the server's loop once connections are accepted.
        on_stop: awaited there once all connections are closed.
    """

    def __init__(
        self,
        app: Starlette,
        on_ready: Callable[[], None],
        on_stop: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",  # a defect shows its traceback; a bad request is no news
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,  # nothing here asks who the client is
                timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
                timeout_keep_alive=75,
            )
        )
        self._on_ready = on_ready
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, and finish what is not done with the last reply."""
        await super().shutdown(sockets)
        if self._on_stop is not None:
            await self._on_stop()


def event_loop() -> asyncio.AbstractEventLoop:
    """A uvloop where there is one, else asyncio's own, with a clock that tests cannot freeze."""
    try:
        import uvloop  # noqa: PLC0415 - where there is one
    except ImportError:
        import asyncio  # noqa: PLC0415 - not needed where uvloop is

        loop: Any = asyncio.new_event_loop()
        loop.time = monotonic
        return loop  # type: ignore[no-any-return] # Any, because `time` is a method to mypy
    return uvloop.new_event_loop()
