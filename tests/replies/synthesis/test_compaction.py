"""Compaction comes by an edit or on demand, and what is handed back stands for what it summarizes."""

from __future__ import annotations

from typing import Any

import pytest

from mockapi.messages import is_tampered_signature, signs_other_content
from mockapi.replies.synthesis import RequestView, _tokens, input_tokens
from tests.support.shapes import SHAPES, body
from tests.support.synthesis import kinds, reply_to


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


def test_a_summary_on_demand_stands_alone() -> None:
    """Signed, with the changes of tools, not cut by max_tokens; one pass is told."""
    message = reply_to({**SHAPES["beta compaction on demand"], "max_tokens": 5})
    (block,) = message["content"]
    assert (block["type"], message["stop_reason"]) == ("compaction", "compaction")
    assert "3 turns" in block["content"]
    assert "Where were we?" in block["content"]
    assert block["tool_changes"] == []
    (only,) = message["usage"]["iterations"]
    assert only["type"] == "compaction"
    assert message["usage"]["output_tokens"] == only["output_tokens"] == _tokens.of_text(block["content"])


def test_the_signature_covers_the_summary() -> None:
    """The same words have the same signature as their own, others do not."""
    (block,) = reply_to(SHAPES["beta compaction on demand"])["content"]
    assert not is_tampered_signature(block["signature"])
    assert not signs_other_content(block["signature"], block["content"])
    assert signs_other_content(block["signature"], block["content"] + ".")
    assert not signs_other_content("c29tZWJvZHkgZWxzZQ==", "anything")
    assert not signs_other_content("not base64", "anything")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("tool_addition", "a")], [("tool_addition", "a")]),
        ([("tool_addition", "a"), ("tool_removal", "b")], [("tool_addition", "a"), ("tool_removal", "b")]),
        ([("tool_addition", "a"), ("tool_removal", "a")], [("tool_removal", "a")]),
        (
            [("tool_removal", "b"), ("tool_addition", "a"), ("tool_addition", "b")],
            [("tool_addition", "a"), ("tool_addition", "b")],
        ),
    ],
)
def test_a_summary_tells_the_last_change_of_each_tool(
    changes: list[tuple[str, str]], told: list[tuple[str, str]]
) -> None:
    """What was added and removed again is told by its last change."""

    def block(kind: str, name: str) -> dict[str, Any]:
        return {"type": kind, "tool": {"type": "tool_reference", "name": name}}

    request = {
        **SHAPES["beta compaction on demand"],
        "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "system", "content": [block(*change) for change in changes]},
            {"role": "user", "content": "And now?"},
        ],
    }
    (summary,) = reply_to(request)["content"]
    assert summary["tool_changes"] == [block(*change) for change in told]
    again = {**request, "messages": [{"role": "user", "content": [summary]}, *request["messages"][2:]]}
    (second,) = reply_to(again)["content"]
    assert second["tool_changes"] == summary["tool_changes"]
