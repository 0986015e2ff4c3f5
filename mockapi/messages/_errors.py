"""The API's errors as bytes and as events: types, statuses and the two envelopes.

An error before the stream starts is a plain JSON body under its HTTP status. An error inside a
stream comes under status 200 as an `error` event, whose inner object has `details` as its first
key, null in every one that was seen. Source: recorded and publicly logged errors of 2024-2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.messages._wire import dump

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS_OF: Final[Mapping[str, int]] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The HTTP status of each error type. (A 405 is an `invalid_request_error` too.)"""

TYPE_OF: Final[Mapping[int, str]] = {status: kind for kind, status in STATUS_OF.items()} | {
    405: "invalid_request_error"
}
"""The error type of each HTTP status that the API itself sends."""


def error_body(
    kind: str, message: str, request_id: str | None, details: Mapping[str, Any] | None = None
) -> bytes:
    """The body of an error response, in the API's exact bytes.

    `request_id` is the value of the `request-id` header; None leaves the key out, which is how
    bodies were until mid 2025. `details` are those of an error that has some, its `error_code` first.
    """
    body: dict[str, Any] = {"type": "error", "error": {"type": kind, "message": message}}
    if details is not None:
        body["error"]["details"] = details
    if request_id is not None:
        body["request_id"] = request_id
    return dump(body)


def error_details(code: str | None, more: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """The details of an error: its code, by which official clients choose an exception, then the rest.

    None if there are no details, as with most errors.
    """
    named = {} if code is None else {"error_code": code}
    return {**named, **(more or {})} or None


def edge_error_body(kind: str, message: str) -> bytes:
    """The body of an error that the edge in front of the API answers: no outer type, no request id.

    So it is for a request that is too large: nothing behind the edge has seen it.
    """
    return dump({"error": {"type": kind, "message": message}})


def stream_error_event(
    kind: str, message: str, request_id: str | None, details: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The event that ends a stream in which something went wrong; arguments as above."""
    event: dict[str, Any] = {
        "type": "error",
        "error": {"details": details, "type": kind, "message": message},
    }
    if request_id is not None:
        event["request_id"] = request_id
    return event
