"""The OpenAI-compatible endpoint: what it refuses before a chat becomes a request to the Messages API.

The rest is refused as the Messages API refuses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context


@rule(
    "chat.arguments",
    Stage.CONVERSATION,
    "chat",
    message="Failed to parse JSON: {text}",
    source="quoted in 2026-02 with nothing behind the colon; that the text stands there is our inference",
    confidence="maintainer",
    hint="The arguments of a call are a string of JSON: {} without any.",
)
def arguments(context: Context) -> Iterator[Violation]:
    """The arguments of a call that is handed back are not JSON."""
    for index, message in enumerate(context.body["messages"]):
        pointer = f"/messages/{index}"
        for place, call in enumerate(message.get("tool_calls") or ()):
            yield from _judge(call["function"], f"{pointer}/tool_calls/{place}/function")
        if message.get("function_call"):
            yield from _judge(message["function_call"], f"{pointer}/function_call")


def _judge(function: dict[str, Any], pointer: str) -> Iterator[Violation]:
    text = function["arguments"]
    if isinstance(jsontext.parse(text.encode("utf-8", "surrogatepass")), jsontext.NotJSON):
        yield Violation(f"{pointer}/arguments", {"text": text[:200]})


@rule(
    "chat.tool_choice",
    Stage.TOOL_CHOICE,
    "chat",
    message="'tool_choice' is only allowed when 'tools' are specified",
    source="quoted in 2025 by a client of this endpoint",
    confidence="maintainer",
)
def tool_choice(context: Context) -> Iterator[Violation]:
    """`tool_choice` comes without tools."""
    body = context.body
    if body.get("tool_choice") is not None and not body.get("tools") and not body.get("functions"):
        yield Violation("/tool_choice")
