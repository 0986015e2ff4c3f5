"""What a test says of replies: the same methods on a session, on `when(...)` and on `conversation(...)`.

They are written once, in `Replies`; what differs is for which requests the replies are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockapi.errors import UsageError
from mockapi.testing._live import ConversationState, LiveScript, RuleTarget
from mockapi.testing._options import ConditionKeywords, ErrorKeywords, ReplyKeywords, check_keywords
from mockapi.testing._reply_rule import conditions

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from mockapi.testing._options import Content, MakesContent, Predicate

__tracebackhide__ = True  # pytest shows the line of the test that made the mistake, not ours

__all__ = ["Conversation", "Replies", "When", "started_conversation", "told_when"]


class Replies:
    """Methods that add replies to a script; each gives back what the next can be said on."""

    def _target(self) -> RuleTarget:
        raise NotImplementedError  # the session's, or that of a condition

    def reply(self, *content: Content | MakesContent, **options: Unpack[ReplyKeywords]) -> When:
        """Answer with a message.

            messages_api.reply("Hello")
            messages_api.reply("Let me see.", tools={"get_weather": {"city": "Oslo"}})
            messages_api.reply(lambda asked: f"You said {asked.last_user_text!r}.", always=True)

        Args:
            content: texts and content blocks in order; or one callable that makes them from the request.
            options: any of

                - thinking: a thinking block that comes first; its signature is made up.
                - tools: tool calls that come last, name to input; their ids are made up.
                - times: how often it may be given.
                - always: give it any number of times, and do not mind if it is never asked for.
                - optional: do not mind if it is never asked for.
                - stop_reason: why the message ends; by default `tool_use` after tool calls, else
                  `end_turn`.
                - usage: token counts that take the place of the counted ones.
                - faults: what is broken about it, such as `{"fault": "cut", "event": 3}`.

        Raises:
            UsageError: content or an option that does not fit.
        """
        check_keywords("reply", options, ReplyKeywords, otherwise='The content has no name: reply("Hello").')
        return self._say("reply", content, options)

    def reply_tool(
        self, name: str, input_: Mapping[str, Any] | None = None, **options: Unpack[ReplyKeywords]
    ) -> When:
        """Answer with a call of one tool.

            messages_api.reply_tool("get_weather", {"city": "Oslo"})

        Args:
            name: of the tool.
            input_: what it is called with; {} if nothing is said.
            options: as for `reply`.

        Raises:
            UsageError: an input or an option that does not fit.
        """
        example = ", ".join(f"{key!r}: {value!r:.40}" for key, value in options.items())
        check_keywords(
            "reply_tool",
            options,
            ReplyKeywords,
            named=("name", "input_"),
            otherwise=f"The tool's input is a dictionary: reply_tool({name!r}, {{{example}}}).",
        )
        return self._say("reply_tool", [_tool_call("reply_tool", name, input_ or {})], options)

    def reply_json(self, value: Any, **options: Unpack[ReplyKeywords]) -> When:
        """Answer with a text that is JSON, as structured output is.

            messages_api.reply_json({"city": "Oslo", "degrees": 7})

        Args:
            value: what JSON can carry.
            options: as for `reply`.

        Raises:
            UsageError: a value that JSON cannot carry, or an option that does not fit.
        """
        check_keywords("reply_json", options, ReplyKeywords, named=("value",))
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError) as error:
            raise UsageError(f"reply_json() takes what JSON can carry: {error}.") from None
        return self._say("reply_json", [text], options)

    def reply_error(
        self,
        status: int | None = None,
        type: str | None = None,  # noqa: A002 - what the API calls it
        message: str | None = None,
        **options: Unpack[ErrorKeywords],
    ) -> When:
        """Answer with one of the API's errors, in its own words unless told otherwise.

            messages_api.reply_error(529).reply("Better now.")
            messages_api.reply_error(error_code="ramp_limit_exceeded")

        Args:
            status: HTTP status from 400; that of the error code if not given.
            type: error type; by default the one that goes with the status.
            message: what it says.
            options: any of

                - error_code: in the error's details; official clients choose their exception by it.
                - details: further members of the details.
                - retry_after: seconds in the header of that name.
                - times: how often.
                - always: any number of times.
                - optional: do not mind if it is never asked for.

        Raises:
            UsageError: neither a status nor an error code, a status below 400, or an option that
                does not fit.
        """
        check_keywords("reply_error", options, ErrorKeywords, named=("status", "type", "message"))
        code = options.get("error_code")
        if status is None and code is None:
            raise UsageError(
                "Which error? Give a status, reply_error(529), or a code,"
                ' reply_error(error_code="ramp_limit_exceeded").'
            )
        told = {
            "status": status,
            "type": type,
            "message": message,
            "error_code": code,
            "details": options.get("details"),
            "retry_after": options.get("retry_after"),
        }
        fault = {"fault": "error"} | {name: value for name, value in told.items() if value is not None}
        target = self._target()
        target.add(
            [""],
            {"faults": fault},
            words=f"error {code if status is None else status}",
            times=options.get("times"),
            always=options.get("always", False),
            optional=options.get("optional", False),
        )
        return When(target)

    def _say(self, method: str, content: tuple[Any, ...] | list[Any], options: ReplyKeywords) -> When:
        thinking, tools = options.get("thinking"), options.get("tools") or {}
        if not isinstance(tools, Mapping):
            raise UsageError(
                f'{method}(tools=...) takes names with inputs, such as {{"search": {{}}}}, not {tools!r:.80}.'
            )
        blocks: list[Any] = [{"type": "thinking", "thinking": thinking}] if thinking is not None else []
        blocks += content
        blocks += [_tool_call(method, name, input_) for name, input_ in tools.items()]
        if not blocks:
            raise UsageError('Missing content: give a text, reply("Hello"), or blocks, or tools=.')
        told = {name: options.get(name) for name in ("stop_reason", "usage", "faults")}
        members = {name: value for name, value in told.items() if value is not None}
        make: MakesContent | None = next((item for item in blocks if callable(item)), None)
        if make is not None and len(blocks) > 1:
            raise UsageError("A callable makes the whole content: let it give back a list of all blocks.")
        target = self._target()
        target.add(
            blocks if make is None else make,
            members,
            times=options.get("times"),
            always=options.get("always", False),
            optional=options.get("optional", False),
        )
        return When(target)


class When(Replies):
    """Says replies for the requests that meet some conditions; `Session` says those for all.

    Replies can be said one after the other:

        messages_api.reply_tool("get_weather", {"city": "Oslo"}).reply("Rain.")

    Args:
        target: where the replies are added.
    """

    def __init__(self, target: RuleTarget) -> None:
        self._added_to = target

    def _target(self) -> RuleTarget:
        return self._added_to


class Conversation(When):
    """A sequence of replies for the requests of one conversation; see `Session.conversation`."""


def told_when(script: LiveScript, predicate: Predicate | None, told: ConditionKeywords) -> When:
    """What `Session.when` gives back.

    Raises:
        UsageError: no condition, or one that does not exist or does not fit.
    """
    check_keywords("when", told, ConditionKeywords, named=("predicate",))
    if predicate is None and not told:
        raise UsageError('When what? Name a condition, such as when(last_user_text="weather").')
    _check_predicate("when", predicate)
    conditions("when", told)
    return When(RuleTarget(script, told, predicate))


def started_conversation(
    script: LiveScript, predicate: Predicate | None, told: ConditionKeywords
) -> Conversation:
    """What `Session.conversation` gives back.

    Raises:
        UsageError: a condition that does not exist or does not fit.
    """
    check_keywords("conversation", told, ConditionKeywords, named=("predicate",))
    _check_predicate("conversation", predicate)
    opened_by = conditions("conversation", told) if told else None
    conversation = ConversationState(opened_by, predicate)
    script.conversations.append(conversation)
    return Conversation(RuleTarget(script, conversation=conversation))


def _check_predicate(method: str, predicate: Callable[..., Any] | None) -> None:
    if predicate is not None and not callable(predicate):
        raise UsageError(
            f"{method}() takes a function of the request, or conditions by name, such as"
            f" {method}(last_user_text={predicate!r:.80}); not {predicate!r:.80} alone."
        )


def _tool_call(method: str, name: Any, input_: Any) -> dict[str, Any]:
    if not isinstance(input_, Mapping):
        raise UsageError(
            f'{method}(): the input of a tool is an object, such as {{"city": "Oslo"}}, not {input_!r:.80}.'
        )
    return {"type": "tool_use", "name": name, "input": dict(input_)}
