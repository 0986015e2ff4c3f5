"""Compaction: a summary that stands for the turns before it.

    an edit       `compact_20260112` in `context_management`: from 150,000 input tokens (or its
                  `trigger`) the reply begins with a summary, and ends with it under
                  `pause_after_compaction`
    on demand     the member `compaction`: the reply is the summary alone, signed, with what the
                  turns changed about the tools

A signature covers the summary's text and the tool changes: a block that is handed back with others
shows (`is_altered`). Sources: recorded compactions of 2026 for the edit; for the summary on demand the
types of the official client, no reply of which was seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.jsontext import canonical_value
from mockapi.messages import content_nonce
from mockapi.replies.synthesis import _tokens
from mockapi.replies.synthesis._context import edits_of
from mockapi.replies.synthesis._plan import Plan, PlanPart

if TYPE_CHECKING:
    from mockapi.replies._request_view import Block, RequestView
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis._cache import Usage

COMPACT: Final = "compact_20260112"
_TRIGGER: Final = 150_000
_CHANGES: Final = ("tool_addition", "tool_removal")


def compaction(view: RequestView) -> tuple[PlanPart, bool] | None:
    """The compaction block of an edit and whether the reply ends with it; None without one."""
    edit = next((edit for edit in edits_of(view) if edit.get("type") == COMPACT), None)
    if edit is None or _tokens.input_tokens(view) < _tokens.setting(edit.get("trigger"), _TRIGGER):
        return None
    # Clients that accumulate a stream add `encrypted_content`, so the JSON form has it too.
    block = {"type": "compaction", "content": _summary(view), "encrypted_content": None}
    return PlanPart(block), edit.get("pause_after_compaction") is True


def asks_for_summary(view: RequestView) -> bool:
    """Whether the request wants a summary and nothing else."""
    config = view.body.get("compaction")
    return isinstance(config, dict) and config.get("type") == "summarize"


def summary(view: RequestView, dice: SeededChoices) -> Plan:
    """The summary on demand; the request's limits do not cut it, because a part of it could not be used."""
    content, changes = _summary(view), _tool_changes(view)
    block = {
        "type": "compaction",
        "content": content,
        "encrypted_content": None,
        "signature": dice.fork("seal").signature(content_nonce(content)),
        "tool_changes": changes,
    }
    return Plan((PlanPart(block),), stop_reason="compaction", uncut=True)


def iterations(parts: tuple[PlanPart, ...], usage: Usage) -> list[dict[str, Any]]:
    """The sampling passes of a reply with a compaction: the summary's, then the answer's.

    The usage of the whole reply is that of the last pass.
    """
    written = sum(part.tokens for part in parts if part.block.get("type") == "compaction")
    answer = sum(part.tokens for part in parts) - written
    passes = [_pass("compaction", usage.total, written)]
    if any("signature" in part.block for part in parts if part.block.get("type") == "compaction"):
        return passes  # on demand: nothing is sampled after the block
    return [*passes, _pass("message", written if answer else 0, answer)]


def _pass(kind: str, read: int, written: int) -> dict[str, Any]:
    return {
        "input_tokens": read,
        "output_tokens": written,
        "cache_read_input_tokens": 0,
        "cache_creation_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "type": kind,
    }


def _summary(view: RequestView) -> str:
    said = f"mockapi summarized {len(view.turns)} turns. The latest asks: {view.subject()}"
    return f"<summary>\n{said}\n</summary>"


def _tool_changes(view: RequestView) -> list[Block]:
    """The last change of each tool, in the order of the conversation."""
    last: dict[bytes, Block] = {}
    for turn in view.turns:
        for block in turn.blocks:
            handed_back = block.get("tool_changes") if block.get("type") == "compaction" else None
            for change in handed_back if isinstance(handed_back, list) else (block,):
                if isinstance(change, dict) and change.get("type") in _CHANGES:
                    name = canonical_value(_named(change.get("tool"))) or b""
                    last.pop(name, None)
                    last[name] = {"type": change["type"], "tool": change.get("tool")}
    return list(last.values())


def _named(tool: Any) -> Any:
    """What a change is about, however it is written: the names alone."""
    if not isinstance(tool, dict):
        return tool
    definition = tool.get("definition")
    named = definition if isinstance(definition, dict) else tool
    return {key: named[key] for key in ("name", "mcp_server_name", "server_name") if key in named}
