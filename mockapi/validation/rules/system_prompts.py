"""System messages inside a conversation, and the top-level system prompt.

For one system message the API checks, in this order: whether it is empty, its block types, the
place at the head, the model, the place among the others, whitespace. A run of system messages
is judged at its last. The directive-only form (no content, but output_config) may stand anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockapi.validation._context import Context

_ALLOWED: Final = frozenset({"text", "tool_addition", "tool_removal"})
_TAIL: Final = "; the directive-only form (content: [] with output_config) is accepted at any position"
_SEEN: Final = "137 live calls of 2026-08"


def _systems(context: Context) -> Iterator[tuple[int, dict[str, Any]]]:
    """The system messages with their indices, those of the directive-only form left out."""
    for index, message in enumerate(context.conversation.messages):
        if message["role"] == "system" and not (message.get("output_config") and not message["content"]):
            yield index, message


def _blocks(content: Any) -> list[dict[str, Any]]:
    """The blocks of a message; a string is one of text."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _where(context: Context, is_wrong: Callable[[Any], bool]) -> Iterator[Violation]:
    """A fault for each system message with wrong content."""
    for i, message in _systems(context):
        if is_wrong(message["content"]):
            yield Violation(f"/messages/{i}", {"i": i})


def _run_ends(context: Context) -> Iterator[tuple[int, int]]:
    """The first and the last index of each run of system messages."""
    messages = context.conversation.messages
    start: int | None = None
    for index, message in enumerate([*messages, None]):
        if message is not None and message["role"] == "system":
            start = index if start is None else start
        elif start is not None:
            if any(start <= i < index for i, _ in _systems(context)):
                yield start, index - 1
            start = None


@rule(
    "system_message.empty",
    Stage.CONVERSATION,
    "role:system",
    message="messages.{i}: system content must contain at least one block",
    source=_SEEN,
)
def empty(context: Context) -> Iterator[Violation]:
    """A system message has no content."""
    return _where(context, lambda content: not content)


@rule(
    "system_message.block_type",
    Stage.CONVERSATION,
    "role:system",
    message="messages.{i}: role 'system' supports text, tool_addition, and tool_removal blocks only",
    source=_SEEN,
)
def block_type(context: Context) -> Iterator[Violation]:
    """A system message holds something other than text or tool changes."""
    return _where(context, lambda content: any(block["type"] not in _ALLOWED for block in _blocks(content)))


@rule(
    "system_message.first",
    Stage.CONVERSATION,
    "role:system",
    message="messages.{i}: use the top-level 'system' parameter for the initial system prompt" + _TAIL,
    source=_SEEN,
)
def first(context: Context) -> Iterator[Violation]:
    """The conversation begins with a system message."""
    if next(_systems(context), (-1, None))[0] == 0:
        yield Violation("/messages/0", {"i": 0})


@rule(
    "system_message.unsupported",
    Stage.CONVERSATION,
    "role:system",
    message="role 'system' is not supported on this model",
    source="quoted in 2026-05",
    confidence="maintainer",
    models="Opus 4.7 and older",
)
def unsupported(context: Context) -> Iterator[Violation]:
    """The model takes no system messages inside a conversation."""
    if not context.known_model.system_role:
        yield from (Violation(f"/messages/{i}") for i, _ in _systems(context))


@rule(
    "system_message.follows",
    Stage.CONVERSATION,
    "role:system",
    message="messages.{i}: role 'system' must follow a 'user' message or an 'assistant' message ending in a "
    "server tool result" + _TAIL,
    source="137 live calls of 2026-08, its tail verified in 2026-10",
)
def follows(context: Context) -> Iterator[Violation]:
    """A system message stands after an assistant's words."""
    messages = context.conversation.messages
    for start, end in _run_ends(context):
        if start == 0 or messages[start - 1]["role"] != "assistant":
            continue
        content = messages[start - 1]["content"]
        last = content[-1]["type"] if isinstance(content, list) and content else "text"
        if not last.endswith("_tool_result"):
            yield Violation(f"/messages/{end}", {"i": end})


@rule(
    "system_message.precedes",
    Stage.CONVERSATION,
    "role:system",
    message="messages.{i}: role 'system' must precede an 'assistant' message or end the array" + _TAIL,
    source=_SEEN,
)
def precedes(context: Context) -> Iterator[Violation]:
    """A system message stands before a user's words."""
    messages = context.conversation.messages
    for start, end in _run_ends(context):
        if start > 0 and end + 1 < len(messages) and messages[end + 1]["role"] != "assistant":
            yield Violation(f"/messages/{end}", {"i": end})


@rule(
    "system_message.blank",
    Stage.CONVERSATION,
    "role:system",
    message="messages.{i}: system text blocks must contain non-whitespace text",
    source=_SEEN,
)
def blank(context: Context) -> Iterator[Violation]:
    """A system message holds only whitespace."""
    return _where(context, lambda content: any(block.get("text", "").isspace() for block in _blocks(content)))


@rule(
    "system.empty_cached",
    Stage.SYSTEM,
    "system",
    message="system.{i}: cache_control cannot be set for empty text blocks",
    source="captured in 2026-08; paths of the system prompt have no tag",
)
def empty_cached(context: Context) -> Iterator[Violation]:
    """An empty block of the system prompt is a cache breakpoint."""
    for i, block in _system_blocks(context):
        if not block["text"] and block.get("cache_control"):
            yield Violation(f"/system/{i}", {"i": i})


@rule(
    "system.empty_text",
    Stage.SYSTEM,
    "system",
    message="system: text content blocks must be non-empty",
    source="recorded in 2025-07; an empty string or list is taken",
)
def empty_text(context: Context) -> Iterator[Violation]:
    """A block of the system prompt is empty."""
    yield from (Violation(f"/system/{i}/text") for i, block in _system_blocks(context) if not block["text"])


@rule(
    "system.blank_text",
    Stage.SYSTEM,
    "system",
    message="system: text content blocks must contain non-whitespace text",
    source="recorded in 2026-05",
)
def blank_text(context: Context) -> Iterator[Violation]:
    """A block of the system prompt holds only whitespace."""
    for i, block in _system_blocks(context):
        if block["text"].isspace():
            yield Violation(f"/system/{i}/text")


def _system_blocks(context: Context) -> Iterator[tuple[int, dict[str, Any]]]:
    system = context.body["system"]
    return enumerate(system) if isinstance(system, list) else enumerate(())
