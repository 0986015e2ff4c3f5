"""A reply of a wanted kind and length, as far as the request allows it.

What the request asks for comes first: a prefill, a pause, a summary and a forced tool of the API's are
answered as ever (`_decide`), a forced choice calls a tool, an output schema is satisfied, and only tools
on offer are called. Within that the reply is of the wanted kind: so many calls, or a text. Its length is
made up with filler: in a call, inside of a string argument that may have any text; where there is none,
in the line before the calls; in an answer, behind its first sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from mockapi.replies.synthesis import _tokens, _words
from mockapi.replies.synthesis._calls import call, callable_tools
from mockapi.replies.synthesis._compaction import asks_for_summary, compaction
from mockapi.replies.synthesis._decide import answer, decide, shows_thinking, thought
from mockapi.replies.synthesis._plan import Plan, PlanPart, text_part
from mockapi.replies.synthesis.values import Unsatisfiable

if TYPE_CHECKING:
    from mockapi.messages import IdFactory
    from mockapi.replies._request_view import Block, RequestView
    from mockapi.replies._seeded import SeededChoices

_FREE: Final = frozenset({"type", "description", "title", "default", "examples", "minLength"})
"""Keywords of a string that may be as long as it likes."""
_PLAIN: Final = frozenset(
    {"type", "properties", "required", "additionalProperties", "description", "title", "$schema", "$defs"}
)
"""Keywords of arguments whose members do not depend on each other."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of reply is wanted.

    Attributes:
        calls: how many tools of the client's it calls.
        tokens: of the output, thinking included.
        thinking: how many of them are thinking, where the request has it on.
        stop_reason: why it stops; one that does not fit gives way.
    """

    calls: int
    tokens: int
    thinking: int = 0
    stop_reason: str = "end_turn"


def sized(wanted: Wanted, view: RequestView, dice: SeededChoices, ids: IdFactory) -> Plan:
    """The plan of a reply of the wanted kind and length.

    Args:
        wanted: what is wanted.
        view: the request, which comes first.
        dice: choose words and tools.
        ids: of tool calls.
    """
    forced = view.choice in {"any", "tool"}
    tools = _callable(view)
    if _has_its_own_way(view) or (forced and not tools):
        return decide(view, dice, ids)
    thinking = _thinking(wanted, view, dice)
    left = wanted.tokens - sum(part.tokens for part in thinking)
    calls = max(wanted.calls, 1) if forced else wanted.calls
    if not view.parallel:
        calls = min(calls, 1)
    if not calls or not tools:
        return _answered(wanted, left, thinking, view, dice)
    try:
        parts = _called(calls, left, tools, view, dice, ids)
    except Unsatisfiable:
        return decide(view, dice, ids)  # which says so
    return Plan((*thinking, *parts), stop_reason="tool_use")


def filler(count: int) -> str:
    """Plain English of exactly so many tokens; it begins with a blank."""
    text, ends = _prose()
    whole, rest = divmod(count, len(ends))
    return text * whole + text[: ends[rest - 1] if rest else 0]


@cache
def _prose() -> tuple[str, tuple[int, ...]]:
    """Prose that may be repeated, and where its tokens end."""
    text = "".join(f" {sentence}" for sentence in _words.FILLER)
    return text, tuple(_tokens.ends(text))


def _has_its_own_way(view: RequestView) -> bool:
    """Whether a request is answered in a way that leaves no choice of kind and length."""
    if view.paused or view.prefill or ("compaction" in view.body and asks_for_summary(view)):
        return True
    return "context_management" in view.body and compaction(view) is not None


def _callable(view: RequestView) -> list[Block]:
    if view.choice == "none":
        return []
    tools = callable_tools(view)
    return (
        [tool for tool in tools if tool.get("name") == view.chosen_tool] if view.choice == "tool" else tools
    )


def _thinking(wanted: Wanted, view: RequestView, dice: SeededChoices) -> tuple[PlanPart, ...]:
    if wanted.thinking < 1 or not view.thinking or view.choice in {"any", "tool"}:
        return ()
    return (thought(_text(_words.thoughts(view, dice), wanted.thinking), dice, shown=shows_thinking(view)),)


def _text(beginning: str, tokens: int) -> str:
    """A text of exactly so many tokens, at least one."""
    tokens = max(tokens, 1)
    there = _tokens.of_text(beginning)
    return beginning + filler(tokens - there) if there <= tokens else _tokens.first(beginning, tokens)


def _answered(
    wanted: Wanted, left: int, thinking: tuple[PlanPart, ...], view: RequestView, dice: SeededChoices
) -> Plan:
    plan = answer(view, dice)
    if view.output_schema is None:
        *before, last = plan.parts
        left -= sum(part.tokens for part in before)
        text = _text(last.block["text"], left)
        plan = Plan((*before, PlanPart(last.block | {"text": text})))
    stop, sequence, details = "end_turn", None, None
    if wanted.stop_reason == "stop_sequence" and view.stop_sequences:
        stop, sequence = "stop_sequence", dice.pick(view.stop_sequences)
    elif wanted.stop_reason == "refusal":
        stop, details = "refusal", {"type": "refusal", "category": None, "explanation": None}
    return Plan(
        (*thinking, *plan.parts),
        stop_reason=stop,
        stop_sequence=sequence,
        stop_details=details,
        hint=plan.hint,
    )


def _called(
    calls: int, left: int, tools: list[Block], view: RequestView, dice: SeededChoices, ids: IdFactory
) -> tuple[PlanPart, ...]:
    chosen = [dice.pick(tools) for _ in range(calls)]
    parts = [call(tool, view, dice, ids, number) for number, tool in enumerate(chosen, 1)]
    left -= sum(part.tokens for part in parts)
    said: tuple[PlanPart, ...] = ()
    if view.choice == "auto" and left > 0:
        line = _words.before_tools([part.block["name"] for part in parts[:3]])
        said = (text_part(_text(line, min(left, _tokens.of_text(line)))),)
        left -= said[0].tokens
    if left <= 0:
        return (*said, *parts)
    longer = _longer(chosen[-1], parts[-1].block, left)
    if longer is not None:
        return (*said, *parts[:-1], PlanPart(longer))
    if said:
        said = (text_part(said[0].block["text"] + filler(left)),)
    return (*said, *parts)


def _longer(tool: Block, block: Block, tokens: int) -> Block | None:
    """A call with so many tokens more in a string argument; None where no string may be longer."""
    schema = tool.get("input_schema")
    if not isinstance(schema, dict) or not schema.keys() <= _PLAIN:
        return None
    properties = schema.get("properties")
    for name, value in block["input"].items():
        kind: Any = properties.get(name) if isinstance(properties, dict) else None
        if (
            isinstance(value, str)
            and isinstance(kind, dict)
            and kind.get("type") == "string"
            and kind.keys() <= _FREE
        ):
            return block | {"input": block["input"] | {name: value + filler(tokens)}}
    return None
