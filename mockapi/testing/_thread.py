"""mockapi's server on a thread of its own: the whole service, as tests hold it."""

from __future__ import annotations

import os
from os import PathLike
from typing import TYPE_CHECKING, Any

from mockapi.server import Console, Service, access_of, build_app, listen
from mockapi.server.wire import ThreadedServer, throwaway_tls
from mockapi.sessions import Settings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine, Iterable
    from types import TracebackType
    from typing import Self

    from mockapi.server import RecordOptions
    from mockapi.server.wire import TLS
    from mockapi.sessions import SessionLimits


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
        control_token: opens the control API to browsers and other machines; None makes one.
        api_keys: what clients' keys have to be one of; none at all stands for any key.
        allowed_folders: what requests to the control API may have read, besides the cassettes.
        tls: True for a certificate that is made now, or what `throwaway_tls` or `own_tls` makes.
        limits: how long sessions stay unused, and how many an owner may have.

    Attributes:
        base_url: where clients find it.
        tls: with the file that clients have to trust, `ca_file`; None for plain HTTP.
        control_token: to be sent as `x-mockapi-token`.

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
        control_token: str | None = None,
        api_keys: Iterable[str] = (),
        allowed_folders: Iterable[str | PathLike[str]] = (),
        tls: TLS | bool = False,
        limits: SessionLimits | None = None,
    ) -> None:
        paths = [cassettes] if isinstance(cassettes, str | PathLike) else cassettes
        self.service = Service(
            [os.fspath(path) for path in paths],
            settings or Settings(),
            console or Console(quiet=True),
            recording=recording,
            limits=limits,
        )
        folders = [os.fspath(folder) for folder in allowed_folders]
        access = access_of(allowed_hosts, control_token, api_keys, folders)
        self.control_token = access.token
        sock = listen(host, port) if listening is None else listening
        self.tls = (throwaway_tls((host, *access.allowed_hosts)) if tls is True else tls) or None
        self._running = ThreadedServer(
            build_app(self.service, access),
            sock,
            on_stop=self.service.aclose,
            tell=self.service.console.problem,
            tls=self.tls,
        )
        self.base_url = self._running.base_url

    def start(self) -> Self:
        """Accept connections; returns when it does."""
        self._running.start()
        return self

    def stop(self) -> None:
        """Close all connections and end the thread. Harmless if it has ended."""
        self._running.stop()
        if self.tls is not None:
            self.tls.close()

    def wait_for(self, awaitable: Coroutine[Any, Any, Any], seconds: float) -> Any:
        """Await something in the server's own thread.

        Raises:
            TimeoutError: it took longer.
        """
        return self._running.wait_for(awaitable, seconds)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function of the service in the server's own thread, where its state lives."""
        return self._running.call(function, *args)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
