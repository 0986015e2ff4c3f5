"""Messages and events to test with: small builders, samples of every block, and strategies."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from mockapi.messages import encode_events

Event = dict[str, Any]


def usage(**more: Any) -> dict[str, Any]:
    """The usage of a message that was not streamed, in the order of the wire."""
    return {
        "input_tokens": 12,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 34,
        "service_tier": "standard",
        "inference_geo": "global",
        **more,
    }


def message(*content: dict[str, Any], stop_reason: str = "end_turn", **more: Any) -> dict[str, Any]:
    """A message as a reply without streaming has it."""
    return {
        "model": "claude-sonnet-4-6",
        "id": "msg_01TestTestTestTestTestTe",
        "type": "message",
        "role": "assistant",
        "content": list(content),
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "stop_details": None,
        "usage": usage(),
        **more,
    }


def text(words: str = "Hello, world") -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": words}


def tool_use(value: Any, **more: Any) -> dict[str, Any]:
    """A tool use with an input."""
    block = {
        "type": "tool_use",
        "id": "toolu_01TestTestTestTestTestTe",
        "name": "get_weather",
        "input": value,
    }
    return {**block, "caller": {"type": "direct"}, **more}


CITATION = {
    "type": "char_location",
    "cited_text": "The grass is green.",
    "document_index": 0,
    "document_title": None,
    "start_char_index": 0,
    "end_char_index": 19,
}

SAMPLES: dict[str, dict[str, Any]] = {
    "text": message(text()),
    "empty content": message(stop_reason="max_tokens"),
    "empty text": message(text("")),
    "many characters": message(text('a\u2028é😀\u0000\r\n"\\/' * 20)),
    "stop sequence": message(text(), stop_reason="stop_sequence", stop_sequence="END"),
    "refusal": message(
        stop_reason="refusal", stop_details={"type": "refusal", "category": "cyber", "explanation": None}
    ),
    "tool": message(text(), tool_use({"city": "Zürich", "days": [1, 2.5, None]}), stop_reason="tool_use"),
    "parallel tools": message(tool_use({"a": "b"}), tool_use({}), stop_reason="tool_use"),
    "tool without a caller": message({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}}),
    "called by code": message(
        tool_use({"a": 1}, caller={"type": "code_execution_20260120", "tool_id": "srvtoolu_1"}),
        stop_reason="tool_use",
    ),
    "big integer": message(tool_use({"n": 2**70, "f": 1e22})),
    "thinking": message(
        {"type": "thinking", "thinking": "Let me see." * 5, "signature": "c2ln" * 70}, text()
    ),
    "thinking omitted": message({"type": "thinking", "thinking": "", "signature": "c2ln"}, text()),
    "thinking unsigned": message({"type": "thinking", "thinking": "hm", "signature": ""}),
    "redacted thinking": message({"type": "redacted_thinking", "data": "ZGF0YQ=="}, text()),
    "citations": message({"citations": [CITATION, CITATION], "type": "text", "text": "It is green."}),
    "no citations": message({"citations": [], "type": "text", "text": "x"}),
    "null citations": message({"citations": None, "type": "text", "text": "x"}),
    "server tool": message(
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [{"type": "web_search_result"}],
        },
        text(),
        usage=usage(server_tool_use={"web_search_requests": 1, "web_fetch_requests": 0}),
    ),
    "mcp": message(
        {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "echo", "input": {"x": "y"}, "server_name": "s"},
        {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "is_error": False, "content": []},
    ),
    "compaction": message(
        {"type": "compaction", "content": "So far: nothing."},
        text(),
        context_management={"applied_edits": []},
    ),
    "failed compaction": message({"type": "compaction", "content": None}),
    "unknown block": message({"type": "hologram", "depth": 3}),
    "newest keys": message(text(), container={"id": "container_1"}, diagnostics=None),
    "before the model came first": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [text()],
        "model": "claude-3-opus-20240229",
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 2},
    },
    "zero tokens": message(usage=usage(output_tokens=0), stop_reason="max_tokens"),
}
"""A message for each thing that messages can hold; written here, not recorded."""


def start(**more: Any) -> Event:
    """A message_start."""
    opened = message(stop_reason="end_turn") | {"stop_reason": None, "usage": usage(output_tokens=1)}
    return {"type": "message_start", "message": opened | more}


def block_start(index: int = 0, block: dict[str, Any] | None = None) -> Event:
    """A content_block_start, of a text block if nothing else is said."""
    return {"type": "content_block_start", "index": index, "content_block": block or text("")}


def delta(index: Any = 0, kind: str = "text_delta", **members: Any) -> Event:
    """A content_block_delta, of text if nothing else is said."""
    return {
        "type": "content_block_delta",
        "index": index,
        "delta": {"type": kind, **(members or {"text": "Hi"})},
    }


def block_stop(index: int = 0) -> Event:
    """A content_block_stop."""
    return {"type": "content_block_stop", "index": index}


def message_delta(stop_reason: Any = "end_turn", **more: Any) -> Event:
    """A message_delta."""
    stop = {"stop_reason": stop_reason, "stop_sequence": None, "stop_details": None}
    return {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 34}, **more}


PING: Event = {"type": "ping"}
STOP: Event = {"type": "message_stop"}


def in_deltas(kind: str, member: str, pieces: list[str], block: dict[str, Any]) -> bytes:
    """The bytes of a stream with one block that comes in deltas, a piece in each."""
    deltas = (delta(0, kind, **{member: piece}) for piece in pieces)
    return encode_events(
        [start(), block_start(0, block), *deltas, block_stop(0), message_delta(), STOP],
    )


ERROR: Event = {
    "type": "error",
    "error": {"details": None, "type": "overloaded_error", "message": "Overloaded"},
}

WHOLE: list[Event] = [start(), block_start(), PING, delta(), delta(), block_stop(), message_delta(), STOP]
"""A stream without a fault."""

_HALVES = {b"HIGH": rb"\ud83d", b"LOW": rb"\ude00"}
HALVES: bytes = re.sub(
    rb"HIGH|LOW",
    lambda found: _HALVES[found.group()],
    encode_events([*WHOLE[:2], delta(text="HIGH"), delta(text="LOW"), *WHOLE[-3:]]),
)
"""A stream that breaks a character apart: each half is JSON, and neither has a UTF-8 form."""

# Strategies -----------------------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8"), max_size=30)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
json_objects = st.dictionaries(words, json_values, max_size=3)
blocks: st.SearchStrategy[dict[str, Any]] = st.one_of(
    words.map(text),
    st.builds(
        lambda t, c: {"citations": c, "type": "text", "text": t}, words, st.lists(json_objects, max_size=2)
    ),
    st.builds(lambda t, s: {"type": "thinking", "thinking": t, "signature": s}, words, words),
    json_objects.map(tool_use),
    json_objects.map(
        lambda value: tool_use(value, caller={"type": "code_execution_20260120", "tool_id": "x"})
    ),
    words.map(lambda summary: {"type": "compaction", "content": summary}),
    json_objects.map(lambda result: {"type": "bash_code_execution_tool_result", "content": result}),
)
messages: st.SearchStrategy[dict[str, Any]] = st.builds(
    lambda content, reason, more, extra: message(*content, stop_reason=reason, usage=usage(**more), **extra),
    st.lists(blocks, max_size=4),
    st.sampled_from(["end_turn", "tool_use", "max_tokens", "refusal"]),
    st.fixed_dictionaries(
        {}, optional={"server_tool_use": json_objects, "iterations": st.lists(json_objects, max_size=2)}
    ),
    st.fixed_dictionaries({}, optional={"context_management": json_objects, "container": json_objects}),
)
"""Whole messages of every kind of block."""
