"""Faults of time and connection, as values: what is sent when, and how it ends."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.errors import FaultDoesNotFit
from mockapi.exchange import Chunk, Ending
from mockapi.replies import faults
from mockapi.replies._sse_frames import recut
from tests.support.faulty import BODY, FRAMES, JSON_BODY, json_reply, stream


def test_a_cut_after_an_event_keeps_it_whole() -> None:
    """Counted from either end."""
    assert faults.cut(event=2)(stream()).body == b"".join(FRAMES[:3])
    assert faults.cut(event=-2)(stream()).body == b"".join(FRAMES[:-1])
    assert faults.cut(event=0, ending=Ending.RESET)(stream()).ending is Ending.RESET
    with pytest.raises(FaultDoesNotFit):
        faults.cut(event=len(FRAMES))(stream())


def test_a_long_last_event_without_an_end_is_looked_at_once() -> None:
    """A stream that broke off in a large event: not searched again from each of its bytes."""
    reply = stream()
    last = Chunk(0.0, b"data: " + b"x" * 30_000)
    before = time.process_time()
    assert faults.cut(event=-2)(replace(reply, chunks=(*reply.chunks, last))).body == BODY
    assert time.process_time() - before < 2


def test_a_cut_at_a_byte_keeps_chunks_and_delays() -> None:
    """What was sent before is sent as before."""
    reply = faults.cut(byte=len(FRAMES[0]) + 3)(stream(0.1, 0.2))
    assert reply.chunks == (Chunk(0.1, FRAMES[0]), Chunk(0.2, FRAMES[1][:3]))
    assert faults.cut(byte=-1)(stream()).body == BODY[:-1]
    assert faults.cut(byte=0)(stream()).chunks == ()
    assert faults.cut()(stream()).body == BODY[: len(BODY) // 2]
    assert faults.cut(part=0.25)(stream()).body == BODY[: len(BODY) // 4]
    with pytest.raises(FaultDoesNotFit, match="this body has"):
        faults.cut(byte=len(BODY) + 1)(stream())


def test_a_content_length_is_true_unless_the_ending_breaks_it() -> None:
    """A clean end is one that HTTP can see nothing wrong with."""
    assert faults.cut(byte=5)(json_reply()).header("content-length") == "5"
    broken = faults.cut(byte=5, ending=Ending.CUT)(json_reply())
    assert broken.header("content-length") == str(len(JSON_BODY))


def test_a_delay_is_before_the_status_or_after_it() -> None:
    """Two waits that time limits of clients tell apart."""
    assert faults.delay(2)(stream(0.5)).hold == 2
    first = faults.delay(2, headers_first=True)(stream(0.5))
    assert (first.hold, first.chunks[0].delay) == (0.0, 2.5)
    with pytest.raises(FaultDoesNotFit):
        faults.delay(headers_first=True)(faults.empty_body()(stream()))


def test_slow_puts_a_delay_before_each_piece() -> None:
    """Pieces are events, chunks or bytes."""
    assert faults.slow(0.1)(stream(9.0)).chunks == tuple(Chunk(0.1, data) for data in FRAMES)
    by_byte = faults.slow(0.1, per="byte")(json_reply()).chunks
    assert len(by_byte) == len(JSON_BODY)
    assert {chunk.delay for chunk in by_byte} == {0.1}
    assert len(faults.slow(0.1, per="chunk")(json_reply()).chunks) == 1


def test_a_pause_is_between_two_events() -> None:
    """The rest keeps its pace."""
    delays = [chunk.delay for chunk in faults.pause(3, event=1)(stream(0.1, 0.2, 0.3, 0.4)).chunks]
    assert delays[:4] == pytest.approx([0.1, 0.2, 3.3, 0.4])
    with pytest.raises(FaultDoesNotFit, match="stall"):
        faults.pause(3, event=-1)(stream())


def test_chunks_can_be_anything() -> None:
    """Bytes, sizes, places, events, one piece; and inside of characters."""
    whole = stream()
    by_byte = faults.chunking(per="byte", delay=0)(whole).chunks
    assert [chunk.data for chunk in by_byte] == [bytes([byte]) for byte in BODY]
    assert {len(chunk.data) for chunk in faults.chunking(size=7)(whole).chunks[:-1]} == {7}
    assert [chunk.data for chunk in faults.chunking(at=[9, 3])(whole).chunks] == [
        BODY[:3],
        BODY[3:9],
        BODY[9:],
    ]
    assert len(faults.chunking(per="whole")(whole).chunks) == 1
    assert [chunk.data for chunk in faults.chunking(per="event")(whole).chunks] == FRAMES
    for chunk in faults.chunking(per="character")(whole).chunks[:-1]:
        with pytest.raises(UnicodeDecodeError):
            chunk.data.decode()


chunks = st.lists(
    st.builds(Chunk, st.integers(0, 3).map(float), st.binary(min_size=1, max_size=4)), max_size=6
)


@given(chunks, st.lists(st.integers(1, 20), max_size=6).map(sorted))
def test_cutting_anew_keeps_bytes_and_is_never_early(pieces: list[Chunk], ends: list[int]) -> None:
    """Each new piece is due exactly when its last byte was."""
    body = b"".join(chunk.data for chunk in pieces)
    due = list(accumulate(chunk.delay for chunk in pieces))
    due_of_byte = [due[number] for number, chunk in enumerate(pieces) for _ in chunk.data]
    cut = recut(pieces, ends)
    assert b"".join(chunk.data for chunk in cut) == body
    reach = list(accumulate(len(chunk.data) for chunk in cut))
    assert set(reach) == {end for end in (*ends, len(body)) if 0 < end <= len(body)}
    assert list(accumulate(chunk.delay for chunk in cut)) == [due_of_byte[end - 1] for end in reach]
