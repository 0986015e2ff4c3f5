"""What all routes of the control API read and write: JSON bodies, errors in one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import JSONResponse

from mockapi._printable import encodable
from mockapi._wording import counted
from mockapi.errors import CassetteError, ScriptError, UsageError

if TYPE_CHECKING:
    from starlette.requests import Request

_MAX_BODY = 1024 * 1024


class JSONText(JSONResponse):
    """JSON whose parts may be JSON texts already."""

    def render(self, content: Any) -> bytes:
        """Write it."""
        return orjson.dumps(content)


async def json_body(request: Request) -> Any:
    """The body of a request; an empty one is `{}`.

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
    """What went wrong, with the place or the list of problems that the error has."""
    if isinstance(error, ScriptError):
        return problem(400, str(error), pointer=error.pointer)
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
    """An error in the form of the control API."""
    return JSONResponse(
        {"type": "error", "error": {"type": "mockapi_control_error", "message": message, **more}},
        status_code=status,
    )


def no_session(request: Request) -> JSONResponse:
    """The answer where the path names a session that is not open."""
    return problem(404, f"Unknown or closed session {request.path_params['id']!r}.")
