"""The events of a stream in AWS's binary frames, as Bedrock sends them.

One frame carries one event: its payload is a JSON object whose `bytes` are the event's JSON in base64. A
frame of the type `exception` is what an `error` event is elsewhere; its name stands in a header.
"""

from __future__ import annotations

import binascii
import struct
from base64 import b64decode
from typing import TYPE_CHECKING, Any
from zlib import crc32

from mockapi import eventstream, jsontext
from mockapi.errors import GrammarError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRELUDE = 12


def is_framed(body: bytes) -> bool:
    """Whether a body begins as a stream of frames does: with a prelude whose checksum is right."""
    if len(body) < _PRELUDE:
        return False
    return int(struct.unpack_from("!I", body, 8)[0]) == crc32(body[:8])


def framed_events(body: bytes) -> Iterator[dict[str, Any]]:
    """The events of a body of frames, up to the first that cannot be read; a frame that is cut is dropped.

    Raises:
        FrameError: a frame is broken.
        GrammarError: a frame carries no event; the message names it by its place.
    """
    reading = eventstream.read(body)
    for index, message in enumerate(reading.messages):
        yield _event(message, f"Frame {index}")
    if reading.failure is not None and reading.failure.offset < len(body):
        raise reading.failure


def _event(message: eventstream.Message, place: str) -> dict[str, Any]:
    payload = jsontext.parse_exactly(message.payload)
    kind = message.header(":message-type")
    if kind in ("exception", "error"):
        name = message.header(":exception-type") or message.header(":error-code")
        words = payload.get("message") if isinstance(payload, dict) else message.header(":error-message")
        return {"type": "error", "error": {"type": str(name), "message": str(words)}}
    carried = payload.get("bytes") if isinstance(payload, dict) else None
    if not isinstance(carried, str):
        raise GrammarError(f"{place} carries no `bytes`: its payload begins with {message.payload[:60]!r}.")
    try:
        text = b64decode(carried, validate=True)
    except (binascii.Error, ValueError) as error:
        raise GrammarError(f"{place} carries what is not base64: {error}.") from None
    event = jsontext.parse_exactly(text)
    if not isinstance(event, dict):
        raise GrammarError(f"{place} carries no JSON object: it begins with {text[:60]!r}.")
    return event
