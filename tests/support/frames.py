"""Frames written by hand, for what no encoder would write: each length and checksum can be wrong."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from zlib import crc32

from mockapi import jsontext, sse
from mockapi.eventstream import Message, encode, parse

SAMPLES = {
    "empty": Message((), b""),
    "event": Message.of(
        {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"},
        b'{"bytes":"e30=","p":"abc"}',
    ),
    "exception": Message.of(
        {":exception-type": "throttlingException", ":message-type": "exception"},
        b'{"message":"Too many requests, please wait before trying again."}',
    ),
}
"""Messages as Bedrock sends them, and the smallest one."""

BODY = encode(*SAMPLES.values())


EVENT = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}


def as_frames(stream: bytes) -> bytes:
    """An event stream of text as Bedrock would send it: each event in a frame, the padding of one length."""
    texts = (event.data.encode("utf-8", "surrogateescape") for event in sse.parse(stream))
    return b"".join(
        encode(Message.of(EVENT, b'{"bytes":"' + b64encode(text) + b'","p":"abcdefgh"}')) for text in texts
    )


def texts_of(body: bytes) -> list[str]:
    """The text of each event of a body of frames."""
    return [b64decode(jsontext.parse(message.payload)["bytes"]).decode() for message in parse(body)]


def header(name: bytes, kind: int, value: bytes) -> bytes:
    """One header as it stands on the wire; `value` with its length, where its kind has one."""
    return bytes((len(name),)) + name + bytes((kind,)) + value


def text(value: bytes) -> bytes:
    """A value with its length before it."""
    return struct.pack("!H", len(value)) + value


def frame(headers: bytes = b"", payload: bytes = b"", *, headers_length: int | None = None) -> bytes:
    """A frame whose checksums are right, whatever its headers are."""
    size = len(headers) if headers_length is None else headers_length
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), size)
    covered = prelude + struct.pack("!I", crc32(prelude)) + headers + payload
    return covered + struct.pack("!I", crc32(covered))


def flips(data: bytes) -> list[bytes]:
    """The data with each bit flipped, one at a time."""
    return [
        data[:at] + bytes((data[at] ^ (1 << bit),)) + data[at + 1 :]
        for at in range(len(data))
        for bit in range(8)
    ]
