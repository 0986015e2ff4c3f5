"""Citations: which models have them, and what they do not go with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.validation._conversation import Block, pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_CITED: Final = ("document", "search_result")


def _enabled(block: dict[str, Any]) -> bool:
    return bool((block.get("citations") or {}).get("enabled"))


def _with_citations(context: Context) -> list[Block]:
    return [block for block in context.conversation.blocks(*_CITED) if _enabled(block[4])]


@rule(
    "citations.unsupported",
    Stage.MESSAGES,
    "block:document",
    "block:search_result",
    message="'{model}' does not support citations.",
    source="recorded in 2025-06",
    models="Haiku 3",
)
def unsupported(context: Context) -> Iterator[Violation]:
    """The model cites nothing."""
    if not context.known_model.citations:
        values: dict[str, object] = {"model": context.known_model.id}
        yield from (Violation(f"{pointer_of(block)}/citations", values) for block in _with_citations(context))


@rule(
    "citations.output_format",
    Stage.OUTPUT,
    "block:document",
    "block:search_result",
    message="output_config.format: cannot be combined with citations",
    source="documented in 2026-08, without its words",
    confidence="documentation",
)
def output_format(context: Context) -> Iterator[Violation]:
    """Citations are asked for beside an answer in a fixed form."""
    wanted = (context.body.get("output_config") or {}).get("format") or context.body.get("output_format")
    if wanted:
        yield from (Violation(f"{pointer_of(block)}/citations") for block in _with_citations(context))


@rule(
    "search_result.mixed",
    Stage.MESSAGES,
    "block:search_result",
    message="messages.{i}.content.{j}.tool_result.content: `search_result` blocks cannot be mixed with other "
    "block types",
    source="documented in 2026-08, without its words",
    confidence="documentation",
)
def mixed(context: Context) -> Iterator[Violation]:
    """A tool's result holds search results beside something else."""
    for block in context.conversation.blocks("tool_result"):
        content = block[4].get("content")
        kinds = {part["type"] for part in content} if isinstance(content, list) else set()
        if "search_result" in kinds and len(kinds) > 1:
            yield Violation(f"{pointer_of(block)}/content", {"i": block[0], "j": block[1]})
