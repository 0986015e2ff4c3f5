"""Refused for a parameter that the model, or another parameter, does not go with."""

from __future__ import annotations

from typing import Any

from tests.support.refused._case import HAIKU, OPUS, SONNET, Case, ask, assistant, call, result, tool, user

_GUIDE = "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"
_CONSULT = (
    " Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
    "#important-considerations-when-using-extended-thinking"
)
_ADVICE = ' Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
_ENABLED = {"type": "enabled", "budget_tokens": 1024}
_ADAPTIVE = {"type": "adaptive"}
_OFF = {"type": "disabled"}


def _one(rule: str, message: str, model: str = HAIKU, **fields: Any) -> Case:
    return Case(rule, message, ask(model=model, **fields))


def _managed(
    rule: str, message: str, model: str, *edits: Any, beta: str = "compact-2026-01-12", **more: Any
) -> Case:
    body = ask(model=model, context_management={"edits": list(edits)}, **more)
    return Case(rule, message, body, headers={"anthropic-beta": beta})


_SAMPLING = (
    _one(
        "stop_sequences.blank",
        "stop_sequences: each stop sequence must contain non-whitespace",
        stop_sequences=["a", " "],
    ),
    _one(
        "temperature.minus_one", "`temperature` cannot be set to -1 for this model.", SONNET, temperature=-1
    ),
    _one("temperature.deprecated", "`temperature` is deprecated for this model.", SONNET, temperature=0.5),
    _one(
        "temperature.deprecated",
        "`temperature` is deprecated for this model.",
        SONNET,
        temperature=0,
        top_p=1,
        top_k=1,
    ),
    _one("top_p.minus_one", "`top_p` cannot be set to -1 for this model.", top_p=-1),
    _one("top_p.deprecated", "`top_p` is deprecated for this model.", SONNET, top_p=1.0),
    _one("top_k.deprecated", "`top_k` is deprecated for this model.", "claude-opus-4-7", top_k=5),
    _one(
        "sampling.one_of",
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        temperature=0.5,
        top_p=0.9,
    ),
)

_THINKING = (
    _one(
        "thinking.adaptive_unsupported",
        "adaptive thinking is not supported on this model",
        thinking=_ADAPTIVE,
    ),
    _one(
        "thinking.enabled_unsupported",
        '"thinking.type.enabled" is not supported for this model.' + _ADVICE,
        SONNET,
        thinking=_ENABLED,
    ),
    _one(
        "thinking.disabled_unsupported",
        '"thinking.type.disabled" is not supported for this model.' + _ADVICE,
        OPUS,
        thinking=_OFF,
    ),
    _one(
        "thinking.disabled_unsupported",
        '"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive mode when '
        'not specified; use "thinking.type.enabled" with "budget_tokens" for extended thinking.',
        "claude-mythos-preview",
        thinking=_OFF,
    ),
    _one(
        "thinking.disabled_replaced",
        'To turn thinking off on this model, send "thinking": {"type": "between_tools"} instead of '
        '{"type": "disabled"}. The model does not think before responding. '
        "The short updates it writes between tool calls come back as thinking blocks.",
        "claude-sonnet-5-5",
        thinking=_OFF,
    ),
    _one(
        "thinking.between_tools_unsupported",
        "thinking.type.between_tools is not supported for this model.",
        OPUS,
        thinking={"type": "between_tools"},
    ),
    _one(
        "thinking.budget",
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
        f"{_GUIDE}#max-tokens-and-context-window-size-with-extended-thinking",
        max_tokens=1024,
        thinking=_ENABLED,
    ),
    _one(
        "thinking.forced_tool",
        "Thinking may not be enabled when tool_choice forces tool use.",
        thinking=_ENABLED,
        tools=[tool()],
        tool_choice={"type": "tool", "name": "look"},
    ),
    _one(
        "thinking.forced_tool",
        "Thinking may not be enabled when tool_choice forces tool use.",
        "claude-opus-4-8",
        thinking=_ADAPTIVE,
        tools=[tool()],
        tool_choice={"type": "any"},
    ),
    _one(
        "thinking.temperature",
        "`temperature` may only be set to 1 when thinking is enabled." + _CONSULT,
        thinking=_ENABLED,
        temperature=0,
    ),
    _one(
        "thinking.temperature",
        "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode." + _CONSULT,
        "claude-opus-4-6",
        thinking=_ADAPTIVE,
        temperature=0,
    ),
    _one(
        "thinking.top_p",
        "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled." + _CONSULT,
        thinking=_ENABLED,
        top_p=0.9,
    ),
    _one(
        "thinking.top_k",
        "`top_k` must be unset when thinking is enabled." + _CONSULT,
        thinking=_ENABLED,
        top_k=9,
    ),
)

_OUTPUT = (
    _one(
        "effort.unsupported",
        "This model does not support the effort parameter.",
        output_config={"effort": "low"},
    ),
    _one(
        "effort.level",
        "This model does not support effort level 'max'. Supported levels: high, low, medium.",
        "claude-opus-4-5",
        output_config={"effort": "max"},
    ),
    _one(
        "effort.level",
        "This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium.",
        "claude-sonnet-4-6",
        output_config={"effort": "xhigh"},
    ),
    _one(
        "effort.without_thinking",
        "output_config.effort 'xhigh' is not supported when thinking is disabled on this model. Use effort "
        "'high' or below, or enable thinking.",
        "claude-opus-5",
        thinking=_OFF,
        output_config={"effort": "xhigh"},
    ),
    _one(
        "max_tokens.model_limit",
        "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for "
        "claude-haiku-4-5",
        max_tokens=64_001,
    ),
    _one(
        "metadata.email",
        "metadata.user_id: user_id appears to contain an email address. Please send a uuid or hash value "
        "instead.",
        metadata={"user_id": "someone@example.com"},
    ),
    Case(
        "speed.unsupported",
        "'claude-haiku-4-5-20251001' does not support the `speed` parameter.",
        ask(speed="fast"),
        headers={"anthropic-beta": "fast-mode-2026-02-01"},
    ),
)

_CLEAR = {"type": "clear_thinking_20251015"}
_COMPACT = {"type": "compact_20260112"}

_CONTEXT = (
    _managed(
        "context.clear_thinking_first",
        "context_management: `clear_thinking_20251015` must be the first strategy in "
        "`context_management.edits` when provided",
        OPUS,
        {"type": "clear_tool_uses_20250919"},
        _CLEAR,
        beta="context-management-2025-06-27",
    ),
    _managed(
        "context.clear_thinking",
        "`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive",
        HAIKU,
        _CLEAR,
        beta="context-management-2025-06-27",
    ),
    _managed(
        "context.compact_unsupported",
        "'claude-haiku-4-5-20251001' does not support the 'compact_20260112' context management strategy.",
        HAIKU,
        _COMPACT,
    ),
    _managed(
        "context.compact_trigger",
        "context_management.edits.0.compact_20260112: trigger.value must be at least 50000",
        OPUS,
        {**_COMPACT, "trigger": {"type": "input_tokens", "value": 49_999}},
    ),
    Case(
        "compaction.needs_strategy",
        "messages.1.content.0: `compaction` blocks require a `compact_20260112` strategy in "
        "`context_management.edits`.",
        ask(
            user("a"),
            assistant({"type": "compaction", "content": "so far"}),
            user("b"),
            model="claude-opus-4-8",
        ),
        headers={"anthropic-beta": "compact-2026-01-12"},
    ),
    Case(
        "mcp.unreferenced",
        "MCP server 'notes' is defined but not referenced by any `mcp_toolset` in `tools`.",
        ask(mcp_servers=[{"type": "url", "url": "https://example.com/mcp", "name": "notes"}]),
        headers={"anthropic-beta": "mcp-client-2025-11-20"},
    ),
    Case(
        "container.skills",
        "container: skills can only be used when a code execution tool is enabled",
        ask(container={"skills": [{"type": "anthropic", "skill_id": "pdf"}]}),
        headers={"anthropic-beta": "skills-2025-10-02"},
    ),
    Case(
        "shape.needs_beta",
        "messages.1.content.0.compaction.signature: `signature` requires anthropic-beta: compact-2026-09-04",
        ask(
            user("a"),
            assistant({"type": "compaction", "content": "c", "signature": "s"}),
            user("b"),
            model=OPUS,
        ),
        headers={"anthropic-beta": "compact-2026-01-12"},
    ),
    Case(
        "compaction.signature",
        "messages.1.content.0: a `compaction` block with `content` requires its `signature`",
        ask(user("a"), assistant({"type": "compaction", "content": "c"}), user("b"), model=OPUS),
        headers={"anthropic-beta": "compact-2026-09-04"},
    ),
    _one(
        "prompt.too_long",
        "prompt is too long: 200001 tokens > 200000 maximum",
        messages=[user("a " * 200_001)],
    ),
    Case(
        "container.pending",
        "container_id is required when there are pending tool uses generated by code execution with tools.",
        ask(
            user("a"),
            assistant(
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "code_execution", "input": {}},
                call(caller={"type": "code_execution_20250825", "tool_id": "srvtoolu_1"}),
            ),
            user(result()),
            tools=[tool(), {"type": "code_execution_20250825", "name": "code_execution"}],
        ),
    ),
    _one(
        "container.without_code",
        "container: Container identifier can only be provided when using the code execution tool",
        container="container_1",
    ),
)

CASES = (*_SAMPLING, *_THINKING, *_OUTPUT, *_CONTEXT)
