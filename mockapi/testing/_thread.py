"""A server on a thread of its own, and work done in that thread, where the server's state lives."""

from __future__ import annotations

import asyncio
import os
import threading
from os import PathLike
from typing import TYPE_CHECKING, Any

from mockapi.errors import MockapiError
from mockapi.server import Console, HTTPServer, Service, build_app, event_loop, listen, url_of
from mockapi.sessions import Settings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine, Iterable
    from types import TracebackType
    from typing import Self

    from mockapi.server import RecordOptions

_STOP_SECONDS = 10.0


class ServerThread:
    """A server that runs on a thread of its own.

    Args:
        cassettes: a file or folder to play, or several.
        settings: how it answers; see `Settings`.
        host: the address to listen on.
        port: 0 picks a free one.
        console: where misses are told; by default nowhere, they are in the journal.
        allowed_hosts: Host names, besides loopback, under which the control API answers.
        recording: where requests may be forwarded to, and what becomes of the answers; by default
            nothing is ever sent anywhere.
        listening: a socket that listens already, instead of host and port.

    Raises:
        CassetteError: cassettes that cannot be used, all of them.
        UsageError: the port is taken.
    """

    def __init__(
        self,
        cassettes: str | PathLike[str] | Iterable[str | PathLike[str]] = (),
        *,
        settings: Settings | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        console: Console | None = None,
        allowed_hosts: Iterable[str] = (),
        recording: RecordOptions | None = None,
        listening: socket.socket | None = None,
    ) -> None:
        paths = [cassettes] if isinstance(cassettes, str | PathLike) else cassettes
        self.service = Service(
            [os.fspath(path) for path in paths],
            settings or Settings(),
            console or Console(quiet=True),
            recording=recording,
        )
        self._socket = listen(host, port) if listening is None else listening
        self.base_url = url_of(self._socket)
        self._ready = threading.Event()
        self._server = HTTPServer(
            build_app(self.service, allowed_hosts), self._ready.set, self.service.aclose
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="mockapi", daemon=True)

    def _run(self) -> None:
        loop = self._loop = event_loop()
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self._server.serve(sockets=[self._socket]))
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            asyncio.set_event_loop(None)
            loop.close()
            self._ready.set()

    def start(self) -> Self:
        """Accept connections; returns when it does."""
        self._thread.start()
        self._ready.wait()
        if not self._server.started:
            raise MockapiError("The server did not start.")
        return self

    def stop(self) -> None:
        """Close all connections and end the thread. Harmless if it has ended."""
        self._server.stop()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)
        self._socket.close()

    def wait_for(self, awaitable: Coroutine[Any, Any, Any], seconds: float) -> Any:
        """Await something in the server's own thread.

        Raises:
            TimeoutError: it took longer.
        """
        if self._loop is None:
            raise MockapiError("The server is not running.")
        return asyncio.run_coroutine_threadsafe(awaitable, self._loop).result(seconds)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function of the service in the server's own thread, where its state lives."""
        if self._loop is None or self._loop.is_closed():
            raise MockapiError("The server is not running.")

        async def run() -> Any:
            return function(*args)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_STOP_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
