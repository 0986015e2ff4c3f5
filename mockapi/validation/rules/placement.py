"""Which blocks may stand in whose messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.validation._conversation import pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context


@rule(
    "placement.tool_use",
    Stage.PLACEMENT,
    "block:tool_use",
    message="messages.{i}: `tool_use` blocks can only be in `assistant` messages",
    source="quoted in 2026-09",
    confidence="maintainer",
)
def tool_use(context: Context) -> Iterator[Violation]:
    """A tool call stands in a message of the user."""
    for block in context.conversation.blocks("tool_use"):
        if block[3] == "user":
            yield Violation(pointer_of(block), {"i": block[0]})


@rule(
    "placement.tool_result",
    Stage.PLACEMENT,
    "block:tool_result",
    message="messages.{i}: `tool_result` blocks can only be in `user` messages",
    source="measured in 2026-08",
)
def tool_result(context: Context) -> Iterator[Violation]:
    """A tool's result stands in a message of the assistant."""
    for block in context.conversation.blocks("tool_result"):
        if block[3] == "assistant":
            yield Violation(pointer_of(block), {"i": block[0]})


@rule(
    "placement.thinking",
    Stage.PLACEMENT,
    "block:thinking",
    "block:redacted_thinking",
    message="messages.{i}.content: thinking blocks may only be in `assistant` messages",
    source="recorded in 2026-04",
)
def thinking(context: Context) -> Iterator[Violation]:
    """Thinking stands in a message of the user."""
    for block in context.conversation.blocks("thinking", "redacted_thinking"):
        if block[3] == "user":
            yield Violation(pointer_of(block), {"i": block[0]})


@rule(
    "placement.assistant",
    Stage.PLACEMENT,
    "block:image",
    "block:container_upload",
    message="messages.{i}.content: '{kind}' blocks are not permitted within assistant turns",
    source="quoted in 2026-09",
    confidence="maintainer",
)
def assistant(context: Context) -> Iterator[Violation]:
    """An image or a file for the container stands in a message of the assistant."""
    for block in context.conversation.blocks("image", "container_upload"):
        if block[3] == "assistant" and block[2] < 0:
            yield Violation(pointer_of(block), {"i": block[0], "kind": block[4]["type"]})


@rule(
    "placement.document",
    Stage.PLACEMENT,
    "block:document",
    message="messages.{i}.content: 'document' blocks are not permitted within assistant turns",
    source="the migration guide to 2026-10-21 says that it is refused; the words by analogy",
    confidence="documentation",
    versions=("2026-10-21",),
)
def document(context: Context) -> Iterator[Violation]:
    """A document stands directly in a message of the assistant."""
    if "2026-10-21" not in context.names:
        return
    for block in context.conversation.blocks("document"):
        if block[3] == "assistant" and block[2] < 0:
            yield Violation(pointer_of(block), {"i": block[0]})


@rule(
    "placement.citations",
    Stage.PLACEMENT,
    "block:text",
    message="messages.{i}.content.{j}.text.citations: Extra inputs are not permitted",
    source="the migration guide to 2026-10-21 says that it is refused; the words by analogy",
    confidence="documentation",
    versions=("2026-10-21",),
)
def citations(context: Context) -> Iterator[Violation]:
    """A text of the user carries citations."""
    if "2026-10-21" not in context.names:
        return
    for block in context.conversation.blocks("text"):
        if block[3] == "user" and block[4].get("citations"):
            yield Violation(f"{pointer_of(block)}/citations", {"i": block[0], "j": block[1]})


@rule(
    "tool_change.outside_system",
    Stage.PLACEMENT,
    "block:tool_addition",
    "block:tool_removal",
    message="messages.{i}.content: 'tool_addition'/'tool_removal' blocks are only permitted within "
    'role: "system" messages',
    source="recorded in 2026-09",
)
def change_outside_system(context: Context) -> Iterator[Violation]:
    """A change of the tools stands outside of a system message."""
    for i, _, _, role, _ in context.conversation.blocks("tool_addition", "tool_removal"):
        if role != "system":
            yield Violation(f"/messages/{i}/content", {"i": i})


@rule(
    "tool_change.unsupported",
    Stage.PLACEMENT,
    "block:tool_addition",
    "block:tool_removal",
    message="tool_addition/tool_removal is not supported on this model",
    source="told in 2026-07 to 2026-10 by people who asked the API",
    models="Sonnet 5",
    confidence="maintainer",
)
def change_unsupported(context: Context) -> Iterator[Violation]:
    """The model's tools cannot change within a conversation."""
    if not context.known_model.tool_changes:
        for block in context.conversation.blocks("tool_addition", "tool_removal"):
            yield Violation(pointer_of(block))
