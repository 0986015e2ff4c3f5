"""How an agent's client reaches the tools: over stdin and stdout, or over HTTP on this machine."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from mockapi import server
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_HOST: Final = "127.0.0.1"
_PATH: Final = "/mcp"  # the SDK's own


def run_stdio(made: Any) -> None:
    """Answer what comes on stdin until it ends. Stdout is the protocol's alone."""
    # A thread waits for stdin, and no signal ends its waiting; nothing has to be put in order.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    made.run("stdio")


def run_http(made: Any, port: int) -> None:
    """Answer at a port of this machine until told to stop.

    Raises:
        UsageError: the port is taken.
    """
    import uvicorn  # noqa: PLC0415 - not for stdio

    with contextlib.closing(_listening(port)) as sock:
        config = uvicorn.Config(guarded(made.streamable_http_app()), log_level="warning", lifespan="on")
        print(f"mockapi mcp ready on {server.url_of(sock)}{_PATH}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[sock])


def _listening(port: int) -> Any:
    try:
        return server.listen(_HOST, port)
    except UsageError as error:
        raise UsageError(f"{_HOST}:{port} cannot be had for --http: name another port, or 0.") from error


def guarded(app: ASGIApp) -> ASGIApp:
    """An application that answers programs on this machine, as the control API does without its token.

    A page in a browser is refused, whatever the page: it could otherwise read files and write scripts.
    """
    access = server.access_of()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and server.control_objection(scope, access) is not None:
            words = "Tools answer programs on this machine: no browser, no proxy, under a loopback Host."
            await JSONResponse({"error": words}, status_code=403)(scope, receive, send)
            return
        await app(scope, receive, send)

    return answer
