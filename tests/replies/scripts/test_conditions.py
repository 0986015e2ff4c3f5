"""Conditions: which requests a scripted reply is for."""

from __future__ import annotations

import json
from typing import Any

from mockapi.exchange import Request
from mockapi.replies.scripts import parse_script
from mockapi.replies.synthesis import view_of
from tests.support.each import each
from tests.support.server import message

CALLS: dict[str, Any] = {
    "role": "assistant",
    "content": [
        {"type": "tool_use", "id": "toolu_1", "name": "get", "input": {}},
        {"type": "tool_use", "id": "toolu_2", "name": "put", "input": {}},
    ],
}
RESULTS: list[dict[str, Any]] = [
    {"type": "tool_result", "tool_use_id": "toolu_1", "content": "cloudy"},
    {"type": "tool_result", "tool_use_id": "toolu_2", "content": "failed badly", "is_error": True},
]
ASKED: dict[str, Any] = {
    **message("What is it?"),
    "system": "Be brief.",
    "tools": [{"name": "get", "input_schema": {"type": "object"}}, {"name": "put", "input_schema": {}}],
}
WITH_RESULTS = {**ASKED, "messages": [*ASKED["messages"], CALLS, {"role": "user", "content": RESULTS}]}
CASES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"model": "claude-opus-4-6"}, True),
    ({"model": "claude-opus-*"}, True),
    ({"model": "claude-haiku-*"}, False),
    ({"last_user_text": {"equals": "What is it?"}}, True),
    ({"last_user_text": {"equals": "What is"}}, False),
    ({"last_user_text": {"contains": "is it"}}, True),
    ({"last_user_text": {"contains": "Is it"}}, False),
    ({"last_user_text": {"matches": "^What .* it"}}, True),
    ({"last_user_text": {"matches": "^is"}}, False),
    ({"system": {"equals": "Be brief."}}, True),
    ({"system": {"contains": "long"}}, False),
    ({"tools": ["get"]}, True),
    ({"tools": ["get", "put"]}, True),
    ({"tools": ["get", "post"]}, False),
    ({"turn": 1}, True),
    ({"turn": 2}, False),
    ({"tool_results": True}, False),
    ({"tool_results": False}, True),
    ({"system": {"contains": "brief"}, "turn": 1, "tools": ["post"]}, False),
]
OF_RESULTS: list[tuple[Any, bool]] = [
    (True, True),
    (False, False),
    ({"tool": "get"}, True),
    ({"tool": "post"}, False),
    ({"text": {"contains": "bad"}}, True),
    ({"text": {"contains": "good"}}, False),
    ({"is_error": True}, True),
    ({"is_error": False}, True),
    ({"tool": "put", "is_error": True, "text": {"equals": "failed badly"}}, True),
    ({"tool": "get", "is_error": True}, False),
    ({"tool": "put", "is_error": False}, False),
    ({"tool": "get", "text": {"equals": "failed badly"}}, False),
]


def holds(when: dict[str, Any], body: dict[str, Any]) -> bool:
    """Whether a condition holds for the first request since the script was set."""
    (reply,) = parse_script([{"text": "a", "when": when}], lambda _: b"").replies
    view = view_of(Request("POST", "/v1/messages", body=json.dumps(body).encode()))
    return reply.when.holds(view, 1)


@each(("when", "wanted"), CASES)
def test_a_request_meets_a_condition(when: dict[str, Any], *, wanted: bool) -> None:
    """All of its parts."""
    assert holds(when, ASKED) is wanted


@each(("results", "wanted"), OF_RESULTS)
def test_one_result_has_to_meet_all_parts(results: Any, *, wanted: bool) -> None:
    """Two that meet a part each are not enough."""
    assert holds({"tool_results": results}, WITH_RESULTS) is wanted


def test_a_row_of_a_batch_is_found_by_its_id() -> None:
    """Patterns are those of file names; what is no row has no id, and a row is no turn."""
    (by_id,) = parse_script([{"text": "a", "when": {"custom_id": "row-*"}}], lambda _: b"").replies
    (by_turn,) = parse_script([{"text": "a", "when": {"turn": 1}}], lambda _: b"").replies
    view = view_of(Request("POST", "/v1/messages", body=json.dumps(ASKED).encode()))
    assert [by_id.when.holds(view, None, id_) for id_ in ("row-7", "other")] == [True, False]
    assert not by_id.when.holds(view, 1)
    assert not by_turn.when.holds(view, None, "row-7")


@each("id_", [None, [], {}, ["toolu_1"], 5])
def test_an_id_that_is_no_text_is_nobodys(id_: Any) -> None:
    """Without validation it comes as far as here."""
    odd = {**CALLS, "content": [{**CALLS["content"][0], "id": id_}, CALLS["content"][1]]}
    results: list[dict[str, Any]] = [RESULTS[0] | {"tool_use_id": id_}, RESULTS[1]]
    body = {**ASKED, "messages": [*ASKED["messages"], odd, {"role": "user", "content": results}]}
    assert holds({"tool_results": {"tool": "put"}}, body)
    assert not holds({"tool_results": {"tool": "post"}}, body)
