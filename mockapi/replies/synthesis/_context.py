"""Context management: what the edits of a request would have cleared.

    clear_tool_uses_20250919    from 100,000 input tokens (or its `trigger`): the results of all tool
                                calls but the last three (or `keep`), but not of `exclude_tools`
    clear_thinking_20251015     the thinking of all turns but the last (or `keep`; "all" clears none)

What was cleared is told in `context_management.applied_edits` and does not count as input. What lies
before a compaction block (`_compaction`) that is handed back does not count either. Source: the edits'
published defaults; an applied clearing edit was never recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.replies.synthesis import _tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.replies._request_view import Block, RequestView

CLEAR_TOOL_USES: Final = "clear_tool_uses_20250919"
CLEAR_THINKING: Final = "clear_thinking_20251015"
_TOOL_TRIGGER: Final = 100_000
_KEPT_USES: Final = 3
_KEPT_TURNS: Final = 1


def applied_edits(view: RequestView, input_tokens: int) -> list[dict[str, Any]]:
    """The edits that a request of so many input tokens brings about, as the reply tells them."""
    found = []
    for edit in edits_of(view):
        if edit.get("type") == CLEAR_TOOL_USES:
            uses, tokens = _cleared_uses(edit, view, input_tokens)
            if uses:
                told = {"cleared_tool_uses": uses, "cleared_input_tokens": tokens}
                found.append({"type": CLEAR_TOOL_USES, **told})
        elif edit.get("type") == CLEAR_THINKING:
            turns, tokens = _cleared_turns(edit, view)
            if turns:
                told = {"cleared_thinking_turns": turns, "cleared_input_tokens": tokens}
                found.append({"type": CLEAR_THINKING, **told})
    return found


def edits_of(view: RequestView) -> list[dict[str, Any]]:
    """The edits that a request asks for, of whatever type."""
    config = view.body.get("context_management")
    edits = config.get("edits") if isinstance(config, dict) else None
    return [edit for edit in edits if isinstance(edit, dict)] if isinstance(edits, list) else []


def _cleared_uses(edit: dict[str, Any], view: RequestView, input_tokens: int) -> tuple[int, int]:
    excluded = edit.get("exclude_tools")
    excluded = excluded if isinstance(excluded, list) else []
    results = list(_results(view))
    trigger = edit.get("trigger")
    by_uses = isinstance(trigger, dict) and trigger.get("type") == "tool_uses"
    if (len(results) if by_uses else input_tokens) < _tokens.setting(trigger, _TOOL_TRIGGER):
        return 0, 0
    keep = _tokens.setting(edit.get("keep"), _KEPT_USES)
    cleared = [
        _tokens.of_block(result)
        for name, result in results[: max(0, len(results) - keep)]
        if name not in excluded
    ]
    if sum(cleared) < _tokens.setting(edit.get("clear_at_least"), 0):
        return 0, 0
    return len(cleared), sum(cleared)


def _cleared_turns(edit: dict[str, Any], view: RequestView) -> tuple[int, int]:
    keep = edit.get("keep")
    if keep == "all" or (isinstance(keep, dict) and keep.get("type") == "all"):
        return 0, 0
    thinking = [
        sum(_tokens.of_block(block) for block in turn.blocks if block.get("type") == "thinking")
        for turn in view.turns
        if turn.role == "assistant" and any(block.get("type") == "thinking" for block in turn.blocks)
    ]
    cleared = thinking[: max(0, len(thinking) - _tokens.setting(keep, _KEPT_TURNS))]
    return len(cleared), sum(cleared)


def _results(view: RequestView) -> Iterator[tuple[str, Block]]:
    """The tool results of the conversation, each with its tool's name."""
    names: dict[Any, str] = {}
    for turn in view.turns:
        for block in turn.blocks:
            if block.get("type") == "tool_use":
                names[str(block.get("id"))] = str(block.get("name"))
            elif block.get("type") == "tool_result":
                yield names.get(str(block.get("tool_use_id")), ""), block
