"""Other spellings of a stream: the bytes differ, the message does not."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import brotli  # type: ignore[import-untyped] # its maker ships no types
import pytest
import zstandard

from mockapi import sse
from mockapi.errors import FaultDoesNotFit, UsageError
from mockapi.messages import accumulate, decode_events
from mockapi.replies import faults
from tests.support.faulty import BODY, FRAMES, MESSAGE, json_reply, stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.exchange import Reply

HARMLESS = {
    "crlf": faults.newlines("crlf"),
    "cr": faults.newlines("cr"),
    "mixed": faults.newlines("mixed"),
    "comments": faults.comments("still here", count=3),
    "an empty comment": faults.comments(""),
    "pings": faults.pings(2),
    "bom": faults.bom(),
    "fields": faults.extra_fields(),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_the_message_is_the_same(name: str) -> None:
    """Every correct reader sees the same message in other bytes."""
    body = HARMLESS[name](stream()).body
    assert body != BODY
    assert accumulate(decode_events(body)) == MESSAGE


def test_newlines_are_all_of_the_style() -> None:
    """No LF alone in CRLF, none at all in CR; a mix has all three."""
    assert faults.newlines("crlf")(stream()).body == BODY.replace(b"\n", b"\r\n")
    assert faults.newlines("cr")(stream()).body == BODY.replace(b"\n", b"\r")
    assert faults.newlines("lf")(faults.newlines("crlf")(stream())).body == BODY
    mixed = faults.newlines("mixed")(stream()).body
    assert mixed.count(b"\r\n") > 3
    assert mixed.replace(b"\r\n", b"").count(b"\r") > 3


def test_two_byte_order_marks_spoil_the_first_line() -> None:
    """The standard ignores one."""
    assert sse.parse(faults.bom(2)(stream()).body)[0].type == "message"


def test_delays_stay_with_their_events() -> None:
    """Other bytes come at the same moments."""
    reply = faults.comments()(stream(0.5, 0.25))
    assert [chunk.delay for chunk in reply.chunks][:3] == [0.5, 0.25, 0.0]


def _unzipped(bits: int) -> Callable[[], Callable[[bytes], bytes]]:
    return lambda: zlib.decompressobj(bits).decompress


DECODERS: dict[str, Callable[[], Any]] = {
    "gzip": _unzipped(31),
    "deflate": _unzipped(15),
    "br": lambda: brotli.Decompressor().process,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj().decompress,
}


@pytest.mark.parametrize("coding", DECODERS)
def test_a_compressed_stream_is_flushed_after_every_event(coding: str) -> None:
    """A client that decodes what it has got sees every event at once."""
    reply = faults.compressed(coding)(stream())  # type: ignore[arg-type] # the choices, in a loop
    decode = DECODERS[coding]()
    assert reply.header("content-encoding") == coding
    assert [decode(chunk.data) for chunk in reply.chunks] == FRAMES


def test_json_is_compressed_whole() -> None:
    """Its content-length is that of the compressed bytes."""
    reply = faults.compressed()(json_reply())
    assert zlib.decompress(reply.body, 31) == json_reply().body
    assert reply.header("content-length") == str(len(reply.body))
    with pytest.raises(FaultDoesNotFit, match="compressed already"):
        faults.compressed()(reply)


def test_a_missing_package_is_told_when_the_fault_is_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which to install."""
    monkeypatch.setitem(__import__("sys").modules, "brotli", None)
    with pytest.raises(UsageError, match=r"messages-mockapi\[encodings\]"):
        faults.compressed("br")


def test_a_comment_is_one_line() -> None:
    """A line end would make it something else."""
    with pytest.raises(UsageError, match="one line"):
        faults.comments("a\nb")


def test_an_empty_stream_has_no_place_for_a_mark(empty: Reply) -> None:
    """Said as a misfit."""
    with pytest.raises(FaultDoesNotFit, match="needs a stream with an event"):
        faults.bom()(empty)


@pytest.fixture
def empty() -> Reply:
    """A stream of nothing."""
    return faults.empty_body()(stream())
