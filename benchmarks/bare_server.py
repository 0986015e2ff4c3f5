"""The floors that mockapi is measured against: uvicorn with one fixed answer, with Starlette and without.

Run as a program: `bare_server.py PORT JSON SSE`. POST /v1/messages answers the JSON, POST /stream the
200 events in one write, POST /events the same one write an event, through Starlette. With `--function` an
ASGI function of a few lines reads every request, and answers the JSON. uvicorn is set as mockapi
sets it: uvloop, httptools, no access log, no headers of its own.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request

_SSE = "text/event-stream; charset=utf-8"


def application(answer: bytes, stream: bytes) -> Starlette:
    """One fixed answer of each kind."""
    events = [event + b"\n\n" for event in stream.split(b"\n\n")[:-1]]

    async def fixed(_request: Request) -> Response:
        return Response(answer, media_type="application/json")

    async def whole(_request: Request) -> Response:
        return Response(stream, headers={"content-type": _SSE})

    async def event_by_event(_request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            for event in events:
                yield event

        return StreamingResponse(body(), headers={"content-type": _SSE})

    return Starlette(
        routes=[
            Route("/v1/messages", fixed, methods=["POST"]),
            Route("/stream", whole, methods=["POST"]),
            Route("/events", event_by_event, methods=["POST"]),
        ]
    )


def function(answer: bytes) -> Any:
    """The same fixed answer without Starlette: as little as an application on uvicorn can do."""
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))],
    }
    whole = {"type": "http.response.body", "body": answer}

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body", False):
            pass
        await send(start)
        await send(whole)

    return application


class Announcing(uvicorn.Server):
    """A server that says when it accepts connections, as mockapi does."""

    async def startup(self, sockets: Any = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        print(f"bare ready on port {self.config.port}", flush=True)


def write_answers(folder: Path, answer: bytes, stream: bytes) -> list[str]:
    """Keep the answers in files; the arguments that make a server read them."""
    paths = (folder / "bare.json", folder / "bare.sse")
    for path, content in zip(paths, (answer, stream), strict=True):
        path.write_bytes(content)
    return [str(path) for path in paths]


def _main() -> None:
    port, answer, stream, *options = sys.argv[1:]
    with open(answer, "rb") as first, open(stream, "rb") as second:  # noqa: PTH123 - pathlib costs start-up
        app = function(first.read()) if options else application(first.read(), second.read())
    config = uvicorn.Config(
        app,
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
    )
    Announcing(config).run()


if __name__ == "__main__":
    _main()
