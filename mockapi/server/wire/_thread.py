"""An HTTP server on a thread of its own, and work done in that thread, where the server's state lives."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from mockapi.errors import MockapiError
from mockapi.server.wire._listener import HTTPServer, event_loop, url_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Coroutine

    from starlette.types import ASGIApp

    from mockapi.server.wire._tls import TLS

_STOP_SECONDS = 10.0


class ThreadedServer:
    """Serves an application on a listening socket, in an event loop and a thread of its own.

    Args:
        app: the application.
        listening: the socket; it is closed in the end.
        name: the thread's.
        on_stop: awaited in that loop once all connections are closed.
        tell: takes a sentence for people about a client that speaks another protocol.
        tls: what connections are wrapped with; None for plain HTTP.
    """

    def __init__(
        self,
        app: ASGIApp,
        listening: socket.socket,
        *,
        name: str = "mockapi",
        on_stop: Callable[[], Awaitable[None]] | None = None,
        tell: Callable[[str], None] | None = None,
        tls: TLS | None = None,
    ) -> None:
        self._socket = listening
        self.base_url = url_of(listening, tls)
        self._ready = threading.Event()
        self._server = HTTPServer(app, self._ready.set, on_stop, tell, tls)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

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

    def start(self) -> None:
        """Accept connections; returns when it does.

        Raises:
            MockapiError: the server did not start.
        """
        self._thread.start()
        self._ready.wait()
        if not self._server.started:
            raise MockapiError("The server did not start.")

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
            MockapiError: the server is not running.
        """
        if self._loop is None or self._loop.is_closed():
            awaitable.close()
            raise MockapiError("The server is not running.")
        return asyncio.run_coroutine_threadsafe(awaitable, self._loop).result(seconds)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function in the server's own thread, where its state lives.

        Raises:
            MockapiError: the server is not running.
        """

        async def run() -> Any:
            return function(*args)

        return self.wait_for(run(), _STOP_SECONDS)
