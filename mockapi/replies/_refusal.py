"""Replies that mockapi writes itself when it cannot or will not answer, shaped like the API's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Chunk, Reply, Source
from mockapi.messages import edge_error_body, error_body
from mockapi.replies._hop_headers import wire_field
from mockapi.replies._reply_headers import ACCOUNT_FIELDS, hint_field, object_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.exchange import Headers
    from mockapi.validation import Refusal

_BEFORE_ACCOUNT: Final = frozenset({401, 405, 413})
"""Statuses of requests that are refused before it is known whose they are."""


def error_reply(
    status: int,
    error_type: str,
    message: str,
    request_id: str,
    *,
    source: Source,
    headers: Headers = (),
    retry: bool = False,
    details: Mapping[str, Any] | None = None,
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
        details: what stands beside the message, `error_code` first; None if there are none.
    """
    body = _body(status, error_type, message, request_id, details)
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


def refused(refusal: Refusal, request_id: str, at: float) -> Reply:
    """The API's own error for a request that it would not take; the rule and its hint in headers.

    The other fields are those of recorded errors: an account is named only once it is known, and no
    limits are told.

    Args:
        refusal: what is wrong.
        request_id: in the header and, but for 413, in the body alike.
        at: when the request came, in seconds since 1970.
    """
    body = _body(refusal.status, refusal.type, refusal.message, request_id, refusal.details)
    fields = object_headers(
        content_type="application/json",
        size=len(body),
        at=at,
        request_id=request_id,
        source=Source.INVALID,
        more=((b"x-should-retry", b"false"),),
    )
    if refusal.status in _BEFORE_ACCOUNT:
        fields = tuple(field for field in fields if field not in ACCOUNT_FIELDS)
    told = [(b"x-mockapi-rule", refusal.rule.encode())]
    if refusal.hint is not None:
        told.append(hint_field(refusal.hint))
    return Reply(refusal.status, (*fields, *told), (Chunk(0.0, body),), Source.INVALID)


def no_recording(request_id: str) -> Reply:
    """A miss. The body says nothing of the request: clients search error texts for words."""
    return error_reply(
        422,
        "mockapi_no_recording",
        "No recording matches this request; see the console or the journal of mockapi.",
        request_id,
        source=Source.UNMATCHED,
    )


def _body(
    status: int, error_type: str, message: str, request_id: str, details: Mapping[str, Any] | None = None
) -> bytes:
    if status == 413 and details is None:  # what has details comes from the API itself
        return edge_error_body(error_type, message)
    return error_body(error_type, message, request_id, details)
