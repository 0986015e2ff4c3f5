"""Messages as replies of some month had them: which members there are, and what they tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockapi.exchange import Request
from mockapi.messages import IdFactory
from mockapi.replies.synthesis import Plan, PlanPart, view_of
from mockapi.replies.synthesis._cache import Usage
from mockapi.replies.synthesis._periods import NEWEST_MONTH, SINCE, form_of
from mockapi.replies.synthesis._writer import message_of
from tests.support.each import each
from tests.support.server import message

USAGE = Usage(plain=10, read=4, written_5m=2, written_1h=1)
TEXT = PlanPart({"type": "text", "text": "a"})
THINKING = PlanPart({"type": "thinking", "thinking": "so", "signature": "s"})
CALL = PlanPart({"type": "tool_use", "id": "toolu_1", "name": "t", "input": {}})
OLD, FOURTH, FIFTH = "claude-opus-4-6", "claude-opus-4-6", "claude-sonnet-5"


def written(month: str = NEWEST_MONTH, *parts: PlanPart, model: str = FOURTH, **body: Any) -> dict[str, Any]:
    """The message of a plan in some month; `body` is more of the request."""
    view = view_of(
        Request("POST", "/v1/messages", body=json.dumps({**message("hi"), "model": model, **body}).encode())
    )
    plan = Plan(parts=parts or (TEXT,), stop_reason="end_turn", container="container" in body)
    return message_of(plan, view, USAGE, IdFactory(1), 0, form_of(month))


def before(member: str) -> str:
    """The month before a member came."""
    year, month = map(int, SINCE[member].split("-"))
    return f"{year - (month == 1)}-{month - 1 or 12:02}"


USAGE_MEMBERS: dict[str, dict[str, Any]] = {
    "cache_counts": {"cache_creation_input_tokens": 3, "cache_read_input_tokens": 4},
    "service_tier": {"service_tier": "standard"},
    "cache_creation": {"cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 1}},
    "inference_geo": {"inference_geo": "global"},
    "thinking_tokens_all": {"output_tokens_details": {"thinking_tokens": 0}},
}


@each("member", USAGE_MEMBERS)
def test_usage_tells_what_it_told_then(member: str) -> None:
    """From the month in which the member came."""
    wanted = USAGE_MEMBERS[member]
    new, old = written(SINCE[member])["usage"], written(before(member))["usage"]
    assert {key: new.get(key) for key in wanted} == wanted
    assert not wanted.keys() & old.keys()
    assert (new["input_tokens"], old["input_tokens"]) == (10, 10)


@each(
    ("month", "model", "part", "is_told"),
    [
        (before("thinking_tokens"), FIFTH, THINKING, False),
        (SINCE["thinking_tokens"], FOURTH, THINKING, True),
        (SINCE["thinking_tokens"], FIFTH, TEXT, False),
        (SINCE["thinking_tokens_new"], FIFTH, TEXT, True),
        (SINCE["thinking_tokens_new"], FOURTH, TEXT, False),
        (SINCE["thinking_tokens_new"], FOURTH, THINKING, True),
        (SINCE["thinking_tokens_all"], FOURTH, TEXT, True),
    ],
)
def test_tokens_of_thinking_came_in_three_steps(
    month: str, model: str, part: PlanPart, *, is_told: bool
) -> None:
    """With a thinking block, for the fifth generation, always."""
    usage = written(month, part, TEXT, model=model)["usage"]
    assert ("output_tokens_details" in usage) is is_told


def test_calls_have_a_caller_since_then() -> None:
    """One that the plan names stays; before, none has."""
    named = PlanPart(CALL.block | {"caller": {"type": "code"}})
    result = PlanPart({"type": "web_search_tool_result", "tool_use_id": "x", "content": [], "caller": {}})
    new = written(SINCE["caller"], CALL, named, TEXT, result)["content"]
    assert [block.get("caller") for block in new] == [{"type": "direct"}, {"type": "code"}, None, {}]
    old = written(before("caller"), CALL, named, TEXT, result)["content"]
    assert not any("caller" in block for block in old)
    assert old[0] == CALL.block


@pytest.mark.parametrize("member", ["stop_details", "empty_members"])
def test_members_of_the_message_came_one_by_one(member: str) -> None:
    """Null where there is nothing to tell."""
    keys = {"stop_details"} if member == "stop_details" else {"container", "diagnostics"}
    new, old = written(SINCE[member]), written(before(member))
    assert [new[key] for key in keys] == [None] * len(keys)
    assert not keys & old.keys()


def test_the_newest_form_is_that_of_now() -> None:
    """Whoever names no month gets it."""
    view = view_of(Request("POST", "/v1/messages", body=json.dumps(message("hi")).encode()))
    plan = Plan(parts=(TEXT,), stop_reason="end_turn")
    assert message_of(plan, view, USAGE, IdFactory(1), 0) == written()
    assert list(message_of(plan, view, USAGE, IdFactory(1), 0)) == list(written())


@each(
    ("asked", "told"),
    [
        ("container_1", {"id": "container_1"}),
        ({"id": "container_1"}, {"id": "container_1"}),
        (
            {"skills": [{"skill_id": "a", "type": "custom", "version": "2"}, {"skill_id": "b"}, 5]},
            {
                "skills": [
                    {"skill_id": "a", "type": "custom", "version": "2"},
                    {"skill_id": "b", "type": "anthropic", "version": "latest"},
                ]
            },
        ),
    ],
)
def test_a_container_is_the_one_that_was_asked_for(asked: Any, told: dict[str, Any]) -> None:
    """With its skills; without an id it gets one."""
    container = written(container=asked)["container"]
    assert container["id"].startswith("container_")
    assert container["expires_at"]
    assert {key: container.get(key) for key in told} == told
    assert ("skills" in container) == ("skills" in told)


@each("speed", ["standard", "fast", "slow", None])
def test_the_speed_that_was_asked_for_is_told(speed: str | None) -> None:
    """If the API knows it."""
    usage = written(speed=speed)["usage"]
    assert usage.get("speed") == (speed if speed in ("standard", "fast") else None)
