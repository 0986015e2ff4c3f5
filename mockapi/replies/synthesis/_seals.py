"""Signatures of thinking, and the data of redacted thinking: made, and recognized when handed back.

A seal looks like the API's: base64 of nested length-prefixed fields, 250 to 700 characters. Inside
are a nonce, twice, each time with a mark that only this module makes, and a checksum of all the
rest. One mark is enough to know a seal as mockapi's own; then its checksum must be right. So a
change of any character shows, and no memory of what was handed out is needed. As with the API, the
seal alone is checked, not the text that it came with.

A seal of somebody else (a conversation that began with the real API) cannot be judged; it passes if
it has the outer form of one.
"""

from __future__ import annotations

import base64
import binascii
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mockapi.replies.synthesis._dice import Dice
    from mockapi.replies.synthesis._view import View

_NONCE: Final = 16
_MARK: Final = 16
_CHECKSUM: Final = 32
_HEAD: Final = bytes.fromhex("0a46080818022a40")  # a field of 70 bytes, whose last 64 are ours
_CHECKSUM_AT: Final = _NONCE + _MARK
_SEALED: Final = {"thinking": "signature", "redacted_thinking": "data"}


def seal(dice: Dice) -> str:
    """A new seal; the same dice make the same one."""
    nonce = dice.take(_NONCE)
    marked = nonce + _mark(nonce)
    filling = dice.take(dice.between(80, 380))
    tail = b"\x12" + _varint(len(filling) + len(marked)) + filling + marked
    checksum = _checksum(marked + tail)
    inner = _HEAD + marked + checksum + tail
    return base64.b64encode(b"\x12" + _varint(len(inner)) + inner).decode()


def is_intact(text: str) -> bool:
    """Whether a seal is mockapi's and unaltered, or somebody else's of the right form."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    inner = _unwrapped(raw)
    start = raw.find(_HEAD)
    head = raw[start + len(_HEAD) :][:_CHECKSUM_AT] if start >= 0 else b""
    ours = _is_marked(head) or _is_marked(raw[-_CHECKSUM_AT:])
    if not ours:
        return inner is not None
    if inner is None or not inner.startswith(_HEAD) or len(raw) != 1 + len(_varint(len(inner))) + len(inner):
        return False
    body = inner[len(_HEAD) :]
    checksum = body[_CHECKSUM_AT : _CHECKSUM_AT + _CHECKSUM]
    return checksum == _checksum(body[:_CHECKSUM_AT] + body[_CHECKSUM_AT + _CHECKSUM :])


def altered_seal(view: View) -> str | None:
    """The API's message about the first seal of a request that was tampered with; None if none was."""
    for number, turn in enumerate(view.turns):
        if turn.role != "assistant":
            continue
        for place, block in enumerate(turn.blocks):
            kind = str(block.get("type"))
            member = _SEALED.get(kind)
            if member is None:
                continue
            value = block.get(member)
            if not isinstance(value, str) or not is_intact(value):
                return f"messages.{number}.content.{place}: Invalid `{member}` in `{kind}` block"
    return None


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
    return len(data) == _CHECKSUM_AT and data[_NONCE:] == _mark(data[:_NONCE])


def _mark(nonce: bytes) -> bytes:
    return blake2b(nonce, digest_size=_MARK, person=b"mockapi mark").digest()


def _checksum(data: bytes) -> bytes:
    return blake2b(data, digest_size=_CHECKSUM, person=b"mockapi seal").digest()


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
