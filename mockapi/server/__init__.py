"""The server: a Starlette application on uvicorn, the control API, and what all doors share.

    wire        sockets: the protocol, the player, the listener
    recording   the upstream, and what is kept of its answers

This layer does what the others must not: sockets, clocks and threads.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.server._access import TOKEN, Access, access_of, control_objection
    from mockapi.server._app import build_app, create_app
    from mockapi.server._base_url import is_prefix, path_of
    from mockapi.server._console import Console
    from mockapi.server._json_console import JSONConsole
    from mockapi.server._metrics import Metrics
    from mockapi.server._service import Service
    from mockapi.server.recording import RecordOptions
    from mockapi.server.wire import HTTPServer, event_loop, listen, url_of
    from mockapi.sessions import Settings

__all__ = [
    "TOKEN",
    "Access",
    "Console",
    "HTTPServer",
    "JSONConsole",
    "Metrics",
    "RecordOptions",
    "Service",
    "Settings",
    "access_of",
    "build_app",
    "control_objection",
    "create_app",
    "event_loop",
    "is_prefix",
    "listen",
    "path_of",
    "url_of",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_access": "TOKEN Access access_of control_objection",
        "_app": "build_app create_app",
        "_base_url": "is_prefix path_of",
        "_console": "Console",
        "_json_console": "JSONConsole",
        "_metrics": "Metrics",
        "_service": "Service",
        "mockapi.sessions": "Settings",
        "recording": "RecordOptions",
        "wire": "HTTPServer event_loop listen url_of",
    },
)
