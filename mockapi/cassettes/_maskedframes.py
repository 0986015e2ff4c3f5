"""Masking a stream in AWS's binary frames: inside the base64 of each payload, to the same length.

What a client reads is the events, so they are masked as those of an event stream of text are: together,
because a secret may go on from one delta to the next. The base64 of an event that was masked is written
anew in its place, and the checksum of its frame with it; every other byte stays. What stands in frames
that are cut or broken is looked at as far as it can be read, and their checksums stay as they came.
"""

from __future__ import annotations

import binascii
import functools
import re
import struct
from base64 import b64decode, b64encode
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from mockapi import eventstream
from mockapi.cassettes._redaction_rules import RedactionError
from mockapi.messages import is_framed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockapi.cassettes._masking import Masking

_BYTES = re.compile(rb'"bytes"\s*:\s*(?:"(?P<base64>[A-Za-z0-9+/]*={0,2})(?P<closed>")?)?')
_RUN = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
_LINE_ENDS = re.compile(r"[\r\n]")
_PRELUDE = 12
_CHECKSUM = 4


class _Span(NamedTuple):
    """The base64 of an event in its place, and the text that it says."""

    start: int
    end: int
    text: str


def is_frames(body: bytes, content_type: str) -> bool:
    """Whether a body is a stream of AWS's frames, by its type or by its beginning."""
    return eventstream.CONTENT_TYPE in content_type or is_framed(body)


def mask_frames(
    body: bytes, masking: Masking, mask_events: Callable[[str], str], mask_json: Callable[[str], str]
) -> bytes:
    """A body of frames with its secrets masked; as long as before.

    Args:
        body: the frames, of which the last may be cut, or any broken.
        masking: how.
        mask_events: masks an event stream of text, to the same length.
        mask_json: masks a JSON text, to the same length.

    Raises:
        RedactionError: a frame holds an event in a form that cannot be written back.
    """
    ends = eventstream.read(body).ends
    spans = [_span(match, match.start() < (ends or [0])[-1]) for match in _BYTES.finditer(body)]
    written = bytearray(body)
    for span, text in zip(spans, _masked_events([span.text for span in spans], mask_events), strict=True):
        if text != span.text:
            _write(written, span.start, _as_base64(text, span.end - span.start))
    starts = [span.start for span in spans]
    mask_headers = functools.cache(masking.text)  # nearly all frames have the same ones
    for begin, end in pairwise([0, *ends]):
        payload = begin + _PRELUDE + int(struct.unpack_from("!I", body, begin + 4)[0])
        _mask_text(written, begin + _PRELUDE, payload, mask_headers)
        if bisect_left(starts, begin) == bisect_left(starts, end):  # it carries no event
            _mask_text(written, payload, end - _CHECKSUM, mask_json)
    _mask_rest(written, ends[-1] if ends else 0, spans, masking)
    return body if written == body else _resealed(bytes(written), ends)


def _span(match: re.Match[bytes], is_whole: bool) -> _Span:  # noqa: FBT001 - says of which frame
    """An event's span; of a frame that is cut or broken as many letters as make whole bytes."""
    letters = match["base64"] or b""
    if match["closed"] is None and is_whole:
        raise RedactionError("a frame holds `bytes` that are not plain base64: nobody can look into them")
    one_too_many = len(letters.rstrip(b"=")) % 4 == 1
    if not is_whole and (match["closed"] is None or one_too_many):
        letters = letters[: len(letters) // 4 * 4]
    try:
        text = b64decode(letters + b"=" * (-len(letters) % 4))
    except binascii.Error as error:
        raise RedactionError(f"a frame holds `bytes` that are not base64: {error}") from error
    start = match.end() if match["base64"] is None else match.start("base64")
    return _Span(start, start + len(letters), text.decode("utf-8", "surrogateescape"))


def _masked_events(texts: list[str], mask_events: Callable[[str], str]) -> list[str]:
    """The texts of events, masked as one stream."""
    lines = [_LINE_ENDS.sub(" ", text) for text in texts]  # between the parts of JSON one is as the other
    stream = mask_events("".join(f"data: {line}\n\n" for line in lines))
    masked = [line.removeprefix("data: ") for line in stream.split("\n\n")[:-1]]
    return [text if new == line else new for text, line, new in zip(texts, lines, masked, strict=True)]


def _as_base64(text: str, size: int) -> bytes:
    return b64encode(text.encode("utf-8", "surrogateescape"))[:size]  # without the padding that was missing


def _mask_text(body: bytearray, start: int, end: int, mask: Callable[[str], str]) -> None:
    before = body[start:end].decode("utf-8", "surrogateescape")
    after = mask(before)
    if after != before:
        _write(body, start, after.encode("utf-8", "surrogateescape"))


def _mask_rest(body: bytearray, start: int, spans: list[_Span], masking: Masking) -> None:
    """Mask what no frame can be read from: its text, and what else may be base64 there."""
    inside = [span for span in spans if span.start >= start]
    places = [start, *(place for span in inside for place in (span.start, span.end)), len(body)]
    for begin, end in list(pairwise(places))[::2]:
        for run in _RUN.finditer(bytes(body[begin:end])):
            if any(masking.text(text) != text for text in _readings(run[0])):
                _write(body, begin + run.start(), b"A" * len(run[0]))
        _mask_text(body, begin, end, masking.text)


def _readings(run: bytes) -> Iterator[str]:
    """What letters of a broken frame may say, wherever their base64 began."""
    for shift in range(4):
        letters = run[shift:].rstrip(b"=")
        yield b64decode(letters[: len(letters) // 4 * 4]).decode("utf-8", "surrogateescape")


def _write(body: bytearray, start: int, new: bytes) -> None:
    body[start : start + len(new)] = new


def _resealed(body: bytes, ends: list[int]) -> bytes:
    frames = [eventstream.resealed(body[begin:end]) for begin, end in pairwise([0, *ends])]
    return b"".join(frames) + body[ends[-1] if ends else 0 :]
