"""Context management: edits are told and taken off."""

from __future__ import annotations

from typing import Any

from mockapi.replies.synthesis import RequestView, applied_edits, input_tokens
from tests.support.shapes import SHAPES
from tests.support.synthesis import reply_to


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
