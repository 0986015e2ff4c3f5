"""The server: a Starlette application on uvicorn, with sessions, a journal and a control API.

This layer does what the others must not: sockets, files, clocks and threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.server._app import build_app
from mockapi.server._console import Console
from mockapi.server._recording import RecordOptions
from mockapi.server._run import HTTPServer, event_loop, listen, url_of
from mockapi.server._service import Service
from mockapi.server._settings import Settings
from mockapi.server._thread import Server

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.applications import Starlette

__all__ = [
    "Console",
    "HTTPServer",
    "RecordOptions",
    "Server",
    "Service",
    "Settings",
    "build_app",
    "create_app",
    "event_loop",
    "listen",
    "url_of",
]


def create_app(
    cassettes: Iterable[str] = (), *, settings: Settings | None = None, allowed_hosts: Iterable[str] = ()
) -> Starlette:
    """The application alone, to be run by an ASGI server or an in-process transport.

    Args:
        cassettes: files and folders to play.
        settings: how it answers.
        allowed_hosts: Host names, besides loopback, under which the control API answers.

    Raises:
        CassetteError: cassettes that cannot be used, all of them.
    """
    return build_app(Service(cassettes, settings or Settings(), Console()), allowed_hosts)
