"""The application on somebody else's ASGI server: what that server adds to a header is not sent twice.

ASGI lets a server add fields and has no word for it, so a recorded `date` would go out beside the server's
own, and clients would read the one or the other.

    uvicorn      drops its field where the reply has one: what was recorded is what clients see
    hypercorn    writes its fields behind the application, so the reply's have to go

Other servers, and those that a middleware hides from the application, are told by their own options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Send = Callable[[Any], Awaitable[None]]

_SINGLE: Final = {b"date", b"server"}


def without_doubles(send: Send) -> Send:
    """A `send` under which no reply has two fields `date` or `server`.

    Args:
        send: what the server has given; the server is found by it.
    """
    server = getattr(send, "__self__", None)
    added = getattr(server, "default_headers", None)  # of a request on uvicorn
    if added is not None:
        return _once(send, server, added) if added else send
    config = getattr(server, "config", None)  # of a stream on hypercorn
    theirs = {name for name in _SINGLE if getattr(config, f"include_{name.decode()}_header", False) is True}
    return _without(send, theirs) if theirs else send


def _once(send: Send, request: Any, added: list[tuple[bytes, bytes]]) -> Send:
    async def send_once(message: Any) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message.get("headers", ())} & _SINGLE
            if own:
                request.default_headers = [field for field in added if field[0] not in own]
        await send(message)

    return send_once


def _without(send: Send, names: set[bytes]) -> Send:
    async def send_others(message: Any) -> None:
        if message["type"] == "http.response.start":
            kept = [field for field in message.get("headers", ()) if field[0].lower() not in names]
            message = {**message, "headers": kept}
        await send(message)

    return send_others
