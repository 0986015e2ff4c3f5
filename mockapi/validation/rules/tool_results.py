"""Tool calls and their results: each call has one result, in the next turn, and each result has its call.

That a request without tools may not hold calls was quoted in 2026-09; recordings show such
requests answered, so there is no rule for it. Indices count turns (see `_conversation`): a recorded
refusal names `messages.0.content.1` for the second of two user messages. Calls and results of
server tools stay in the assistant's turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi.validation._conversation import pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context


@rule(
    "tool_use.unique_ids",
    Stage.MESSAGES,
    "block:tool_use",
    message="messages.{i}.content.{j}: `tool_use` ids must be unique",
    source="recorded in 2026-02; a recording of 2026-08 repeats an id in a later turn",
)
def unique_ids(context: Context) -> Iterator[Violation]:
    """Two tool calls of one message have one id; in a later message an id may come again."""
    seen: set[tuple[int, str]] = set()
    for block in context.conversation.blocks("tool_use"):
        call = (block[0], block[4]["id"])
        if call in seen:
            yield Violation(pointer_of(block), {"i": block[0], "j": block[1]})
        seen.add(call)


@rule(
    "tool_use.without_result",
    Stage.MESSAGES,
    "block:tool_use",
    message="messages.{i}: `tool_use` ids were found without `tool_result` blocks immediately after: {ids}. "
    "Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
    source="recorded in 2025-08 and 2026-05; results after something else: told in 2026-09, and documented",
)
def without_result(context: Context) -> Iterator[Violation]:
    """A tool call has no result where the next turn begins, or the assistant went on talking after it."""
    turns = context.conversation.turns
    for position, turn in enumerate(turns):
        if not turn.calls or turn.role != "assistant":
            continue
        following = turns[position + 1].results if position + 1 < len(turns) else ()
        answered = {call for leading, (place, _, _, call) in enumerate(following) if place == leading}
        open_ = turn.calls if turn.talks_on else [call for call in turn.calls if call not in answered]
        if open_:
            yield Violation(
                f"/messages/{turn.first}", {"i": turn.index, "ids": ", ".join(dict.fromkeys(open_))}
            )


@rule(
    "tool_result.without_use",
    Stage.MESSAGES,
    "block:tool_result",
    message="messages.{i}.content.{j}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. "
    "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.",
    source="recorded in 2025-12 and 2026-01",
)
def without_use(context: Context) -> Iterator[Violation]:
    """A tool's result answers no call of the turn before."""
    calls: set[str] = set()
    for turn in context.conversation.turns:
        if turn.role == "user":
            for place, i, j, call in turn.results:
                if call not in calls:
                    values = {"i": turn.index, "j": place, "id": call}
                    yield Violation(f"/messages/{i}/content/{j}/tool_use_id", values)
        calls = set(turn.calls)


@rule(
    "tool_result.duplicate",
    Stage.MESSAGES,
    "block:tool_result",
    message="messages.{i}.content.{j}: each tool_use must have a single result. "
    "Found multiple `tool_result` blocks with id: {id}",
    source="recorded in 2025-12",
)
def duplicate(context: Context) -> Iterator[Violation]:
    """A tool call has two results."""
    for turn in context.conversation.turns:
        if len(turn.results) < 2:
            continue
        seen: set[str] = set()
        for place, i, j, call in turn.results:
            if call in seen:
                yield Violation(f"/messages/{i}/content/{j}", {"i": turn.index, "j": place, "id": call})
            seen.add(call)


@rule(
    "tool_result.error_content",
    Stage.MESSAGES,
    "block:tool_result",
    message="messages.{i}.content.{j}.tool_result: all content must be type `text` if `is_error` is true",
    source="quoted in 2026-03 without its path",
    confidence="maintainer",
)
def error_content(context: Context) -> Iterator[Violation]:
    """A failed tool's result holds something other than text."""
    for block in context.conversation.blocks("tool_result"):
        result = block[4]
        content = result.get("content")
        if result.get("is_error") and isinstance(content, list) and any(c["type"] != "text" for c in content):
            yield Violation(pointer_of(block), {"i": block[0], "j": block[1]})


@rule(
    "tool_result.error_empty",
    Stage.MESSAGES,
    "block:tool_result",
    message="messages.{i}.content.{j}.tool_result: content cannot be empty if `is_error` is true",
    source="told in 2026-02 by people who asked the API",
    confidence="maintainer",
)
def error_empty(context: Context) -> Iterator[Violation]:
    """A failed tool's result says nothing."""
    for block in context.conversation.blocks("tool_result"):
        if block[4].get("is_error") and block[4].get("content") in ("", []):
            yield Violation(pointer_of(block), {"i": block[0], "j": block[1]})


@rule(
    "tool_reference.not_found",
    Stage.MESSAGES,
    "block:tool_reference",
    "block:tool_search_tool_result",
    message="Tool reference '{name}' not found in available tools",
    source="recorded in 2026-07; for results of the API's own search documented in 2026-08",
)
def reference_not_found(context: Context) -> Iterator[Violation]:
    """A tool that a search found is not among the tools."""
    if any("toolset" in kind for kind in context.tools.types):
        return  # the tools of a toolset have names that the request does not say
    for block in context.conversation.blocks("tool_reference"):
        name = block[4]["tool_name"]
        if name not in context.tools.names:
            yield Violation(pointer_of(block), {"name": name})
    for block in context.conversation.blocks("tool_search_tool_result"):
        for place, found in enumerate(block[4]["content"].get("tool_references") or ()):
            name = found["tool_name"]
            if name not in context.tools.names:
                pointer = f"{pointer_of(block)}/content/tool_references/{place}/tool_name"
                yield Violation(pointer, {"name": name})


@rule(
    "tool_reference.mixed",
    Stage.MESSAGES,
    "block:tool_reference",
    message="Tool definitions/code execution functions cannot be mixed with other content",
    source="captured in 2026-09, 14 times",
)
def reference_mixed(context: Context) -> Iterator[Violation]:
    """A tool's result holds references to tools and something else."""
    for block in context.conversation.blocks("tool_result"):
        content = block[4].get("content")
        if isinstance(content, list) and len({part["type"] == "tool_reference" for part in content}) > 1:
            yield Violation(f"{pointer_of(block)}/content")


@rule(
    "tool_use.caller_not_found",
    Stage.MESSAGES,
    "block:tool_use",
    message="source tool `{source}` not found for tool use block `{id}`",
    source="recorded in 2026-09",
)
def caller_not_found(context: Context) -> Iterator[Violation]:
    """A tool call names code that is not in the history."""
    known: set[str] | None = None
    for block in context.conversation.blocks("tool_use"):
        source = block[4].get("caller")
        caller = source.get("tool_id") if source else None
        if caller is None:
            continue
        if known is None:
            known = {call[4]["id"] for call in context.conversation.blocks("server_tool_use")}
        if caller not in known:
            yield Violation(f"{pointer_of(block)}/caller", {"source": caller, "id": block[4]["id"]})


def _result_type(name: str) -> str:
    """The type of the block that answers a server tool of this name."""
    return "tool_search_tool_result" if name.startswith("tool_search_tool_") else f"{name}_tool_result"


def _is_server_result(block: dict[str, Any]) -> bool:
    kind = block["type"]
    return kind.endswith("_tool_result") and kind not in {"mcp_tool_result", "tool_result"}


@rule(
    "server_tool.without_result",
    Stage.MESSAGES,
    "block:server_tool_use",
    message="messages.{i}: `{name}` tool use with id `{id}` was found "
    "without a corresponding `{result}` block",
    source="recorded in 2026-02; documented for a text after the results in 2026-08",
)
def server_without_result(context: Context) -> Iterator[Violation]:
    """A server tool's call has no result, and the conversation went on without it."""
    turns = context.conversation.turns
    results_alone = turns[-1].size == len(turns[-1].results)
    answered = {
        block["tool_use_id"] for turn in turns for _, _, block in turn.blocks() if _is_server_result(block)
    }
    for position, turn in enumerate(turns):
        waiting = bool(turn.calls) and (results_alone or position == len(turns) - 1)
        last = position >= len(turns) - (2 if waiting else 1)  # a paused turn, or code that waits for a tool
        for place, (i, j, block) in enumerate(turn.blocks()):
            if block["type"] != "server_tool_use" or block["id"] in answered:
                continue
            if last and (waiting or place == turn.size - 1):
                continue
            values = {
                "i": turn.index,
                "name": block["name"],
                "id": block["id"],
                "result": _result_type(block["name"]),
            }
            yield Violation(f"/messages/{i}/content/{j}", values)


@rule(
    "server_tool.without_use",
    Stage.MESSAGES,
    "server_result",
    message="messages.{i}.content.{j}: unexpected `tool_use_id` found in `{kind}` blocks: {id}. "
    "Each `{kind}` block must have a corresponding `server_tool_use` block before it.",
    source="recorded in 2026-06",
)
def server_without_use(context: Context) -> Iterator[Violation]:
    """A server tool's result answers no call."""
    known: set[str] = set()
    for turn in context.conversation.turns:
        for place, (i, j, block) in enumerate(turn.blocks()):
            if block["type"] == "server_tool_use":
                known.add(block["id"])
            elif _is_server_result(block) and block["tool_use_id"] not in known:
                values = {"i": turn.index, "j": place, "kind": block["type"], "id": block["tool_use_id"]}
                yield Violation(f"/messages/{i}/content/{j}", values)
