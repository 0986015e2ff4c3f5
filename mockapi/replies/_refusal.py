"""Replies that mockapi writes itself when it cannot or will not answer, shaped like the API's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.exchange import Chunk, Reply, Source
from mockapi.messages import edge_error_body, error_body
from mockapi.replies._headers import wire_field

if TYPE_CHECKING:
    from mockapi.exchange import Headers
    from mockapi.validation import Refusal


def error_reply(
    status: int,
    error_type: str,
    message: str,
    request_id: str,
    *,
    source: Source,
    headers: Headers = (),
    retry: bool = False,
) -> Reply:
    """An error in the API's envelope.

    Args:
        status: HTTP status; for 413 the body is shaped as the edge in front of the API shapes it.
        error_type: such as "invalid_request_error".
        message: in the API's own words where it has some.
        request_id: in the header and, but for 413, in the body alike.
        source: who answers.
        headers: fields added at the end.
        retry: the value of `x-should-retry`, which official clients obey before the status.
    """
    if status == 413:
        body = edge_error_body(error_type, message)
    else:
        body = error_body(error_type, message, request_id)
    return Reply(
        status=status,
        headers=(
            wire_field("content-type", "application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"request-id", request_id.encode()),
            wire_field("x-should-retry", "true" if retry else "false"),
            wire_field("x-mockapi-source", source),
            *headers,
        ),
        chunks=(Chunk(0.0, body),),
        source=source,
    )


def refused(refusal: Refusal, request_id: str) -> Reply:
    """The API's own error for a request that it would not take; the rule and its hint in headers."""
    told = [(b"x-mockapi-rule", refusal.rule.encode())]
    if refusal.hint is not None:
        # A header is one line of Latin-1; a hint may quote what the client sent.
        hint = " ".join(refusal.hint.split()).encode("latin-1", "replace")
        told.append((b"x-mockapi-hint", hint))
    return error_reply(
        refusal.status,
        refusal.type,
        refusal.message,
        request_id,
        source=Source.INVALID,
        headers=tuple(told),
    )


def no_recording(request_id: str) -> Reply:
    """A miss. The body says nothing of the request: clients search error texts for words."""
    return error_reply(
        422,
        "mockapi_no_recording",
        "No recording matches this request; see the console or the journal of mockapi.",
        request_id,
        source=Source.UNMATCHED,
    )
