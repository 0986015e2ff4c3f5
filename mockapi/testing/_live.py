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

import json
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockapi.errors import UsageError
from mockapi.replies.scripts import UNCONDITIONAL, Script
from mockapi.testing._keywords import check_keywords
from mockapi.testing._received import ParsedRequest
from mockapi.testing._reply_rule import ReplyRule, conditions, scripted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockapi.replies.scripts import Condition as Conditions
    from mockapi.replies.scripts import NoReply, Scripted
    from mockapi.replies.synthesis import RequestView
    from mockapi.testing._reply_rule import Content, Made


class LiveScript:
    """The replies of one session, as the server asks for them; a `Chooser`."""

    def __init__(self) -> None:
        self.rules: list[ReplyRule] = []
        self.conversations: list[Conversation] = []
        self.defects: list[str] = []
        self._turn = 0

    @property
    def script(self) -> Script:
        """The replies that are no code."""
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
        """The reply for a request; None if there is none left for it."""
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
        """The reply for a row of a batch: the first with conditions that hold; None if there is none."""
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

    def _conversation_of(self, asked: ParsedRequest, view: RequestView) -> Conversation | None:
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
class When:
    """Says replies for the requests that meet some conditions; `Session` says those for all.

    Every method gives back the same object, so that replies can be said one after the other:

        messages_api.reply_tool("get_weather", {"city": "Oslo"}).reply("Rain.")
    """

    _script: LiveScript
    _told: Mapping[str, Any] = field(default_factory=dict)
    _predicate: Callable[[ParsedRequest], bool] | None = None
    _conversation: Conversation | None = None

    def reply(
        self,
        *content: Content | Made,
        thinking: str | None = None,
        tools: Mapping[str, Mapping[str, Any]] | None = None,
        times: int | None = None,
        always: bool = False,
        optional: bool = False,
        stop_reason: str | None = None,
        usage: Mapping[str, int] | None = None,
        faults: Any = None,
    ) -> When:
        """Answer with a message.

            messages_api.reply("Hello")
            messages_api.reply("Let me see.", tools={"get_weather": {"city": "Oslo"}})
            messages_api.reply(lambda asked: f"You said {asked.last_user_text!r}.", always=True)

        Args:
            content: texts and content blocks in order; or one callable that makes them from the request.
            thinking: a thinking block that comes first; its signature is made up.
            tools: tool calls that come last, name to input; their ids are made up.
            times: how often it may be given.
            always: give it any number of times, and do not mind if it is never asked for.
            optional: do not mind if it is never asked for.
            stop_reason: why the message ends; by default `tool_use` after tool calls, else `end_turn`.
            usage: token counts that take the place of the counted ones.
            faults: what is broken about it, such as `{"fault": "cut", "event": 3}`.

        Raises:
            UsageError: content that is none.
        """
        blocks: list[Any] = [{"type": "thinking", "thinking": thinking}] if thinking is not None else []
        blocks += content
        blocks += [
            {"type": "tool_use", "name": name, "input": dict(input_)}
            for name, input_ in (tools or {}).items()
        ]
        if not blocks:
            raise UsageError('What shall it reply? Give a text, reply("Hello"), or blocks, or tools=.')
        told = {"stop_reason": stop_reason, "usage": usage, "faults": faults}
        members = {name: value for name, value in told.items() if value is not None}
        make = next((item for item in blocks if callable(item)), None)
        if make is not None and len(blocks) > 1:
            raise UsageError("A callable makes the whole content: let it give back a list of all blocks.")
        self._add(
            None if make is not None else scripted(blocks, members),
            make,
            members,
            "a callable" if make is not None else _words(blocks),
            times,
            always=always,
            optional=optional,
        )
        return self

    def reply_tool(self, name: str, input_: Mapping[str, Any] | None = None, **options: Any) -> When:
        """Answer with a call of one tool; options as for `reply`.

        messages_api.reply_tool("get_weather", {"city": "Oslo"})
        """
        example = ", ".join(f"{key!r}: {value!r:.40}" for key, value in options.items())
        otherwise = f"The tool's input is a dictionary: reply_tool({name!r}, {{{example}}})."
        check_keywords("reply_tool", options, When.reply, otherwise=otherwise)
        return self.reply({"type": "tool_use", "name": name, "input": dict(input_ or {})}, **options)

    def reply_json(self, value: Any, **options: Any) -> When:
        """Answer with a text that is JSON, as structured output is; options as for `reply`.

        messages_api.reply_json({"city": "Oslo", "degrees": 7})
        """
        check_keywords("reply_json", options, When.reply)
        return self.reply(json.dumps(value, ensure_ascii=False), **options)

    def reply_error(
        self,
        status: int,
        type: str | None = None,  # noqa: A002 - what the API calls it
        message: str | None = None,
        *,
        retry_after: float | None = None,
        times: int | None = None,
        always: bool = False,
        optional: bool = False,
    ) -> When:
        """Answer with one of the API's errors, in its own words unless told otherwise.

            messages_api.reply_error(529).reply("Better now.")

        Args:
            status: HTTP status from 400.
            type: error type; by default the one that goes with the status.
            message: what it says.
            retry_after: seconds in the header of that name.
            times: how often.
            always: any number of times.
            optional: do not mind if it is never asked for.
        """
        told = {"type": type, "message": message, "retry_after": retry_after}
        fault = {"fault": "error", "status": status} | {
            name: value for name, value in told.items() if value is not None
        }
        members = {"faults": fault}
        self._add(
            scripted([""], members),
            None,
            members,
            f"error {status}",
            times,
            always=always,
            optional=optional,
        )
        return self

    def _add(
        self,
        reply: Scripted | None,
        make: Made | None,
        members: dict[str, Any],
        words: str,
        times: int | None,
        *,
        always: bool,
        optional: bool,
    ) -> None:
        if times is not None and (type(times) is not int or times < 1):
            raise UsageError(f"`times` is a whole number from 1, not {times!r}; any number is always=True.")
        if times is not None and always:
            raise UsageError("A reply has `times`, or it is there `always`; not both.")
        limited = not always and not self._told and self._predicate is None
        self._script.rules.append(
            ReplyRule(
                scripted=reply,
                make=make,
                members=members,
                conditions=conditions(self._told),
                predicate=self._predicate,
                conversation=self._conversation,
                times=times if times is not None else 1 if limited else None,
                optional=optional or always,
                words=words
                + (f" when {_told(self._told, self._predicate)}" if not limited and not always else ""),
            )
        )


@dataclass(eq=False)
class Conversation(When):
    """A sequence of replies for the requests of one conversation; see `Session.conversation`."""

    opened_by: Conditions | None = None
    opened_if: Callable[[ParsedRequest], bool] | None = None
    messages: list[Any] = field(default_factory=list)
    system: str = ""
    said: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        """Its replies are given to its own requests only, and the script has to know it."""
        self._conversation = self
        self._script.conversations.append(self)

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
