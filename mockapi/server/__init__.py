"""The server: an ASGI application on uvicorn, the control API, and what all doors share.

    wire        sockets: the protocol, the player, the listener
    recording   the upstream, and what is kept of its answers

This layer does what the others must not: sockets, clocks and threads.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.server._access import TOKEN, Access, access_of, control_objection
    from mockapi.server._answering import answer, answer_aside, forwarded_entry, is_at_hand
    from mockapi.server._api import MessagesAPI, defect_reply
    from mockapi.server._app import build_app
    from mockapi.server._at_once import replayed, replayed_for_another
    from mockapi.server._awaited import Coming
    from mockapi.server._base_url import is_prefix, path_of
    from mockapi.server._console import Console
    from mockapi.server._control_replies import body_of, error_response, health, problem, response_of, unready
    from mockapi.server._directory import Directory, Whereabouts
    from mockapi.server._elsewhere import (
        Elsewhere,
        Owner,
        OwnerAwayError,
        OwnerLostError,
        OwnerUnsureError,
        PassedOn,
    )
    from mockapi.server._hosted import RoutedApp, create_app
    from mockapi.server._json_console import JSONConsole, console_of
    from mockapi.server._loading import LoadedCassettes
    from mockapi.server._metrics import Metrics, Totals
    from mockapi.server._moment import Moment
    from mockapi.server._opening import tell_opening
    from mockapi.server._pages import PAGE_FIELDS
    from mockapi.server._places import places_of
    from mockapi.server._service import Service
    from mockapi.server.recording import RecordOptions
    from mockapi.server.wire import HTTPServer, allow_connections, event_loop, listen, url_of
    from mockapi.sessions import Settings

__all__ = [
    "PAGE_FIELDS",
    "TOKEN",
    "Access",
    "Coming",
    "Console",
    "Directory",
    "Elsewhere",
    "HTTPServer",
    "JSONConsole",
    "LoadedCassettes",
    "MessagesAPI",
    "Metrics",
    "Moment",
    "Owner",
    "OwnerAwayError",
    "OwnerLostError",
    "OwnerUnsureError",
    "PassedOn",
    "RecordOptions",
    "RoutedApp",
    "Service",
    "Settings",
    "Totals",
    "Whereabouts",
    "access_of",
    "allow_connections",
    "answer",
    "answer_aside",
    "body_of",
    "build_app",
    "console_of",
    "control_objection",
    "create_app",
    "defect_reply",
    "error_response",
    "event_loop",
    "forwarded_entry",
    "health",
    "is_at_hand",
    "is_prefix",
    "listen",
    "path_of",
    "places_of",
    "problem",
    "replayed",
    "replayed_for_another",
    "response_of",
    "tell_opening",
    "unready",
    "url_of",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_access": "TOKEN Access access_of control_objection",
        "_answering": "answer answer_aside forwarded_entry is_at_hand",
        "_api": "MessagesAPI defect_reply",
        "_app": "build_app",
        "_at_once": "replayed replayed_for_another",
        "_awaited": "Coming",
        "_base_url": "is_prefix path_of",
        "_console": "Console",
        "_control_replies": "body_of error_response health problem response_of unready",
        "_directory": "Directory Whereabouts",
        "_elsewhere": "Elsewhere Owner OwnerAwayError OwnerLostError OwnerUnsureError PassedOn",
        "_hosted": "RoutedApp create_app",
        "_json_console": "JSONConsole console_of",
        "_loading": "LoadedCassettes",
        "_metrics": "Metrics Totals",
        "_moment": "Moment",
        "_opening": "tell_opening",
        "_pages": "PAGE_FIELDS",
        "_places": "places_of",
        "_service": "Service",
        "mockapi.sessions": "Settings",
        "recording": "RecordOptions",
        "wire": "HTTPServer allow_connections event_loop listen url_of",
    },
)
