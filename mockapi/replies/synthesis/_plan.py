"""What a reply says, before it is written: parts in order, and why it stops.

A `Plan` is a value without ids of the message, usage or bytes. Synthesis and scripts make plans,
`_cut` shortens them to the request's limits, `_writer` writes them; nothing else does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.replies.synthesis import _tokens

if TYPE_CHECKING:
    from mockapi.replies._request_view import Block

CALLS: Final = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
_CALL_TOKENS: Final = 12


class PlanPart(NamedTuple):
    """One content block and what its bytes do not show.

    Attributes:
        block: the block, whole.
        thought: what was thought, where the block shows less of it.
        written: the text of a tool's input where it was cut in the middle; None writes it all.
    """

    block: Block
    thought: str = ""
    written: str | None = None

    @property
    def tokens(self) -> int:
        """The output tokens that the part costs; what a server tool says is free."""
        kind = self.block.get("type")
        if kind == "text":
            return _tokens.of_prose(self.block["text"])
        if kind == "thinking":
            return _tokens.of_prose(self.thought or self.block["thinking"])
        if kind == "redacted_thinking":
            return len(self.block["data"]) // 8
        if kind == "compaction":
            return _tokens.of_text(self.block.get("content") or "")
        if kind in CALLS:
            written = self.written
            if written is None:
                return call_tokens(self.block["input"])
            return _CALL_TOKENS + _tokens.of_text(written)
        return 0


def call_tokens(arguments: Any) -> int:
    """The output tokens of a call."""
    return _CALL_TOKENS + _tokens.of_value(arguments)


@dataclass(slots=True)
class Plan:
    """A reply as it was decided. Nobody changes one; frozen, it would cost three times as much to make.

    Attributes:
        parts: the content.
        stop_reason: why it ends.
        stop_sequence: which of the request's sequences ended it.
        stop_details: what a refusal tells.
        container: whether code ran, so that the reply names a container.
        searches: how many web searches were made.
        fetches: how many pages were fetched.
        hint: for the header `x-mockapi-hint`: what could not be done as asked.
        overrides: members of the message that a script gave, which stand as they are.
        uncut: whether limits of the request do not shorten it.
        spent: the output tokens of a plan that was cut, which are all that the request allowed; None
            counts those of the parts.
    """

    parts: tuple[PlanPart, ...]
    stop_reason: str = "end_turn"
    stop_sequence: str | None = None
    stop_details: dict[str, Any] | None = None
    container: bool = False
    searches: int = 0
    fetches: int = 0
    hint: str = ""
    overrides: tuple[tuple[str, Any], ...] = ()
    uncut: bool = False
    spent: int | None = None
    _counted: tuple[int, int] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def tokens(self) -> tuple[int, int]:
        """The output tokens of the reply, and how many of them were spent on thinking."""
        # Counted when first asked for: a plan is often a step on the way to another one.
        if self._counted is None:
            total = thinking = 0
            for part in self.parts:
                tokens = part.tokens
                total += tokens
                if str(part.block.get("type")).endswith("thinking"):
                    thinking += tokens
            self._counted = total if self.spent is None else self.spent, thinking
        return self._counted

    def behind(self, *parts: PlanPart) -> Plan:
        """The same plan with these parts before its own."""
        # Not `replace`, which takes as long as deciding a short reply.
        return Plan(
            (*parts, *self.parts),
            self.stop_reason,
            self.stop_sequence,
            self.stop_details,
            self.container,
            self.searches,
            self.fetches,
            self.hint,
            self.overrides,
            self.uncut,
            self.spent,
        )


def text_part(text: str, citations: list[dict[str, Any]] | None = None) -> PlanPart:
    """A text block, cited or not."""
    block: Block = {"type": "text", "text": text}
    if citations:
        block = {"citations": citations, **block}
    return PlanPart(block)
