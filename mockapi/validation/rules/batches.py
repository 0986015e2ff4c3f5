"""Batches: what is checked when one is created, and what only its rows are refused for.

The params of a row are validated when the batch runs; the row is then errored with the message
that the same body would get from /v1/messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context


@rule(
    "batch.duplicate_id",
    Stage.CONVERSATION,
    "requests",
    message="requests: custom_id's must be unique within a batch. Duplicate custom_id found: {custom_id}",
    source="captured live in 2026-09",
)
def duplicate_id(context: Context) -> Iterator[Violation]:
    """Two requests of a batch have one custom_id."""
    seen: set[str] = set()
    for index, request in enumerate(context.body["requests"]):
        name = request["custom_id"]
        if name in seen:
            yield Violation(f"/requests/{index}/custom_id", {"custom_id": name})
            return
        seen.add(name)


@rule(
    "batch.stream",
    Stage.CONVERSATION,
    "row",
    message='"stream=True" is not supported in the Message Batches API',
    source="captured live in 2026-09; the row's error, not the batch's",
)
def stream(context: Context) -> Iterator[Violation]:
    """A row of a batch asks for a stream."""
    if context.body.get("stream"):
        yield Violation("/stream")


@rule(
    "batch.max_tokens",
    Stage.CONVERSATION,
    "row",
    message="max_tokens: must be greater than or equal to 1",
    source="captured live in 2026-09; a message outside a batch may ask for 0",
)
def max_tokens(context: Context) -> Iterator[Violation]:
    """A row of a batch asks for no tokens."""
    if context.body["max_tokens"] < 1:
        yield Violation("/max_tokens")


@rule(
    "batch.unsupported",
    Stage.CONVERSATION,
    "row",
    message='"{field}" is not supported in the Message Batches API',
    source="documented in 2026-08; the words by analogy with streams",
    confidence="documentation",
)
def unsupported(context: Context) -> Iterator[Violation]:
    """A row of a batch asks for speed, fallbacks or a thread."""
    for field in ("speed", "fallbacks", "thread"):
        if context.body.get(field):
            yield Violation(f"/{field}", {"field": field})
