"""The frame codec against its table of cases, at every cut, and with every bit flipped."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest

from mockapi.errors import FrameError
from mockapi.eventstream import Decoder, Header, Kind, Message, encode, parse, read
from tests.support.each import each
from tests.support.frames import BODY, SAMPLES, flips, frame, header, text

ID = UUID("00112233-4455-6677-8899-aabbccddeeff")

FRAMES = {
    "nothing in it": (bytes.fromhex("00000010 00000000 05c248eb 7d98c8ff"), Message((), b"")),
    "a payload alone": (frame(payload=b"abc"), Message((), b"abc")),
    "true": (frame(header(b"x", 0, b"")), Message((Header("x", Kind.TRUE, True),), b"")),
    "false": (frame(header(b"x", 1, b"")), Message((Header("x", Kind.FALSE, False),), b"")),
    "8 bits": (frame(header(b"x", 2, b"\xff")), Message((Header("x", Kind.INT8, -1),), b"")),
    "16 bits": (frame(header(b"x", 3, b"\x80\x00")), Message((Header("x", Kind.INT16, -0x8000),), b"")),
    "32 bits": (frame(header(b"x", 4, b"\0\0\1\0")), Message((Header("x", Kind.INT32, 256),), b"")),
    "64 bits": (
        frame(header(b"x", 5, b"\x7f" + b"\xff" * 7)),
        Message((Header("x", Kind.INT64, 2**63 - 1),), b""),
    ),
    "bytes": (frame(header(b"x", 6, text(b"\0\xff"))), Message((Header("x", Kind.BYTES, b"\0\xff"),), b"")),
    "text": (frame(header(b"x", 7, text("é".encode()))), Message((Header("x", Kind.TEXT, "é"),), b"")),
    "an empty text": (frame(header(b"x", 7, text(b""))), Message((Header("x", Kind.TEXT, ""),), b"")),
    "a time": (
        frame(header(b"x", 8, (1_767_225_600_000).to_bytes(8, "big"))),
        Message((Header("x", Kind.TIMESTAMP, 1_767_225_600_000),), b""),
    ),
    "a UUID": (frame(header(b"x", 9, ID.bytes)), Message((Header("x", Kind.UUID, ID),), b"")),
    "the longest name": (
        frame(header(b"n" * 255, 0, b"")),
        Message((Header("n" * 255, Kind.TRUE, True),), b""),
    ),
    "headers keep their order": (
        frame(header(b"b", 0, b"") + header(b"a", 1, b""), b"\0"),
        Message((Header("b", Kind.TRUE, True), Header("a", Kind.FALSE, False)), b"\0"),
    ),
}
"""What stands on the wire, and what it means."""

BROKEN = {
    "a wrong prelude checksum": (frame()[:8] + bytes(4) + frame()[12:], 8, "checksum of the prelude"),
    "a wrong message checksum": (frame()[:12] + bytes(4), 12, "checksum of the message"),
    "more headers than frame": (frame(headers_length=1), 0, "contradict"),
    "a nameless header": (frame(b"\0\0"), 12, "without a name"),
    "a name cut off": (frame(b"\5ab"), 15, "in the middle of the name"),
    "a name that is no UTF-8": (frame(header(b"a\xff", 0, b"")), 14, "not UTF-8"),
    "no kind": (frame(b"\1a"), 14, "in the middle of the kind"),
    "an unknown kind": (frame(header(b"a", 10, b"")), 14, "which does not exist"),
    "a number cut off": (frame(header(b"a", 5, b"\0")), 16, "in the middle of the header 'a'"),
    "a length cut off": (frame(header(b"a", 7, b"\0")), 16, "in the middle of the header 'a'"),
    "a text cut off": (frame(header(b"a", 7, b"\0\2b")), 18, "in the middle of the header 'a'"),
    "a UUID cut off": (frame(header(b"a", 9, bytes(15))), 30, "in the middle of the header 'a'"),
    "a text that is no UTF-8": (frame(header(b"a", 7, text(b"b\xff"))), 18, "not UTF-8"),
    "a name twice": (frame(header(b"a", 0, b"") + header(b"a", 1, b"")), 15, "twice"),
    "an event stream of text": (b"event: message_start\ndata: {}\n\n", 8, "checksum of the prelude"),
}
"""What stands on the wire, where it is wrong, and a word of the cause."""


@each("name", FRAMES)
def test_a_frame_means_what_the_table_says(name: str) -> None:
    """Each kind of header and each edge, both ways and to the byte."""
    wire, message = FRAMES[name]
    assert parse(wire) == [message]
    assert encode(message) == wire


@each("name", BROKEN)
def test_a_broken_frame_is_told_with_place_and_cause(name: str) -> None:
    """The place counts from the start of the stream, and what came before is delivered."""
    wire, offset, cause = BROKEN[name]
    with pytest.raises(FrameError, match=cause) as caught:
        parse(wire)
    assert caught.value.offset == offset
    decoder = Decoder()
    assert decoder.feed(BODY + wire) == list(SAMPLES.values())
    with pytest.raises(FrameError) as caught:
        decoder.feed(b"")
    assert caught.value.offset == len(BODY) + offset
    with pytest.raises(FrameError):
        decoder.end()


def test_every_cut_of_a_stream_gives_the_same_messages() -> None:
    """In two pieces at each place, and byte by byte."""
    for cut in range(len(BODY) + 1):
        decoder = Decoder()
        assert decoder.feed(BODY[:cut]) + decoder.feed(BODY[cut:]) == list(SAMPLES.values())
        assert not decoder.end()
    decoder = Decoder()
    assert [message for byte in BODY for message in decoder.feed(bytes((byte,)))] == list(SAMPLES.values())


def test_every_stream_that_stops_in_a_frame_is_told() -> None:
    """All the messages before the cut are there, none more, and the end tells of the rest."""
    ends = [0, *(len(encode(*list(SAMPLES.values())[: count + 1])) for count in range(len(SAMPLES)))]
    for cut in range(len(BODY) + 1):
        decoder = Decoder()
        whole = sum(end <= cut for end in ends) - 1
        assert decoder.feed(BODY[:cut]) == list(SAMPLES.values())[:whole]
        assert decoder.end() is (cut not in ends)
        if cut not in ends:
            with pytest.raises(FrameError, match="is cut"):
                parse(BODY[:cut])


def test_what_can_be_read_of_a_broken_stream_is_read() -> None:
    """The whole messages, where each ends, and what is wrong behind them."""
    first = encode(SAMPLES["event"])
    second = encode(SAMPLES["exception"])
    assert read(first + second) == (
        [SAMPLES["event"], SAMPLES["exception"]],
        [len(first), len(first + second)],
        None,
    )
    for rest in (second[:-1], bytes(20)):
        messages, ends, failure = read(first + rest)
        assert (messages, ends) == ([SAMPLES["event"]], [len(first)])
        assert isinstance(failure, FrameError)
    assert read(b"") == ([], [], None)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_flipped_bit_is_told(name: str) -> None:
    """No damage of one bit goes by, and none makes the decoder wait for more."""
    wire = encode(SAMPLES[name])
    for damaged in flips(wire):
        decoder = Decoder()
        with pytest.raises(FrameError, match="checksum"):
            decoder.feed(damaged)


def test_bounds_are_told_before_the_bytes_have_come() -> None:
    """A length beyond a limit is refused by the prelude alone."""
    large = encode(Message((Header("x", Kind.BYTES, bytes(100)),), bytes(200)))
    with pytest.raises(FrameError, match="headers of 105 bytes, more than the limit of 104"):
        Decoder(max_headers_bytes=104).feed(large[:12])
    with pytest.raises(FrameError, match="payload of 200 bytes, more than the limit of 199"):
        Decoder(max_payload_bytes=199).feed(large[:12])
    assert len(Decoder(max_headers_bytes=105, max_payload_bytes=200).feed(large)) == 1


def test_an_ended_stream_takes_no_more() -> None:
    """A decoder is for one stream."""
    decoder = Decoder()
    assert not decoder.end()
    with pytest.raises(ValueError, match="new Decoder"):
        decoder.feed(b"")


REFUSED = {
    "two headers": (
        Message((Header("a", Kind.TRUE, True), Header("a", Kind.TRUE, True)), b""),
        "two headers",
    ),
    "no name": (Message((Header("", Kind.TRUE, True),), b""), "1 to 255 bytes"),
    "too long a name": (Message((Header("é" * 128, Kind.TRUE, True),), b""), "1 to 255 bytes, this one 256"),
    "a surrogate in a name": (Message((Header("\ud800", Kind.TRUE, True),), b""), "surrogate"),
    "a surrogate in a text": (Message((Header("a", Kind.TEXT, "\ud800"),), b""), "surrogate"),
    "too large a number": (
        Message((Header("a", Kind.INT8, 128),), b""),
        "128, too large for INT8",
    ),
    "too long a text": (Message((Header("a", Kind.TEXT, "x" * 65536),), b""), "65,536 bytes"),
    "another type": (Message((Header("a", Kind.TEXT, b"x"),), b""), "says TEXT"),
    "a bool as a number": (Message((Header("a", Kind.INT8, True),), b""), "says INT8"),
    "the other bool": (Message((Header("a", Kind.TRUE, False),), b""), "says TRUE"),
    "too many headers": (
        Message(tuple(Header(str(n), Kind.BYTES, bytes(65000)) for n in range(3)), b""),
        "Headers of 195,015 bytes",
    ),
    "too much payload": (Message((), bytes(24 * 1024 * 1024 + 1)), "payload of 25,165,825 bytes"),
}


@each("name", REFUSED)
def test_what_the_format_cannot_carry_is_refused(name: str) -> None:
    """The encoder never writes what the decoder would refuse, or read as something else."""
    message, words = REFUSED[name]
    with pytest.raises(ValueError, match=words):
        encode(message)


def test_a_header_is_found_by_its_name() -> None:
    """Or it is None."""
    assert SAMPLES["event"].header(":event-type") == "chunk"
    assert SAMPLES["event"].header("event-type") is None


def test_finished_frames_are_not_kept() -> None:
    """The decoder holds what is unfinished and nothing else."""
    body = BODY * 20
    decoder = Decoder()
    sizes = []
    for begin, end in pairwise(range(0, len(body) + 1, len(BODY))):
        decoder.feed(body[begin:end])
        sizes.append(len(decoder._buffer))
    assert sizes == [0] * 20
