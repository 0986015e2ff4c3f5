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
    message="{field}: cannot be combined with citations",
    source="documented in 2026-08, without its words",
    confidence="documentation",
)
def output_format(context: Context) -> Iterator[Violation]:
    """Citations are asked for beside an answer in a fixed form."""
    for field in context.format_fields:
        values: dict[str, object] = {"field": field}
        yield from (Violation(f"{pointer_of(block)}/citations", values) for block in _with_citations(context))


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


@rule(
    "citations.beyond_document",
    Stage.MESSAGES,
    "block:text",
    message="messages.{i}.content.{j}.citations.{k}: Start index {start} is beyond document length {length}",
    source="captured in 2026-09, of a fetched text",
)
def beyond_document(context: Context) -> Iterator[Violation]:
    """A citation that is handed back begins behind the end of its text document."""
    documents = sorted(context.conversation.blocks("document"), key=lambda block: block[:3])
    if not documents:
        return
    for block in context.conversation.blocks("text"):
        for k, citation in enumerate(block[4].get("citations") or ()):
            index = citation.get("document_index", len(documents))
            if citation["type"] != "char_location" or index >= len(documents):
                continue
            source = documents[index][4]["source"]
            start = citation["start_char_index"]
            if source["type"] == "text" and start >= len(source["data"]):
                at = {"i": block[0], "j": block[1], "k": k}
                values = {**at, "start": start, "length": len(source["data"])}
                yield Violation(f"{pointer_of(block)}/citations/{k}", values)
