"""The grammar: what is a stream, and what is told about what is none."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockapi.messages import CODES, STOP_REASONS, TABLE, GrammarChecker, Severity, State, check_events
from tests.support import streams as s
from tests.support.each import each

Event = dict[str, Any]

TOOL = s.tool_use({})
THINKING = {"type": "thinking", "thinking": "", "signature": ""}

WHOLE_START = s.start(content=[TOOL], stop_reason="tool_use")

CASES: list[tuple[str, list[Any], list[tuple[str, int]]]] = [
    ("a whole stream", s.WHOLE, []),
    ("no content", [s.start(), s.message_delta(), s.STOP], []),
    ("pings anywhere", [s.PING, *[e for event in s.WHOLE for e in (event, s.PING)][:-1]], []),
    (
        "false is no index of a block",
        [s.start(), {**s.block_start(), "index": False}, *s.WHOLE[2:]],
        [("malformed", 1)],
    ),
    (
        "a stray delta after message_delta",
        [*s.WHOLE[:7], s.delta(7), s.STOP],
        [("block_after_message_delta", 7)],
    ),
    (
        "after an index used again, the next is the next",
        [
            *s.WHOLE[:6],
            *(s.block_start(1), s.block_stop(1), s.block_start(0), s.block_stop(0)),
            *(s.block_start(2), s.block_stop(2)),
            *s.WHOLE[6:],
        ],
        [("index_order", 8)],
    ),
    (
        "a delta without its start after another block",
        [s.start(), s.block_start(0, TOOL), s.block_stop(), s.delta(1), s.block_stop(1), *s.WHOLE[6:]],
        [("no_block_start", 3)],
    ),
    ("a broken delta after the end", [*s.WHOLE, s.delta("x", "y")], [("after_message_stop", 8)]),
    ("a whole message", [WHOLE_START, s.PING, s.STOP], []),
    ("a whole message goes on", [WHOLE_START, s.message_delta(), s.STOP], []),
    (
        "a whole message of strings",
        [s.start(content=["x"], stop_reason="end_turn"), s.STOP],
        [("malformed", 0)],
    ),
    ("a whole message is cut", [WHOLE_START], [("truncated", 1)]),
    ("two blocks", [*s.WHOLE[:6], s.block_start(1), s.block_stop(1), *s.WHOLE[6:]], []),
    ("an error at once", [s.ERROR], []),
    ("an error in a block", [*s.WHOLE[:4], s.ERROR], []),
    ("an error after message_delta", [*s.WHOLE[:7], s.ERROR], []),
    ("extra members", [{**event, "extra": 1} for event in s.WHOLE], []),
    ("nothing", [], [("truncated", 0)]),
    ("only message_start", [s.start()], [("truncated", 1)]),
    ("cut in a block", s.WHOLE[:4], [("truncated", 4)]),
    ("cut before message_stop", s.WHOLE[:7], [("truncated", 7)]),
    ("no message_start", s.WHOLE[1:], [("no_message_start", 0)]),
    (
        "message_start late",
        [s.PING, s.block_start(), s.start(), *s.WHOLE[2:]],
        [("no_message_start", 1), ("second_message_start", 2)],
    ),
    ("a stream without a start: delta first", s.WHOLE[3:], [("no_message_start", 0)]),
    ("a stream without a start: stop first", s.WHOLE[5:], [("no_message_start", 0)]),
    ("a stream without a start: message_delta first", s.WHOLE[6:], [("no_message_start", 0)]),
    ("a stream without a start: message_stop", [s.STOP], [("no_message_start", 0)]),
    ("message_start twice", [s.start(), *s.WHOLE], [("second_message_start", 1)]),
    ("message_start in a block", [*s.WHOLE[:3], s.start(), *s.WHOLE[3:]], [("second_message_start", 3)]),
    ("message_start at the end", [*s.WHOLE[:7], s.start(), s.STOP], [("second_message_start", 7)]),
    ("a delta without its start", [s.start(), *s.WHOLE[3:]], [("no_block_start", 1)]),
    ("a stop without its start", [s.start(), *s.WHOLE[5:]], [("no_block_start", 1)]),
    (
        "a delta before its start",
        [s.start(), s.delta(), *s.WHOLE[1:]],
        [("no_block_start", 1), ("block_not_stopped", 2), ("index_order", 2)],
    ),
    ("a delta after its stop", [*s.WHOLE[:6], s.delta(), *s.WHOLE[6:]], [("after_block_stop", 6)]),
    ("a stop after its stop", [*s.WHOLE[:6], s.block_stop(), *s.WHOLE[6:]], [("after_block_stop", 6)]),
    (
        "a block is not stopped, then another",
        [*s.WHOLE[:5], s.block_start(1), s.block_stop(1), *s.WHOLE[6:]],
        [("block_not_stopped", 5)],
    ),
    ("a block is not stopped, then message_delta", [*s.WHOLE[:5], *s.WHOLE[6:]], [("block_not_stopped", 5)]),
    ("a block is not stopped, then message_stop", [*s.WHOLE[:5], s.STOP], [("block_not_stopped", 5)]),
    ("no message_delta", [*s.WHOLE[:6], s.STOP], [("no_message_delta", 6)]),
    ("message_delta twice", [*s.WHOLE[:7], s.message_delta(), s.STOP], []),
    ("a message_delta without a reason yet", [*s.WHOLE[:6], s.message_delta(None), *s.WHOLE[6:]], []),
    (
        "a block after message_delta",
        [*s.WHOLE[:7], s.block_start(1), s.delta(1), s.block_stop(1), s.STOP],
        [("block_after_message_delta", i) for i in (7, 8, 9)],
    ),
    ("message_stop twice", [*s.WHOLE, s.STOP], [("after_message_stop", 8)]),
    ("a ping after the end", [*s.WHOLE, s.PING], [("after_message_stop", 8)]),
    ("an error after the end", [*s.WHOLE, s.ERROR], [("after_message_stop", 8)]),
    ("an unknown event after the end", [*s.WHOLE, {"type": "news"}], [("after_message_stop", 8)]),
    (
        "a stream goes on after an error",
        [s.start(), s.ERROR, s.PING, s.STOP],
        [("after_error", 2), ("after_error", 3)],
    ),
    (
        "an index gap",
        [*s.WHOLE[:6], s.block_start(2), s.delta(2), s.block_stop(2), *s.WHOLE[6:]],
        [("index_order", 6)],
    ),
    ("an index used again", [*s.WHOLE[:6], *s.WHOLE[1:]], [("index_order", 6)]),
    (
        "the first index is 1",
        [s.start(), s.block_start(1), s.block_stop(1), *s.WHOLE[6:]],
        [("index_order", 1)],
    ),
    (
        "a negative index",
        [s.start(), s.block_start(-1), s.block_stop(-1), *s.WHOLE[6:]],
        [("index_order", 1)],
    ),
    ("a delta of an unknown index", [*s.WHOLE[:3], s.delta(5), *s.WHOLE[4:]], [("wrong_index", 3)]),
    ("a stop of another index", [*s.WHOLE[:5], s.block_stop(1), *s.WHOLE[6:]], [("wrong_index", 5)]),
    (
        "interleaved blocks",
        [
            s.start(),
            s.block_start(),
            s.block_start(1),
            s.delta(),
            s.delta(1),
            s.block_stop(1),
            s.block_stop(),
            *s.WHOLE[6:],
        ],
        [("block_not_stopped", 2), ("wrong_index", 3), ("after_block_stop", 6)],
    ),
    (
        "tool JSON in a text block",
        [*s.WHOLE[:3], s.delta(kind="input_json_delta", partial_json=""), *s.WHOLE[3:]],
        [("wrong_delta", 3)],
    ),
    (
        "text in a tool use",
        [s.start(), s.block_start(0, TOOL), *s.WHOLE[3:]],
        [("wrong_delta", 2), ("wrong_delta", 3)],
    ),
    ("text in thinking", [s.start(), s.block_start(0, THINKING), *s.WHOLE[4:]], [("wrong_delta", 2)]),
    (
        "a delta in a block that comes whole",
        [s.start(), s.block_start(0, {"type": "fallback"}), *s.WHOLE[4:]],
        [("wrong_delta", 2)],
    ),
    ("no usage in message_start", [s.start(usage=None), *s.WHOLE[1:]], [("no_usage", 0)]),
    ("no usage in message_delta", [*s.WHOLE[:6], s.message_delta(usage=None), s.STOP], [("no_usage", 6)]),
    ("content in message_start", [s.start(content=[s.text()]), *s.WHOLE[1:]], [("malformed", 0)]),
    ("message_start without a message", [{"type": "message_start"}, *s.WHOLE[1:]], [("malformed", 0)]),
    (
        "a block start without a block",
        [s.start(), {"type": "content_block_start", "index": 0}, *s.WHOLE[2:]],
        [("malformed", 1)],
    ),
    (
        "a block start without an index",
        [s.start(), {**s.block_start(), "index": None}, *s.WHOLE[2:]],
        [("malformed", 1)],
    ),
    (
        "a delta without an index",
        [*s.WHOLE[:3], {**s.delta(), "index": "0"}, *s.WHOLE[3:]],
        [("malformed", 3)],
    ),
    ("true is no index", [*s.WHOLE[:3], {**s.delta(), "index": False}, *s.WHOLE[3:]], [("malformed", 3)]),
    ("a delta without a delta", [*s.WHOLE[:3], {**s.delta(), "delta": []}, *s.WHOLE[3:]], [("malformed", 3)]),
    ("a text delta without text", [*s.WHOLE[:3], s.delta(text=None), *s.WHOLE[3:]], [("malformed", 3)]),
    ("no stop reason", [*s.WHOLE[:6], s.message_delta(None), s.STOP], [("no_stop_reason", 7)]),
    (
        "message_delta without stop_reason",
        [*s.WHOLE[:6], {**s.message_delta(), "delta": {}}, s.STOP],
        [("malformed", 6)],
    ),
    ("an error without an error", [{"type": "error"}], [("malformed", 0)]),
    ("an event without a type", [*s.WHOLE[:3], {}, *s.WHOLE[3:]], [("malformed", 3)]),
    (
        "an event that is no object",
        [*s.WHOLE[:3], None, "x", [], *s.WHOLE[3:]],
        [("malformed", i) for i in (3, 4, 5)],
    ),
    ("an unknown event", [s.start(), {"type": "news"}, *s.WHOLE[1:]], [("unknown_event", 1)]),
    (
        "an unknown block takes any delta",
        [s.start(), s.block_start(0, {"type": "hologram"}), *s.WHOLE[2:]],
        [("unknown_block", 1)],
    ),
    ("an unknown delta", [*s.WHOLE[:3], s.delta(kind="light_delta"), *s.WHOLE[3:]], [("unknown_delta", 3)]),
    (
        "an unknown stop reason",
        [*s.WHOLE[:6], s.message_delta("bored"), s.STOP],
        [("unknown_stop_reason", 6)],
    ),
]


@each(("name", "events", "expected"), CASES, ids=[case[0] for case in CASES])
def test_case(name: str, events: list[Any], expected: list[tuple[str, int]]) -> None:
    """A stream gets the findings of its case, each at the event that is at fault."""
    found = check_events(events)
    assert [(violation.code, violation.index) for violation in found] == expected, name


def test_an_index_that_is_nested_deep_is_told() -> None:
    """Whatever stands there, a message quotes its beginning."""
    deep: Any = "end"
    for _ in range(2000):
        deep = [deep]
    events = [s.start(), s.block_start(deep), s.delta(index=deep), s.block_stop()]
    assert [found.code for found in check_events(events)][:2] == ["malformed", "malformed"]


def test_every_code_is_told() -> None:
    """Every code of the table of codes occurs in a case, and no other."""
    assert {code for _, _, expected in CASES for code, _ in expected} == set(CODES)


def test_the_table_is_complete() -> None:
    """The table has a cell for every state and event, and its codes have sentences."""
    assert set(TABLE) == set(State)
    assert len({frozenset(row) for row in TABLE.values()}) == 1
    assert {move.code for row in TABLE.values() for move in row.values()} <= {*CODES, ""}


@pytest.mark.parametrize("reason", sorted(STOP_REASONS))
def test_every_stop_reason(reason: str) -> None:
    """Every stop reason that the API documents may end a stream."""
    assert check_events([s.start(), s.message_delta(reason), s.STOP]) == []


def test_severity_and_words() -> None:
    """What is only newer than the tables is marked so; a finding says what came, where and why."""
    late, news = check_events(
        [s.start(), {"type": "news"}, s.delta(), s.block_stop(), s.message_delta(), s.STOP]
    )[::-1]
    assert (news.severity, late.severity) == (Severity.UNKNOWN, Severity.VIOLATION)
    assert str(late) == "Event 2 (content_block_delta) belongs to a content block, but no block is open."
    (cut,) = check_events(s.WHOLE[:4])
    assert cut.message == (
        "The stream stops inside a content block, after 4 events (the last is content_block_delta); "
        "message_stop never comes."
    )
    (wrong,) = check_events([*s.WHOLE[:3], s.delta(7), *s.WHOLE[4:]])
    assert re.fullmatch(
        r"Event 3 \(content_block_delta\) .*: its index is 7, the latest block is 0\.", wrong.message
    )


def test_event_by_event() -> None:
    """The checker tells each finding with the event that causes it, and where the stream is."""
    checker = GrammarChecker()
    states = []
    for event in s.WHOLE:
        assert checker.feed(event) == []
        states.append(checker.state)
    block = [State.BLOCK] * 4
    assert states == [State.OPEN, *block, State.OPEN, State.CLOSING, State.DONE]
    assert (checker.count, checker.end()) == (8, [])
