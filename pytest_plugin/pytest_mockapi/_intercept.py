"""Requests for the API's own address, answered by the run's server; clients see the address they asked.

In this process, and of the libraries below: each is changed at the one place where a request meets its
connection. Behind it stands a plain connection to the server, past any proxy; before it nothing is changed,
so that a request and its response keep the URL. Other hosts go on as they did. The server's own thread is
let through: it is the recorder's. A library that is not listed is refused by the guard.
"""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Any, Final

from pytest_mockapi._guard import OURS
from pytest_mockapi._replacements import Replacements

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

HOST: Final = "api.anthropic.com"
_HERE: Final = "127.0.0.1"


class Interception:
    """What is changed in the libraries while it is on.

    Args:
        port: of the run's server.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._replacements: Replacements | None = None
        self._libraries = [
            (change, module)
            for name, change in (
                ("httpcore", _change_httpcore),
                ("httpcore2", _change_httpcore),
                ("urllib3", _change_urllib3),
                ("aiohttp", _change_aiohttp),
            )
            if (module := _installed(name)) is not None
        ]

    def begin(self) -> None:
        """Answer from now on; harmless the second time."""
        if self._replacements is None:
            self._replacements = Replacements()
            for change, module in self._libraries:
                change(module, self._replacements, self._port)

    def end(self) -> None:
        """Leave the libraries as they were; harmless the second time."""
        if self._replacements is not None:
            self._replacements.undo()
            self._replacements = None


def _installed(name: str) -> ModuleType | None:
    """A library; imported now, because a test may import it when nobody looks any more."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _is_meant(host: str | None) -> bool:
    return host is not None and host.lower().rstrip(".") == HOST and threading.current_thread().name != OURS


def _change_httpcore(module: ModuleType, replacements: Replacements, port: int) -> None:
    """Change what stands below httpx and httpx2, and below the recorders that replace their transports."""

    def moved(request: Any) -> Any:
        headers = [pair for pair in request.headers if pair[0].lower() != b"host"]
        return module.Request(
            request.method,
            module.URL(scheme="http", host=_HERE, port=port, target=request.url.target),
            headers=[(b"Host", f"{_HERE}:{port}".encode()), *headers],
            content=request.stream,
            extensions=request.extensions,
        )

    # A pool for each request: the client's may lead through a proxy, or belong to a loop that has ended.
    def made(present: Callable[..., Any]) -> Callable[..., Any]:
        def handle_request(self: Any, request: Any) -> Any:
            if not _is_meant(request.url.host.decode("ascii")):
                return present(self, request)
            return present(module.ConnectionPool(max_keepalive_connections=0), moved(request))

        return handle_request

    def made_async(present: Callable[..., Any]) -> Callable[..., Any]:
        async def handle_async_request(self: Any, request: Any) -> Any:
            if not _is_meant(request.url.host.decode("ascii")):
                return await present(self, request)
            return await present(module.AsyncConnectionPool(max_keepalive_connections=0), moved(request))

        return handle_async_request

    replacements.replace(module.ConnectionPool, "handle_request", made)
    replacements.replace(module.AsyncConnectionPool, "handle_async_request", made_async)


def _change_urllib3(module: ModuleType, replacements: Replacements, here: int) -> None:
    """Change what requests, botocore and others ask for a connection, too."""
    direct: Callable[..., Any] = module.PoolManager.connection_from_host
    no_proxy = {"_proxy": None, "_proxy_headers": None, "_proxy_config": None}

    def made(present: Callable[..., Any]) -> Callable[..., Any]:
        def connection_from_host(
            self: Any,
            host: str | None,
            port: int | None = None,
            scheme: str | None = "http",
            pool_kwargs: dict[str, Any] | None = None,
        ) -> Any:
            if not _is_meant(host):
                return present(self, host, port, scheme, pool_kwargs)
            return direct(self, _HERE, here, "http", {**(pool_kwargs or {}), **no_proxy})

        return connection_from_host

    replacements.replace(module.PoolManager, "connection_from_host", made)
    replacements.replace(module.ProxyManager, "connection_from_host", made)


def _change_aiohttp(module: ModuleType, replacements: Replacements, port: int) -> None:
    def made(present: Callable[..., Any]) -> Callable[..., Any]:
        async def connect(self: Any, req: Any, *args: Any, **options: Any) -> Any:
            asked = _Moved(req, port) if _is_meant(req.url.host) else req
            return await present(self, asked, *args, **options)

        return connect

    replacements.replace(module.BaseConnector, "connect", made)


class _Moved:
    """A request of aiohttp, as its connector sees it.

    Args:
        request: the request itself, whose other members count.
        port: where it goes instead.
    """

    proxy = None
    proxy_auth = None

    def __init__(self, request: Any, port: int) -> None:
        self._request = request
        self.host = _HERE
        self.port = port
        self.url = request.url.with_scheme("http").with_host(_HERE).with_port(port)
        self.connection_key = request.connection_key._replace(
            host=_HERE, port=port, is_ssl=False, proxy=None, proxy_auth=None, proxy_headers_hash=None
        )

    def is_ssl(self) -> bool:
        """The connection is a plain one."""
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)
