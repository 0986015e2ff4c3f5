"""Context management: edits are told and taken off, compaction comes and goes."""

from __future__ import annotations

from typing import Any

from mockapi.replies.synthesis import RequestView, _tokens, applied_edits, input_tokens
from tests.support.shapes import SHAPES, body
from tests.support.synthesis import kinds, reply_to


def test_cleared_tool_uses_are_told_and_do_not_count() -> None:
    """Two of three results go, and their tokens with them."""
    request = SHAPES["beta tool uses cleared"]
    message = reply_to(request)
    (edit,) = message["context_management"]["applied_edits"]
    assert (edit["type"], edit["cleared_tool_uses"]) == ("clear_tool_uses_20250919", 2)
    whole = input_tokens(
        RequestView({key: value for key, value in request.items() if key != "context_management"})
    )
    assert message["usage"]["input_tokens"] == whole - edit["cleared_input_tokens"]


def test_an_edit_below_its_trigger_clears_nothing() -> None:
    """The default is 100,000 input tokens."""
    request = {
        **SHAPES["beta tool uses cleared"],
        "context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]},
    }
    assert reply_to(request)["context_management"] == {"applied_edits": []}


def test_thinking_of_older_turns_is_cleared() -> None:
    """All turns but the last, unless all are kept."""
    turn = {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm, well.", "signature": "x"}]}
    messages = [{"role": "user", "content": "Hi"}, turn, {"role": "user", "content": "Hi"}, turn]

    def edits(**keep: Any) -> list[dict[str, Any]]:
        managed = {"edits": [{"type": "clear_thinking_20251015", **keep}]}
        return applied_edits(RequestView({"messages": messages, "context_management": managed}), 100)

    assert edits()[0]["cleared_thinking_turns"] == 1
    assert edits(keep={"type": "thinking_turns", "value": 0})[0]["cleared_thinking_turns"] == 2
    assert edits(keep={"type": "thinking_turns", "value": 2}) == []
    assert edits(keep="all") == edits(keep={"type": "all"}) == []


def test_a_long_conversation_is_compacted() -> None:
    """A summary first, then the answer; its passes are told apart."""
    message = reply_to(SHAPES["beta compaction"])
    assert kinds(message) == ["compaction", "text"]
    summary, answer = message["usage"]["iterations"]
    assert (summary["type"], answer["type"]) == ("compaction", "message")
    assert summary["input_tokens"] > 50_000
    assert message["usage"]["output_tokens"] == answer["output_tokens"]
    assert answer["output_tokens"] == _tokens.of_text(message["content"][1]["text"])
    paused = reply_to(SHAPES["beta compaction with a pause"])
    assert (kinds(paused), paused["stop_reason"]) == (["compaction"], "compaction")


def test_a_compaction_that_is_handed_back_replaces_what_was_before() -> None:
    """So the next reply is not compacted again."""
    request = SHAPES["beta compaction"]
    content = reply_to(request)["content"]
    turns = [
        *request["messages"],
        {"role": "assistant", "content": content},
        {"role": "user", "content": "Go on"},
    ]
    assert kinds(reply_to({**request, "messages": turns})) == ["text"]
    assert input_tokens(RequestView({**body(), "messages": turns})) < 200
