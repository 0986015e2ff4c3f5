"""Content encodings, undone: once, within a limit, and told apart from a body that is decoded already.

Recorders keep the header and may or may not keep the encoding: Ruby's and R's decode and leave
`content-encoding: gzip` standing, VCR.py keeps the wire's bytes. The body itself tells: gzip and
zstd begin with magic bytes. Brotli and raw deflate have none, so a body that is UTF-8 text is
taken as decoded. A recorder that took encoded bytes for text either wrote each as a character of
its own, which is undone here, or put U+FFFD in place of invalid UTF-8: those bytes are lost.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any, Final

from mockapi import inflate

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_DECODED: Final = 256 * 1024 * 1024
"""A body that grows larger is refused: no reply of the API is, and a bomb would be."""

_GZIP = b"\x1f\x8b"
_GZIP_AS_TEXT = "\x1f\x8b".encode()
_REPLACED = "\ufffd".encode()
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_STEP = 64  # bytes; of brotli they can be tens of megabytes
_MOST_LAYERS = 8
_ZSTD = b"\x28\xb5\x2f\xfd"


def decoded(body: bytes, encoding: str) -> bytes:
    """A body without its content encoding.

    Args:
        body: as recorded, encoded or decoded already.
        encoding: the value of `content-encoding`, empty without one.

    Raises:
        ValueError: truncated, damaged, too large, or of a coding that is not known here.
    """
    layers = [part.strip().lower() for part in encoding.split(",")]
    if len(layers) > _MOST_LAYERS:
        raise ValueError(f"the body has {len(layers):,} content-encodings; at most {_MOST_LAYERS} are undone")
    for coding in reversed(layers):
        if coding in {"", "identity", "aws-chunked"}:
            continue
        if _REPLACED in body and _BINARY.search(body) and _is_text(body):
            raise ValueError(f"the {coding} data was written as text, which replaced some of its bytes")
        if coding in {"gzip", "x-gzip"}:
            if body.startswith(_GZIP_AS_TEXT):
                body = _from_characters(body)
            body = inflated(body) if body.startswith(_GZIP) else body
        elif coding == "deflate":
            body = body if _is_text(body) else inflated(body, coding="deflate")
        elif coding == "br":
            body = body if _is_text(body) else _by_module("br", body)
        elif coding == "zstd":
            body = _by_module("zstd", body) if body.startswith(_ZSTD) else body
        elif not _is_text(body):
            raise ValueError(f"the content-encoding {coding} is not known here")
    return body


def inflated(data: bytes, *, coding: str = "gzip") -> bytes:
    """All members of gzip data, or zlib data, decoded; of the coding `deflate`, raw data as well.

    Raises:
        ValueError: truncated, damaged or too large.
    """
    try:
        return inflate.inflated(data, MAX_DECODED, raw_too=coding == "deflate", members=True)
    except inflate.InflateError as error:
        raise ValueError(f"{coding} data {error}") from error


def decoded_sizes(chunks: list[bytes]) -> list[int]:
    """How many decoded bytes each chunk of gzip data gave, as a client on the wire would see it.

    For data that `inflated` accepts; what comes behind the last member counts nothing.
    """
    inflater = inflate.Inflater()
    return [len(inflater.feed(chunk)) for chunk in chunks]


def _by_module(coding: str, body: bytes) -> bytes:
    """A body in a coding that the standard library (before 3.14) does not know."""
    for name, make, step, finished in _MODULES[coding]:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        decoder = make(module)
        pieces: list[bytes] = []
        size = 0
        # In small pieces, because these decoders have no limit of their own.
        for at in range(0, len(body), _STEP):
            try:
                pieces.append(step(decoder, body[at : at + _STEP]))
            except Exception as error:
                raise ValueError(f"{coding} data is damaged ({error})") from error
            size += len(pieces[-1])
            if size > MAX_DECODED:
                raise ValueError(f"{coding} data decodes to more than {MAX_DECODED:,} bytes")
        if not finished(decoder):
            raise ValueError(f"{coding} data is truncated: it ends after {size:,} decoded bytes")
        return b"".join(pieces)
    wanted = _MODULES[coding][0][0]
    raise ValueError(f"the body is compressed with {coding}: `pip install {wanted}`, then import again")


_MODULES: Final[Mapping[str, tuple[tuple[str, Any, Any, Any], ...]]] = {
    "br": (
        ("brotli", lambda m: m.Decompressor(), lambda d, data: d.process(data), lambda d: d.is_finished()),
        (
            "brotlicffi",
            lambda m: m.Decompressor(),
            lambda d, data: d.process(data),
            lambda d: d.is_finished(),
        ),
    ),
    "zstd": (
        (
            "zstandard",
            lambda m: m.ZstdDecompressor().decompressobj(),
            lambda d, data: d.decompress(data),
            lambda d: d.eof,
        ),
        (
            "compression.zstd",
            lambda m: m.ZstdDecompressor(),
            lambda d, data: d.decompress(data),
            lambda d: d.eof,
        ),
    ),
}
"""Modules by coding: name, a decoder, a step of it, and whether it saw the end."""


def _from_characters(body: bytes) -> bytes:
    """The bytes whose numbers a text's characters are; gzip's checksum then proves it."""
    try:
        return body.decode().encode("latin-1")
    except UnicodeError:
        raise ValueError("gzip data is damaged (it was written as text)") from None


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
