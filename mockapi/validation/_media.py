"""What an image or a PDF is, seen from its bytes: enough to say what the API would say.

Only headers are read: the magic number, the size in pixels, the end of a PDF. Formats: PNG
(W3C PNG 5.2, IHDR), GIF89a, JPEG (ITU T.81, the frame header), WebP (RFC 9649).
"""

from __future__ import annotations

import binascii
import itertools
import re
from dataclasses import dataclass
from typing import Final, NamedTuple

_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BLANK: Final = b"\r\n\t "

MAX_IMAGE_BYTES: Final = 5 * 1024 * 1024
"""The most base64 characters an image may have."""

MAX_PDF_PAGES: Final = 600

_FOREIGN: Final = (b"\0\0\1\0", b"BM", b"II*\0", b"MM\0*", b"8BPS", b"icns")
"""How ICO, BMP, TIFF (twice), PSD and ICNS begin."""
_PATCH: Final = 28

_PAGE_TREE: Final = re.compile(rb"/Type\s*/Pages\b")
_COUNT: Final = re.compile(rb"/Count\s+(\d{1,6})\b")
_DICTIONARY: Final = 200
_MOST_NODES: Final = 10_000
"""Nodes of a page tree that are looked at: a tree of so many has too many pages anyway."""


@dataclass(frozen=True, slots=True)
class Image:
    """What the bytes of an image say.

    Attributes:
        media_type: the format; None if it is not one of the four.
        width: in pixels, 0 if the header does not say.
        height: in pixels, 0 if the header does not say.
        foreign: it is an image of a format that the API does not take.
    """

    media_type: str | None
    width: int = 0
    height: int = 0
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Pdf:
    """What the bytes of a PDF say.

    Attributes:
        valid: it has a PDF's header.
        encrypted: it asks for a password.
        pages: as its page tree says, 0 if that is compressed.
    """

    valid: bool
    encrypted: bool = False
    pages: int = 0


def decode(data: str) -> bytes | None:
    """The bytes of base64 text, line breaks allowed; None if the base64 is invalid."""
    if not data.isascii():
        return None
    text = data.encode("ascii").translate(None, _BLANK)
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None


def is_sealed(data: str) -> bool:
    """Whether text can be a signature or encrypted data of the API: base64 of a protobuf message.

    Every one that was recorded starts with field 2 as a message that fills the rest or is
    followed by another field. What they say cannot be checked without the API's keys.
    """
    if len(data) % 4 or not data.isascii() or data.encode("ascii").rstrip(b"=").translate(None, _BASE64):
        return False
    head = binascii.a2b_base64(data[:8]) if data else b""
    return head[:1] == b"\x12"


def look_at_image(content: bytes) -> Image:
    """What these bytes are."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = _pair(content, 16, 4, "big") if content[12:16] == b"IHDR" else (0, 0)
        return Image("image/png", width, height)
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return Image("image/gif", *_pair(content, 6, 2, "little"))
    if content.startswith(b"\xff\xd8\xff"):
        return Image("image/jpeg", *_jpeg_size(content))
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Image("image/webp", *_webp_size(content))
    return Image(None, foreign=content.startswith(_FOREIGN))


class Resolution(NamedTuple):
    """The largest image that a model sees as it is: pixels of a side, and patches of 28 by 28 pixels."""

    side: int
    patches: int


STANDARD_RESOLUTION: Final = Resolution(1568, 1568)
HIGH_RESOLUTION: Final = Resolution(2576, 4784)


def fitting_size(width: int, height: int, limit: Resolution) -> tuple[int, int]:
    """The size to which an image is made smaller; its own size if it fits.

    The sides keep their proportion; the longer one is searched for by halving.
    """
    if _fits(width, height, limit):
        return width, height
    long, short = max(width, height), min(width, height)
    low, high = 1, long
    while low + 1 < high:
        middle = (low + high) // 2
        if _fits(middle, max(round(middle * short / long), 1), limit):
            low = middle
        else:
            high = middle
    other = max(round(low * short / long), 1)
    return (low, other) if width >= height else (other, low)


def _fits(width: int, height: int, limit: Resolution) -> bool:
    across, down = -(-width // _PATCH), -(-height // _PATCH)
    return max(across, down) * _PATCH <= limit.side and across * down <= limit.patches


def look_at_pdf(content: bytes) -> Pdf:
    """What these bytes are; a header may stand within the first 1,024 bytes, as readers allow."""
    if b"%PDF-" not in content[:1024]:
        return Pdf(valid=False)
    counts = [0]
    for node in itertools.islice(_PAGE_TREE.finditer(content), _MOST_NODES):
        before = content[max(0, node.start() - _DICTIONARY) : node.start()].rpartition(b">")[2]
        after = content[node.end() : node.end() + _DICTIONARY].partition(b">")[0]
        counts += [int(count) for part in (before, after) for count in _COUNT.findall(part)]
    return Pdf(valid=True, encrypted=b"/Encrypt" in content[-2048:], pages=max(counts))


def _pair(content: bytes, at: int, size: int, order: str) -> tuple[int, int]:
    first, second = content[at : at + size], content[at + size : at + 2 * size]
    if len(second) < size:
        return 0, 0
    big = order == "big"
    return int.from_bytes(first, "big" if big else "little"), int.from_bytes(
        second, "big" if big else "little"
    )


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header
            height, width = _pair(content, at + 5, 2, "big")
            return width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return 0, 0


def _webp_size(content: bytes) -> tuple[int, int]:
    kind = content[12:16]
    if kind == b"VP8 " and len(content) >= 30:
        width, height = _pair(content, 26, 2, "little")
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and len(content) >= 25:
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X" and len(content) >= 30:
        width, height = _pair(content, 24, 3, "little")
        return width + 1, height + 1
    return 0, 0
