"""Faults of the HTTP reply as a whole: the API's errors, and bodies that the client did not ask for.

Those that write a reply of their own (`error`, `html`) take nothing from the reply they replace
but its `request-id`, its `date` and, for a 429, its rate limits, so they can be decided before a
recording is looked up: a client that tries again then gets the recording it would have got.

Sources: recorded and publicly logged errors of 2024-2026. A 429 has `retry-after` and the rate
limits; 429, 5xx and 529 say `x-should-retry: true`, other 4xx false, 408 and 409 nothing, so that
the client decides by the status. What the edge in front of the API refuses has no outer `type`
and no `request_id`, and what it cannot reach is an HTML page.
"""

from __future__ import annotations

import math
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.errors import FaultDoesNotFit
from mockapi.exchange import Chunk, Ending, Reply, Source
from mockapi.messages import ERROR_CODES, edge_error_body, error_body, error_details
from mockapi.replies._convert import converted
from mockapi.replies._hop_headers import wire_field
from mockapi.replies._sse_frames import is_stream, with_chunks, without_fields
from mockapi.replies.rate_limits import ACCOUNT, charge, fields_of, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Fault = Callable[[Reply], Reply]


class Documented(NamedTuple):
    """An error as the API documents it: its type, its words, and what it tells retrying clients."""

    type: str
    message: str
    retry: bool | None


ERRORS: Final[Mapping[int, Documented]] = {
    400: Documented("invalid_request_error", "messages: Field required", retry=False),
    401: Documented("authentication_error", "invalid x-api-key", retry=False),
    402: Documented(
        "billing_error", "There's an issue with your billing or payment information.", retry=False
    ),
    403: Documented(
        "permission_error",
        "Your API key does not have permission to use the specified resource.",
        retry=False,
    ),
    404: Documented("not_found_error", "Not Found", retry=False),
    405: Documented("invalid_request_error", "Method Not Allowed", retry=False),
    408: Documented("timeout_error", "Request Timeout", retry=None),
    409: Documented(
        "conflict_error", "The request conflicts with the current state of the resource.", retry=None
    ),
    413: Documented("request_too_large", "Request exceeds the maximum size", retry=False),
    429: Documented(
        "rate_limit_error",
        "This request would exceed your organization's rate limit. You can see the response headers for"
        " current usage. Please try again later.",
        retry=True,
    ),
    500: Documented("api_error", "Internal server error", retry=True),
    502: Documented("api_error", "Bad Gateway", retry=True),
    503: Documented("api_error", "Service Unavailable", retry=True),
    504: Documented(
        "timeout_error", "The request timed out while it was processed. Please try again.", retry=True
    ),
    529: Documented("overloaded_error", "Overloaded", retry=True),
}
"""Every documented status, and those that come from what stands before the API."""

_CONSTANT: Final = (
    wire_field("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
    wire_field("server", "cloudflare"),
    wire_field("vary", "Accept-Encoding"),
    wire_field("cf-cache-status", "DYNAMIC"),
    wire_field("x-robots-tag", "none"),
    wire_field("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
)
_PAGE: Final = (
    "<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body>\n"
    "<center><h1>{title}</h1></center>\n<hr><center>cloudflare</center>\n</body>\n</html>\n"
)
_TITLES: Final = {
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
    504: "504 Gateway Time-out",
}


def error(
    status: int | None = None,
    *,
    type: str | None = None,  # noqa: A002 - the API's own word
    message: str | None = None,
    error_code: str | None = None,
    details: Mapping[str, Any] | None = None,
    retry_after: float | None = 1,
    edge: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Fault:
    """The API's error in place of the reply.

    Args:
        status: HTTP status, 400 to 599; that of the code if not given, and 529 if there is none.
        type: the error type; the status' own if not given.
        message: the words; the documented ones if not given.
        error_code: the code in the details, by which official clients choose an exception.
        details: further members of the details, such as `paths`.
        retry_after: seconds that a 429 asks the client to wait. Small on purpose: clients really
            do wait as long as they are told. None leaves the field out.
        edge: as the edge before the API writes it: no outer type, no request id.
        headers: fields to add; one that is there already is replaced.
    """
    code = None if error_code is None else ERROR_CODES.get(error_code)
    if status is None:
        status = 529 if code is None else code.status
    known = ERRORS.get(status, Documented("api_error", f"Error {status}", retry=None))
    kind = known.type if type is None else type
    usual = known.message if code is None else code.message
    words = usual if message is None else message
    told = error_details(error_code, details)

    def fault(reply: Reply) -> Reply:
        request_id = reply.header("request-id") or ""
        body = error_body(kind, words, request_id, told)
        fields = [wire_field("content-type", "application/json"), wire_field("content-length", "0")]
        if edge:
            body = edge_error_body(kind, words)
        else:
            fields.append(wire_field("request-id", request_id))
            if known.retry is not None:
                fields.append(wire_field("x-should-retry", "true" if known.retry else "false"))
        if status == 429 and retry_after is not None:
            fields += _rate_limits(reply, retry_after)
        if status == 529:
            fields.append(wire_field("cache-control", "no-store, no-cache"))
        fields += _CONSTANT
        own = [wire_field(*field) for field in (headers or {}).items()]
        names = {name for name, _ in own}
        fields = [field for field in fields if field[0] not in names] + own
        fields.append(wire_field("x-mockapi-source", Source.SCRIPTED))
        made = Reply(status, tuple(fields), (), Source.SCRIPTED)
        return with_chunks(made, [(0.0, body)])

    return fault


def _rate_limits(reply: Reply, retry_after: float) -> list[tuple[bytes, bytes]]:
    """`retry-after`, and the account's fields as the reply had them, its requests used up until then.

    The date from which the resets count goes with them.
    """
    fields = [wire_field("retry-after", f"{retry_after:g}")]
    date = reply.header("date")
    if date is None:  # there is no clock here, and a reset without a time would be a lie
        return fields
    try:
        now = parsedate_to_datetime(date).timestamp()
    except ValueError:
        return fields
    account = [field for field in reply.headers if field[0].startswith(b"anthropic-ratelimit-")]
    account = account or list(fields_of(ACCOUNT, charge(ACCOUNT, None, now)))
    reset = timestamp(math.ceil(now) + max(1, round(retry_after)))
    used_up = {b"anthropic-ratelimit-requests-remaining": b"0", b"anthropic-ratelimit-requests-reset": reset}
    dated = (b"date", date.encode("latin-1"))
    return [dated, *fields, *((name, used_up.get(name, value)) for name, value in account)]


def html(status: int = 502) -> Fault:
    """A gateway's HTML page in place of the reply; status 200 makes it look like a success."""
    title = _TITLES.get(status, f"{status}")

    def fault(_reply: Reply) -> Reply:
        body = _PAGE.format(title=title).encode()
        fields = (
            wire_field("content-type", "text/html; charset=UTF-8"),
            wire_field("content-length", str(len(body))),
            wire_field("server", "cloudflare"),
            wire_field("x-mockapi-source", Source.SCRIPTED),
        )
        return Reply(status, fields, (Chunk(0.0, body),), Source.SCRIPTED)

    return fault


def empty_body() -> Fault:
    """Status and headers of the reply, and no byte of its body; HTTP finds nothing wrong with it."""

    def fault(reply: Reply) -> Reply:
        return with_chunks(reply, (), Ending.CLEAN)

    return fault


def json_for_stream() -> Fault:
    """The message as plain JSON, where a stream of it was asked for."""

    def fault(reply: Reply) -> Reply:
        if not is_stream(reply):
            raise FaultDoesNotFit("json_for_stream needs an event stream, and this reply is not one.")
        turned = converted(reply, stream=False)
        if turned is reply:
            raise FaultDoesNotFit("json_for_stream needs a stream of a whole message.")
        return turned

    return fault


def broken_json(byte: int | None = None) -> Fault:
    """A JSON body that stops in its middle, or before `byte`; its content-length is true."""

    def fault(reply: Reply) -> Reply:
        body = reply.body
        if is_stream(reply) or not body:
            raise FaultDoesNotFit("broken_json needs a JSON body; broken_tool_json breaks one in a stream.")
        cut = len(body) // 2 if byte is None else min(byte, len(body) - 1)
        return with_chunks(reply, [(0.0, body[:cut])])

    return fault


def content_type(value: str) -> Fault:
    """Another content type than the body has; an empty one leaves the field out."""

    def fault(reply: Reply) -> Reply:
        fields = without_fields(reply.headers, b"content-type")
        if value:
            fields = (wire_field("content-type", value), *fields)
        return replace(reply, headers=fields)

    return fault


def content_length(by: int = 10) -> Fault:
    """A content-length that is wrong by so many bytes; the connection is closed after the body.

    With more promised than comes, the body is cut short. With less, what comes too much stands
    where a client that keeps the connection would look for the next reply.
    """

    def fault(reply: Reply) -> Reply:
        body = reply.body
        if not by or len(body) + by < 0:
            raise FaultDoesNotFit(f"A content-length of {len(body)} cannot be wrong by {by}.")
        fields = without_fields(reply.headers, b"content-length", b"transfer-encoding")
        fields = (*fields, wire_field("content-length", str(len(body) + by)))
        return replace(reply, headers=fields, ending=Ending.CUT)

    return fault


def retry_header(value: str, milliseconds: str | None = None) -> Fault:
    """Any text as `retry-after`, and as `retry-after-ms`: clients read more than numbers there."""

    def fault(reply: Reply) -> Reply:
        fields: list[Any] = [*without_fields(reply.headers, b"retry-after", b"retry-after-ms")]
        fields.append(wire_field("retry-after", value))
        if milliseconds is not None:
            fields.append(wire_field("retry-after-ms", milliseconds))
        return replace(reply, headers=tuple(fields))

    return fault
