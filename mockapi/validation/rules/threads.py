"""Conversations that the server would hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.validation._rule import Stage, Violation, rule
from mockapi.validation.rules.caching import cache_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_MAX_MARKS: Final = 3


@rule(
    "thread.not_found",
    Stage.THREAD,
    "thread",
    message="No thread state was found for the requested `previous_message_id`. Replay the full conversation "
    'with thread: {{"type": "create"}} to start a new Thread.',
    source="quoted in 2026-09 and 2026-10; the code is that of the official client",
    confidence="maintainer",
    hint="mockapi keeps no conversations: official clients send the whole one again by themselves.",
    status=404,
    type="not_found_error",
    code="thread_not_found",
)
def thread_not_found(context: Context) -> Iterator[Violation]:
    """A thread is continued; mockapi holds no threads."""
    if (context.body["thread"] or {}).get("type") == "continue":
        yield Violation("/thread/previous_message_id")


@rule(
    "thread.cache_marks",
    Stage.CACHE,
    "thread",
    message="thread: a maximum of {limit} blocks with cache_control may be provided when `thread` is set -- "
    "the fourth marker slot is reserved for the marker the server places on the conversation's last "
    "cache-eligible block. Found {found}.",
    source="quoted in 2026-10 without its apostrophe, the code with it",
    confidence="maintainer",
    code="thread_unsupported_request",
)
def cache_marks(context: Context) -> Iterator[Violation]:
    """A thread has more than three cache breakpoints: the fourth is the server's own."""
    found = len(list(cache_controls(context)))
    if context.body["thread"] and found > _MAX_MARKS:
        yield Violation("/thread", {"limit": _MAX_MARKS, "found": found}, {"unsupported": ["cache_control"]})


@rule(
    "thread.unsupported",
    Stage.THREAD,
    "thread",
    message="thread: cannot be combined with `{field}`",
    source="the code and the fields are those of the official client; the words are ours",
    confidence="documentation",
    code="thread_unsupported_request",
)
def unsupported(context: Context) -> Iterator[Violation]:
    """A thread is asked for beside something that threads do not support."""
    for field in ("context_management", "fallbacks"):
        if context.body["thread"] and context.body.get(field):
            yield Violation(f"/{field}", {"field": field}, {"unsupported": [field]})
