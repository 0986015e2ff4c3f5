"""Content encodings: undone once, and only where they are still there."""

from __future__ import annotations

import gzip
import sys
import zlib
from types import ModuleType

import pytest

from mockapi.cassettes.importers import _coding
from mockapi.cassettes.importers._coding import decoded, decoded_sizes, inflated
from tests.support.each import each
from tests.support.foreign import ANSWER, STREAM, gzipped


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


CASES = {
    "none": (ANSWER, ""),
    "gzip": (gzipped(ANSWER), "gzip"),
    "gzip, decoded already": (ANSWER, "gzip"),
    "x-gzip": (gzipped(ANSWER), "x-gzip"),
    "two members": (gzipped(ANSWER[:50]) + gzipped(ANSWER[50:]), "gzip"),
    "padding behind": (gzipped(ANSWER) + b"\x00\x00", "gzip"),
    "deflate": (zlib.compress(ANSWER), "deflate"),
    "deflate without a frame": (_raw_deflate(ANSWER), "deflate"),
    "deflate, decoded already": (ANSWER, "deflate"),
    "twice": (gzipped(zlib.compress(ANSWER)), "deflate, gzip"),
    "identity": (ANSWER, "identity"),
    "unknown, decoded already": (ANSWER, "snappy"),
    "br, decoded already": (ANSWER, "br"),
    "zstd, decoded already": (ANSWER, "zstd"),
    "gzip, a character for each byte": (gzipped(ANSWER).decode("latin-1").encode(), "gzip"),
}


@each("name", CASES)
def test_an_encoding_is_undone(name: str) -> None:
    """Every coding gives the body; one that a recorder undid before is left alone."""
    body, encoding = CASES[name]
    assert decoded(body, encoding) == ANSWER


DAMAGED = {
    "truncated": (gzipped(ANSWER)[:-20], "gzip", "truncated"),
    "truncated in the head": (gzipped(ANSWER)[:5], "gzip", "truncated"),
    "damaged": (gzipped(ANSWER)[:12] + b"\xff" * 30, "gzip", "damaged"),
    "checksum": (gzipped(ANSWER)[:-8] + b"\x00" * 8, "gzip", "damaged"),
    "deflate": (b"\xff\xfe\xfd", "deflate", "damaged"),
    "deflate cut": (_raw_deflate(ANSWER)[:-9], "deflate", "truncated"),
    "unknown": (b"\xff\x00", "snappy", "not known"),
    "gzip as text": (gzipped(ANSWER).decode(errors="replace").encode(), "gzip", "replaced"),
    "deflate as text": (zlib.compress(ANSWER).decode(errors="replace").encode(), "deflate", "replaced"),
    "characters outside of Latin-1": ("\x1f\x8b\u20ac".encode(), "gzip", "damaged"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_body_is_told(name: str) -> None:
    """What cannot be decoded is an error that says what is wrong, never a shorter body."""
    body, encoding, words = DAMAGED[name]
    with pytest.raises(ValueError, match=words):
        decoded(body, encoding)


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that grows beyond the limit is given up at the limit, over all members."""
    monkeypatch.setattr(_coding, "MAX_DECODED", 10_000)
    assert len(inflated(gzip.compress(b"x" * 10_000))) == 10_000
    with pytest.raises(ValueError, match="more than 10,000 bytes"):
        inflated(gzip.compress(b"x" * 10_001))
    with pytest.raises(ValueError, match="more than"):
        inflated(gzip.compress(b"x" * 6_000) * 2)


def test_layers_without_end_are_refused() -> None:
    """Eight are undone; who names more wants to keep the importer busy."""
    body = ANSWER
    for _ in range(8):
        body = gzipped(body)
    assert decoded(body, ", ".join(["gzip"] * 8)) == ANSWER
    with pytest.raises(ValueError, match="the body has 9 content-encodings; at most 8 are undone"):
        decoded(gzipped(body), ", ".join(["gzip"] * 9))


class _Shift:
    """A stand-in for a decoder of brotli: each byte was shifted by one, and 0xff ends the data."""

    ended = False

    def process(self, data: bytes) -> bytes:
        """A step."""
        if b"\x00" in data:
            raise RuntimeError("no shifted byte")
        self.ended = data.endswith(b"\xff")
        return bytes(byte - 1 for byte in data.removesuffix(b"\xff"))

    def is_finished(self) -> bool:
        """Whether the end was seen."""
        return self.ended


def test_brotli_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A coding that needs a module says which; with it, the body is decoded, or told as damaged."""
    for name in ("brotli", "brotlicffi"):
        monkeypatch.setitem(sys.modules, name, None)
    shifted = bytes(byte + 1 for byte in ANSWER) * 9 + b"\xff"
    with pytest.raises(ValueError, match="pip install brotli"):
        decoded(shifted, "br")
    module = ModuleType("brotlicffi")
    monkeypatch.setattr(module, "Decompressor", _Shift, raising=False)
    monkeypatch.setitem(sys.modules, "brotlicffi", module)
    assert decoded(shifted, "br") == ANSWER * 9
    for body, words in ((shifted[:-1] + b"\x81", "truncated"), (b"\x00" + shifted, "damaged")):
        with pytest.raises(ValueError, match=f"br data is {words}"):
            decoded(body, "br")
    monkeypatch.setattr(_coding, "MAX_DECODED", 1000)
    with pytest.raises(ValueError, match="more than 1,000 bytes"):
        decoded(shifted, "br")


def test_decoded_sizes_follow_the_flushes_of_a_stream() -> None:
    """Chunks of gzip data, flushed event by event, count as much as each event holds."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    events = [event + b"\n\n" for event in STREAM.split(b"\n\n") if event]
    chunks = [packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH) for event in events]
    chunks.append(packer.flush())
    assert decoded_sizes(chunks) == [*map(len, events), 0]
