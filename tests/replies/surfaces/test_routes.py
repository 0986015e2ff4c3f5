"""Which requests come to which surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockapi.exchange import Chunk, Reply, Request, Source
from mockapi.messages import dump
from mockapi.replies import refused
from mockapi.replies.surfaces import plain_of, read_aside, surface_of
from mockapi.validation import Refusal
from tests.support.each import each
from tests.support.surfaces import HELLO, vertex_request

if TYPE_CHECKING:
    from mockapi.exchange import Headers

VERTEX = "/v1/projects/p/locations/global/publishers/anthropic/models"


@each(
    ("method", "path", "name"),
    [
        ("POST", "/v1/messages", None),
        ("POST", "/v1/messages/count_tokens", None),
        ("POST", "/nothing", None),
        ("POST", "/v1/chat/completions", "openai"),
        ("GET", "/v1/chat/completions", "openai"),
        ("POST", "/v1/chat/completions/x", None),
        ("POST", f"{VERTEX}/claude-opus-4-6:rawPredict", "vertex"),
        ("POST", f"{VERTEX}/claude-opus-4-5@20251101:streamRawPredict", "vertex"),
        ("POST", f"{VERTEX}/count-tokens:rawPredict", "vertex"),
        ("GET", f"{VERTEX}/claude-opus-4-6:rawPredict", None),
        ("POST", f"{VERTEX}/claude-opus-4-6:predict", None),
        ("POST", f"{VERTEX}/claude-opus-4-6:rawPredict/more", None),
        ("POST", f"{VERTEX.replace('anthropic', 'google')}/gemini:rawPredict", None),
    ],
)
def test_routes(method: str, path: str, name: str | None) -> None:
    """By method and path."""
    surface = surface_of(Request(method, path))
    assert (None if surface is None else surface.name) == name


def test_a_plain_request_stands_for_itself() -> None:
    """It is handed back as it is."""
    request = Request("POST", "/v1/messages")
    assert plain_of(request) is request


def _asking(path: str, *headers: tuple[bytes, bytes], **members: Any) -> Request:
    return Request("POST", path, "", headers, orjson.dumps({**HELLO, **members}))


def _as_it_came(request: Request, body: bytes) -> Request:
    return Request(request.method, request.path, request.query, request.headers, body)


@each("rule", ["version.unknown", "model.not_found", ""])
@each(
    "request_",
    [
        vertex_request(anthropic_version="vertex-1"),
        _asking("/anthropic/v1/messages", (b"authorization", b"Bearer ABSKtest"), model="us.anthropic.x"),
        _asking("/anthropic/v1/messages", (b"api-key", b"test"), model="x"),
        _asking("/model/anthropic.x/invoke"),
        _asking("/v1/projects/p/locations/l/workspaces/w/invoke/v1/messages", model="x"),
        _asking("/v1/chat/completions", model="x", seed=1),
    ],
    ids=lambda request: request.path[:20],
)
def test_no_body_is_read_again_for_the_reply(request_: Request, rule: str) -> None:
    """A large body is read where it holds nobody up; the reply is dressed by what was noted then."""
    surface = surface_of(request_)
    assert surface is not None
    if rule:
        refusal = Refusal(404 if rule == "model.not_found" else 400, "not_found_error", "No.", rule)
        reply = refused(refusal, "req_1", 1.7e9)
    else:
        body = dump({"type": "message", "id": "msg_1", "content": []})
        reply = Reply(200, ((b"content-type", b"application/json"),), (Chunk(0.0, body),), Source.SYNTHESIZED)
    _, known = read_aside(_as_it_came(request_, request_.body))
    bodiless = _as_it_came(request_, b"")
    bodiless.known = known
    assert surface.dressed(reply, bodiless) == surface.dressed(reply, _as_it_came(request_, request_.body))


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ((), None),
        (((b"authorization", b"Bearer k"),), "openai"),
        (((b"authorization", b"Bearer k"), (b"anthropic-version", b"2023-06-01")), None),
        (((b"x-api-key", b"k"),), None),
    ],
)
@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/claude-opus-4-6"])
def test_whose_models_are_asked_for(path: str, headers: Headers, name: str | None) -> None:
    """Clients of the API name its version or send its own key field; OpenAI's send a bearer alone."""
    surface = surface_of(Request("GET", path, "", headers))
    assert (None if surface is None else surface.name) == name
