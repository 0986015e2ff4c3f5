"""Messages for generated streams: what their blocks hold, and what else a message tells.

Each kind has a name, which is a feature of the stream: a hunt that has found a failure goes on without
the features of its smallest stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from mockapi.fuzzing.cases import message, text, tool_use

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Block = dict[str, Any]

WORDS: Final = st.text(st.characters(codec="utf-8"), max_size=12)
_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
_INPUTS: Final = st.dictionaries(WORDS, _VALUES, max_size=3)
_COUNTS: Final = st.integers(0, 100_000)
_CALLER: Final = {"type": "code_execution_20260120", "tool_id": "srvtoolu_01ConformanceConform"}
_SEARCHED: Final = {
    "type": "web_search_result",
    "title": "A page",
    "url": "https://example.com/page",
    "encrypted_content": "ZW5jcnlwdGVk",
    "page_age": None,
}


def _cited(words: str, cited: str) -> Block:
    place = {
        "type": "char_location",
        "cited_text": cited,
        "document_index": 0,
        "document_title": None,
        "start_char_index": 0,
        "end_char_index": len(cited),
    }
    found = {
        "type": "web_search_result_location",
        "cited_text": cited,
        "encrypted_index": "ZW5jcnlwdGVk",
        "title": None,
        "url": "https://example.com/page",
    }
    return {"citations": [place, place, found], "type": "text", "text": words}


def _searched(query: str, number: int) -> list[Block]:
    id_ = f"srvtoolu_{number:024}"
    called = {"type": "server_tool_use", "id": id_, "name": "web_search", "input": {"query": query}}
    return [called, {"type": "web_search_tool_result", "tool_use_id": id_, "content": [_SEARCHED]}]


def _executed(code: str) -> list[Block]:
    id_ = "srvtoolu_01ConformanceConform"
    called = {
        "type": "server_tool_use",
        "id": id_,
        "name": "bash_code_execution",
        "input": {"command": code},
    }
    told = {
        "type": "bash_code_execution_result",
        "stdout": code,
        "stderr": "",
        "return_code": 0,
        "content": [],
    }
    return [called, {"type": "bash_code_execution_tool_result", "tool_use_id": id_, "content": told}]


def _by_mcp(value: Block) -> list[Block]:
    id_ = "mcptoolu_01ConformanceConform"
    called = {"type": "mcp_tool_use", "id": id_, "name": "ask", "server_name": "desk", "input": value}
    told = {"type": "mcp_tool_result", "tool_use_id": id_, "is_error": False, "content": [text("Yes.")]}
    return [called, told]


def _thinking(words: str, signature: str) -> list[Block]:
    return [{"type": "thinking", "thinking": words, "signature": signature}]


def _texts(*words: str) -> st.SearchStrategy[list[Block]]:
    return st.sampled_from(words).map(lambda said: [text(said)])


BLOCKS: Final[Mapping[str, st.SearchStrategy[list[Block]]]] = {
    "text": WORDS.map(lambda words: [text(words)]),
    "empty text": st.just([text("")]),
    "text with blanks": _texts(" Hi ", "Hi\n", "\n\n", "\tHi\r\n"),
    "text to compose": _texts("e\u0301", "\u1112\u1161\u11ab", "A\u030a"),
    "text with line separators": _texts("a\u2028b", "a\x85b", "a\x0b\x0c\x1cb"),
    "text with NUL": _texts("a\0b"),
    "text with a mark": _texts("\ufeffHi", "a\ufeff"),
    "text with quotes": _texts('She said "Hi".', "C:\\new\\table", "\\u00e9", "'{}'"),
    "equal pieces": st.integers(2, 4).map(lambda count: [text("a" * 20 * count)]),
    "text that looks like events": _texts(
        *('{"type": "error"}', "event: message_stop\ndata: {}\n\n", "data: [DONE]\n\n", '"error"', "[DONE]")
    ),
    "two texts": WORDS.map(lambda words: [text("Hi"), text(words)]),
    "twelve blocks": st.just([text(str(number)) for number in range(12)]),
    "tool use": _INPUTS.map(lambda value: [tool_use(value)]),
    "two tools": WORDS.map(
        lambda words: [
            tool_use({"a": words}),
            {**tool_use({"b": words}), "id": "toolu_02ConformanceConforman"},
        ]
    ),
    "big integer": st.just([tool_use({"n": 2**70 + 1})]),  # no float is equal to it
    "tool use by code": _INPUTS.map(lambda value: [{**tool_use(value), "caller": dict(_CALLER)}]),
    "thinking": st.builds(_thinking, WORDS, WORDS),
    "thinking with blanks": st.sampled_from(["  Let\n\n me see.\n", ""]).map(
        lambda w: _thinking(w, "c2ln" * 20)
    ),
    "redacted thinking": WORDS.map(lambda data: [{"type": "redacted_thinking", "data": data}]),
    "citations": st.builds(lambda words, cited: [_cited(words, cited)], WORDS.filter(bool), WORDS),
    "server tool": st.builds(_searched, WORDS, st.integers(0, 9)),
    "code execution": WORDS.map(_executed),
    "MCP tool": _INPUTS.map(_by_mcp),
    "compaction": WORDS.map(lambda summary: [{"type": "compaction", "content": summary}]),
    "unknown block": WORDS.map(lambda data: [{"type": "hologram", "data": data}]),
    "large text": st.integers(1, 3).map(lambda count: [text("é" * (5_000 * count))]),
    "large input": st.integers(1, 3).map(lambda count: [tool_use({"t": "ab" * (2_000 * count)})]),
}
"""Kinds of content: one block, or blocks that belong together."""

_MEMBERS: Final[Mapping[str, dict[str, Any]]] = {
    "container": {
        "container": {"id": "container_011CTestContainerTestCon", "expires_at": "2026-11-29T12:00:00Z"}
    },
    "stop details": {
        "stop_details": {"type": "refusal", "category": "cyber", "explanation": "It asks for an exploit."},
        "stop_reason": "refusal",
    },
    "edits of the context": {
        "context_management": {
            "applied_edits": [{"type": "clear_tool_uses_20250919", "cleared_tool_uses": 8}],
        }
    },
    "stop sequence": {"stop_reason": "stop_sequence", "stop_sequence": "END"},
    "unknown stop reason": {"stop_reason": "bored"},
}
_USAGE: Final[Mapping[str, dict[str, Any]]] = {
    "cache": {
        "cache_creation_input_tokens": 7,
        "cache_read_input_tokens": 90,
        "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4},
    },
    "server tool usage": {"server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1}},
}
_STEP: Final = 3
_REASONS: Final = ("end_turn", "tool_use", "max_tokens", "refusal", "pause_turn")


@st.composite
def described_messages(
    draw: st.DrawFn, without: Collection[str] = (), turn: int = 0
) -> tuple[dict[str, Any], list[str]]:
    """Whole messages, each with its features."""
    names = in_turn(BLOCKS, without, turn)
    kinds = draw(st.lists(st.sampled_from(names), max_size=4)) if names else []
    content = [block for kind in kinds for block in draw(BLOCKS[kind])]
    told = message(*content, stop_reason=draw(st.sampled_from(_REASONS)))
    told["usage"] |= {"input_tokens": draw(_COUNTS), "output_tokens": draw(_COUNTS)}
    more = some(draw, (*_MEMBERS, *_USAGE), without, 2, turn)
    for name in more:
        told |= _MEMBERS.get(name, {})
        told["usage"] |= _USAGE.get(name, {})
    return told, [*dict.fromkeys(kind for kind in kinds if kind != "text"), *more]


def in_turn(names: Collection[str], without: Collection[str], turn: int) -> list[str]:
    """The names that are left, beginning with another one in each turn.

    What stands first is drawn more often than its share, and what stands last less often.
    """
    left = [name for name in names if name not in without]
    at = turn * _STEP % max(len(left), 1)
    return left[at:] + left[:at]


def some(
    draw: st.DrawFn, names: Collection[str], without: Collection[str], most: int, turn: int = 0
) -> list[str]:
    """A few of the names, in their order."""
    left = in_turn(names, without, turn)
    chosen = draw(st.lists(st.sampled_from(left), max_size=most, unique=True)) if left else []
    return [name for name in names if name in chosen]
