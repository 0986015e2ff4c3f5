"""Refused around summaries, threads and fallbacks."""

from __future__ import annotations

from typing import Any

from mockapi.messages import content_nonce, make_signature
from tests.support.refused._case import HAIKU, OPUS, Case, ask, assistant, call, text, tool, user

_BOTH: dict[str, str | None] = {
    "anthropic-beta": "compact-2026-09-04,compact-2026-01-12,context-management-2025-06-27"
}
_FALLBACK: dict[str, str | None] = {"anthropic-beta": "server-side-fallback-2026-07-01"}
_THREAD: dict[str, str | None] = {"anthropic-beta": "message-threads-2026-08-12"}
_ASKS = {"type": "summarize"}
_STRATEGY = {"edits": [{"type": "compact_20260112"}]}
_FILLING = bytes(100)


def _summary(content: str = "They said hi.", *, signed: str | None = None) -> dict[str, Any]:
    signature = make_signature(content_nonce(content if signed is None else signed), _FILLING)
    return {"type": "compaction", "content": content, "signature": signature}


def _one(rule: str, message: str, *messages: Any, betas: str = "", **fields: Any) -> Case:
    headers: dict[str, str | None] = {"anthropic-beta": f"compact-2026-09-04,{betas}"}
    return Case(rule, message, ask(*messages, **{"model": OPUS, **fields}), headers)


def _asking(rule: str, message: str, *messages: Any, **fields: Any) -> Case:
    return _one(rule, message, *messages, compaction=_ASKS, **fields)


_COMPACTION = (
    _asking(
        "compaction.unsupported",
        "'claude-haiku-4-5-20251001' does not support the `compaction` parameter.",
        model=HAIKU,
    ),
    _asking(
        "compaction.beside", "compaction: cannot be combined with `stop_sequences`", stop_sequences=["END"]
    ),
    _asking(
        "compaction.beside",
        "compaction: cannot be combined with `output_format`",
        model="claude-opus-5",
        betas="structured-outputs-2025-11-13",
        output_format={"type": "json_schema", "schema": {"type": "object", "additionalProperties": False}},
    ),
    _asking(
        "compaction.beside",
        "compaction: cannot be combined with `tool_choice`",
        model="claude-opus-5",
        tools=[tool()],
        tool_choice={"type": "any"},
    ),
    _one(
        "compaction.task_budget",
        "output_config.task_budget.remaining: cannot be combined with compaction",
        user(_summary(), text("Go on")),
        betas="task-budgets-2026-03-13",
        output_config={"task_budget": {"type": "tokens", "total": 30000, "remaining": 20000}},
    ),
    _asking(
        "compaction.nothing_to_summarize",
        "messages: there is no `user` or `assistant` content to summarize",
        assistant(""),
    ),
    _asking(
        "compaction.incomplete_turn",
        "messages.1: the last `assistant` turn has tool calls without results; "
        "send their `tool_result` blocks before the conversation is summarized",
        user("Look"),
        assistant(call()),
        tools=[tool()],
    ),
    _one(
        "compaction.ambiguous",
        "messages.1.content.0: only one `compaction` block with content may be sent; send the newest",
        assistant(_summary()),
        assistant(_summary("More.")),
        user("Go on"),
    ),
    _one(
        "compaction.misplaced",
        "messages.1.content.0: `compaction` block must be sent first, in place of the messages it "
        "summarizes; remove those messages",
        user("Hi"),
        assistant(_summary()),
        user("Go on"),
    ),
    Case(
        "compaction.threshold",
        "context_management: the `compact_20260112` strategy cannot run on a request that carries a "
        "signed `compaction` block",
        ask(assistant(_summary()), user("Go on"), model=OPUS, context_management=_STRATEGY),
        _BOTH,
    ),
    _one(
        "compaction.signature_invalid",
        "messages.0.content.0: Invalid `signature` in `compaction` block",
        assistant({**_summary(), "signature": "c2lnbmF0dXJl"}),
        user("Go on"),
    ),
    _one(
        "compaction.content_mismatch",
        "messages.0.content.0: the `content` of a `compaction` block does not match its `signature`",
        assistant(_summary("They said ho.", signed="They said hi.")),
        user("Go on"),
    ),
)

_MARK = {"cache_control": {"type": "ephemeral"}}

_THREADS = (
    Case(
        "thread.not_found",
        "No thread state was found for the requested `previous_message_id`. Replay the full conversation "
        'with thread: {"type": "create"} to start a new Thread.',
        ask(thread={"type": "continue", "previous_message_id": "msg_1"}),
        _THREAD,
        status=404,
        type="not_found_error",
    ),
    Case(
        "thread.unsupported",
        "thread: cannot be combined with `fallbacks`",
        ask(model="claude-opus-5", thread={"type": "create"}, fallbacks="default"),
        {"anthropic-beta": "message-threads-2026-08-12, server-side-fallback-2026-07-01"},
    ),
    Case(
        "thread.cache_marks",
        "thread: a maximum of 3 blocks with cache_control may be provided when `thread` is set -- the fourth "
        "marker slot is reserved for the marker the server places on the conversation's last "
        "cache-eligible block. Found 4.",
        ask(user(*(text("Hi", **_MARK) for _ in range(4))), thread={"type": "create"}),
        _THREAD,
    ),
)

_FALLBACKS = (
    Case(
        "fallbacks.unsupported",
        "'claude-haiku-4-5-20251001' does not support the `fallbacks` parameter.",
        ask(fallbacks="default"),
        _FALLBACK,
    ),
    Case(
        "fallbacks.invalid_target",
        "'claude-sonnet-5' is not a valid fallback target for 'claude-opus-5-5'. "
        "See this model's `allowed_fallback_models` on GET /v1/models/claude-opus-5-5.",
        ask(model=OPUS, fallbacks=[{"model": "claude-sonnet-5"}]),
        _FALLBACK,
    ),
    Case(
        "fallbacks.default_beta",
        "fallbacks: Input should be a valid array",
        ask(model=OPUS, fallbacks="default"),
        {"anthropic-beta": "server-side-fallback-2026-06-01"},
    ),
    Case(
        "shape.unknown_field",
        "fallbacks.0: 'temperature' is not a supported field. Supported: model, max_tokens, output_config, "
        "speed, thinking.",
        ask(model=OPUS, fallbacks=[{"model": "claude-opus-5", "temperature": 1}]),
        _FALLBACK,
    ),
)

CASES = (*_COMPACTION, *_THREADS, *_FALLBACKS)
