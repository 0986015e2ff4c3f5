"""What plain questions have besides their words: tools of the client's, and thinking.

A loop or a test asks with the same tools again and again, so what follows from them alone is worked out once
for all that have the same: which are called, how their arguments are made, and how many tokens they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from mockapi.replies._request_view import RequestView, name_of
from mockapi.replies.synthesis import _words
from mockapi.replies.synthesis._calls import dice_of, has_schema_of_its_own, object_schema
from mockapi.replies.synthesis._decide import shows_thinking, thinks, tools_to_use
from mockapi.replies.synthesis._plan import text_part
from mockapi.replies.synthesis._tokens import input_tokens
from mockapi.replies.synthesis.values import Attempt, Unsatisfiable, first_attempt

if TYPE_CHECKING:
    from mockapi.replies._request_view import Block
    from mockapi.replies.synthesis._plan import PlanPart

_LONGEST: Final = 100_000
"""Bytes of what is worked out anew each time."""


class PlainTool(NamedTuple):
    """A tool that is called.

    Attributes:
        name: of it.
        label: of the dice that choose its arguments.
        make: makes these.
    """

    name: str
    label: str
    make: Attempt


class Offer(NamedTuple):
    """What follows from all that a plain question has but its words.

    Attributes:
        tokens: of its input, the words, the system prompt and the constants left out.
        thinks: whether the reply begins with thinking.
        shown: whether that is told in words.
        tools: that are called.
        said: what announces the calls, with its tokens.
    """

    tokens: int = 0
    thinks: bool = False
    shown: bool = True
    tools: tuple[PlainTool, ...] = ()
    said: tuple[tuple[PlanPart, int], ...] = ()


_NOTHING: Final = Offer()
_BARE: Final = input_tokens(RequestView({}))


def offer_of(body: dict[str, Any]) -> Offer | None:
    """The offer of a plain question; None where more has to be looked at."""
    if "tools" not in body and "thinking" not in body:
        return _NOTHING
    rest = {key: value for key, value in body.items() if key not in {"messages", "system"}}
    try:
        text = orjson.dumps(rest)
    except TypeError:  # nested too deeply
        return None
    return _remembered(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=64)
def _remembered(text: bytes) -> Offer | None:
    view = RequestView(orjson.loads(text))
    if b'"cache_control"' in text:
        return None
    tools = []
    for number, tool in enumerate(tools_to_use(view), 1):
        made = _plain_tool(tool, number)
        if made is None:
            return None
        tools.append(made)
    said: tuple[tuple[PlanPart, int], ...] = ()
    if tools and view.choice == "auto":
        part = text_part(_words.before_tools([tool.name for tool in tools]))
        said = ((part, part.tokens),)
    return Offer(input_tokens(view) - _BARE, thinks(view), shows_thinking(view), tuple(tools), said)


def _plain_tool(tool: Block, number: int) -> PlainTool | None:
    """A tool whose arguments the client's schema describes in the plain way; None for any other."""
    if not has_schema_of_its_own(tool):
        return None
    try:
        make = first_attempt(object_schema(tool["input_schema"]))
    except Unsatisfiable:
        return None
    name = name_of(tool)
    return None if make is None else PlainTool(name, dice_of(number, name), make)
