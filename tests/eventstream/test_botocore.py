"""The codec beside botocore's, on messages and bytes that nobody thought of."""

from __future__ import annotations

import struct
from itertools import pairwise
from uuid import UUID

import pytest
from botocore.eventstream import EventStreamBuffer, ParserError
from hypothesis import given
from hypothesis import strategies as st

from mockapi.errors import FrameError
from mockapi.eventstream import Decoder, Header, Kind, Message, encode, parse
from tests.support.frames import frame, header, text

INTEGERS = {Kind.INT8: 8, Kind.INT16: 16, Kind.INT32: 32, Kind.INT64: 64, Kind.TIMESTAMP: 64}
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
values = st.one_of(
    st.sampled_from([(Kind.TRUE, True), (Kind.FALSE, False)]),
    st.tuples(st.just(Kind.BYTES), st.binary(max_size=20)),
    st.tuples(st.just(Kind.TEXT), st.text(st.characters(codec="utf-8"), max_size=20)),
    st.tuples(st.just(Kind.UUID), st.uuids()),
    *(
        st.tuples(st.just(kind), st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
        for kind, bits in INTEGERS.items()
    ),
)
headers = st.builds(lambda name, value: Header(name, *value), names, values)
messages = st.builds(
    Message,
    st.lists(headers, max_size=4, unique_by=lambda found: found.name).map(tuple),
    st.binary(max_size=30),
)
raw_headers = st.lists(
    st.one_of(
        st.builds(header, st.binary(min_size=1, max_size=3), st.integers(0, 11), st.binary(max_size=9)),
        st.builds(header, st.just(b"a"), st.sampled_from([6, 7]), st.binary(max_size=9).map(text)),
        st.binary(max_size=4),
    ),
    max_size=3,
).map(b"".join)
"""Headers as they might stand on the wire, some of them wrong."""


def read_by_botocore(*pieces: bytes) -> list[tuple[dict[str, object], bytes]]:
    """The messages that botocore finds in the pieces of a stream."""
    buffer = EventStreamBuffer()
    found = []
    for piece in pieces:
        buffer.add_data(piece)
        found += [(dict(message.headers), message.payload) for message in buffer]
    return found


def as_botocore(message: Message) -> tuple[dict[str, object], bytes]:
    """A message as botocore would give it: it has no kinds, and a UUID is its bytes."""
    return {
        name: value.bytes if isinstance(value, UUID) else value for name, _, value in message.headers
    }, message.payload


@pytest.mark.slow
@given(st.lists(messages, max_size=3), st.data())
def test_what_is_written_reads_the_same_to_botocore(written: list[Message], data: st.DataObject) -> None:
    """Every message that can be written, in any pieces; and this decoder reads the very same back."""
    body = encode(*written)
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=4))
    pieces = [body[begin:end] for begin, end in pairwise(sorted({0, len(body), *cuts}))]
    assert read_by_botocore(*pieces) == list(map(as_botocore, written))
    decoder = Decoder()
    assert [message for piece in pieces for message in decoder.feed(piece)] == written
    assert not decoder.end()


@given(raw_headers, st.binary(max_size=8))
def test_what_botocore_reads_is_read_the_same(on_wire: bytes, payload: bytes) -> None:
    """Whatever the headers are: what both read means the same, and is written again to the byte.

    botocore takes two things that are refused here: a value that its frame cuts off, and a header
    without a name.
    """
    body = frame(on_wire, payload)
    try:
        ours = parse(body)
    except FrameError as error:
        lenient = "in the middle of" in error.cause or "without a name" in error.cause
        assert lenient or not is_read_by_botocore(body)
    else:
        assert read_by_botocore(body) == list(map(as_botocore, ours))
        assert encode(*ours) == body


@given(st.lists(messages, min_size=1, max_size=2), st.data())
def test_both_refuse_what_is_damaged(written: list[Message], data: st.DataObject) -> None:
    """A byte that is another one is told by both."""
    body = bytearray(encode(*written))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    assert not is_read_by_botocore(bytes(body))
    with pytest.raises(FrameError, match="checksum"):
        parse(bytes(body))


def is_read_by_botocore(body: bytes) -> bool:
    """Whether botocore takes the body as it is."""
    try:
        read_by_botocore(body)
    except (ParserError, KeyError, struct.error, UnicodeDecodeError):
        return False
    return True
