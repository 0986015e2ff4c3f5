"""A stream's body as a list of frames: the bytes of one event each, with their delays.

A frame runs up to and including the blank line that ends its event, in any style of line ends;
what stands behind the last blank line is a frame too. In AWS's binary streams a frame is a frame.
The bytes are cut and never written anew,
so padding and everything else that faults leave alone stays exact. A frame is due when its last
byte was: cutting chunks into frames never makes a byte early.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from mockapi import eventstream, jsontext, sse
from mockapi.errors import FaultDoesNotFit, MockapiError
from mockapi.exchange import Chunk, Ending
from mockapi.messages import framed_events, is_framed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.exchange import Headers, Reply

_END = re.compile(rb"(?>\r\n|\r|\n)(?>\r\n|\r|\n)")


class SSEFrame(NamedTuple):
    """One event's bytes, and the seconds to wait before they are sent."""

    delay: float
    data: bytes

    @property
    def type(self) -> str | None:
        """The event's type; None for a comment and for an event that is not whole."""
        if is_framed(self.data):
            kind = self.value.get("type") if isinstance(self.value, dict) else None
            return kind if isinstance(kind, str) else None
        events = sse.parse(self.data)
        return events[0].type if events else None

    @property
    def value(self) -> Any:
        """The event's data as JSON; None without data."""
        if is_framed(self.data):
            try:
                return next(framed_events(self.data), None)
            except MockapiError:
                return None
        events = sse.parse(self.data)
        value = jsontext.parse(events[0].data.encode()) if events else None
        return None if isinstance(value, jsontext.NotJSON) else value


def is_stream(reply: Reply) -> bool:
    """Whether a reply is an event stream that can be read: one that is not compressed."""
    kind = reply.header("content-type") or ""
    return "event-stream" in kind and _is_readable(reply)


def is_binary_stream(reply: Reply) -> bool:
    """Whether a reply is a stream of AWS's frames that can be read."""
    return reply.header("content-type") == eventstream.CONTENT_TYPE and _is_readable(reply)


def _is_readable(reply: Reply) -> bool:
    return reply.header("content-encoding") is None


def frames_of(reply: Reply, fault: str, *, binary: bool = False) -> list[SSEFrame]:
    """The frames of a reply.

    Args:
        reply: whose.
        fault: names the fault that asked.
        binary: whether AWS's binary frames will do too: nothing looks into them, or writes others.

    Raises:
        FaultDoesNotFit: the reply is not a stream, or is compressed.
    """
    if binary and is_binary_stream(reply):
        ends = eventstream.read(reply.body).ends
        return [SSEFrame(delay, data) for delay, data in recut(reply.chunks, ends)]
    if not is_stream(reply):
        what = reply.header("content-type") or "an empty body"
        encoded = reply.header("content-encoding")
        came = f"{what}, encoded as {encoded}" if encoded else what
        raise FaultDoesNotFit(f"{fault} needs an event stream, and this reply is {came}.")
    return [SSEFrame(delay, data) for delay, data in recut(reply.chunks, _ends(reply.body))]


def _ends(body: bytes) -> list[int]:
    return [match.end() for match in _END.finditer(body)]


def recut(chunks: Iterable[Chunk], ends: Iterable[int]) -> list[Chunk]:
    """The same bytes in pieces that end at these offsets (ascending) and at the end of the body.

    A piece is due at the moment at which its last byte was.
    """
    chunks = tuple(chunks)
    body = b"".join(chunk.data for chunk in chunks)
    pieces: list[Chunk] = []
    begin, now, due, reach, source = 0, 0.0, 0.0, 0, iter(chunks)
    for end in [*ends, len(body)]:
        if end <= begin or end > len(body):
            continue
        while reach < end:
            chunk = next(source)
            due += chunk.delay
            reach += len(chunk.data)
        pieces.append(Chunk(due - now, body[begin:end]))
        begin, now = end, due
    return pieces


def with_chunks(reply: Reply, chunks: Iterable[tuple[float, bytes]], ending: Ending | None = None) -> Reply:
    """The reply with another body; a content-length stays true unless the ending breaks its promise."""
    pieces = tuple(Chunk(delay, data) for delay, data in chunks)
    ending = reply.ending if ending is None else ending
    headers = reply.headers
    if ending is Ending.CLEAN:
        headers = with_length(headers, sum(len(piece.data) for piece in pieces))
    return replace(reply, headers=headers, chunks=pieces, ending=ending)


def with_length(headers: Headers, length: int) -> Headers:
    """The fields with their content-length, if they have one, set to this."""
    return tuple(
        (name, str(length).encode() if name == b"content-length" else value) for name, value in headers
    )


def without_fields(headers: Headers, *names: bytes) -> Headers:
    """The fields but for those of these names."""
    return tuple(field for field in headers if field[0] not in names)


def place_of(number: int, count: int, fault: str, what: str = "event") -> int:
    """A place among `count`; negative numbers count from the end, -1 is the last.

    Raises:
        FaultDoesNotFit: there are not that many.
    """
    place = number + count if number < 0 else number
    if not 0 <= place < count:
        raise FaultDoesNotFit(f"{fault} asks for {what} {number}, and this reply has {count}.")
    return place
