"""Messages to bytes: the inverse of the decoder.

Laws: `parse(encode(*messages)) == list(messages)`, and `encode(*parse(body)) == body` for every body
that can be read: a message has one form on the wire. What the format cannot carry is refused instead
of changed.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING
from uuid import UUID
from zlib import crc32

from mockapi.eventstream._message import (
    CHECKSUM_BYTES,
    FRAME_BYTES,
    INTEGERS,
    MAX_HEADERS_BYTES,
    MAX_NAME_BYTES,
    MAX_PAYLOAD_BYTES,
    MAX_VALUE_BYTES,
    Kind,
)

if TYPE_CHECKING:
    from mockapi.eventstream._message import Header, Message


def encode(*messages: Message) -> bytes:
    """The frames of messages, one behind the other.

    Raises:
        ValueError: a message holds what the format cannot carry; the text says which and why.
    """
    return b"".join(map(_frame, messages))


def resealed(frame: bytes) -> bytes:
    """A frame whose headers or payload were changed, at the same length, with the checksum of the message."""
    covered = frame[:-CHECKSUM_BYTES]
    return covered + struct.pack("!I", crc32(covered))


def _frame(message: Message) -> bytes:
    names = [header.name for header in message.headers]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"A message cannot have two headers named {twice!r}.")
    headers = b"".join(map(_header, message.headers))
    if len(headers) > MAX_HEADERS_BYTES:
        raise ValueError(f"Headers of {len(headers):,} bytes are more than {MAX_HEADERS_BYTES:,}.")
    if len(message.payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"A payload of {len(message.payload):,} bytes is more than {MAX_PAYLOAD_BYTES:,}.")
    lengths = struct.pack("!II", FRAME_BYTES + len(headers) + len(message.payload), len(headers))
    covered = b"".join((lengths, struct.pack("!I", crc32(lengths)), headers, message.payload))
    return covered + struct.pack("!I", crc32(covered))


def _header(header: Header) -> bytes:
    try:
        name = header.name.encode()
    except UnicodeEncodeError:
        raise ValueError(f"A header's name is UTF-8, which has no lone surrogate: {header.name!r}.") from None
    if not 1 <= len(name) <= MAX_NAME_BYTES:
        raise ValueError(
            f"A header's name has 1 to {MAX_NAME_BYTES} bytes, this one {len(name)}: {name[:40]!r}."
        )
    return bytes((len(name),)) + name + bytes((header.kind,)) + _value(header)


def _value(header: Header) -> bytes:
    kind, value = header.kind, header.value
    match kind, value:
        case (Kind.TRUE, True) | (Kind.FALSE, False):
            return b""
        case (Kind.BYTES, bytes()):
            return _sized(header, value)
        case (Kind.TEXT, str()):
            try:
                return _sized(header, value.encode())
            except UnicodeEncodeError:
                raise ValueError(
                    f"The header {header.name!r} is UTF-8, which has no lone surrogate."
                ) from None
        case (Kind.UUID, UUID()):
            return value.bytes
        case (_, int()) if kind in INTEGERS and not isinstance(value, bool):
            size = INTEGERS[kind]
            try:
                return value.to_bytes(size, "big", signed=True)
            except OverflowError:
                raise ValueError(
                    f"The header {header.name!r} holds {value}, too large for {kind.name}."
                ) from None
        case _:
            raise ValueError(f"The header {header.name!r} says {kind.name}, and its value is {value!r:.60}.")


def _sized(header: Header, value: bytes) -> bytes:
    if len(value) > MAX_VALUE_BYTES:
        raise ValueError(
            f"The header {header.name!r} has {len(value):,} bytes, more than {MAX_VALUE_BYTES:,}, "
            "which is what its length can say."
        )
    return struct.pack("!H", len(value)) + value
