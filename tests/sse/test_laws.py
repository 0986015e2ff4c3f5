"""The laws of the codec, on streams that nobody thought of."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mockapi.sse import Event, Parser, encode, parse

# Lines are built from what has a meaning in the format, so that most streams have events.
NAMES_AND_MARKS = [b"data", b"event", b"id", b"retry", b":", b": ", b" ", b"1", b"x"]
TRAPS = [
    b"\0",
    "é😀".encode(),
    b"\xff",
    b"\xe2\x82",
    b"\xef\xbb\xbf",
    "\u2028\u0085".encode(),
    b"\x0b\x0c\x1c",
]
pieces = st.sampled_from([*NAMES_AND_MARKS, *TRAPS])
lines = st.lists(pieces, max_size=5).map(b"".join) | st.sampled_from([b"", b"data: x", b"event: y", b"id: 1"])
newlines = st.sampled_from([b"\n", b"\r", b"\r\n"])
streams = st.lists(st.tuples(lines, newlines), max_size=14).map(
    lambda parts: b"".join(line + newline for line, newline in parts)
)
line_text = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)
events = st.builds(
    Event,
    type=line_text.filter(bool),
    data=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20),
    id=line_text.map(lambda text: text.replace("\0", "")),
)


@st.composite
def cut_streams(draw: st.DrawFn) -> list[bytes]:
    """A stream in pieces."""
    stream = draw(streams)
    cuts = draw(st.lists(st.integers(0, len(stream)), max_size=6))
    return [stream[a:b] for a, b in pairwise(sorted({0, len(stream), *cuts}))]


@given(cut_streams())
def test_any_split_gives_the_same_events(chunks: list[bytes]) -> None:
    """Where the transport cuts the bytes makes no difference to the events."""
    parser = Parser()
    assert [event for chunk in chunks for event in parser.feed(chunk)] == parse(b"".join(chunks))


@given(st.lists(lines, max_size=14), st.data())
def test_any_newline_style_gives_the_same_events(content: list[bytes], data: st.DataObject) -> None:
    """LF, CRLF, CR and any mix of them mean the same, as long as no CR meets a LF of the next line."""
    mixed = b""
    for line in content:
        newline = data.draw(newlines)
        if not line and newline == b"\n" and mixed.endswith(b"\r"):
            newline = b"\r\n"
        mixed += line + newline
    assert parse(mixed) == parse(b"".join(line + b"\n" for line in content))


@given(streams, st.data())
def test_a_prefix_gives_a_prefix(stream: bytes, data: st.DataObject) -> None:
    """A stream that is cut short gives the first of its events and no others."""
    cut = data.draw(st.integers(0, len(stream)))
    found = parse(stream[:cut])
    assert parse(stream)[: len(found)] == found


@given(cut_streams())
def test_an_event_is_delivered_by_the_chunk_that_ends_it(chunks: list[bytes]) -> None:
    """After each chunk exactly the events of the bytes so far have been delivered."""
    parser = Parser()
    seen: list[Event] = []
    so_far = b""
    for chunk in chunks:
        seen += parser.feed(chunk)
        so_far += chunk
        assert seen == parse(so_far)


@given(streams, st.binary(max_size=10).map(lambda text: re.sub(rb"[\r\n]", b"", text)), st.data())
def test_comments_change_nothing(stream: bytes, words: bytes, data: st.DataObject) -> None:
    """A comment after any line end leaves the events as they are."""
    ends = [match.end() for match in re.finditer(rb"\r\n|\n|\r", stream)]
    if ends:
        place = data.draw(st.sampled_from(ends))
        assert parse(stream[:place] + b":" + words + b"\n" + stream[place:]) == parse(stream)


@given(st.lists(events, max_size=4))
def test_encode_then_parse_is_the_identity(written: list[Event]) -> None:
    """Every sequence of events that the format can carry reads back as it was written."""
    assert parse(encode(*written)) == written


@given(st.binary(max_size=60))
def test_no_bytes_are_an_error(stream: bytes) -> None:
    """Any bytes are an event stream; events that can be written again are written and read the same."""
    found = parse(stream)
    if not any("\0" in event.id for event in found):
        assert parse(encode(*found)) == found
