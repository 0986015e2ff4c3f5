"""Chats for tests of the OpenAI-compatible endpoint: a grammar of requests, and bodies in a few words."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

MODEL: Final = "claude-opus-4-6"
PNG: Final = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
BEARER: Final = ((b"authorization", b"Bearer sk-ant-test-key"), (b"content-type", b"application/json"))
LOOK: Final = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Looks somewhere.",
        "strict": True,
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
    },
}


def chat(*messages: Any, **fields: Any) -> dict[str, Any]:
    """A chat request with these messages, "Hi" without any."""
    return {"model": MODEL, "messages": list(messages) or [{"role": "user", "content": "Hi"}], **fields}


def calling(*ids: str, arguments: str = '{"place":"here"}') -> dict[str, Any]:
    """A message of the assistant that calls `look`, once for each id."""
    calls = [{"id": i, "type": "function", "function": {"name": "look", "arguments": arguments}} for i in ids]
    return {"role": "assistant", "content": None, "tool_calls": calls}


# --- a grammar of requests, most of them right

_TEXT: Final = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
_WORDS: Final = _TEXT.filter(lambda text: bool(text.strip()))
_PARTS: Final = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, _WORDS),
    st.just({"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}),
    st.just({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}),
    st.just({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
)
_USER: Final = st.builds(
    lambda content: {"role": "user", "content": content},
    _WORDS | st.lists(_PARTS, min_size=1, max_size=3),
)
_SYSTEM: Final = st.builds(
    lambda role, text: {"role": role, "content": text}, st.sampled_from(["system", "developer"]), _WORDS
)
_ASSISTANT: Final = st.builds(lambda text: {"role": "assistant", "content": text}, _WORDS)
_ARGUMENTS: Final = st.sampled_from(['{"place":"here"}', "{}", "", "[1]", "nonsense"])


@st.composite
def _rounds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A call of one tool or two, and what they answered; now and then an answer is missing."""
    ids = draw(st.lists(st.sampled_from(["call_a", "call_b", "call_c"]), min_size=1, max_size=2, unique=True))
    answered = draw(st.sampled_from([ids, ids, ids, ids[1:]]))
    results = [{"role": "tool", "tool_call_id": id_, "content": draw(_WORDS)} for id_ in answered]
    return [calling(*ids, arguments=draw(_ARGUMENTS)), *results]


_TURNS: Final = st.one_of(
    st.lists(st.one_of(_USER, _SYSTEM, _ASSISTANT), max_size=2),
    _rounds(),
)
_FIELDS: Final = st.fixed_dictionaries(
    {},
    optional={
        "max_tokens": st.sampled_from([1, 64, 0, -1, 10**9]),
        "max_completion_tokens": st.sampled_from([1, 512]),
        "temperature": st.sampled_from([0, 0.5, 1, 1.7, -0.1]),
        "top_p": st.sampled_from([0.5, 2]),
        "n": st.sampled_from([1, 1, 2]),
        "stop": st.sampled_from(["END", ["a", "b"], " ", []]),
        "stream": st.booleans(),
        "stream_options": st.sampled_from([{"include_usage": True}, {}, None]),
        "tool_choice": st.sampled_from(
            ["auto", "none", "required", {"type": "function", "function": {"name": "look"}}]
        ),
        "parallel_tool_calls": st.booleans(),
        "tools": st.sampled_from([[LOOK], [LOOK], [], [{"type": "function", "function": {"name": "a b"}}]]),
        "response_format": st.sampled_from(
            [
                {"type": "json_object"},
                {
                    "type": "json_schema",
                    "json_schema": {
                        "name": "x",
                        "schema": {"type": "object", "properties": {}, "additionalProperties": False},
                    },
                },
            ]
        ),
        "thinking": st.just({"type": "enabled", "budget_tokens": 2000}),
        "reasoning_effort": st.just("high"),
        "seed": st.integers(0, 9),
        "user": _TEXT,
        "logprobs": st.booleans(),
    },
)


@st.composite
def chats(draw: st.DrawFn) -> dict[str, Any]:
    """Any chat request of the grammar."""
    turns = [message for turn in draw(st.lists(_TURNS, max_size=3)) for message in turn]
    last = draw(_USER)
    return {"model": draw(st.sampled_from([MODEL, "gpt-4o"])), "messages": [*turns, last], **draw(_FIELDS)}
