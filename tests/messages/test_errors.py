"""Errors in the API's envelopes."""

from __future__ import annotations

import pytest

from mockapi.errors import StreamedError
from mockapi.messages import (
    STATUS_OF,
    TYPE_OF,
    accumulate,
    check_events,
    encode_event,
    error_body,
    stream_error_event,
)
from tests.support import streams as s


def test_body() -> None:
    """An error body is compact JSON, type before message, the request id last and only if there is one."""
    assert error_body("invalid_request_error", "max_tokens: Field required", "req_1") == (
        b'{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"},'
        b'"request_id":"req_1"}'
    )
    assert (
        error_body("api_error", "é", None)
        == '{"type":"error","error":{"type":"api_error","message":"é"}}'.encode()
    )


def test_event() -> None:
    """An error inside a stream has details first, is legal anywhere, and ends the accumulation."""
    event = stream_error_event("overloaded_error", "Overloaded", "req_1")
    assert encode_event(event) == (
        b'event: error\ndata: {"type":"error","error":{"details":null,"type":"overloaded_error",'
        b'"message":"Overloaded"},"request_id":"req_1"}\n\n'
    )
    assert stream_error_event("overloaded_error", "Overloaded", None) == s.ERROR
    assert check_events([s.start(), event]) == []
    with pytest.raises(StreamedError, match="overloaded_error: Overloaded"):
        accumulate([s.start(), event])


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("invalid_request_error", 400),
        ("authentication_error", 401),
        ("billing_error", 402),
        ("permission_error", 403),
        ("not_found_error", 404),
        ("conflict_error", 409),
        ("request_too_large", 413),
        ("rate_limit_error", 429),
        ("api_error", 500),
        ("timeout_error", 504),
        ("overloaded_error", 529),
    ],
)
def test_status(kind: str, status: int) -> None:
    """Each error type has its status, and each status its type."""
    assert STATUS_OF[kind] == status
    assert TYPE_OF[status] == kind


def test_method_not_allowed() -> None:
    """A 405 is an invalid_request_error, whose own status stays 400."""
    assert TYPE_OF[405] == "invalid_request_error"
    assert set(TYPE_OF) == {*STATUS_OF.values(), 405}
