"""Summaries on demand: the request for one, and the signed block that is handed back.

The block stands first, in place of the messages it summarizes. Under the beta compact-2026-01-12 a block
without a signature follows the messages it summarizes instead, beside the strategy that made it. What
does not go with a request for a summary is documented; those refusals have no code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.messages import is_tampered_signature, signs_other_content
from mockapi.validation import _media
from mockapi.validation._conversation import Block, pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_BETA: Final = "compact-2026-09-04"
_STRATEGY: Final = "compact_20260112"


def _has_strategy(context: Context) -> bool:
    edits = (context.body.get("context_management") or {}).get("edits") or ()
    return any(edit["type"] == _STRATEGY for edit in edits)


def _signed(context: Context) -> list[Block]:
    """The blocks with a signature, in the order of the conversation."""
    blocks = context.conversation.blocks("compaction")
    return [block for block in blocks if block[4].get("content") and block[4].get("signature")]


def _at(block: Block) -> dict[str, object]:
    return {"i": block[0], "j": block[1]}


@rule(
    "compaction.unsupported",
    Stage.CONVERSATION,
    "compaction",
    message="'{model}' does not support the `compaction` parameter.",
    source="documented in 2026-09; the words by analogy with `speed`",
    confidence="documentation",
    models="the 4.5 family and older",
)
def unsupported(context: Context) -> Iterator[Violation]:
    """The model writes no summaries on demand."""
    if context.body["compaction"] and not context.known_model.compaction:
        yield Violation("/compaction", {"model": context.known_model.id})


@rule(
    "compaction.beside",
    Stage.CONVERSATION,
    "compaction",
    message="compaction: cannot be combined with `{field}`",
    source="documented in 2026-09, without its words",
    confidence="documentation",
)
def beside(context: Context) -> Iterator[Violation]:
    """A request for a summary holds what would do nothing there."""
    body = context.body
    if not body["compaction"]:
        return
    found = [field for field in ("context_management", "stop_sequences") if body.get(field)]
    found += context.format_fields
    if context.forces_tool:
        found.append("tool_choice")
    for field in found:
        yield Violation("/" + field.replace(".", "/"), {"field": field})


@rule(
    "compaction.task_budget",
    Stage.CONVERSATION,
    "output_config",
    message="output_config.task_budget.remaining: cannot be combined with compaction",
    source="documented in 2026-09, without its words",
    confidence="documentation",
)
def task_budget(context: Context) -> Iterator[Violation]:
    """The rest of a task's budget is named beside a summary, or a request for one."""
    budget = (context.body["output_config"] or {}).get("task_budget") or {}
    if budget.get("remaining") is not None and (context.body.get("compaction") or _signed(context)):
        yield Violation("/output_config/task_budget/remaining")


@rule(
    "compaction.nothing_to_summarize",
    Stage.CONVERSATION,
    "compaction",
    message="messages: there is no `user` or `assistant` content to summarize",
    source="documented in 2026-09, its code with it, without its words",
    confidence="documentation",
    code="compaction_nothing_to_summarize",
)
def nothing_to_summarize(context: Context) -> Iterator[Violation]:
    """A summary is asked for, and no message of the user or the assistant has content."""
    messages = context.conversation.messages
    if context.body["compaction"] and not any(m["content"] and m["role"] != "system" for m in messages):
        yield Violation("/messages")


@rule(
    "compaction.incomplete_turn",
    Stage.CONVERSATION,
    "compaction",
    message="messages.{i}: the last `assistant` turn has tool calls without results; "
    "send their `tool_result` blocks before the conversation is summarized",
    source="documented in 2026-09; the code is that of the official client, the words are ours",
    confidence="documentation",
    code="compaction_incomplete_turn",
)
def incomplete_turn(context: Context) -> Iterator[Violation]:
    """A summary is asked for while a tool call waits for its result."""
    turns = context.conversation.turns
    if context.body["compaction"] and turns and turns[-1].role == "assistant" and turns[-1].calls:
        yield Violation(f"/messages/{turns[-1].first}", {"i": turns[-1].index})


@rule(
    "compaction.ambiguous",
    Stage.CONVERSATION,
    "block:compaction",
    message="messages.{i}.content.{j}: only one `compaction` block with content may be sent; send the newest",
    source="documented in 2026-09; the code is that of the official client, the words are ours",
    confidence="documentation",
    code="compaction_block_ambiguous",
)
def ambiguous(context: Context) -> Iterator[Violation]:
    """Two signed summaries stand in one conversation."""
    yield from (Violation(pointer_of(block), _at(block)) for block in _signed(context)[1:])


@rule(
    "compaction.misplaced",
    Stage.CONVERSATION,
    "block:compaction",
    message="messages.{i}.content.{j}: `compaction` block must be sent first, in place of the messages it "
    "summarizes; remove those messages",
    source="quoted twice in 2026-10, the code with it",
    confidence="maintainer",
    code="compaction_block_misplaced",
)
def misplaced(context: Context) -> Iterator[Violation]:
    """Something stands before a signed summary."""
    for block in _signed(context):
        if block[:2] != (0, 0):
            yield Violation(pointer_of(block), _at(block))


@rule(
    "compaction.threshold",
    Stage.CONVERSATION,
    "block:compaction",
    message="context_management: the `compact_20260112` strategy cannot run on a request that carries a "
    "signed `compaction` block",
    source="documented in 2026-09, without its words",
    confidence="documentation",
)
def threshold(context: Context) -> Iterator[Violation]:
    """A signed summary stands beside the strategy that makes unsigned ones."""
    if _has_strategy(context) and _signed(context):
        yield Violation("/context_management/edits")


@rule(
    "compaction.needs_strategy",
    Stage.CONTEXT,
    "block:compaction",
    message="messages.{i}.content.{j}: `compaction` blocks require a "
    "`compact_20260112` strategy in `context_management.edits`.",
    source="live probe of 2026-09, quoted in 2026-10",
)
def needs_strategy(context: Context) -> Iterator[Violation]:
    """A compaction block is handed back without the strategy that made it."""
    if _BETA in context.names or _has_strategy(context):
        return
    for block in context.conversation.blocks("compaction"):
        yield Violation(pointer_of(block), _at(block))


@rule(
    "compaction.signature",
    Stage.CONTEXT,
    "block:compaction",
    message="messages.{i}.content.{j}: a `compaction` block with `content` requires its `signature`",
    source="live probe of 2026-09, quoted without its path",
    confidence="maintainer",
)
def signature_missing(context: Context) -> Iterator[Violation]:
    """Under the beta compact-2026-09-04 a compaction block comes without its signature."""
    if _BETA not in context.names or _has_strategy(context):
        return
    for block in context.conversation.blocks("compaction"):
        if block[4].get("content") and not block[4].get("signature"):
            yield Violation(pointer_of(block), _at(block))


@rule(
    "compaction.signature_invalid",
    Stage.CONTEXT,
    "block:compaction",
    message="messages.{i}.content.{j}: Invalid `signature` in `compaction` block",
    source="documented in 2026-09, its code with it; the words by analogy with thinking",
    confidence="documentation",
    code="compaction_signature_invalid",
    hint="A signature has to come from a reply; one made by mockapi will do.",
)
def signature_invalid(context: Context) -> Iterator[Violation]:
    """A summary's signature was altered, or cannot be one that the API made."""
    for block in _signed(context):
        signature = block[4]["signature"]
        if not _media.is_sealed(signature) or is_tampered_signature(signature):
            yield Violation(f"{pointer_of(block)}/signature", _at(block))


@rule(
    "compaction.content_mismatch",
    Stage.CONTEXT,
    "block:compaction",
    message="messages.{i}.content.{j}: the `content` of a `compaction` block does not match its `signature`",
    source="documented in 2026-09, its code with it, without its words",
    confidence="documentation",
    code="compaction_content_mismatch",
    hint="Hand the block back as it came; the signature covers its text.",
)
def content_mismatch(context: Context) -> Iterator[Violation]:
    """A summary's text was altered after the API signed it."""
    for block in _signed(context):
        if signs_other_content(block[4]["signature"], block[4]["content"]):
            yield Violation(f"{pointer_of(block)}/content", _at(block))
