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
    from types import ModuleType

    from mockapi.server._journal import Entry
    from mockapi.testing._session import Session

_SECONDS = 60.0


def transport(session: Session, module: ModuleType) -> Any:
    """A transport for clients of httpx or httpx2, sync and async alike.

    Args:
        session: that answers.
        module: `httpx` or `httpx2`.
    """

    class Transport(module.BaseTransport, module.AsyncBaseTransport):  # type: ignore[misc, name-defined] # a module by name
        def handle_request(self, request: Any) -> Any:
            return respond(ask(session, _read(request, request.read())))

        async def handle_async_request(self, request: Any) -> Any:
            body = await request.aread()
            return respond(await asyncio.to_thread(ask, session, _read(request, body)))

    def respond(entry: Entry) -> Any:
        reply = entry.reply
        return module.Response(
            reply.status,
            headers=list(reply.headers),
            stream=module.ByteStream(reply.body),
        )

    return Transport()


def ask(session: Session, request: Request) -> Entry:
    """Let the session answer a request; the entry of its journal.

    Raises:
        MockapiError: the answer needs a connection: a fault of it, or the upstream.
    """
    server = session.server

    def answered() -> Entry | None:
        return server.service.answer(request, session.served)

    entry: Entry | None = server.call(answered)
    if entry is None or entry.reply.ending is not Ending.CLEAN:
        what = "upstream's answer" if entry is None else f"reply that ends with {entry.reply.ending}"
        raise MockapiError(f"An {what} needs a connection: use base_url instead of a transport.")
    entry.complete = True
    return entry


def _read(request: Any, body: bytes) -> Request:
    return Request(
        request.method,
        request.url.raw_path.partition(b"?")[0].decode("ascii"),
        request.url.query.decode("ascii"),
        tuple((name.lower(), value) for name, value in request.headers.raw),
        body,
    )
