"""A message as events: the law that nothing is lost, and the shape of each part."""

from __future__ import annotations

import json
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.messages import accumulate, check_events, decode_events, encode_events, events_of, typical_sizes
from tests.support import streams as s
from tests.support.each import each

samples = each("message", s.SAMPLES.values(), ids=s.SAMPLES)


@samples
@each("size", [None, 1, 3, 10_000])
def test_nothing_is_lost(message: dict[str, Any], size: int | None) -> None:
    """A message comes back from its events as it was, the order of its keys included."""
    sizes = None if size is None else (lambda _: size)
    events = events_of(message, sizes=sizes)
    back = accumulate(events)
    assert back == message
    assert json.dumps(back) == json.dumps(message)
    assert accumulate(decode_events(encode_events(events))) == message


@samples
def test_the_events_obey_the_grammar(message: dict[str, Any]) -> None:
    """The events of a message are a stream without a fault, but for a block that is not known."""
    assert {violation.code for violation in check_events(events_of(message))} <= {"unknown_block"}


@given(s.messages, st.lists(st.integers(1, 9), min_size=1))
def test_nothing_is_lost_of_any_message(message: dict[str, Any], lengths: list[int]) -> None:
    """Whatever a message holds and wherever it is cut, it comes back from its events, also over bytes."""
    rest = iter(lengths)
    events = events_of(message, sizes=lambda _: next(rest, 5))
    assert check_events(events) == []
    assert accumulate(events) == message
    assert accumulate(decode_events(encode_events(events, repeat(7, len(events))))) == message


def test_order_of_the_parts() -> None:
    """A stream has the API's events in its order, with one ping after the first block's start."""
    events = events_of(s.SAMPLES["tool"], sizes=lambda _: 1000)
    assert [event["type"] for event in events] == [
        *("message_start", "content_block_start", "ping", "content_block_delta", "content_block_stop"),
        *("content_block_start", "content_block_delta", "content_block_delta", "content_block_stop"),
        *("message_delta", "message_stop"),
    ]
    quiet = events_of(s.SAMPLES["tool"], sizes=lambda _: 1000, ping=False)
    assert quiet == [event for event in events if event["type"] != "ping"]


def test_message_start_is_not_finished() -> None:
    """message_start has no content, no stop reason, one output token, and none of what comes at the end."""
    message = s.message(
        s.text(),
        stop_reason="stop_sequence",
        stop_sequence="x",
        container={"id": "c"},
        context_management={},
        usage=s.usage(server_tool_use={}, iterations=[]),
    )
    start = events_of(message)[0]["message"]
    unfinished: dict[str, Any] = {
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "container": None,
    }
    expected = message | unfinished | {"usage": s.usage(output_tokens=1)}
    del expected["context_management"]
    assert start == expected
    assert events_of(s.SAMPLES["zero tokens"])[0]["message"]["usage"]["output_tokens"] == 0


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        (
            s.usage(),
            ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"],
        ),
        (
            s.usage(iterations=[], server_tool_use={}, output_tokens_details={}),
            [
                *("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"),
                *("output_tokens_details", "server_tool_use", "iterations"),
            ],
        ),
        ({"input_tokens": 1, "output_tokens": 2}, ["output_tokens"]),
        (
            {"input_tokens": 1, "output_tokens": 2, "server_tool_use": {}},
            ["output_tokens", "server_tool_use"],
        ),
    ],
)
def test_usage_at_the_end(usage: dict[str, Any], told: list[str]) -> None:
    """message_delta tells all counts, in the wire's order; before 2025-08 the output alone."""
    assert list(events_of(s.message(usage=usage))[-2]["usage"]) == told


def test_tool_input_is_spaced_json_after_an_empty_fragment() -> None:
    """A tool's input starts with an empty fragment and is spaced JSON in raw characters; {} is only that."""
    deltas = [event["delta"] for event in events_of(s.SAMPLES["tool"]) if "delta" in event][1:-1]
    fragments = [delta["partial_json"] for delta in deltas if delta["type"] == "input_json_delta"]
    assert fragments[0] == ""
    assert "".join(fragments) == '{"city": "Zürich", "days": [1, 2.5, null]}'
    assert len(fragments) > 4
    none = events_of(s.message(s.tool_use({})))
    assert [event["delta"] for event in none if event["type"] == "content_block_delta"] == [
        {"type": "input_json_delta", "partial_json": ""}
    ]


@pytest.mark.parametrize(
    ("name", "start", "kinds"),
    [
        (
            "citations",
            {"citations": [], "type": "text", "text": ""},
            ["citations_delta"] * 2 + ["text_delta"],
        ),
        ("no citations", {"citations": [], "type": "text", "text": ""}, ["text_delta"]),
        (
            "thinking",
            {"type": "thinking", "thinking": "", "signature": ""},
            ["thinking_delta", "signature_delta"],
        ),
        ("thinking omitted", {"type": "thinking", "thinking": "", "signature": ""}, ["signature_delta"]),
        ("redacted thinking", {"type": "redacted_thinking", "data": "ZGF0YQ=="}, []),
        ("compaction", {"type": "compaction", "content": None}, ["compaction_delta"]),
        ("failed compaction", {"type": "compaction", "content": None}, []),
        ("empty text", {"type": "text", "text": ""}, []),
        ("called by code", s.SAMPLES["called by code"]["content"][0], []),
    ],
)
def test_block(name: str, start: dict[str, Any], kinds: list[str]) -> None:
    """A block starts as the API starts it, and its deltas come in the API's order."""
    events = events_of(s.SAMPLES[name], sizes=lambda _: 1000)
    mine = [event for event in events if event.get("index") == 0]
    assert mine[0]["content_block"] == start
    assert [event["delta"]["type"] for event in mine[1:-1]] == kinds


def test_server_tool_results_come_whole() -> None:
    """A server tool's result stands in its start, without deltas."""
    events = [event for event in events_of(s.SAMPLES["server tool"]) if event.get("index") == 1]
    assert [event["type"] for event in events] == ["content_block_start", "content_block_stop"]
    assert events[0]["content_block"] == s.SAMPLES["server tool"]["content"][1]


def test_deterministic_and_cut_by_the_callers_sizes() -> None:
    """The same message gives the same events; the caller's lengths, asked for by delta type, cut them."""
    message = s.SAMPLES["thinking"]
    assert events_of(message) == events_of(message)
    asked: list[str] = []

    def sizes(kind: str) -> int:
        asked.append(kind)
        return 20

    deltas = [
        event["delta"] for event in events_of(message, sizes=sizes) if event["type"] == "content_block_delta"
    ]
    assert [len(delta["thinking"]) for delta in deltas[:3]] == [20, 20, 15]
    assert asked == ["thinking_delta"] * 3 + ["text_delta"]


def test_typical_sizes_are_typical() -> None:
    """The default lengths have the averages of recorded streams: 16 of text, 23 of thinking, 6 of JSON."""
    sizes = typical_sizes()
    for kind, mean in (("text_delta", 16), ("thinking_delta", 23), ("input_json_delta", 6.3)):
        lengths = [sizes(kind) for _ in range(600)]
        assert sum(lengths) / 600 == pytest.approx(mean, rel=0.1)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({}, "content"),
        (s.message() | {"content": "Hi"}, "content"),
        (s.message() | {"stop_reason": None}, "stop_reason"),
        (s.message() | {"usage": None}, "usage"),
    ],
)
def test_no_whole_message(message: dict[str, Any], words: str) -> None:
    """What is no whole message is refused with what it lacks."""
    with pytest.raises(ValueError, match=f"A whole message has a {words}"):
        events_of(message)


def test_no_pieces_without_length() -> None:
    """A length below 1 is refused, it would never end."""
    with pytest.raises(ValueError, match="1 or more, not 0"):
        events_of(s.SAMPLES["text"], sizes=lambda _: 0)
