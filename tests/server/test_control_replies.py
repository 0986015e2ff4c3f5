"""What the control API reads and writes: bodies up to a bound, and refusals in one form."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from mockapi.errors import CassetteError, Problem, QuotaError, ScriptError, UsageError
from mockapi.server import body_of, error_response, response_of
from mockapi.server._control_replies import _MAX_BODY, json_of
from tests.support.asgi import scope_of
from tests.support.each import each


def receiving(*pieces: bytes | None) -> Any:
    """What an application is given to receive with: pieces of a body; None stands for a client that left."""
    left = iter(pieces)

    async def receive() -> Any:
        piece = next(left)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": piece != pieces[-1]}

    return receive


def read(*pieces: bytes) -> Any:
    """The JSON of a control request that comes in pieces."""
    return asyncio.run(json_of(Request(scope_of(), receiving(*pieces))))


def test_a_body_is_read_whole() -> None:
    """All of its pieces; none at all is an empty object."""
    assert asyncio.run(body_of(receiving(b"ab", b"", b"cd"))) == b"abcd"
    assert asyncio.run(body_of(receiving(b""))) == b""
    assert read(b'{"a"', b":1}") == {"a": 1}
    assert read(b"") == {}


def test_a_body_has_a_bound() -> None:
    """Of one that is longer so much is read as shows that."""
    most, more = b"[" + b" " * (_MAX_BODY - 2) + b"]", b"[" + b" " * (_MAX_BODY - 1) + b"]"
    assert len(most) == 1024 * 1024
    assert read(most[:9], most[9:]) == []
    with pytest.raises(UsageError, match="A control request has at most 1 MiB"):
        read(more[:9], more[9:], b"never read")
    assert asyncio.run(body_of(receiving(more, b"never read"))) == more
    assert asyncio.run(body_of(receiving(most, b"!"))) == most + b"!"


def test_who_leaves_sends_nothing() -> None:
    """Half a body is no body."""
    with pytest.raises(ClientDisconnect):
        asyncio.run(body_of(receiving(b"ab", None)))


def test_what_is_no_json_is_told() -> None:
    """With the place."""
    with pytest.raises(UsageError, match=r"The body is not JSON: .*line 1 column"):
        read(b"{")


@each(
    ("error", "status", "told"),
    [
        (UsageError("Wrong."), 400, {"message": "Wrong."}),
        (ScriptError("/replies/0", "is wrong"), 400, {"message": "is wrong", "pointer": "/replies/0"}),
        (QuotaError("Too many.", None), 429, {"message": "Too many."}),
        (QuotaError("Too many.", 7), 429, {"message": "Too many."}),
    ],
)
def test_a_refusal_has_one_form(error: UsageError, status: int, told: dict[str, str]) -> None:
    """With what the error knows; a quota says when to come again, if it can."""
    response = error_response(error)
    body = json.loads(bytes(response.body))
    assert (response.status_code, body["type"]) == (status, "error")
    assert body["error"]["message"].endswith(told["message"])
    assert body["error"]["type"] == "mockapi_control_error"
    assert body["error"].get("pointer") == told.get("pointer")
    assert response.headers.get("retry-after") == ("7" if getattr(error, "retry_after", None) else None)


def test_problems_with_cassettes_are_listed() -> None:
    """Each with its place; a file name that is bytes is spelled as text."""
    problems = [Problem("a\udcff.yaml", "wrong", "mend it", 3, 1), Problem("b.yaml", "odd", "")]
    response = error_response(CassetteError(problems))
    error = json.loads(bytes(response.body))["error"]
    assert (response.status_code, error["message"]) == (
        422,
        "2 problems with cassettes; what was loaded before stays in use.",
    )
    first, second = error["problems"]
    assert (first["line"], first["interaction"], first["cause"], first["remedy"]) == (
        3,
        1,
        "wrong",
        "mend it",
    )
    assert second == {"file": "b.yaml", "line": None, "interaction": None, "cause": "odd", "remedy": ""}


def test_what_an_application_answers_is_a_response() -> None:
    """Its status, fields and body, from a request that was read already."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend((scope["app"], await receive()))
        fields = [(b"x-a", b"b"), (b"x-a", b"c")]
        await send({"type": "http.response.start", "status": 418, "headers": fields})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body"})

    response = asyncio.run(response_of(app, scope_of(), b"body"))
    assert seen == [None, {"type": "http.request", "body": b"body", "more_body": False}]
    assert (response.status_code, response.body) == (418, b"one")
    assert response.raw_headers == [(b"x-a", b"b"), (b"x-a", b"c")]
