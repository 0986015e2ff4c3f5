"""Signatures of thinking, and the data of redacted thinking: made, and recognized when handed back.

A signature looks like the API's: base64 of nested length-prefixed fields, 250 to 700 characters.
Inside are a nonce, twice, each time with a mark that only this module makes, and a checksum of all
the rest. One mark is enough to know a signature as mockapi's own; then its checksum must be right. So
a change of any character shows, and no memory of what was handed out is needed. As with the API, the
signature alone is checked, not the text that it came with.

A signature of the real API (a conversation that began there) cannot be verified.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from hashlib import blake2b
from typing import Final

NONCE_BYTES: Final = 16
"""Bytes of the nonce that a signature is made from."""

_MARK: Final = 16
_CHECKSUM: Final = 32
_HEAD: Final = bytes.fromhex("0a46080818022a40")  # a field of 70 bytes, whose last 64 are ours
_MARKING: Final = blake2b(digest_size=_MARK, person=b"mockapi mark")
_SEALING: Final = blake2b(digest_size=_CHECKSUM, person=b"mockapi seal")
"""Hashes that are copied, never changed: to set one up takes longer than to use it."""
_CHECKSUM_AT: Final = NONCE_BYTES + _MARK


def make_signature(nonce: bytes, filling: bytes) -> str:
    """A new signature.

    Args:
        nonce: `NONCE_BYTES` bytes; the same ones and the same filling make the same signature.
        filling: what gives it its length, about 80 to 380 bytes.
    """
    marked = nonce + _mark(nonce)
    tail = b"\x12" + _varint(len(filling) + len(marked)) + filling + marked
    checksum = _checksum(marked + tail)
    inner = _HEAD + marked + checksum + tail
    return base64.b64encode(b"\x12" + _varint(len(inner)) + inner).decode()


def content_nonce(content: str) -> bytes:
    """The nonce of a signature that covers a text, as those of summaries do."""
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=NONCE_BYTES).digest()


def signs_other_content(text: str, content: str) -> bool:
    """Whether mockapi made this signature for another text than `content`."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    marked = raw[-_CHECKSUM_AT:]
    return _is_marked(marked) and marked[:NONCE_BYTES] != content_nonce(content)


def is_tampered_signature(text: str) -> bool:
    """Whether mockapi made this signature and it was altered since.

    What another maker signed, or no one did, cannot be judged here.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    start = raw.find(_HEAD)
    head = raw[start + len(_HEAD) :][:_CHECKSUM_AT] if start >= 0 else b""
    if not (_is_marked(head) or _is_marked(raw[-_CHECKSUM_AT:])):
        return False
    inner = _unwrapped(raw)
    if inner is None or not inner.startswith(_HEAD) or len(raw) != 1 + len(_varint(len(inner))) + len(inner):
        return True
    body = inner[len(_HEAD) :]
    checksum = body[_CHECKSUM_AT : _CHECKSUM_AT + _CHECKSUM]
    return checksum != _checksum(body[:_CHECKSUM_AT] + body[_CHECKSUM_AT + _CHECKSUM :])


def _unwrapped(raw: bytes) -> bytes | None:
    """The content of the first field, number 2; None if the whole is not a sequence of fields."""
    first, at = None, 0
    while at < len(raw):
        tag, at = _read_varint(raw, at)
        value, at = _read_varint(raw, at)
        if tag & 7 == 2:
            if first is None and tag == 0x12:
                first = raw[at : at + value]
            at += value
        elif tag & 7 != 0 or first is None:
            return None
        if first is None or at > len(raw):
            return None
    return first or None


def _read_varint(raw: bytes, at: int) -> tuple[int, int]:
    """A number of 7-bit groups, the lowest first, and where it ends: beyond the end if it is cut."""
    number = shift = 0
    while at < len(raw) and shift < 35:
        number |= (raw[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not raw[at - 1] & 0x80:
            return number, at
    return 0, len(raw) + 1


def _is_marked(data: bytes) -> bool:
    return len(data) == _CHECKSUM_AT and data[NONCE_BYTES:] == _mark(data[:NONCE_BYTES])


def _mark(nonce: bytes) -> bytes:
    hashed = _MARKING.copy()
    hashed.update(nonce)
    return hashed.digest()


def _checksum(data: bytes) -> bytes:
    hashed = _SEALING.copy()
    hashed.update(data)
    return hashed.digest()


@lru_cache(maxsize=1024)  # there are hardly more lengths than that
def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
