"""Refused for how calls of tools and their results go together."""

from __future__ import annotations

from typing import Any

from tests.support.refused._case import (
    SONNET,
    Case,
    ask,
    assistant,
    call,
    image,
    result,
    system,
    text,
    tool,
    user,
)

_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
_SEARCHED = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "a"}}
_REMOVED = {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "look"}}
_CHANGES: dict[str, str | None] = {"anthropic-beta": "mid-conversation-tool-changes-2026-07-01"}
_FOUND = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}


def _round(*calls: Any, results: Any, **fields: Any) -> dict[str, Any]:
    return ask(user("Look"), assistant(*calls), user(*results), tools=[tool()], **fields)


def _searched_for(*names: str) -> list[dict[str, Any]]:
    """A search for tools that found these."""
    found = [{"type": "tool_reference", "tool_name": name} for name in names]
    content = {"type": "tool_search_tool_search_result", "tool_references": found}
    search = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "tool_search_tool_bm25", "input": {}}
    return [search, {"type": "tool_search_tool_result", "tool_use_id": "srvtoolu_1", "content": content}]


_SILENT = "messages.2.content.0.tool_result: content cannot be empty if `is_error` is true"
_OPEN = (
    "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each "
    "`tool_use` block must have a corresponding `tool_result` block in the next message."
)
_UNASKED = (
    "messages.{}: unexpected `tool_use_id` found in `tool_result` blocks: {}. Each `tool_result` block must "
    "have a corresponding `tool_use` block in the previous message."
)

CASES = (
    Case(
        "tool_use.without_result",
        _OPEN.format(1, "toolu_1, toolu_2"),
        _round(call("toolu_1"), call("toolu_2"), results=["Well?"]) | {"tools": [tool()]},
    ),
    Case(
        "tool_use.without_result",
        _OPEN.format(1, "toolu_2"),
        _round(call(), call("toolu_2"), results=[result()]),
    ),
    Case(
        "tool_use.without_result", _OPEN.format(1, "toolu_1"), _round(call(), text("so"), results=[result()])
    ),
    Case(
        "tool_use.without_result",
        _OPEN.format(1, "toolu_1"),
        ask(assistant(call()), user("b"), tools=[tool()]),
    ),
    Case(
        "tool_use.without_result",
        _OPEN.format(1, "toolu_2"),
        _round(call(), call("toolu_2"), results=[result(), text("so"), result("toolu_2")]),
    ),
    Case(
        "tool_use.without_result",
        _OPEN.format(1, "toolu_1"),
        ask(user("a"), assistant(call()), user("so"), user(result()), tools=[tool()]),
    ),
    Case(
        "tool_result.without_use", _UNASKED.format("0.content.1", "toolu_1"), ask(user("a"), user(result()))
    ),
    Case(
        "tool_result.without_use",
        _UNASKED.format("2.content.1", "toolu_9"),
        _round(call(), results=[result(), result("toolu_9")]),
    ),
    Case(
        "tool_use.unique_ids",
        "messages.1.content.1: `tool_use` ids must be unique",
        _round(call(), call(), results=[result()]),
    ),
    Case(
        "tool_result.duplicate",
        "messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks "
        "with id: toolu_1",
        _round(call(), results=[result(), result()]),
    ),
    Case(
        "tool_result.error_content",
        "messages.2.content.0.tool_result: all content must be type `text` if `is_error` is true",
        _round(call(), results=[result(content=[image()], is_error=True)]),
    ),
    Case("tool_result.error_empty", _SILENT, _round(call(), results=[result(content="", is_error=True)])),
    Case("tool_result.error_empty", _SILENT, _round(call(), results=[result(content=[], is_error=True)])),
    Case(
        "tool_reference.not_found",
        "Tool reference 'other' not found in available tools",
        _round(call(), results=[result(content=[{"type": "tool_reference", "tool_name": "other"}])]),
    ),
    Case(
        "tool_reference.not_found",
        "Tool reference 'other' not found in available tools",
        ask(user("a"), assistant(*_searched_for("look", "other")), user("b"), tools=[tool()]),
    ),
    Case(
        "tool_use.caller_not_found",
        "source tool `srvtoolu_9` not found for tool use block `toolu_1`",
        _round(
            call(caller={"type": "code_execution_20250825", "tool_id": "srvtoolu_9"}),
            results=[result()],
        ),
    ),
    Case(
        "server_tool.without_result",
        "messages.1: `web_search` tool use with id `srvtoolu_1` was found without a corresponding "
        "`web_search_tool_result` block",
        ask(user("a"), assistant(_SEARCHED, text("b")), user("c"), tools=[_SEARCH]),
    ),
    Case(
        "server_tool.without_result",
        "messages.1: `web_search` tool use with id `srvtoolu_1` was found without a corresponding "
        "`web_search_tool_result` block",
        ask(user("a"), assistant(text("b"), _SEARCHED), user("c"), tools=[_SEARCH]),
    ),
    Case(
        "server_tool.without_result",
        "messages.1: `web_search` tool use with id `srvtoolu_1` was found without a corresponding "
        "`web_search_tool_result` block",
        ask(user("a"), assistant(_SEARCHED, call()), user(result(), text("c")), tools=[_SEARCH, tool()]),
    ),
    Case(
        "server_tool.without_use",
        "messages.1.content.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: "
        "srvtoolu_1. Each `web_search_tool_result` block must have a corresponding `server_tool_use` block "
        "before it.",
        ask(user("a"), assistant(_FOUND, text("b")), user("c"), tools=[_SEARCH]),
    ),
    Case(
        "tool_change.outside_system",
        "messages.0.content: 'tool_addition'/'tool_removal' blocks are only permitted within role: "
        '"system" messages',
        ask(user(text("a"), _REMOVED), tools=[tool()]),
        headers=_CHANGES,
    ),
    Case(
        "tool_change.unsupported",
        "tool_addition/tool_removal is not supported on this model",
        ask(user("a"), system(_REMOVED), tools=[tool()], model=SONNET),
        headers=_CHANGES,
    ),
)
