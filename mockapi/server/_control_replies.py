"""What the control API reads and writes, whatever the call: JSON bodies, numbers, refusals in one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from mockapi._printable import encodable
from mockapi._version import __version__
from mockapi._wording import counted
from mockapi.errors import CassetteError, QuotaError, ScriptError, UsageError
from mockapi.server._draining import RETRY_AFTER

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope

    from mockapi.server._metrics import Totals

_MAX_BODY = 1024 * 1024


def health(totals: Totals, *, is_draining: bool) -> JSONResponse:
    """How a server is, in numbers."""
    return JSONResponse(
        {
            "status": "draining" if is_draining else "ok",
            "version": __version__,
            "sessions": totals.sessions,
            "cassettes": totals.cassettes,
            "interactions": totals.interactions,
            "lateness": totals.lateness.as_json(),
        }
    )


def unready(response: Response) -> Response:
    """A refusal that says when to try again, elsewhere or after a restart."""
    name, value = RETRY_AFTER
    response.headers[name.decode()] = value.decode()
    return response


class JSONText(JSONResponse):
    """JSON whose parts may be JSON texts already."""

    def render(self, content: Any) -> bytes:
        """As orjson writes it."""
        return orjson.dumps(content)


async def json_of(request: Request) -> Any:
    """The body of a control request; `{}` for none.

    Raises:
        UsageError: it is too large, or not JSON.
    """
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MAX_BODY:
            raise UsageError("A control request has at most 1 MiB.")
    if not body:
        return {}
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"The body is not JSON: {error}.") from error


def error_response(error: UsageError | CassetteError) -> JSONResponse:
    """What is said to a request that cannot be done."""
    if isinstance(error, ScriptError):
        return problem(400, str(error), pointer=error.pointer)
    if isinstance(error, QuotaError):
        response = problem(429, str(error))
        if error.retry_after is not None:
            response.headers["retry-after"] = str(error.retry_after)
        return response
    if isinstance(error, UsageError):
        return problem(400, str(error))
    problems = [
        {
            "file": encodable(item.file),
            "line": item.line,
            "interaction": item.interaction,
            "cause": encodable(item.cause),
            "remedy": encodable(item.remedy),
        }
        for item in error.problems
    ]
    message = f"{counted(len(problems), 'problem')} with cassettes; what was loaded before stays in use."
    return problem(422, message, problems=problems)


def problem(status: int, message: str, **more: Any) -> JSONResponse:
    """A refusal, as the control API words one."""
    return JSONResponse(
        {"type": "error", "error": {"type": "mockapi_control_error", "message": message, **more}},
        status_code=status,
    )


def no_session(request: Request) -> JSONResponse:
    """There is no session of the id in the path."""
    return problem(404, f"Unknown or closed session {request.path_params['id']!r}.")


async def body_of(receive: Receive) -> bytes:
    """The body of a request; of one that is too long as much as shows that."""
    body = b""
    more = True
    while more and len(body) <= _MAX_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def response_of(app: ASGIApp, scope: Scope, body: bytes) -> Response:
    """What an application answers to a request whose body has been read.

    Args:
        app: the application.
        scope: of the request.
        body: all of it.
    """
    start: Message = {}
    pieces: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            pieces.append(message.get("body", b""))

    # Without an app, by which Starlette knows that its errors are taken care of.
    await app({**scope, "app": None}, receive, send)
    response = Response(b"".join(pieces), start["status"])
    response.raw_headers = list(start["headers"])
    return response
