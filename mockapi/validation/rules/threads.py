"""Conversations that the server would hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context


@rule(
    "thread.not_found",
    Stage.THREAD,
    "thread",
    message="thread: No usable thread state was found for `previous_message_id`.",
    source="the error's code and status are those of the official client; its words are our guess",
    hint="mockapi keeps no conversations: official clients send the whole one again by themselves.",
    status=404,
    type="not_found_error",
    code="thread_not_found",
)
def thread_not_found(context: Context) -> Iterator[Violation]:
    """A thread is continued; mockapi holds no threads."""
    if (context.body["thread"] or {}).get("type") == "continue":
        yield Violation("/thread/previous_message_id")
