"""Context management, containers, MCP servers, metadata."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_CLEAR: Final = "clear_thinking_20251015"
_COMPACT: Final = "compact_20260112"
_SKILLS: Final = frozenset({"skills-2025-10-02", "2026-10-21"})
MIN_TRIGGER: Final = 50_000


def _edits(context: Context) -> list[dict[str, Any]]:
    config = context.body.get("context_management") or {}
    edits: list[dict[str, Any]] = config.get("edits") or []
    return edits


@rule(
    "metadata.email",
    Stage.METADATA,
    "metadata",
    message="metadata.user_id: user_id appears to contain an email address. "
    "Please send a uuid or hash value instead.",
    source="recorded in 2025-04; its last word is our guess",
    confidence="maintainer",
)
def email(context: Context) -> Iterator[Violation]:
    """metadata.user_id is an e-mail address."""
    user = (context.body["metadata"] or {}).get("user_id")
    if user and "@" in user and _EMAIL.search(user):  # the search is slow without an @
        yield Violation("/metadata/user_id")


@rule(
    "billing.profile_required",
    Stage.METADATA,
    "billing_policy",
    message="billing_policy: `bill_to` is `user_profile`; name the profile in `anthropic-user-profile-id`",
    source="the code and its condition are those of the official client; the words are ours",
    confidence="documentation",
    code="user_profile_required",
)
def profile_required(context: Context) -> Iterator[Violation]:
    """A user profile is to be billed, and none is named."""
    policy = context.body["billing_policy"] or {}
    if policy.get("bill_to") == "user_profile" and not context.headers.profile:
        yield Violation("/billing_policy/bill_to")


@rule(
    "context.clear_thinking_first",
    Stage.CONTEXT,
    "context_management",
    message="context_management: `clear_thinking_20251015` must be the first strategy in "
    "`context_management.edits` when provided",
    source="live probe of 2026-09",
)
def clear_thinking_first(context: Context) -> Iterator[Violation]:
    """Thinking is cleared after something else."""
    for index, edit in enumerate(_edits(context)):
        if edit["type"] == _CLEAR and index:
            yield Violation(f"/context_management/edits/{index}")


@rule(
    "context.clear_thinking",
    Stage.CONTEXT,
    "context_management",
    message="`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive",
    source="recorded in 2026-08",
    models="models that do not think unless asked",
)
def clear_thinking(context: Context) -> Iterator[Violation]:
    """clear_thinking requires thinking."""
    asks = "enabled" in context.known_model.thinking or "adaptive" not in context.known_model.thinking
    if context.thinks or (context.thinking is None and not asks):
        return
    for index, edit in enumerate(_edits(context)):
        if edit["type"] == _CLEAR:
            yield Violation(f"/context_management/edits/{index}")


@rule(
    "context.compact_unsupported",
    Stage.CONTEXT,
    "context_management",
    message="'{model}' does not support the 'compact_20260112' context management strategy.",
    source="quoted in 2026-10; the recorded model list",
    confidence="maintainer",
    models="the 4.5 family and older",
)
def compact_unsupported(context: Context) -> Iterator[Violation]:
    """The model cannot compact."""
    if context.known_model.compaction:
        return
    for index, edit in enumerate(_edits(context)):
        if edit["type"] == _COMPACT:
            yield Violation(f"/context_management/edits/{index}", {"model": context.known_model.id})


@rule(
    "context.compact_trigger",
    Stage.CONTEXT,
    "context_management",
    message="context_management.edits.{i}.compact_20260112: trigger.value must be at least 50000",
    source="live probe of 2026-09",
)
def compact_trigger(context: Context) -> Iterator[Violation]:
    """Compaction starts too early."""
    for index, edit in enumerate(_edits(context)):
        trigger = edit.get("trigger")
        if edit["type"] == _COMPACT and trigger and trigger["value"] < MIN_TRIGGER:
            yield Violation(f"/context_management/edits/{index}/trigger/value", {"i": index})


@rule(
    "mcp.unreferenced",
    Stage.CONTEXT,
    "mcp_servers",
    message="MCP server '{name}' is defined but not referenced by any `mcp_toolset` in `tools`.",
    source="recorded in 2026-09; the beta of 2025-04 had no toolsets",
)
def unreferenced(context: Context) -> Iterator[Violation]:
    """An MCP server has no toolset."""
    if "mcp-client-2025-04-04" in context.names:
        return
    used = {tool.get("mcp_server_name") for tool in context.body.get("tools") or ()}
    for index, server in enumerate(context.body["mcp_servers"]):
        if server["name"] not in used:
            yield Violation(f"/mcp_servers/{index}", {"name": server["name"]})


@rule(
    "container.object",
    Stage.CONTAINER,
    "container",
    message="container: Input should be a valid string",
    source="captured in 2026-04 under the beta of code execution alone",
    hint="An object needs the header anthropic-beta: skills-2025-10-02; without it name the id.",
)
def container_object(context: Context) -> Iterator[Violation]:
    """A container is an object, and no header says that it may have skills."""
    if isinstance(context.body["container"], dict) and _SKILLS.isdisjoint(context.names):
        yield Violation("/container")


@rule(
    "container.pending",
    Stage.CONTAINER,
    "block:server_tool_use",
    message="container_id is required when there are pending tool uses generated by code "
    "execution with tools.",
    source="recorded in 2026-04, twice",
)
def pending(context: Context) -> Iterator[Violation]:
    """Code that waits for a tool is handed back without the container it runs in."""
    container = context.body.get("container")
    if (container.get("id") if isinstance(container, dict) else container) is not None:
        return
    turns = context.conversation.turns
    if len(turns) < 2 or not turns[-1].results:
        return
    calls = [block for _, _, block in turns[-2].blocks() if block["type"] == "tool_use"]
    if any((call.get("caller") or {}).get("tool_id") for call in calls):
        yield Violation("/container")


@rule(
    "container.skills",
    Stage.CONTAINER,
    "container",
    message="container: skills can only be used when a code execution tool is enabled",
    source="quoted in 2026-04",
    confidence="maintainer",
)
def skills(context: Context) -> Iterator[Violation]:
    """Skills have nothing to run in."""
    container = context.body["container"]
    if isinstance(container, dict) and container.get("skills") and not context.tools.runs_code:
        yield Violation("/container/skills")


@rule(
    "container.without_code",
    Stage.CONTAINER,
    "container",
    message="container: Container identifier can only be provided when using the code execution tool",
    source="137 live calls of 2026-08, recorded elsewhere too",
)
def without_code(context: Context) -> Iterator[Violation]:
    """A container is named, but nothing runs in it."""
    container = context.body["container"]
    named = container.get("id") if isinstance(container, dict) else container
    if named is not None and not context.tools.runs_code:
        yield Violation("/container")
