"""A scripted reply as a plan: what it left out is made up, what it says stays."""

from __future__ import annotations

import json
from typing import Any

from mockapi.exchange import Request
from mockapi.replies.scripts import parse_script, plan_of
from mockapi.replies.synthesis import GenerationInput, Plan, view_of
from tests.support.each import each
from tests.support.server import message

MATERIAL = GenerationInput(
    view_of(Request("POST", "/v1/messages", body=json.dumps(message("hi")).encode())), 0
)
TEXT = {"type": "text", "text": "a"}
CALL = {"type": "tool_use", "name": "t", "input": {}}
SERVER_CALL = {"type": "server_tool_use", "name": "web_search", "input": {}}
MCP_CALL = {"type": "mcp_tool_use", "name": "t", "server_name": "s", "input": {}}
SEARCHED = {"type": "web_search_tool_result", "content": []}
MCP_RESULT = {"type": "mcp_tool_result", "content": []}


def plan(*blocks: dict[str, Any], number: int = 0, **members: Any) -> Plan:
    """The plan of a reply with these blocks; `members` are a message's."""
    reply = {"message": {"content": list(blocks), **members}} if members else {"blocks": list(blocks)}
    return plan_of(parse_script([reply], lambda _: b"").replies[0], MATERIAL, number)


def blocks_of(made: Plan) -> list[dict[str, Any]]:
    """The blocks of a plan."""
    return [part.block for part in made.parts]


@each(("call", "prefix"), [(CALL, "toolu_"), (SERVER_CALL, "srvtoolu_"), (MCP_CALL, "mcptoolu_")])
def test_a_call_without_an_id_gets_one_of_its_kind(call: dict[str, Any], prefix: str) -> None:
    """Another one in every reply and at every place; an id that is there stays."""
    one, two = blocks_of(plan(call, call))
    (again,) = blocks_of(plan(call, number=1))
    assert one["id"].startswith(prefix)
    assert len({one["id"], two["id"], again["id"]}) == 3
    assert blocks_of(plan(call | {"id": "mine"})) == [call | {"id": "mine"}]


def test_a_result_belongs_to_the_call_before_it() -> None:
    """Whatever stands between them; an id that is there stays, and a text has none."""
    first, _, result, second, other = blocks_of(plan(SERVER_CALL, TEXT, SEARCHED, MCP_CALL, MCP_RESULT))
    assert result == SEARCHED | {"tool_use_id": first["id"]}
    assert other == MCP_RESULT | {"tool_use_id": second["id"], "is_error": False}
    named = SEARCHED | {"tool_use_id": "mine"}
    failed = MCP_RESULT | {"tool_use_id": "mine", "is_error": True}
    assert blocks_of(plan(SERVER_CALL, named, failed, TEXT))[1:] == [named, failed, TEXT]


def test_what_is_sealed_gets_a_seal() -> None:
    """Thinking a signature, redacted thinking its data; those that are there stay."""
    thinking, redacted = {"type": "thinking", "thinking": "so"}, {"type": "redacted_thinking"}
    sealed, hidden = blocks_of(plan(thinking, redacted))
    assert (len(sealed["signature"]) > 50, len(hidden["data"]) > 50) == (True, True)
    assert sealed["signature"] != hidden["data"]
    own = [thinking | {"signature": "mine"}, redacted | {"data": "mine"}]
    assert blocks_of(plan(*own)) == own


def test_a_reply_ends_as_its_blocks_let_it() -> None:
    """Unless the script says why; then nothing of the request cuts it."""
    assert (plan(TEXT).stop_reason, plan(TEXT).uncut) == ("end_turn", False)
    assert plan(TEXT, CALL).stop_reason == "tool_use"
    assert plan(SERVER_CALL, SEARCHED).stop_reason == "end_turn"
    said = plan(TEXT, stop_reason="stop_sequence", stop_sequence="END", usage={"input_tokens": 5})
    assert (said.stop_reason, said.stop_sequence, said.uncut) == ("stop_sequence", "END", True)
    assert "usage" in dict(said.overrides)
    assert "stop_sequence" not in dict(said.overrides)


def test_what_server_tools_did_is_counted() -> None:
    """Searches and pages fetched, for the usage; code was run in a container."""
    fetched = {"type": "web_fetch_tool_result", "content": {}}
    made = plan(SERVER_CALL, SEARCHED, SEARCHED, fetched)
    assert (made.searches, made.fetches, made.container) == (2, 1, False)
    for kind in ("code_execution_tool_result", "bash_code_execution_tool_result"):
        assert plan(SERVER_CALL, {"type": kind, "content": {}}).container
