"""What bytes say about themselves: formats, sizes, base64, seals."""

from __future__ import annotations

import base64
import struct

import pytest

from mockapi.validation._media import Image, Pdf, decode, is_sealed, look_at_image, look_at_pdf
from tests.support.each import each
from tests.support.refused._case import PNG, SIGNATURE
from tests.support.refused.content import png

_JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 30, 40) + b"\x01\x01\x11\x00"
_VP8 = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 50, 60)
_VP8L = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", (70 - 1) | (80 - 1) << 14)
_VP8X = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0" + b"\x09\0\0\x13\0\0"


@each(
    ("content", "image"),
    [
        (base64.b64decode(PNG), Image("image/png", 1, 1)),
        (base64.b64decode(png(300, 200)), Image("image/png", 300, 200)),
        (b"GIF89a" + struct.pack("<HH", 10, 20), Image("image/gif", 10, 20)),
        (_JPEG, Image("image/jpeg", 40, 30)),
        (_VP8, Image("image/webp", 50, 60)),
        (_VP8L, Image("image/webp", 70, 80)),
        (_VP8X, Image("image/webp", 10, 20)),
        (b"GIF89a", Image("image/gif")),
        (b"\xff\xd8\xff", Image("image/jpeg")),
        (b"\x89PNG\r\n\x1a\n", Image("image/png")),
        (b"RIFF\0\0\0\0WEBP", Image("image/webp")),
        (b"BM", Image(None, foreign=True)),
        (b"\0\0\1\0", Image(None, foreign=True)),
        (b"", Image(None)),
    ],
)
def test_images(content: bytes, image: Image) -> None:
    """The format and the size are read from the header; without a header there is no size."""
    assert look_at_image(content) == image


@pytest.mark.parametrize(
    ("content", "pdf"),
    [
        (b"%PDF-1.7\n", Pdf(valid=True)),
        (b"junk\n%PDF-1.7\n", Pdf(valid=True)),
        (b"junk" * 300 + b"%PDF-1.7\n", Pdf(valid=False)),
        (b"%PDF-1.7 <</Type/Pages/Count 3>> <</Count 12/Type/Pages>>", Pdf(valid=True, pages=12)),
        (b"%PDF-1.7 trailer <</Encrypt 1 0 R>>", Pdf(valid=True, encrypted=True)),
        (b"", Pdf(valid=False)),
    ],
)
def test_pdfs(content: bytes, pdf: Pdf) -> None:
    """Header, encryption and the size of the page tree are read."""
    assert look_at_pdf(content) == pdf


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("aGk=", b"hi"),
        ("aG\nk=\r\n", b"hi"),
        ("", b""),
        ("aGk", None),
        ("a-_=", None),
        ("aGk=aGk=", None),
        ("é", None),
    ],
)
def test_base64(text: str, content: bytes | None) -> None:
    """Line breaks are allowed, nothing else that is not base64."""
    assert decode(text) == content


@pytest.mark.parametrize(
    ("text", "sealed"),
    [(SIGNATURE, True), ("", False), ("c2ln", False), ("sig", False), ("EqQ=!", False), ("EgA-", False)],
)
def test_seals(text: str, sealed: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """What can be a signature is base64 of a message whose first field is the second."""
    assert is_sealed(text) is sealed
