"""One reply that a test has said, and who gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mockapi.errors import ScriptError, UsageError
from mockapi.replies.faults import parse_faults
from mockapi.replies.scripts import parse_script
from mockapi.testing._options import as_json

if TYPE_CHECKING:
    from mockapi.replies.scripts import Condition as Conditions
    from mockapi.replies.scripts import Scripted
    from mockapi.testing._options import MakesContent, Predicate
    from mockapi.testing._received import ParsedRequest


@dataclass(eq=False)
class ReplyRule:
    """One reply and who gets it.

    Attributes:
        scripted: the reply; None if `make` makes it.
        make: makes the content from the request.
        members: of the script's JSON that go with what `make` made.
        conditions: of the script language.
        predicate: a condition in code.
        conversation: the conversation whose reply it is; None for everybody's.
        times: how often it may be given; None for any number.
        optional: whether it is all right if it is never given.
        words: what it says, for reports.
        used: how often it was given.
    """

    scripted: Scripted | None
    make: MakesContent | None
    members: dict[str, Any]
    conditions: Conditions
    predicate: Predicate | None
    conversation: object | None
    times: int | None
    optional: bool
    words: str
    used: int = 0

    def is_left(self) -> bool:
        """Whether it may still be given."""
        return self.times is None or self.used < self.times

    def give(self, asked: ParsedRequest) -> Scripted:
        """The reply to a request; it counts as given, whatever becomes of making it."""
        self.used += 1
        if self.scripted is not None:
            return self.scripted
        assert self.make is not None  # noqa: S101 - one of the two is there
        return scripted(self.make(asked), self.members)


def scripted(content: Any, members: Mapping[str, Any]) -> Scripted:
    """A reply of the script language from content as tests write it.

    Raises:
        UsageError: it does not fit.
    """
    faults = parse_faults(as_json(members["faults"])) if "faults" in members else ()
    told = {name: member for name, member in members.items() if name != "faults"}
    if not isinstance(content, list | tuple):
        content = [content]
    for item in content:
        if not isinstance(item, str | Mapping):
            raise UsageError(
                f"A reply is a text, a content block, or a list of them, not {item!r}."
                " A callable returns one, too."
            )
    blocks = [{"type": "text", "text": item} if isinstance(item, str) else dict(item) for item in content]
    usage = as_json(told.pop("usage", None))
    reply = {"blocks": blocks} if usage is None else {"message": {"content": blocks, "usage": usage}}
    made = parse_script([{**reply, **told}], _no_file).replies[0]
    return replace(made, faults=faults)


def conditions(method: str, told: Mapping[str, Any]) -> Conditions:
    """Conditions of the script language.

    Args:
        method: that was given them, for messages.
        told: the conditions as they were written.

    Raises:
        UsageError: a condition whose value does not fit.
    """
    try:
        return parse_script([{"text": "", "when": as_json(told)}], _no_file).replies[0].when
    except ScriptError as error:  # the place in the script that this makes says nothing to the caller
        raise UsageError(str(error).replace("/replies/0/when/", f"{method}: ")) from None


def _no_file(path: str) -> bytes:
    raise FileNotFoundError(2, "no file is read here", path)
