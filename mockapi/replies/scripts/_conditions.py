"""Conditions on a request: which replies of a script it may get.

    model           the model as it was asked for, or its dated id; * stands for any text
    last_user_text  the text of the latest user message that has any
    system          the system prompt
    tools           names of tools that are all on offer
    tool_results    true or false: whether results are handed back; or of which tool, with what text
    turn            which request it is, counted from 1 since the script was set
    custom_id       the id of a row of a batch; * stands for any text. No other request has one

A text condition is a string that the text contains, or an object with `equals`, `contains` or
`matches` (a regular expression, searched for). All conditions of a reply have to hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from mockapi._expressions import Patience, expression
from mockapi.messages.catalogue import shipped
from mockapi.replies._request_view import name_of, result_text

if TYPE_CHECKING:
    from mockapi.replies.synthesis import RequestView

CONDITIONS: Final = ("model", "last_user_text", "system", "tools", "tool_results", "turn", "custom_id")


@dataclass(frozen=True, slots=True)
class Text:
    """A condition on a text; `how` is equals, contains or matches."""

    how: str
    value: str

    def holds(self, text: str, patience: Patience | None = None) -> bool:
        """Whether a text meets it.

        Raises:
            ExpressionTooSlowError: the expression cannot be searched for in time.
        """
        if self.how == "equals":
            return text == self.value
        return self.value in text if self.how == "contains" else expression(self.value).is_in(text, patience)


@dataclass(frozen=True, slots=True)
class Results:
    """A condition on the tool results that a request hands back.

    Attributes:
        some: whether there are any.
        tool: of which tool one has to be.
        text: what its text has to be.
        is_error: whether it has to tell of an error.
    """

    some: bool = True
    tool: str | None = None
    text: Text | None = None
    is_error: bool | None = None

    def holds(self, view: RequestView) -> bool:
        """Whether a request meets it: one result has to meet all parts."""
        if not self.some:
            return not view.tool_results
        names = {
            str(block.get("id")): block.get("name")
            for turn in view.turns
            for block in turn.blocks
            if block.get("type") == "tool_use"
        }
        patience = Patience()
        return any(
            (self.tool is None or names.get(str(result.get("tool_use_id"))) == self.tool)
            and (self.text is None or self.text.holds(result_text(result), patience))
            and (self.is_error is None or (result.get("is_error") is True) == self.is_error)
            for result in view.tool_results
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """The conditions of one reply; those that are None always hold."""

    model: str | None = None
    last_user_text: Text | None = None
    system: Text | None = None
    tools: tuple[str, ...] = ()
    tool_results: Results | None = None
    turn: int | None = None
    custom_id: str | None = None

    def holds(self, view: RequestView, turn: int | None, custom_id: str | None = None) -> bool:
        """Whether a request meets them all.

        Args:
            view: the request.
            turn: which one since the script was set; None for a row of a batch, which does not count as one.
            custom_id: of a row of a batch.
        """
        if self.turn is not None and self.turn != turn:
            return False
        if self.custom_id is not None and (custom_id is None or not fnmatchcase(custom_id, self.custom_id)):
            return False
        if self.model is not None and not any(
            fnmatchcase(name, self.model) for name in (view.model, shipped().resolve(view.model))
        ):
            return False
        if self.last_user_text is not None and not self.last_user_text.holds(view.last_user_text):
            return False
        if self.system is not None and not self.system.holds(view.system):
            return False
        if self.tools and not {name_of(tool) for tool in view.tools}.issuperset(self.tools):
            return False
        return self.tool_results is None or self.tool_results.holds(view)
