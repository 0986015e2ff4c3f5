"""A recorded interaction as a reply: the body to the byte, the headers right for this hop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.eventstream import CONTENT_TYPE
from mockapi.exchange import Chunk, Ending, Headers, Reply, Source
from mockapi.messages import is_framed
from mockapi.replies._hop_headers import BODILESS, for_this_hop, wire_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import RecordedResponse

_REQUEST_IDS = frozenset({b"request-id", b"x-amzn-requestid"})
"""Fields in which clients look for the id of a request: the API's, and AWS's."""
_SOURCE = wire_field("x-mockapi-source", Source.RECORDED)


def recorded_reply(
    response: RecordedResponse, method: str, make_request_id: Callable[[], str], *, paced: bool = True
) -> Reply:
    """The reply that a recorded response plays.

    Args:
        response: what was recorded.
        method: of its request.
        paced: in its recorded chunks and delays; False gives the body whole, at once.
        make_request_id: called only where the recording has no `request-id`: making one takes as
            long as all the rest.
    """
    headers = for_this_hop(response.headers, status=response.status, method=method, size=_announced(response))
    return Reply(
        status=response.status,
        headers=(*headers, *_missing(headers, response.body, make_request_id), _SOURCE),
        chunks=_chunks(response, method, paced=paced),
        source=Source.RECORDED,
        ending=response.ending,
    )


def _announced(response: RecordedResponse) -> int:
    """The length to announce: of the body, or of what was announced for a body that broke off."""
    if response.ending is Ending.CLEAN:
        return len(response.body)
    fields = {name.lower(): value for name, value in response.headers}
    length = fields.get("content-length", "")
    if "content-encoding" in fields or not length.isdigit():
        return len(response.body)
    return max(int(length), len(response.body))


def _chunks(response: RecordedResponse, method: str, *, paced: bool) -> tuple[Chunk, ...]:
    body, recorded = response.body, response.chunks
    if not body or method == "HEAD" or response.status in BODILESS:
        return ()
    if not recorded or not paced:
        return (Chunk(0.0, body),)  # the body itself, not a copy of it
    chunks = []
    at = 0
    for delay, size in recorded:
        chunks.append(Chunk(delay, body[at : at + size]))
        at += size
    return tuple(chunks)


def _missing(headers: Headers, body: bytes, make_request_id: Callable[[], str]) -> Headers:
    """What clients count on and a recording may have lost: `request-id` and the content type."""
    names = {name for name, _ in headers}
    added = []
    if not names & _REQUEST_IDS:
        added.append((b"request-id", make_request_id().encode()))
    if body and b"content-type" not in names:
        added.append(wire_field("content-type", _guess(body)))
    return tuple(added)


def _guess(body: bytes) -> str:
    if body.startswith((b"event:", b"data:", b":")):
        return "text/event-stream; charset=utf-8"
    if is_framed(body):
        return CONTENT_TYPE
    return "application/json" if body.lstrip()[:1] in (b"{", b"[") else "application/octet-stream"
