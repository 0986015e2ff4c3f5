"""A request to a cloud's surface goes through the pipeline as the Messages request that it stands for."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from mockapi.exchange import Ending, Request, Source
from mockapi.messages import decode_events
from mockapi.replies import RateLimits, faults
from mockapi.replies.scripts import Script, parse_script
from mockapi.sessions import Settings
from mockapi.validation import ValidationSettings
from tests.support.each import each
from tests.support.server import interaction
from tests.support.surfaces import (
    VERTEX_MODEL,
    answered,
    answered_aside,
    exchange_of,
    session_of,
    vertex_request,
)

_VERTEX_ID = re.compile(r"msg_vrtx_01[1-9A-HJ-NP-Za-km-z]{22}")


def _script(reply: dict[str, Any]) -> Script:
    return parse_script([reply], lambda _: b"")


def test_what_nothing_matches_is_synthesized_and_dressed() -> None:
    """The message is the one of the plain request, with the surface's ids."""
    reply = answered(vertex_request(), session_of())
    message = orjson.loads(reply.body)
    assert (reply.status, reply.source) == (200, Source.SYNTHESIZED)
    assert _VERTEX_ID.fullmatch(message["id"])
    assert message["model"] == "claude-sonnet-4-5-20250929"
    assert reply.header("content-length") == str(len(reply.body))


def test_a_recording_is_played_to_the_byte() -> None:
    """It was recorded as the surface sends it: nothing is rewritten, whatever stands in it."""
    request = vertex_request()
    body = b'{"id":"msg_01AAAAAAAAAAAAAAAAAAAAAA", "spaced": true}'
    recorded = interaction(orjson.loads(request.body), body, path=request.path)
    reply = answered(request, session_of(interactions=[recorded]))
    assert (reply.source, reply.body) == (Source.RECORDED, body)


def test_a_script_answers() -> None:
    """Conditions see the plain request, its model in the API's spelling."""
    script = _script({"when": {"model": "claude-sonnet-4-5-20250929"}, "text": "scripted"})
    reply = answered(vertex_request(), session_of(script=script))
    assert reply.source is Source.SCRIPTED
    message = orjson.loads(reply.body)
    assert message["content"][0]["text"] == "scripted"
    assert _VERTEX_ID.fullmatch(message["id"])


def test_validation_judges_the_plain_request() -> None:
    """A fault of the body is told in the API's words."""
    reply = answered(vertex_request(max_tokens=None), session_of())
    error = orjson.loads(reply.body)
    assert (reply.status, reply.header("x-mockapi-rule")) == (400, "shape.required")
    assert error["error"]["message"] == "max_tokens: Field required"
    assert error["request_id"] == reply.header("request-id")
    assert error["request_id"].startswith("req_vrtx_")


def test_an_ordered_error_is_the_surfaces() -> None:
    """A fault that makes the whole reply meets conditions on the plain request and is dressed."""
    orders = faults.parse_faults([{"fault": "529", "when": {"path": "/v1/messages"}}])
    reply = answered(vertex_request(), session_of(Settings(faults=orders)))
    assert reply.status == 529
    assert orjson.loads(reply.body)["request_id"].startswith("req_vrtx_")


def test_a_cut_acts_on_what_the_surface_sends() -> None:
    """The ordered byte is one of the dressed body."""
    whole = answered(vertex_request(), session_of()).body
    orders = faults.parse_faults([{"fault": "reset", "byte": 90}, {"fault": "delay", "seconds": 2}])
    reply = answered(vertex_request(), session_of(Settings(faults=orders)))
    assert reply.body == whole[:90]
    assert (reply.ending, reply.hold) == (Ending.RESET, 2)
    assert reply.header("x-mockapi-fault") == "reset, delay"


def test_faults_of_events_come_before_the_surface() -> None:
    """Whatever their order in the list, the events are changed first, dressed, and then cut."""
    orders = faults.parse_faults([{"fault": "cut", "event": 3}, {"fault": "stream_error", "event": 2}])
    request = vertex_request(verb="streamRawPredict", stream=True)
    reply = answered(request, session_of(Settings(faults=orders)))
    assert [event["type"] for event in decode_events(reply.body)][-1] == "error"
    assert b'"request_id":"req_vrtx_' in reply.body
    assert reply.header("x-mockapi-fault") == "stream_error, cut"


def test_faults_of_a_script_are_split_alike() -> None:
    """A scripted cut breaks the dressed body."""
    script = _script({"text": "scripted", "faults": [{"fault": "close", "byte": 50}]})
    reply = answered(vertex_request(), session_of(script=script))
    assert (len(reply.body), reply.ending) == (50, Ending.CUT)


def test_limits_count() -> None:
    """The account of the token that authenticates the request is charged."""
    session = session_of(Settings(rate_limits=RateLimits(requests=1)))
    assert answered(vertex_request(), session).status == 200
    assert answered(vertex_request(), session).status == 429
    assert answered(vertex_request(token="ya29.another"), session).status == 200


@each("mode", ["strict", "lenient", "off"])
@each("members", [{}, {"stream": True}, {"max_tokens": None}, {"model": 3}, {"messages": "x"}])
def test_a_large_request_gets_the_same_answer(mode: str, members: dict[str, Any]) -> None:
    """What helper processes look at ahead changes nothing."""
    settings = Settings(validation=ValidationSettings(mode=mode))  # type: ignore[arg-type] # of the list
    request = vertex_request(**members)
    found = answered_aside(request, session_of(settings)).reply
    assert found == answered(request, session_of(settings))


@pytest.mark.parametrize("depth", [300, 999])
@pytest.mark.parametrize("mode", ["strict", "off"])
def test_a_deep_body_gets_an_answer(mode: str, depth: int) -> None:
    """However deep it is nested: with rules their refusal, without them a message."""
    settings = Settings(validation=ValidationSettings(mode=mode))  # type: ignore[arg-type] # of the list
    request = vertex_request()
    text = b'{"metadata":' + b"[" * depth + b"]" * depth + b"," + request.body[1:]
    reply = answered(Request("POST", request.path, "", request.headers, text), session_of(settings))
    assert reply.status == (200 if mode == "off" else 400)


def test_a_large_request_that_a_script_answers() -> None:
    """The script's reply is found ahead for the plain request, and dressed."""
    script = _script({"text": "scripted"})
    found = answered_aside(vertex_request(), session_of(script=script)).reply
    assert found == answered(vertex_request(), session_of(script=script))


def test_the_request_stays_what_came() -> None:
    """Recordings and the journal see the original; only `plain` is another."""
    request = vertex_request()
    exchange = exchange_of(request, session_of())
    assert exchange.request is exchange.plain is request
    assert exchange.surface is not None
    exchange.read(exchange.surface.plain(request))
    assert exchange.request is request
    assert exchange.plain.path == "/v1/messages"
    assert orjson.loads(exchange.plain.body)["model"] == VERTEX_MODEL.replace("@", "-")
