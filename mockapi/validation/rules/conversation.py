"""Turns: what may be empty, and how a conversation may end.

Consecutive messages of one role are one turn, an assistant may speak first, and an empty turn
of the assistant is taken: all measured. Empty and blank texts are refused in the last turn of
the user; in the middle of a conversation they are taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi.validation._conversation import path_of, pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context


@rule(
    "user.empty",
    Stage.CONVERSATION,
    "empty",
    message="messages.{i}: user messages must have non-empty content",
    source="137 live calls of 2026-08",
)
def user_empty(context: Context) -> Iterator[Violation]:
    """A turn of the user is empty; of a run of empty messages the first is named."""
    messages = context.conversation.messages
    start: int | None = None
    filled = False
    for index, message in enumerate([*messages, None]):
        if message is not None and message["role"] == "user":
            start = index if start is None else start
            filled = filled or bool(message["content"])
            continue
        if start is not None and not filled:
            yield Violation(f"/messages/{start}/content", {"i": start})
        start, filled = None, False


@rule(
    "text.empty_cached",
    Stage.MESSAGES,
    "cache",
    message="{path}.text: cache_control cannot be set for empty text blocks",
    source="recorded in 2026-04",
)
def empty_cached(context: Context) -> Iterator[Violation]:
    """An empty text block is a cache breakpoint."""
    for mark in context.conversation.marks:
        if mark[4]["type"] == "text" and not mark[4]["text"]:
            yield Violation(pointer_of(mark), {"path": path_of(mark)})


@rule(
    "text.empty",
    Stage.MESSAGES,
    "last:user",
    message="messages: text content blocks must be non-empty",
    source="recorded in 2026-05; taken in the middle of a conversation in 2026-08",
)
def text_empty(context: Context) -> Iterator[Violation]:
    """A text block of the last turn of the user is empty."""
    for pointer, text in _last_texts(context):
        if not text:
            yield Violation(pointer)


@rule(
    "text.blank",
    Stage.MESSAGES,
    "last:user",
    message="messages: text content blocks must contain non-whitespace text",
    source="recorded in 2026-02",
)
def text_blank(context: Context) -> Iterator[Violation]:
    """A text of the last turn of the user holds only whitespace."""
    for pointer, text in _last_texts(context):
        if text.isspace():
            yield Violation(pointer)


def _last_texts(context: Context) -> Iterator[tuple[str, str]]:
    """The texts of the messages of the user that end the conversation, with their pointers."""
    messages = context.conversation.messages
    for i in range(len(messages) - 1, -1, -1):
        if messages[i]["role"] != "user":
            return
        content = messages[i]["content"]
        if isinstance(content, str):
            if content:
                yield f"/messages/{i}/content", content
            continue
        for j, block in enumerate(content):
            if block["type"] == "text":
                yield f"/messages/{i}/content/{j}/text", block["text"]


def _prefill(context: Context) -> Any:
    """The content of a last message that the model is to continue, or None.

    A paused turn is handed back as it came, so what server tools wrote does not count as a prefill; nor
    does a conversation that is to be summarized.
    """
    content = context.conversation.messages[-1]["content"]
    if not content or context.body.get("compaction"):
        return None
    paused = isinstance(content, list) and any(
        block["type"].endswith(("server_tool_use", "mcp_tool_use", "_tool_result", "compaction"))
        for block in content
    )
    return None if paused else content


@rule(
    "prefill.unsupported",
    Stage.MESSAGES,
    "last:assistant",
    message="This model does not support assistant message prefill. "
    "The conversation must end with a user message.",
    source="recorded in 2026-05 and 2026-08",
    models="Opus and Sonnet 4.6 and later",
)
def prefill_unsupported(context: Context) -> Iterator[Violation]:
    """The conversation ends with words of the assistant."""
    if not context.known_model.prefill and _prefill(context) is not None:
        yield Violation(f"/messages/{len(context.conversation.messages) - 1}")


@rule(
    "prefill.with_format",
    Stage.MESSAGES,
    "last:assistant",
    message="Your API request included an `assistant` message in the final position, which would pre-fill "
    "the `assistant` response. When using output format, pre-filling the `assistant` response is not "
    "supported.",
    source="told in 2026-06",
    models="models that take a prefill",
    confidence="maintainer",
)
def prefill_with_format(context: Context) -> Iterator[Violation]:
    """The conversation ends with words of the assistant, and the answer is forced into a schema."""
    if context.formats and _prefill(context) is not None:
        yield Violation(f"/messages/{len(context.conversation.messages) - 1}")


@rule(
    "prefill.whitespace",
    Stage.MESSAGES,
    "last:assistant",
    message="messages: final assistant content cannot end with trailing whitespace",
    source="recorded in 2025-11",
    models="models that take a prefill",
)
def prefill_whitespace(context: Context) -> Iterator[Violation]:
    """The words that the model is to continue end with whitespace."""
    content = _prefill(context)
    if isinstance(content, list):
        content = content[-1]["text"] if content[-1]["type"] == "text" else None
    if content and content[-1].isspace():
        yield Violation(f"/messages/{len(context.conversation.messages) - 1}/content")
