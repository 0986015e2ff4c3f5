"""Running the application: sockets, uvicorn, and the line that says it is ready."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

import uvicorn

from mockapi._clock import monotonic
from mockapi.errors import UsageError
from mockapi.server.wire._heads import Heads
from mockapi.server.wire._protocol import Protocol
from mockapi.server.wire._shortcut import Shortcut
from mockapi.server.wire._strangers import Strangers
from mockapi.server.wire._turns import Turns

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import FrameType

    from starlette.types import ASGIApp

    from mockapi.server.wire._tls import TLS

_BACKLOG = 2048
_SHUTDOWN_SECONDS = 3
_LOOK_SECONDS = 0.005  # between two looks whether the last connection is closed
_CLOSE = (b"connection", b"close")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        UsageError: the port is taken, or this machine does not have the address.
    """
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host  # as URLs have it
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
        raise UsageError(f"{host!r} is not a host name.") from error
    sock.setblocking(False)
    return sock


def url_of(sock: socket.socket, tls: TLS | None = None) -> str:
    """The base URL of a listening socket; of a Unix socket the one that its clients are told.

    Args:
        sock: the socket.
        tls: what its connections are wrapped with.
    """
    scheme = "http" if tls is None else "https"
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return f"{scheme}://localhost"
    host, port = sock.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class HTTPServer(uvicorn.Server):
    """uvicorn, set up for one application on one socket.

    Args:
        app: the application.
        on_ready: called in the server's loop once connections are accepted.
        on_stop: awaited there once all connections are closed.
        tell: takes a sentence for people about a client that speaks another protocol.
        tls: what connections are wrapped with; None for plain HTTP.
        drain: seconds that requests in flight may take to their end when the server is told to stop; what
            is asked meanwhile reaches the application all the same, and each reply ends its connection.
        on_drain: called there when that begins, with the number of requests in flight.
    """

    def __init__(
        self,
        app: ASGIApp,
        on_ready: Callable[[], None],
        on_stop: Callable[[], Awaitable[None]] | None = None,
        tell: Callable[[str], None] | None = None,
        tls: TLS | None = None,
        *,
        drain: float = 0.0,
        on_drain: Callable[[int], None] | None = None,
    ) -> None:
        strangers = None if tell is None else Strangers(tell)
        answering: Any = app if hasattr(app, "place_of") else None
        protocol: Any = partial(Protocol, strangers=strangers)
        if answering is not None:
            protocol = partial(Shortcut, strangers=strangers, turns=Turns(answering), heads=Heads())
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",  # a defect shows its traceback; a bad request is the client's affair
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,  # the connection says who the client is, never a field
                timeout_keep_alive=75,
            )
        )
        self.config.load()  # now, as workers are forked between this and their start
        if tls is not None:
            self.config.ssl = tls.context
            if strangers is not None:
                tls.context.sslobject_class = strangers.watching()
        self._on_ready = on_ready
        self._on_stop = on_stop
        self._drain_seconds = drain
        self._on_drain = on_drain

        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()
        self._hurried = asyncio.Event()
        self._is_told = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def stop(self) -> None:
        """Begin to stop; to be called from any thread, and harmless once it has ended.

        The second call ends what `drain` allows.
        """
        event = self._hurried if self._is_told else self._told
        self._is_told = self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(event.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: stop; the second one does not wait for replies, the second interrupt for nothing."""
        super().handle_exit(sig, frame)
        self.stop()

    async def main_loop(self) -> None:
        """Wait to be told to stop, and notice at once: uvicorn looks ten times a second."""
        if not self.should_exit:
            await self._told.wait()
        if self._drain_seconds:
            await self._drain()

    async def _drain(self) -> None:
        """Let what is in flight come to its end, within the time for it and unless told to stop once more.

        What is at work counts as well as what is being sent: a recording is written after its last byte.
        """
        state = self.server_state
        leaving = [connection.drain() for connection in list(state.connections)]  # type: ignore[union-attr] # ours
        closing = {future for future in leaving if future is not None}
        pending = {*state.tasks, *closing}
        if not pending:
            return
        state.default_headers.append(_CLOSE)  # of every reply that has not begun
        if self._on_drain is not None:
            self._on_drain(len(closing))
        ends = [asyncio.ensure_future(asyncio.wait(pending)), asyncio.ensure_future(self._hurried.wait())]
        await asyncio.wait(ends, timeout=self._drain_seconds, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, and finish what is not done with the last reply.

        As uvicorn does it, without the tenth of a second that it waits even without a connection.
        """
        for server in self.servers:
            server.close()
        for sock in sockets or ():
            sock.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(_SHUTDOWN_SECONDS):
                while (state.connections or state.tasks) and not self.force_exit:  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            for task in state.tasks:
                task.cancel()
        if self._on_stop is not None:
            await self._on_stop()


def event_loop() -> asyncio.AbstractEventLoop:
    """A uvloop where there is one, else asyncio's own, with a clock that tests cannot freeze."""
    try:
        import uvloop  # noqa: PLC0415 - where there is one
    except ImportError:
        loop: Any = asyncio.new_event_loop()
        loop.time = monotonic
        return loop  # type: ignore[no-any-return] # Any, because `time` is a method to mypy
    return uvloop.new_event_loop()
