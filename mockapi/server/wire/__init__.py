"""Sockets: the listener, the HTTP protocol, reading bodies, and the player, which alone writes to clients."""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.server.wire._body import ClientLeft, Refused, read_body
    from mockapi.server.wire._descriptors import allow_connections
    from mockapi.server.wire._histogram import Histogram
    from mockapi.server.wire._hosted import without_doubles
    from mockapi.server.wire._lateness import Lateness
    from mockapi.server.wire._listener import HTTPServer, event_loop, listen, url_of
    from mockapi.server.wire._player import (
        STARTED,
        ConnectionLost,
        Message,
        play,
        play_live,
        reset,
        with_closed_connection,
    )
    from mockapi.server.wire._protocol import ARRIVED
    from mockapi.server.wire._thread import ThreadedServer
    from mockapi.server.wire._tls import TLS, own_tls, throwaway_tls, tls_of
    from mockapi.server.wire._turns import Awaited, Awaiting, Framed, framed
    from mockapi.server.wire._unix import listening_at

__all__ = [
    "ARRIVED",
    "STARTED",
    "TLS",
    "Awaited",
    "Awaiting",
    "ClientLeft",
    "ConnectionLost",
    "Framed",
    "HTTPServer",
    "Histogram",
    "Lateness",
    "Message",
    "Refused",
    "ThreadedServer",
    "allow_connections",
    "event_loop",
    "framed",
    "listen",
    "listening_at",
    "own_tls",
    "play",
    "play_live",
    "read_body",
    "reset",
    "throwaway_tls",
    "tls_of",
    "url_of",
    "with_closed_connection",
    "without_doubles",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_body": "ClientLeft Refused read_body",
        "_descriptors": "allow_connections",
        "_histogram": "Histogram",
        "_hosted": "without_doubles",
        "_lateness": "Lateness",
        "_listener": "HTTPServer event_loop listen url_of",
        "_player": "STARTED ConnectionLost Message play play_live reset with_closed_connection",
        "_protocol": "ARRIVED",
        "_thread": "ThreadedServer",
        "_tls": "TLS own_tls throwaway_tls tls_of",
        "_turns": "Awaited Awaiting Framed framed",
        "_unix": "listening_at",
    },
)
