"""What is kept of an answer of the upstream: an interaction, or the reason against one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mockapi._clock import wall
from mockapi.cassettes import Interaction, RecordedChunk, RecordedRequest, RecordedResponse
from mockapi.exchange import Ending, Reply, Source
from mockapi.replies import for_this_hop, wire_field

if TYPE_CHECKING:
    from mockapi.exchange import Headers, Request
    from mockapi.server.recording._upstream import Incoming

_API_TYPES = ("json", "event-stream", "amazon.eventstream", "x-jsonl", "octet-stream")


def not_the_api(incoming: Incoming) -> str | None:
    """Why this 2xx cannot be the API's (a captive portal, say), or None.

    What a captive portal or a proxy says must not be played as the API's answer for ever after.
    """
    content_type = next((value for name, value in incoming.fields if name.lower() == "content-type"), "")
    if incoming.status >= 300 or not content_type or not incoming.chunks:
        return None
    if any(known in content_type for known in _API_TYPES):
        return None
    return f"the upstream answered {incoming.status} with {content_type}, which the API does not send"


def interaction_of(request: Request, incoming: Incoming) -> Interaction:
    """What happened, nothing masked yet."""
    body = b"".join(chunk.data for chunk in incoming.chunks)
    headers = _recorded_headers(incoming, request.method, len(body))
    return Interaction(
        request=RecordedRequest(
            request.method,
            request.path,
            request.query,
            tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers),
            request.body,
        ),
        response=RecordedResponse(
            incoming.status,
            tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers),
            body,
            tuple(RecordedChunk(round(delay, 4), len(data)) for delay, data in incoming.chunks),
            incoming.ending,
        ),
        recorded_at=datetime.fromtimestamp(wall(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _recorded_headers(incoming: Incoming, method: str, size: int) -> Headers:
    """The fields as a replay sends them: right for the decoded body, nothing about the connection.

    A body that broke off keeps the length that was announced: it is how a client notices.
    """
    lower = {name.lower(): value for name, value in incoming.fields}
    if incoming.ending is not Ending.CLEAN and "content-encoding" not in lower:
        announced = lower.get("content-length", "")
        size = max(size, int(announced)) if announced.isdigit() else size
    return for_this_hop(incoming.fields, status=incoming.status, method=method, size=size)


def finished_reply(incoming: Incoming, method: str) -> Reply:
    """The answer as the journal keeps it, its body decoded."""
    size = sum(len(chunk.data) for chunk in incoming.chunks)
    headers = _recorded_headers(incoming, method, size)
    return Reply(
        status=incoming.status,
        headers=(*headers, wire_field("x-mockapi-source", Source.FORWARDED)),
        chunks=tuple(incoming.chunks),
        source=Source.FORWARDED,
        ending=incoming.ending,
    )
