"""A recorded chat completion is shown as the message that it is."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import reply_of, summarize
from mockapi.cassettes._chats import chat_reply
from tests.support.cassettes import HELLO, interaction

LOOK = {"name": "look", "arguments": '{"place":"here"}'}
USAGE = {"completion_tokens": 7, "prompt_tokens": 5, "total_tokens": 12}
SHOWN = {
    "id": "msg_1",
    "model": "claude-sonnet-5",
    "content": [
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"place": "here"}},
    ],
    "stop_reason": "tool_calls",
    "usage": {"input_tokens": 5, "output_tokens": 7},
}


def _whole() -> bytes:
    call = {"id": "toolu_1", "type": "function", "function": LOOK}
    answer = {"role": "assistant", "content": "I look.", "tool_calls": [call]}
    choice = {"index": 0, "message": answer, "finish_reason": "tool_calls"}
    told = {"id": "msg_1", "choices": [choice], "model": "claude-sonnet-5", "object": "chat.completion"}
    return orjson.dumps({**told, "usage": USAGE})


def _chunk(delta: Any, reason: str | None = None, **more: Any) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    told = {"id": "msg_1", "choices": choices, "model": "claude-sonnet-5", "object": "chat.completion.chunk"}
    return b"data: " + orjson.dumps({**told, **more}) + b"\n\n"


def _call(**members: Any) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, **members}]}


def test_a_completion() -> None:
    """Text, calls, why it ended and what it used."""
    recorded = interaction(HELLO, _whole())
    assert reply_of(recorded) == SHOWN
    assert summarize(recorded) == "claude-sonnet-5: Hello -> I look. [tool_use look] (tool_calls)"


def test_a_stream() -> None:
    """Its chunks add up to the same."""
    chunks = (
        _chunk({"role": "assistant"}),
        _chunk({"content": "I "}),
        _chunk({"content": "look."}),
        _chunk(_call(id="toolu_1", type="function", function={"name": "look", "arguments": ""})),
        _chunk(_call(function={"arguments": LOOK["arguments"][:5]})),
        _chunk(_call(function={"arguments": LOOK["arguments"][5:]})),
        _chunk({}, "tool_calls"),
        _chunk(None, usage=USAGE),
        b"data: [DONE]\n\n",
    )
    assert reply_of(interaction(HELLO, b"".join(chunks))) == SHOWN
    broken = reply_of(interaction(HELLO, b"".join(chunks[:5])))
    assert broken["stop_reason"] is None
    assert broken["content"][1]["input"] == LOOK["arguments"][:5]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "delta", "message", "tool_calls", "function", "content", "usage"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["chat.completion", "chat.completion.chunk"]), st.sampled_from([b"", b"data: "]))
def test_any_json_is_shown_or_left(value: Any, kind: str, field: bytes) -> None:
    """Whatever a recording holds, nothing breaks."""
    members = value if isinstance(value, dict) else {"choices": value}
    body = orjson.dumps({"object": kind, **members})
    chat_reply(field + body + b"\n\n")


def test_what_is_no_chat_is_left() -> None:
    """Messages, other JSON and other streams."""
    for body in (b"", b"{}", b"data: x\n\n", b'["chat.completion"]', b'data: "chat.completion.chunk"\n\n'):
        assert chat_reply(body) is None
