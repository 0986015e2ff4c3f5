"""Cache diagnostics name what kept a request from the prompt cache of the one before it."""

from __future__ import annotations

from typing import Any

import pytest

from mockapi import jsontext
from mockapi.exchange import Request
from mockapi.messages import dump
from mockapi.replies.synthesis import History, synthesized

FIRST: dict[str, Any] = {
    "model": "claude-opus-4-7",
    "max_tokens": 64,
    "system": [{"type": "text", "text": "Be brief. " * 50, "cache_control": {"type": "ephemeral"}}],
    "tools": [{"name": "look", "input_schema": {"type": "object"}}],
    "tool_choice": {"type": "none"},
    "messages": [{"role": "user", "content": "Hello there"}],
    "diagnostics": {"previous_message_id": None},
}
LATER = [
    *FIRST["messages"],
    {"role": "assistant", "content": "Hello."},
    {"role": "user", "content": [{"type": "text", "text": "Go on", "cache_control": {"type": "ephemeral"}}]},
]


def ask(body: dict[str, Any], history: History) -> tuple[dict[str, Any], History]:
    """The message that answers a body, and the history after it."""
    request = Request("POST", "/v1/messages", "", ((b"anthropic-beta", b"x"),), dump(body))
    reply, after = synthesized(request, 0, history, 1.7e9)
    return dict(jsontext.parse(reply.body)), after


def reason(**changed: Any) -> Any:
    """Why a second request, changed in some members, missed the cache of the first."""
    message, history = ask(FIRST, History())
    assert message["diagnostics"] is None
    second = {**FIRST, "messages": LATER, **changed}
    second.setdefault("diagnostics", {})
    second["diagnostics"] = {"previous_message_id": changed.get("previous", message["id"])}
    second.pop("previous", None)
    diagnostics = ask(second, history)[0]["diagnostics"]
    return diagnostics and diagnostics["cache_miss_reason"]


def test_a_conversation_that_only_grew_has_nothing_to_tell() -> None:
    """Breakpoints may move."""
    assert reason() is None
    assert reason(system=[{"type": "text", "text": "Be brief. " * 50}]) is None


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"model": "claude-opus-4-6"}, "model_changed"),
        ({"speed": "fast"}, "model_changed"),
        ({"tools": []}, "tools_changed"),
        ({"system": "Be long."}, "system_changed"),
        ({"messages": [{"role": "user", "content": "Hello again"}, *LATER[1:]]}, "messages_changed"),
        ({"messages": []}, "messages_changed"),
        ({"thinking": {"type": "adaptive"}}, "unavailable"),
        ({"previous": "msg_nobody"}, "previous_message_not_found"),
        ({"model": "claude-opus-4-6", "system": "Be long.", "tools": []}, "model_changed"),
    ],
)
def test_each_reason_is_named(changed: dict[str, Any], kind: str) -> None:
    """The first thing that differs, in the order of the prompt."""
    found = reason(**changed)
    assert found["type"] == kind
    counted = kind not in ("unavailable", "previous_message_not_found")
    assert ("cache_missed_input_tokens" in found) == counted
    if counted:
        assert found["cache_missed_input_tokens"] > 0


def test_a_request_that_does_not_ask_is_told_nothing_and_forgotten() -> None:
    """The member is null, and its message cannot be compared with."""
    plain = {key: value for key, value in FIRST.items() if key != "diagnostics"}
    message, history = ask(plain, History())
    assert message["diagnostics"] is None
    assert history.prompts == {}


def test_only_the_latest_prompts_are_remembered() -> None:
    """A thousand, the oldest go first."""
    message, history = ask(FIRST, History())
    full = History(
        1, history.cache, {f"msg_{number}": history.prompts[message["id"]] for number in range(1000)}
    )
    _, after = ask(FIRST, full)
    assert len(after.prompts) == 1000
    assert "msg_0" not in after.prompts
    assert "msg_999" in after.prompts
