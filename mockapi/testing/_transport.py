"""In-process transports: clients of httpx and httpx2 reach a session without a socket.

Only for replies that HTTP can carry as they are: a fault that breaks the connection itself
(a reset, a stall, a wrong length) needs a socket, and is an error here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mockapi.errors import MockapiError
from mockapi.exchange import Ending, Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import httpx

    from mockapi.sessions import JournalEntry

    class HttpxTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
        """What clients of both kinds take."""


def transport(module: ModuleType, ask: Callable[[Request], JournalEntry | None]) -> Any:
    """A transport for clients of httpx or httpx2, sync and async alike.

    Args:
        module: `httpx` or `httpx2`.
        ask: lets a session answer a request; None where the upstream shall answer.
    """

    class Transport(module.BaseTransport, module.AsyncBaseTransport):  # type: ignore[misc, name-defined] # a module by name
        def handle_request(self, request: Any) -> Any:
            return respond(ask(_read(request, request.read())))

        async def handle_async_request(self, request: Any) -> Any:
            body = await request.aread()
            return respond(await asyncio.to_thread(ask, _read(request, body)))

    def respond(entry: JournalEntry | None) -> Any:
        if entry is None or entry.reply.ending is not Ending.CLEAN:
            what = "upstream's answer" if entry is None else f"reply that ends with {entry.reply.ending}"
            raise MockapiError(f"An {what} needs a connection: use base_url instead of a transport.")
        entry.complete = True
        reply = entry.reply
        return module.Response(
            reply.status,
            headers=list(reply.headers),
            stream=module.ByteStream(reply.body),
        )

    return Transport()


def _read(request: Any, body: bytes) -> Request:
    return Request(
        request.method,
        request.url.raw_path.partition(b"?")[0].decode("ascii"),
        request.url.query.decode("ascii"),
        tuple((name.lower(), value) for name, value in request.headers.raw),
        body,
    )
