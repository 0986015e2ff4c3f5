"""A stream of the API as Bedrock sends it: one binary frame for each event.

A frame's payload is `{"bytes": …, "p": …}`: the event's JSON in base64, and padding of a random length, the
beginning of the alphabet. Pings have no frame, an `error` event is a frame of its own kind, and the last
event tells what was used. Source: recorded streams of 2025.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockapi import eventstream, jsontext, sse
from mockapi.exchange import Chunk
from mockapi.messages import dump
from mockapi.replies._seeded import SeededChoices
from mockapi.replies.surfaces._bedrock_errors import exception_of

if TYPE_CHECKING:
    from mockapi.exchange import Reply

_ID: Final = re.compile(rb'(?<!\\)"(msg|toolu|srvtoolu|mcptoolu)_(?=01[1-9A-HJ-NP-Za-km-z]{22}")')
_PADDING: Final = re.compile(r" +}$")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_EVENT: Final = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}
_METRICS: Final = "amazon-bedrock-invocationMetrics"


def with_ids(text: bytes) -> bytes:
    """A text with Bedrock's mark in the ids of messages and tool calls."""
    return _ID.sub(rb'"\1_bdrk_', text)


def framed(reply: Reply) -> Reply:
    """A stream's reply in frames: each comes when the last byte of its event came."""
    parser = sse.Parser()
    writer = _Writer(SeededChoices(reply.body))
    pieces: list[Chunk] = []
    waiting, elapsed = 0.0, reply.hold
    for delay, data in reply.chunks:
        waiting += delay
        elapsed += delay
        if frames := b"".join(writer.frame(event.data, elapsed) for event in parser.feed(data)):
            pieces.append(Chunk(waiting, frames))
            waiting = 0.0
    if parser.end():
        whole = writer.frame("{}", elapsed)  # of the event that was cut nobody knows more
        pieces.append(Chunk(waiting, whole[: len(whole) // 2]))
    return replace(reply, chunks=tuple(pieces))


class _Writer:
    """Writes the frames of one stream, and remembers what the last one has to tell.

    Args:
        choices: how much padding each gets.
    """

    def __init__(self, choices: SeededChoices) -> None:
        self._choices = choices
        self._usage: dict[str, Any] = {}
        self._first: float | None = None

    def frame(self, data: str, elapsed: float) -> bytes:
        """The frame of an event with this data, so many seconds after the request; b"" for a ping."""
        event = jsontext.parse(data.encode("utf-8", "surrogatepass"))
        kind = event.get("type") if isinstance(event, dict) else None
        if kind == "ping":
            return b""
        if kind == "error":
            name, payload = exception_of(event)
            told = {
                ":exception-type": name,
                ":content-type": "application/json",
                ":message-type": "exception",
            }
            return eventstream.encode(eventstream.Message.of(told, dump(payload)))
        self._first = elapsed if self._first is None else self._first
        text = _PADDING.sub("}", data)
        if isinstance(event, dict):
            self._note(event)
            if kind == "message_stop":
                text = f'{text[:-1]},"{_METRICS}":{dump(self._metrics(elapsed)).decode()}}}'
        written = b64encode(with_ids(text.encode("utf-8", "surrogatepass"))).decode()
        padding = _ALPHABET[: self._choices.between(1, len(_ALPHABET))]
        return eventstream.encode(
            eventstream.Message.of(_EVENT, f'{{"bytes":"{written}","p":"{padding}"}}'.encode())
        )

    def _note(self, event: dict[str, Any]) -> None:
        message = event.get("message")
        usage = message.get("usage") if isinstance(message, dict) else event.get("usage")
        if isinstance(usage, dict):
            self._usage |= {name: number for name, number in usage.items() if isinstance(number, int)}

    def _metrics(self, elapsed: float) -> dict[str, int]:
        usage = self._usage
        first = elapsed if self._first is None else self._first
        return {
            "inputTokenCount": usage.get("input_tokens", 0),
            "outputTokenCount": usage.get("output_tokens", 0),
            "invocationLatency": round(elapsed * 1000),
            "firstByteLatency": round(first * 1000),
            "cacheReadInputTokenCount": usage.get("cache_read_input_tokens", 0),
            "cacheWriteInputTokenCount": usage.get("cache_creation_input_tokens", 0),
        }
