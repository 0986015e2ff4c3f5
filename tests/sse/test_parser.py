"""The parser against the case table, whole and in pieces, and its bounds."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mockapi.errors import EventStreamError
from mockapi.fuzzing.cases import ROWS as CASES
from mockapi.fuzzing.cases import SSERow as Case
from mockapi.sse import Event, Parser, parse
from tests.support.each import each

by_name = each("case", CASES, ids=[case.name for case in CASES])


def run(parser: Parser, *chunks: bytes) -> list[Event]:
    """All events of the chunks; the stream is ended."""
    events = [event for chunk in chunks for event in parser.feed(chunk)]
    parser.end()
    return events


def check(case: Case, *chunks: bytes) -> None:
    """The chunks mean what the case says."""
    parser = Parser()
    assert run(parser, *chunks) == case.events
    assert parser.retry == case.retry
    assert parser.last_event_id == case.last_event_id


@by_name
def test_whole(case: Case) -> None:
    """A body in one chunk gives the events of the standard."""
    check(case, case.stream)
    assert parse(case.stream) == case.events


@by_name
def test_byte_by_byte(case: Case) -> None:
    """A body in chunks of one byte gives the same events."""
    check(case, *(case.stream[i : i + 1] for i in range(len(case.stream))))


@by_name
def test_cut_at_every_place(case: Case) -> None:
    """A body cut in two, wherever, gives the same events; so it does with an empty chunk between."""
    for cut in range(min(len(case.stream), 300) + 1):
        check(case, case.stream[:cut], b"", case.stream[cut:])


@by_name
def test_an_event_comes_with_the_chunk_that_ends_it(case: Case) -> None:
    """An event is delivered at the last byte of its blank line, with CR at once, never later."""
    parser = Parser()
    seen = 0
    for end in range(1, len(case.stream) + 1):
        seen += len(parser.feed(case.stream[end - 1 : end]))
        assert seen == len(parse(case.stream[:end]))


def test_cr_is_not_held_back() -> None:
    """A CR that ends the blank line delivers the event although a LF may follow."""
    parser = Parser()
    assert parser.feed(b"data: a\r\n\r") == [("message", "a", "")]
    assert parser.feed(b"\n") == []
    assert parser.feed(b"\r") == []
    assert parser.end() is False


@pytest.mark.parametrize(
    ("stream", "dropped"),
    [
        (b"", False),
        (b"data: a\n\n", False),
        (b"data: a\n\n: comment\n", False),
        (b"id: 1\n", False),
        (b"data: a\n", True),
        (b"data: a", True),
        (b"event: x\n", True),
        (b"\xef\xbb", True),
    ],
)
def test_end_tells_whether_something_was_dropped(stream: bytes, dropped: bool) -> None:  # noqa: FBT001 - a case
    """Ending tells whether an unfinished event was dropped, the same however often it is asked."""
    parser = Parser()
    parser.feed(stream)
    assert [parser.end(), parser.end()] == [dropped, dropped]


def test_nothing_after_the_end() -> None:
    """An ended parser refuses bytes instead of losing them."""
    parser = Parser()
    parser.end()
    with pytest.raises(ValueError, match="new stream needs a new Parser"):
        parser.feed(b"data: a\n\n")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_event_beyond_the_limit_is_refused(size: int) -> None:
    """The limit counts an event's lines, refuses the first byte beyond it and says both numbers."""
    parser = Parser(max_event_bytes=40)
    body = b"data: 0123456789\ndata: 0123456789\nid: 12\n\n"  # lines of 16 + 16 and 6 bytes
    chunks = [body[i : i + size] for i in range(0, len(body), size)]
    assert [event.id for chunk in chunks for event in parser.feed(chunk)] == ["12"]
    assert [event for chunk in (b"data: ", b"x" * 34) for event in parser.feed(chunk)] == []
    with pytest.raises(EventStreamError, match=r"41 bytes so far, more than the limit of 40.*b'data: xxx"):
        parser.feed(b"x")
    with pytest.raises(EventStreamError, match="max_event_bytes"):
        parser.feed(b"\n\n")
    with pytest.raises(EventStreamError, match="max_event_bytes"):
        parser.end()


def test_events_before_the_limit_are_not_lost() -> None:
    """Events that a chunk completes before it breaks the limit come first, the error by the next call."""
    parser = Parser(max_event_bytes=10)
    assert [e.data for e in parser.feed(b"data: a\n\ndata: b\n\ndata: 0123456789\n\n")] == ["a", "b"]
    with pytest.raises(EventStreamError):
        parser.feed(b"")


def test_comments_do_not_add_up_to_the_limit() -> None:
    """Any number of comments inside one event stays below the limit, one huge comment does not."""
    parser = Parser(max_event_bytes=20)
    assert run(parser, b"data: a\n" + b": keep-alive\n" * 1000 + b"\n") == [("message", "a", "")]
    with pytest.raises(EventStreamError):
        Parser(max_event_bytes=20).feed(b":" * 21)


@pytest.mark.slow
def test_one_byte_chunks_take_linear_time() -> None:
    """A line of a megabyte in one-byte chunks copies each byte a bounded number of times.

    Counted, not clocked: the line in progress is one buffer that only ever grows in place, so
    each call leaves the same object behind with one byte more.
    """
    parser = Parser()
    parser.feed(b"data: ")
    buffer = parser._line
    for _ in range(1_000_000):
        parser.feed(b"x")
    assert parser._line is buffer
    assert len(buffer) == 1_000_006
    assert [len(event.data) for event in parser.feed(b"\n\n")] == [1_000_000]
    assert len(buffer) == 0


@pytest.mark.slow
def test_a_huge_line_and_many_events() -> None:
    """A line of 32 MB in chunks, and 100,000 events in one chunk, come through."""
    parser = Parser()
    chunk = b"y" * 65536
    events = run(parser, b"data: ", *[chunk] * 512, b"\n\n")
    assert [len(event.data) for event in events] == [512 * 65536]
    assert len(parse(b"data: a\n\n" * 100_000)) == 100_000


def test_case_names_are_unique() -> None:
    """Each case has a name of its own, so that a failure names one stream."""
    names = sorted(case.name for case in CASES)
    assert [a for a, b in pairwise(names) if a == b] == []
