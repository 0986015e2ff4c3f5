"""Replies that mockapi writes itself when it cannot or will not answer, shaped like the API's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.exchange import Chunk, Reply, Source
from mockapi.messages import error_body
from mockapi.replies._headers import wire_field

if TYPE_CHECKING:
    from mockapi.exchange import Headers


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
        status: HTTP status.
        error_type: such as "invalid_request_error".
        message: in the API's own words where it has some.
        request_id: in the header and in the body alike.
        source: who answers.
        headers: fields added at the end.
        retry: the value of `x-should-retry`, which official clients obey before the status.
    """
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


def no_recording(request_id: str) -> Reply:
    """A miss. The body says nothing of the request: clients search error texts for words."""
    return error_reply(
        422,
        "mockapi_no_recording",
        "No recording matches this request; see the console or the journal of mockapi.",
        request_id,
        source=Source.UNMATCHED,
    )
