"""Replies to break: a stream with text and a tool use, a JSON message, in chunks with delays."""

from __future__ import annotations

from typing import Any

from mockapi.exchange import Chunk, Reply, Source
from mockapi.messages import dump, encode_events, events_of
from mockapi.replies import wire_field
from tests.support.frames import as_frames
from tests.support.streams import message, text, tool_use

MESSAGE: dict[str, Any] = message(
    text("Grüße 😀 from the mock"), tool_use({"city": "Zürich", "days": [1, 2, 3]}), stop_reason="tool_use"
)
EVENTS = events_of(MESSAGE)
FRAMES = [encode_events([event], [number % 16]) for number, event in enumerate(EVENTS)]
"""The stream's events, each in its bytes, with padding."""
BODY = b"".join(FRAMES)
JSON_BODY = dump(MESSAGE)
_ID = wire_field("request-id", "req_011CTestTestTestTestTest")


def stream(*delays: float) -> Reply:
    """The stream, an event a chunk; `delays` for the first of them."""
    waits = [*delays, *[0.0] * len(FRAMES)]
    headers = (
        wire_field("content-type", "text/event-stream; charset=utf-8"),
        wire_field("transfer-encoding", "chunked"),
        _ID,
    )
    chunks = tuple(Chunk(delay, data) for delay, data in zip(waits, FRAMES, strict=False))
    return Reply(200, headers, chunks, Source.RECORDED)


def framed() -> Reply:
    """The stream in AWS's binary frames, in one piece."""
    fields = (wire_field("content-type", "application/vnd.amazon.eventstream"), _ID)
    return Reply(200, fields, (Chunk(0.0, as_frames(BODY)),), Source.RECORDED)


def json_reply() -> Reply:
    """The message as JSON."""
    headers = (
        wire_field("content-type", "application/json"),
        wire_field("content-length", str(len(JSON_BODY))),
        _ID,
    )
    return Reply(200, headers, (Chunk(0.0, JSON_BODY),), Source.RECORDED)
