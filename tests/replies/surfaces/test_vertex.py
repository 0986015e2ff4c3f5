"""Vertex's requests as plain ones, and plain replies as Vertex's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.exchange import Reply, Request
from mockapi.messages.catalogue import shipped
from mockapi.replies import faults
from mockapi.replies.surfaces import VERTEX
from mockapi.replies.surfaces._vertex_models import plain_model, vertex_name
from mockapi.sessions import Settings
from mockapi.validation import ValidationSettings
from tests.support.surfaces import (
    VERTEX_MODEL,
    VERTEX_PATH,
    answered,
    session_of,
    vertex_request,
)

STREAM = "streamRawPredict"


def _error(reply: Reply) -> Any:
    return orjson.loads(reply.body)


@pytest.mark.parametrize(
    ("named", "name"),
    [("a%2Fb", "a/b"), ("a%3Ab", "a:b"), ("a%0Ab", "a\nb"), ("claude-opus-4-6%40default", "claude-opus-4-6")],
)
def test_a_name_is_decoded_after_it_was_found(named: str, name: str) -> None:
    """A slash, a colon or a line break in it does not end it."""
    plain = VERTEX.plain(vertex_request(model=named))
    assert orjson.loads(plain.body)["model"] == name
    project = vertex_request().path.replace("/p-1/", "/p%0A1/")
    assert orjson.loads(VERTEX.plain(Request("POST", project, "", (), b"{}")).body)["model"]


def test_the_plain_request() -> None:
    """The path's model, the body's version and betas, the token as a key; all else as it came."""
    request = vertex_request(anthropic_beta=["one-2025-01-01", "two-2025-01-01"], stream=True, verb=STREAM)
    plain = VERTEX.plain(request)
    assert (plain.method, plain.path) == ("POST", "/v1/messages")
    body = orjson.loads(plain.body)
    assert body["model"] == "claude-sonnet-4-5-20250929"
    assert body["stream"] is True
    assert not {"anthropic_version", "anthropic_beta"} & body.keys()
    assert plain.header("anthropic-version") == "2023-06-01"
    assert plain.header("anthropic-beta") == "one-2025-01-01,two-2025-01-01"
    assert plain.header("x-api-key") == "ya29.test-token"
    assert plain.header("authorization") is None


def test_counting_names_its_model_in_the_body() -> None:
    """The path's model is `count-tokens`."""
    request = vertex_request(model="count-tokens", max_tokens=None)
    body = orjson.loads(request.body) | {"model": VERTEX_MODEL}
    plain = VERTEX.plain(Request("POST", request.path, "", request.headers, orjson.dumps(body)))
    assert plain.path == "/v1/messages/count_tokens"
    assert orjson.loads(plain.body)["model"] == "claude-sonnet-4-5-20250929"


def test_an_escaped_at_sign_is_one() -> None:
    """Some clients escape it."""
    plain = VERTEX.plain(vertex_request(model=VERTEX_MODEL.replace("@", "%40")))
    assert orjson.loads(plain.body)["model"] == "claude-sonnet-4-5-20250929"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
def test_what_is_no_object_goes_on_as_it_is(body: bytes) -> None:
    """The API's rules say what is wrong with it."""
    request = Request("POST", vertex_request().path, "", vertex_request().headers, body)
    assert VERTEX.plain(request).body == body
    assert answered(request, session_of()).status == 400


@given(number=st.integers(min_value=2**64, max_value=2**80))
def test_numbers_stay_exact(number: int) -> None:
    """An integer that floats cannot hold is not rounded on its way."""
    body = b'{"anthropic_version":"vertex-2023-10-16","metadata":{"n":%d}}' % number
    plain = VERTEX.plain(Request("POST", f"{VERTEX_PATH}/claude-opus-4-6:rawPredict", "", (), body))
    assert b'{"n":%d}' % number in plain.body


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929"),
        ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet-20241022"),
        ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet-20240620"),
        ("claude-opus-4@20250514", "claude-opus-4-20250514"),
        ("claude-opus-4-6", "claude-opus-4-6"),
        ("claude-opus-4-6@default", "claude-opus-4-6"),
        ("claude-new-6@20270101", "claude-new-6-20270101"),
        ("claude-nobody", "claude-nobody"),
    ],
)
def test_names_of_models(name: str, id_: str) -> None:
    """As documented, with a version, without one, and of models that are in no list."""
    assert plain_model(name) == id_


def test_every_model_has_a_name_that_leads_back() -> None:
    """What Vertex calls a model is that model."""
    for model in shipped().models:
        assert plain_model(vertex_name(model.id)) == model.id


@pytest.mark.parametrize("name", ["claude-sonnet-4-5-20250929", "claude-3-5-sonnet-latest", "claude-nobody"])
@pytest.mark.parametrize("verb", ["rawPredict", STREAM])
def test_a_model_that_vertex_does_not_have(name: str, verb: str) -> None:
    """Google's 404 names the path's resource; it stands in a list where a stream was asked for."""
    reply = answered(vertex_request(model=name, verb=verb), session_of())
    error = _error(reply)[0] if verb == STREAM else _error(reply)
    assert reply.status == error["error"]["code"] == 404
    assert error["error"]["status"] == "NOT_FOUND"
    assert f"`{VERTEX_PATH.removeprefix('/v1/')}/{name}`" in error["error"]["message"]
    assert reply.header("request-id") is None
    assert reply.header("content-length") == str(len(reply.body))


def test_the_apis_spelling_of_a_model_gets_a_hint() -> None:
    """It says what Vertex calls the model."""
    reply = answered(vertex_request(model="claude-sonnet-4-5-20250929"), session_of())
    assert reply.header("x-mockapi-hint") == f"Vertex calls this model {VERTEX_MODEL}."


@pytest.mark.parametrize(("token", "words"), [("", "is missing"), ("ya29.listed", "had invalid")])
def test_credentials_are_googles(token: str, words: str) -> None:
    """No token, and one that the session lists, get Google's 401."""
    settings = Settings(validation=ValidationSettings(invalid_keys=frozenset({"ya29.listed"})))
    reply = answered(vertex_request(token=token), session_of(settings))
    assert (reply.status, _error(reply)["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert words in _error(reply)["error"]["message"]


@pytest.mark.parametrize("field", [(b"x-api-key", b"sk-ant-test"), (b"authorization", b"Basic eDp5")])
def test_other_credentials_are_taken_by_lenient_rules_alone(field: tuple[bytes, bytes]) -> None:
    """Google takes tokens."""
    request = vertex_request(token="")
    request = Request("POST", request.path, "", (*request.headers, field), request.body)
    lenient = Settings(validation=ValidationSettings(mode="lenient"))
    assert answered(request, session_of()).status == 401
    assert answered(request, session_of(lenient)).status == 200


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (None, "anthropic_version: Field required"),
        ("2023-06-01", 'anthropic_version: "2023-06-01" is not a valid version'),
        ("vertex-2099-01-01", 'anthropic_version: "vertex-2099-01-01" is not a valid version'),
    ],
)
def test_the_version_is_a_member(version: str | None, message: str) -> None:
    """What is said of it, and the hint, name the member, not the header."""
    reply = answered(vertex_request(anthropic_version=version), session_of())
    assert (reply.status, _error(reply)["error"]["message"]) == (400, message)
    assert _error(reply)["request_id"] == reply.header("request-id")
    hint = "Vertex's versions are vertex-2023-10-16 and 2026-10-21, in the body."
    assert reply.header("x-mockapi-hint") == hint


def test_the_newest_version() -> None:
    """It is the API's own, and refuses what the API refuses under it."""
    assert answered(vertex_request(anthropic_version="2026-10-21"), session_of()).status == 200
    refused = answered(vertex_request(anthropic_version="2026-10-21", temperature=1), session_of())
    assert _error(refused)["error"]["message"] == "temperature: Extra inputs are not permitted"


@pytest.mark.parametrize(
    ("order", "status", "words"),
    [
        ("401", "UNAUTHENTICATED", "had invalid authentication"),
        ("403", "PERMISSION_DENIED", "'aiplatform.endpoints.predict' denied"),
        ("404", "NOT_FOUND", "Publisher Model"),
        ("429", "RESOURCE_EXHAUSTED", "with base model: anthropic-claude-sonnet-4-5."),
    ],
)
def test_ordered_errors_are_googles_where_google_speaks_first(order: str, status: str, words: str) -> None:
    """In Google's words, and in the order's where it has some."""
    reply = answered(vertex_request(), session_of(Settings(faults=faults.parse_faults([order]))))
    error = _error(reply)["error"]
    assert (error["code"], error["status"]) == (reply.status, status)
    assert words in error["message"]
    own = faults.parse_faults([{"fault": order, "message": "my words"}])
    assert (
        _error(answered(vertex_request(), session_of(Settings(faults=own))))["error"]["message"] == "my words"
    )


@pytest.mark.parametrize("order", ["400", "413", "500", "529"])
def test_other_errors_are_the_apis(order: str) -> None:
    """With Vertex's request id, where they have one."""
    reply = answered(vertex_request(), session_of(Settings(faults=faults.parse_faults([order]))))
    assert "type" in _error(reply)["error"]
    assert (reply.header("request-id") or "").startswith("req_vrtx_")


def test_a_page_stays_a_page() -> None:
    """What a gateway says is nobody's error."""
    orders = faults.parse_faults([{"fault": "html", "status": 404}])
    assert answered(vertex_request(), session_of(Settings(faults=orders))).body.startswith(b"<!DOCTYPE")


def test_ids_in_texts_stay() -> None:
    """Only a string that is an id as a whole is renamed, not one that a text quotes."""
    id_ = b"msg_01AAAAAAAAAAAAAAAAAAAAAA"
    body = b'{"id":"%b","text":"\\"%b\\" and %b"}' % (id_, id_, id_)
    plain = answered(vertex_request(), session_of())
    chunks = (plain.chunks[0]._replace(data=body),)
    told = VERTEX.dressed(replace(plain, chunks=chunks), vertex_request()).body
    assert told == body.replace(b'"id":"msg_', b'"id":"msg_vrtx_')


def test_calls_come_back() -> None:
    """A conversation goes on with the ids that Vertex gave."""
    tool = {"name": "f", "description": "d", "input_schema": {"type": "object", "properties": {}}}
    session = session_of()
    asked: dict[str, Any] = {"tools": [tool], "tool_choice": {"type": "any"}}
    first = orjson.loads(answered(vertex_request(**asked), session).body)
    call = first["content"][-1]
    assert call["id"].startswith("toolu_vrtx_01")
    messages = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": first["content"]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call["id"], "content": "x"}]},
    ]
    assert answered(vertex_request(**{**asked, "messages": messages}), session).status == 200
