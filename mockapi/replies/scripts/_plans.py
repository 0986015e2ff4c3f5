"""A scripted reply to a plan: what it left out is made up, the way synthesis makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.messages import IdFactory, IdKind
from mockapi.replies.synthesis import Plan, PlanPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.replies._request_view import Block
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.scripts._script import Scripted
    from mockapi.replies.synthesis import GenerationInput

_KINDS: Final[Mapping[str, IdKind]] = {
    "tool_use": IdKind.TOOL_USE,
    "server_tool_use": IdKind.SERVER_TOOL_USE,
    "mcp_tool_use": IdKind.MCP_TOOL_USE,
}
_RUN_IN_CONTAINER: Final = "code_execution_tool_result"


def plan_of(reply: Scripted, material: GenerationInput, number: int) -> Plan:
    """The plan of a scripted reply.

    Args:
        reply: as the script has it.
        material: of the request; fills what the script left out.
        number: of the reply in its session, so that a repeated one has ids of its own.
    """
    dice = material.dice.fork(f"script:{number}")
    ids = IdFactory(dice.number(64))
    parts = []
    call_id = ""
    for place, block in enumerate(reply.blocks, 1):
        made = _completed(block, dice, ids, place, call_id)
        call_id = made["id"] if made["type"] in _KINDS else call_id
        parts.append(PlanPart(made))
    kinds = [part.block["type"] for part in parts]
    members = dict(reply.members)
    sequence, details = members.pop("stop_sequence", None), members.pop("stop_details", None)
    return Plan(
        parts=tuple(parts),
        stop_reason=reply.stop_reason or ("tool_use" if "tool_use" in kinds else "end_turn"),
        stop_sequence=sequence,
        stop_details=details,
        container=any(kind.endswith(_RUN_IN_CONTAINER) for kind in kinds),
        searches=kinds.count("web_search_tool_result"),
        fetches=kinds.count("web_fetch_tool_result"),
        overrides=tuple(members.items()),
        uncut=reply.stop_reason is not None,
    )


def _completed(block: Block, dice: SeededChoices, ids: IdFactory, place: int, call_id: str) -> Block:
    kind = block["type"]
    if kind in _KINDS and "id" not in block:
        return block | {"id": ids.make(_KINDS[kind], place)}
    if kind.endswith("_tool_result"):
        made = block if "tool_use_id" in block else block | {"tool_use_id": call_id}
        return made if kind != "mcp_tool_result" or "is_error" in made else made | {"is_error": False}
    if kind == "thinking" and "signature" not in block:
        return block | {"signature": dice.fork(f"seal:{place}").signature()}
    if kind == "redacted_thinking" and "data" not in block:
        return block | {"data": dice.fork(f"seal:{place}").signature()}
    return block
