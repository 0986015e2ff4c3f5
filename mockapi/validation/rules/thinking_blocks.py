"""Thinking blocks that are handed back.

While a round of tool calls is open, the assistant's turn that began it starts with thinking if
thinking is enabled with a budget. With adaptive thinking it need not have any, so nothing is
asked. A signature that mockapi made is verified; of the API's own ones only the form can be judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.messages import is_tampered_signature
from mockapi.validation import _media
from mockapi.validation._conversation import MessageTurn, pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_KINDS: Final = ("thinking", "redacted_thinking")


def _is_intact(signature: str) -> bool:
    """Whether mockapi made a signature as it stands, or the API may have made it."""
    return _media.is_sealed(signature) and not is_tampered_signature(signature)


def _first_kind(turn: MessageTurn) -> str:
    """The type of a turn's first block; empty for an empty turn."""
    return next((str(block["type"]) for _, _, block in turn.blocks()), "")


def _starts_with_thinking(turn: MessageTurn) -> bool:
    return _first_kind(turn) in _KINDS


@rule(
    "thinking.first_block",
    Stage.MESSAGES,
    "thinking:enabled",
    message="messages.{i}.content.0: If an assistant message contains any thinking blocks, the first block "
    "must be `thinking` or `redacted_thinking`. Found `{kind}`.",
    source="recorded in 2026-01",
)
def first_block(context: Context) -> Iterator[Violation]:
    """Thinking follows something else in a turn of the assistant."""
    if not context.conversation.has(*_KINDS):
        return
    for turn in context.conversation.turns:
        if turn.role != "assistant" or _starts_with_thinking(turn):
            continue
        if any(block["type"] in _KINDS for _, _, block in turn.blocks()):
            kind = _first_kind(turn)
            yield Violation(f"/messages/{turn.first}/content/0", {"i": turn.index, "kind": kind})


@rule(
    "thinking.must_start",
    Stage.MESSAGES,
    "thinking:enabled",
    message="messages.{i}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{kind}`. "
    "When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding "
    "the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks "
    "from previous turns. To avoid this requirement, disable `thinking`. Please consult our documentation "
    "at https://platform.claude.com/docs/en/build-with-claude/extended-thinking",
    source="recorded in 2026-01",
    models="models that think with a budget",
)
def must_start(context: Context) -> Iterator[Violation]:
    """A round of tool calls, or a prefill, does not start with thinking."""
    turns = context.conversation.turns
    position = len(turns) - 1
    if position >= 0 and turns[position].role == "user":
        if not turns[position].results:
            return
        position -= 1
    final = position
    while position >= 0 and turns[position].role == "assistant":
        if _starts_with_thinking(turns[position]):
            return
        before = turns[position - 1] if position else None
        if before is None or len(before.results) < before.size:
            break
        position -= 2
    if final >= 0 and turns[final].role == "assistant" and turns[final].size:
        turn = turns[final]
        kind = _first_kind(turn)
        yield Violation(f"/messages/{turn.first}/content", {"i": turn.index, "kind": kind})


@rule(
    "thinking.final_without",
    Stage.MESSAGES,
    "block:thinking",
    "block:redacted_thinking",
    message="messages.{i}.content.{j}: When thinking is disabled, an `assistant` message in the final "
    "position cannot contain `{kind}`. To use thinking blocks, enable `thinking` in your request.",
    source="recorded in 2025-07",
    models="models that take a prefill",
)
def final_without(context: Context) -> Iterator[Violation]:
    """The last message is the assistant's and holds thinking, but thinking is off."""
    last = len(context.conversation.messages) - 1
    if context.thinks or not context.known_model.prefill:
        return
    for block in context.conversation.blocks(*_KINDS):
        if block[0] == last and block[3] == "assistant":
            yield Violation(pointer_of(block), {"i": block[0], "j": block[1], "kind": block[4]["type"]})


@rule(
    "thinking.empty",
    Stage.MESSAGES,
    "block:thinking",
    message="messages.{i}.content.{j}.thinking: each thinking block must contain thinking",
    source="quoted in 2026-08 and 2026-09; an empty text under a valid signature is taken",
    confidence="maintainer",
)
def empty(context: Context) -> Iterator[Violation]:
    """A thinking block has neither text nor signature."""
    for block in context.conversation.blocks("thinking"):
        if not block[4]["thinking"] and not block[4]["signature"]:
            yield Violation(pointer_of(block), {"i": block[0], "j": block[1]})


@rule(
    "thinking.signature",
    Stage.MESSAGES,
    "block:thinking",
    message="messages.{i}.content.{j}: Invalid `signature` in `thinking` block",
    source="recorded in 2025-10; live probes of 2026-09",
    hint="A signature has to come from a reply; one made by mockapi will do.",
)
def signature(context: Context) -> Iterator[Violation]:
    """A thinking block's signature was altered, or cannot be one that the API made."""
    for block in context.conversation.blocks("thinking"):
        if not _is_intact(block[4]["signature"]):
            yield Violation(f"{pointer_of(block)}/signature", {"i": block[0], "j": block[1]})


@rule(
    "thinking.redacted_data",
    Stage.MESSAGES,
    "block:redacted_thinking",
    message="messages.{i}.content.{j}: Invalid `data` in `redacted_thinking` block",
    source="recorded in 2026-09",
    hint="The data has to come from a reply; that of a reply made by mockapi will do.",
)
def redacted_data(context: Context) -> Iterator[Violation]:
    """A redacted thinking block's data was altered, or cannot be what the API made."""
    for block in context.conversation.blocks("redacted_thinking"):
        if not _is_intact(block[4]["data"]):
            yield Violation(f"{pointer_of(block)}/data", {"i": block[0], "j": block[1]})
