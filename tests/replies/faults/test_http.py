"""Faults of the whole reply: the API's errors, and bodies that nobody asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from mockapi.errors import FaultDoesNotFit
from mockapi.exchange import Ending
from mockapi.messages import STATUS_OF
from mockapi.replies import faults
from mockapi.replies.faults._http import ERRORS
from tests.support.faulty import BODY, JSON_BODY, MESSAGE, json_reply, stream

BLANK = faults.blank("req_011CTestTestTestTestTest", 1795348800)


def test_every_documented_error_has_its_type_and_status() -> None:
    """The table has all statuses of the API's error types."""
    assert {ERRORS[status].type for status in STATUS_OF.values()} == set(STATUS_OF)
    for kind, status in STATUS_OF.items():
        reply = faults.error(status)(BLANK)
        body = json.loads(reply.body)
        assert (reply.status, body["error"]["type"]) == (status, kind)
        assert body["request_id"] == reply.header("request-id") == "req_011CTestTestTestTestTest"
        assert reply.header("content-length") == str(len(reply.body))


def test_errors_tell_clients_whether_to_retry() -> None:
    """By the field where the API sends it, else by the status."""
    told = {status: faults.error(status)(BLANK).header("x-should-retry") for status in ERRORS}
    assert {status for status, value in told.items() if value == "true"} == {429, 500, 502, 503, 504, 529}
    assert {status for status, value in told.items() if value is None} == {408, 409}


def test_a_429_has_its_limits_and_a_small_wait() -> None:
    """The reset is the date of the reply and the wait; waits are small unless asked for."""
    reply = faults.error(429)(BLANK)
    assert reply.header("retry-after") == "1"
    assert reply.header("anthropic-ratelimit-requests-remaining") == "0"
    reset = reply.header("anthropic-ratelimit-requests-reset")
    assert reset is not None
    assert datetime.fromisoformat(reset) == datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
    assert faults.error(429, retry_after=0.2)(BLANK).header("retry-after") == "0.2"
    assert faults.error(429, retry_after=None)(BLANK).header("retry-after") is None
    assert faults.error(500)(BLANK).header("retry-after") is None
    without_date = faults.error(429)(stream())
    assert without_date.header("anthropic-ratelimit-requests-reset") is None


def test_what_is_said_wins() -> None:
    """Type, words and fields can be others."""
    reply = faults.error(
        400, type="billing_error", message="No more.", headers={"x-should-retry": "true", "x-a": "b"}
    )(BLANK)
    error = json.loads(reply.body)["error"]
    assert error == {"type": "billing_error", "message": "No more."}
    assert reply.header("x-should-retry") == "true"
    assert reply.header("x-a") == "b"
    assert [name for name, _ in reply.headers].count(b"x-should-retry") == 1


def test_the_edge_knows_no_request_id() -> None:
    """Neither in the body nor in a header, and the body has no outer type."""
    reply = faults.error(413, edge=True)(BLANK)
    assert reply.body == (
        b'{"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}'
    )
    assert reply.header("request-id") is None


def test_a_gateway_sends_html() -> None:
    """Whatever the status says."""
    reply = faults.html(200)(stream())
    assert reply.status == 200
    assert reply.body.startswith(b"<!DOCTYPE html>")
    assert reply.header("content-length") == str(len(reply.body))


def test_json_where_a_stream_was_asked_for() -> None:
    """The same message, whole."""
    reply = faults.json_for_stream()(stream())
    assert json.loads(reply.body) == MESSAGE
    assert reply.header("content-type") == "application/json"
    for misfit in (json_reply(), faults.drop_event()(stream())):
        with pytest.raises(FaultDoesNotFit):
            faults.json_for_stream()(misfit)


def test_a_broken_body_has_a_true_length() -> None:
    """HTTP finds nothing wrong."""
    reply = faults.broken_json(10)(json_reply())
    assert reply.body == JSON_BODY[:10]
    assert reply.header("content-length") == "10"
    assert faults.broken_json()(json_reply()).body == JSON_BODY[: len(JSON_BODY) // 2]
    with pytest.raises(FaultDoesNotFit):
        faults.broken_json()(stream())


def test_a_wrong_length_is_wrong_by_what_was_asked() -> None:
    """The body is whole; chunked bodies lose their framing for it."""
    reply = faults.content_length(7)(stream())
    assert reply.body == BODY
    assert reply.header("content-length") == str(len(BODY) + 7)
    assert reply.header("transfer-encoding") is None
    assert reply.ending is Ending.CUT
    for wrong in (0, -len(BODY) - 1):
        with pytest.raises(FaultDoesNotFit):
            faults.content_length(wrong)(stream())


def test_the_content_type_can_be_another_or_none() -> None:
    """The body stays."""
    assert faults.content_type("text/plain")(stream()).header("content-type") == "text/plain"
    assert faults.content_type("")(stream()).header("content-type") is None


def test_retry_fields_take_any_text() -> None:
    """Also on a reply that has one already."""
    reply = faults.retry_header("0.3 sec", "0")(faults.error(429)(BLANK))
    assert reply.header("retry-after") == "0.3 sec"
    assert reply.header("retry-after-ms") == "0"
    assert [name for name, _ in reply.headers].count(b"retry-after") == 1
