"""A script that a test writes while it runs: replies in sequence, by condition, by code, by conversation.

A request gets the first reply, in the order in which they were said, that has uses left and whose
conditions hold. Without conditions a reply is given once, with conditions any number of times;
`times` and `always` say otherwise. Replies of a conversation go only to requests that belong to it:

    the first request that meets the conversation's conditions opens it; a later one belongs to it
    if its messages begin with all the messages of the one before, and go on with the reply to it;
    where that is true of several, the one with the same system prompt has it

so agents that run side by side, with the same prompts even, each get their own sequence.

The test's thread adds replies, the server's thread takes them. What a test's own code raises in
the server's thread is kept for the test's report; the request goes unanswered.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockapi.errors import UsageError
from mockapi.replies.scripts import UNCONDITIONAL, Script
from mockapi.testing._received import ParsedRequest
from mockapi.testing._reply_rule import ReplyRule, conditions, scripted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.replies.scripts import Condition as Conditions
    from mockapi.replies.scripts import NoReply, Scripted
    from mockapi.replies.synthesis import RequestView
    from mockapi.testing._options import MakesContent, Predicate


class LiveScript:
    """The replies of one session, as the server asks for them; a `Chooser`."""

    def __init__(self) -> None:
        self.rules: list[ReplyRule] = []
        self.conversations: list[ConversationState] = []
        self.defects: list[str] = []
        self._turn = 0

    @property
    def script(self) -> Script:
        """Replies given as data, not callables."""
        return Script(tuple(rule.scripted for rule in self.rules if rule.scripted is not None))

    @property
    def used(self) -> tuple[int, ...]:
        """How often each of them was given."""
        return tuple(rule.used for rule in self.rules if rule.scripted is not None)

    @property
    def unused(self) -> list[ReplyRule]:
        """The replies that were never given and should have been."""
        return [rule for rule in self.rules if rule.used == 0 and not rule.optional]

    def next(self, view: RequestView) -> tuple[Scripted | NoReply | None, LiveScript]:
        """The reply for a request; None if none is left for it."""
        self._turn += 1
        asked = ParsedRequest(view)
        try:
            conversation = self._conversation_of(asked, view)
            for rule in self.rules:
                if (
                    rule.is_left()
                    and rule.conversation in (None, conversation)
                    and rule.conditions.holds(view, self._turn)
                    and (rule.predicate is None or rule.predicate(asked))
                ):
                    given = rule.give(asked)
                    if conversation is not None:
                        conversation.said = given.blocks
                    return given, self
        except Exception:  # noqa: BLE001 - the code is the test's; its report shows what it raised
            self.defects.append(traceback.format_exc())
        return None, self

    def next_for_row(self, view: RequestView, custom_id: str) -> tuple[Scripted | None, LiveScript]:
        """The reply for a row of a batch: the first with conditions that hold; None without one."""
        asked = ParsedRequest(view)
        try:
            for rule in self.rules:
                if (
                    rule.is_left()
                    and rule.conversation is None
                    and (rule.conditions != UNCONDITIONAL or rule.predicate is not None)
                    and rule.conditions.holds(view, None, custom_id)
                    and (rule.predicate is None or rule.predicate(asked))
                ):
                    return rule.give(asked), self
        except Exception:  # noqa: BLE001 - as in `next`
            self.defects.append(traceback.format_exc())
        return None, self

    def _conversation_of(self, asked: ParsedRequest, view: RequestView) -> ConversationState | None:
        messages = [(turn.role, turn.blocks) for turn in view.turns]
        going_on = [item for item in self.conversations if item.goes_on_with(messages)]
        if going_on:
            found = max(going_on, key=lambda item: (item.system == asked.system, len(item.messages)))
        else:
            found_or_none = next(
                (item for item in self.conversations if item.is_opened_by(asked, view, self._turn)), None
            ) or next((item for item in self.conversations if item.messages == messages), None)
            if found_or_none is None:
                return None
            found = found_or_none
        found.messages, found.system = messages, asked.system
        return found


@dataclass(eq=False)
class ConversationState:
    """A conversation of one agent: which request opens it, and how far it has come.

    Attributes:
        opened_by: conditions on its first request; None for any.
        opened_if: a condition in code on it.
        messages: of its latest request.
        system: the system prompt of its latest request.
        said: the blocks of the reply to that.
    """

    opened_by: Conditions | None = None
    opened_if: Predicate | None = None
    messages: list[Any] = field(default_factory=list)
    system: str = ""
    said: tuple[Any, ...] = ()

    def is_opened_by(self, asked: ParsedRequest, view: RequestView, turn: int) -> bool:
        """Whether a request is its first."""
        if self.messages or (self.opened_by is not None and not self.opened_by.holds(view, turn)):
            return False
        return self.opened_if is None or self.opened_if(asked)

    def goes_on_with(self, messages: list[Any]) -> bool:
        """Whether a request comes after the one before: its messages, the reply, and more."""
        count = len(self.messages)
        if not count or len(messages) <= count or messages[:count] != self.messages:
            return False
        role, blocks = messages[count]
        texts = {block.get("text") for block in blocks if block.get("type") == "text"}
        wanted = {block["text"] for block in self.said if block.get("type") == "text"}
        called = [(item.get("name"), item.get("input")) for item in blocks if item.get("type") == "tool_use"]
        calls = [(item["name"], item["input"]) for item in self.said if item.get("type") == "tool_use"]
        return role == "assistant" and texts >= wanted and called == calls


@dataclass(frozen=True, eq=False, slots=True)
class RuleTarget:
    """Where replies are added: to which script, and for which requests.

    Attributes:
        script: it gets the rules.
        told: conditions of the script language, as they were written.
        predicate: a condition in code.
        conversation: whose replies they are; None for everybody's.
    """

    script: LiveScript
    told: Mapping[str, Any] = field(default_factory=dict)
    predicate: Predicate | None = None
    conversation: ConversationState | None = None

    def add(
        self,
        content: list[Any] | MakesContent,
        members: dict[str, Any],
        *,
        words: str | None = None,
        times: int | None = None,
        always: bool = False,
        optional: bool = False,
    ) -> None:
        """Add a rule.

        Args:
            content: the blocks and texts of its reply, or what makes them.
            members: of the script's JSON that go with it.
            words: what it says, for reports; by default its content.
            times: how often it may be given.
            always: any number of times.
            optional: whether it is all right if it is never given.

        Raises:
            UsageError: the reply does not fit, or `times` contradicts itself.
        """
        if times is not None and (type(times) is not int or times < 1):
            raise UsageError(f"`times` is a whole number from 1, not {times!r}; any number is always=True.")
        if times is not None and always:
            raise UsageError("A reply has `times`, or it is there `always`; not both.")
        limited = not always and not self.told and self.predicate is None
        made = None if callable(content) else scripted(content, members)
        words = words or ("a callable" if callable(content) else _words(content))
        if self.told or self.predicate is not None:
            words += f" when {_told(self.told, self.predicate)}"
        self.script.rules.append(
            ReplyRule(
                scripted=made,
                make=content if callable(content) else None,
                members=members,
                conditions=conditions("when", self.told),
                predicate=self.predicate,
                conversation=self.conversation,
                times=times if times is not None else 1 if limited else None,
                optional=optional or always,
                words=words,
            )
        )


def _words(blocks: list[Any]) -> str:
    shown = []
    for block in blocks:
        if isinstance(block, str):
            shown.append(f"{block[:60]!r}")
        elif block.get("type") == "tool_use":
            shown.append(f"a call of {block.get('name')}")
        else:
            shown.append(f"a block {block.get('type')}")
    return ", ".join(shown)


def _told(told: Mapping[str, Any], predicate: object) -> str:
    parts = [f"{name}={value!r}" for name, value in told.items()]
    return ", ".join(parts + ([getattr(predicate, "__name__", "a predicate")] if predicate else []))
