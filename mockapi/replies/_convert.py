"""A recorded JSON reply served as a stream, or the other way round, and said so in the headers.

Never done unless the user allows it: the bytes are mockapi's then, not the API's. What the
recording lacks (padding, pings, delta sizes) is made up in the API's own manner.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from mockapi import jsontext, messages
from mockapi.errors import MockapiError
from mockapi.exchange import Chunk, Headers, Reply
from mockapi.replies._hop_headers import for_this_hop, wire_field

if TYPE_CHECKING:
    from collections.abc import Iterator

_STREAM = "text/event-stream; charset=utf-8"
_JSON = "application/json"


def wants_stream(body: Any) -> bool:
    """Whether a parsed request body asks for a stream.

    `Accept` does not count: official clients send application/json there in any case.
    """
    return isinstance(body, dict) and body.get("stream") is True


def converted(reply: Reply, *, stream: bool) -> Reply:
    """The reply in the form that was asked for; unchanged if it has it, or is not whole."""
    is_stream = "event-stream" in (reply.header("content-type") or "")
    if reply.status != 200 or is_stream == stream:
        return reply
    if stream:
        message = jsontext.parse(reply.body)
        if not isinstance(message, dict) or message.get("type") != "message":
            return reply
        events = list(messages.events_of(message))
        body = messages.encode_events(events, islice(paddings(reply.body), len(events)))
        return _with_body(reply, body, _STREAM, "json-to-stream")
    try:
        message = messages.accumulate(messages.decode_events(reply.body))
        return _with_body(reply, messages.dump(message), _JSON, "stream-to-json")
    except MockapiError:
        return reply


def _with_body(reply: Reply, body: bytes, content_type: str, how: str) -> Reply:
    fields = [
        (name.decode("latin-1"), content_type if name == b"content-type" else value.decode("latin-1"))
        for name, value in reply.headers
        if name not in {b"transfer-encoding", b"content-length", b"cache-control"}
    ]
    headers: Headers = for_this_hop(fields, status=reply.status, method="POST", size=len(body))
    told = tuple(field for field in reply.headers if field[0].startswith(b"x-mockapi-"))
    return replace(
        reply,
        headers=(*headers, *told, wire_field("x-mockapi-converted", how)),
        chunks=(Chunk(0.0, body),),
    )


def paddings(seed: bytes) -> Iterator[int]:
    """Blanks before each event's last brace: 0 to 15, as the API pads, the same for the same reply."""
    import hashlib  # noqa: PLC0415 - conversion is rare, and start-up time is counted

    block = hashlib.blake2b(seed).digest()
    while True:
        yield from (byte & 15 for byte in block)
        block = hashlib.blake2b(block).digest()
