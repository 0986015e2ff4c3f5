"""What a stream of frames is made of, as values, and the layout of a frame on the wire.

    field            bytes   what it says
    --------------   -----   -------------------------------------------------
    total length     4       of the frame, these four bytes included
    headers length   4       of the headers alone
    prelude CRC      4       CRC-32 of the eight bytes before it
    headers          n       one after the other: length of the name (1), name,
                             kind of the value (1), value
    payload          m       what total length leaves
    message CRC      4       CRC-32 of all bytes before it

Numbers are big-endian. Both checksums are the CRC-32 of zlib.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from uuid import UUID

CONTENT_TYPE: Final = "application/vnd.amazon.eventstream"
"""The media type of a body of frames."""

MAX_HEADERS_BYTES: Final = 128 * 1024
"""Headers of one message; AWS's own readers refuse more."""

MAX_PAYLOAD_BYTES: Final = 24 * 1024 * 1024
"""Payload of one message; AWS's own readers refuse more."""

PRELUDE_BYTES: Final = 12
CHECKSUM_BYTES: Final = 4
FRAME_BYTES: Final = PRELUDE_BYTES + CHECKSUM_BYTES
"""Bytes of a frame without headers and payload."""

MAX_NAME_BYTES: Final = 255
MAX_VALUE_BYTES: Final = 0xFFFF
"""What the length of a name, and of a text or bytes in a header, can say."""

Value: TypeAlias = "bool | int | bytes | str | UUID"


class Kind(enum.IntEnum):
    """The kinds of a header's value, by their number on the wire."""

    TRUE = 0
    FALSE = 1
    INT8 = 2
    INT16 = 3
    INT32 = 4
    INT64 = 5
    BYTES = 6
    TEXT = 7
    TIMESTAMP = 8
    """Milliseconds since 1970, as an int: every number of 64 bits has a meaning, not every one a date."""
    UUID = 9


INTEGERS: Final = {
    Kind.INT8: 1,
    Kind.INT16: 2,
    Kind.INT32: 4,
    Kind.INT64: 8,
    Kind.TIMESTAMP: 8,
}
"""Bytes of the kinds that are signed numbers."""


class Header(NamedTuple):
    """One header of a message.

    Attributes:
        name: 1 to 255 bytes of UTF-8; names that begin with a colon are the protocol's.
        kind: how the value stands on the wire.
        value: a bool for TRUE and FALSE, an int for numbers and times, else bytes, str or UUID.
    """

    name: str
    kind: Kind
    value: Value


class Message(NamedTuple):
    """One message: what a frame carries.

    Attributes:
        headers: in the order of the wire; a name stands once.
        payload: the bytes.
    """

    headers: tuple[Header, ...]
    payload: bytes

    @classmethod
    def of(cls, fields: dict[str, str], payload: bytes = b"") -> Message:
        """A message whose headers are all texts."""
        return cls(tuple(Header(name, Kind.TEXT, value) for name, value in fields.items()), payload)

    def header(self, name: str) -> Value | None:
        """The value of a header, or None."""
        return next((header.value for header in self.headers if header.name == name), None)
