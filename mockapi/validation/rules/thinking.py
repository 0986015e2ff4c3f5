"""The parameter `thinking`: which models take which type, and what goes with it.

max_tokens has to be greater than the budget, except under interleaved thinking, where the budget
is that of a whole turn. While thinking is on the sampling parameters are bound, in words of their own;
from Opus 4.7 on they are bound anyway (see `sampling`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_GUIDE: Final = "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"
_CONSULT: Final = (
    " Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
    "#important-considerations-when-using-extended-thinking"
)
_ADVICE: Final = ' Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'


@rule(
    "thinking.adaptive_unsupported",
    Stage.THINKING,
    "thinking:adaptive",
    message="adaptive thinking is not supported on this model",
    source="recorded in 2026-07",
    models="the 4.5 family and older",
)
def adaptive_unsupported(context: Context) -> Iterator[Violation]:
    """The model does not think adaptively."""
    if "adaptive" not in context.known_model.thinking:
        yield Violation("/thinking/type")


@rule(
    "thinking.enabled_unsupported",
    Stage.THINKING,
    "thinking:enabled",
    message='"thinking.type.enabled" is not supported for this model.' + _ADVICE,
    source="recorded in 2026-04 and 2026-09",
    models="Opus 4.7 and later",
)
def enabled_unsupported(context: Context) -> Iterator[Violation]:
    """The model takes no thinking budget; models that never thought are not judged."""
    allowed = context.known_model.thinking
    if "enabled" not in allowed and "adaptive" in allowed:
        yield Violation("/thinking/type")


@rule(
    "thinking.disabled_unsupported",
    Stage.THINKING,
    "thinking:disabled",
    message='"thinking.type.disabled" is not supported for this model.{advice}',
    source="recorded in 2026-10; for Mythos Preview documented in 2026-09",
    models="Opus 5.5, Fable and Mythos",
)
def disabled_unsupported(context: Context) -> Iterator[Violation]:
    """The model always thinks."""
    allowed = context.known_model.thinking
    if "disabled" not in allowed and "between_tools" not in allowed:
        budget = (
            " Thinking defaults to adaptive mode when not specified; "
            'use "thinking.type.enabled" with "budget_tokens" for extended thinking.'
        )
        yield Violation("/thinking/type", {"advice": budget if "enabled" in allowed else _ADVICE})


@rule(
    "thinking.disabled_replaced",
    Stage.THINKING,
    "thinking:disabled",
    message='To turn thinking off on this model, send "thinking": {{"type": "between_tools"}} instead of '
    '{{"type": "disabled"}}. The model does not think before responding. '
    "The short updates it writes between tool calls come back as thinking blocks.",
    source="recorded in 2026-10",
    models="Sonnet 5.5",
)
def disabled_replaced(context: Context) -> Iterator[Violation]:
    """The model has another word for no thinking."""
    allowed = context.known_model.thinking
    if "disabled" not in allowed and "between_tools" in allowed:
        yield Violation("/thinking/type")


@rule(
    "thinking.between_tools_unsupported",
    Stage.THINKING,
    "thinking:between_tools",
    message="thinking.type.between_tools is not supported for this model.",
    source="seen in another project's test double only: the words may differ",
    confidence="double",
    models="all but Sonnet 5.5",
)
def between_tools_unsupported(context: Context) -> Iterator[Violation]:
    """The model does not know thinking between tools."""
    if "between_tools" not in context.known_model.thinking:
        yield Violation("/thinking/type")


@rule(
    "thinking.budget",
    Stage.THINKING,
    "thinking:enabled",
    message="`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
    f"{_GUIDE}#max-tokens-and-context-window-size-with-extended-thinking",
    source="recorded in 2026-07",
    hint="Under interleaved thinking (anthropic-beta: interleaved-thinking-2025-05-14) "
    "the budget may be greater.",
)
def budget(context: Context) -> Iterator[Violation]:
    """The thinking budget leaves no room for an answer."""
    if "interleaved-thinking-2025-05-14" in context.names:
        return
    limit = context.body.get("max_tokens")
    if limit is not None and limit <= context.body["thinking"]["budget_tokens"]:
        yield Violation("/max_tokens")


@rule(
    "thinking.forced_tool",
    Stage.THINKING,
    "thinking:enabled",
    "thinking:adaptive",
    message="Thinking may not be enabled when tool_choice forces tool use.",
    source="quoted in 2025-09; adaptive thinking: recorded as taken (Opus 4.6) and refused (Opus 4.8)",
    models="with adaptive thinking Opus 4.8 alone",
)
def forced_tool(context: Context) -> Iterator[Violation]:
    """Thinking with a budget goes only with a tool_choice of auto or none."""
    if context.thinking == "adaptive" and context.known_model.forced_tool_with_adaptive:
        return
    if context.forces_tool:
        yield Violation("/tool_choice")


def _when(context: Context) -> str:
    """The condition in the words for this model."""
    return "is enabled or in adaptive mode" if "adaptive" in context.known_model.thinking else "is enabled"


@rule(
    "thinking.temperature",
    Stage.THINKING,
    "thinking:enabled",
    "thinking:adaptive",
    message="`temperature` may only be set to 1 when thinking {when}." + _CONSULT,
    source="recorded in 2025-09, 2026-03 and, on Opus 4.8, 2026-06",
)
def temperature(context: Context) -> Iterator[Violation]:
    """With thinking, temperature is 1."""
    if context.body.get("temperature", 1) != 1:
        yield Violation("/temperature", {"when": _when(context)})


@rule(
    "thinking.top_p",
    Stage.THINKING,
    "thinking:enabled",
    "thinking:adaptive",
    message="`top_p` must be greater than or equal to 0.95 or unset when thinking {when}." + _CONSULT,
    source="quoted in 2026-08; its tail by analogy",
    confidence="maintainer",
)
def top_p(context: Context) -> Iterator[Violation]:
    """With thinking, top_p is at least 0.95."""
    if context.body.get("top_p", 1) < 0.95:
        yield Violation("/top_p", {"when": _when(context)})


@rule(
    "thinking.top_k",
    Stage.THINKING,
    "thinking:enabled",
    "thinking:adaptive",
    message="`top_k` must be unset when thinking {when}." + _CONSULT,
    source="recorded in 2025-09",
)
def top_k(context: Context) -> Iterator[Violation]:
    """With thinking, top_k is not set; -1 stands for unset."""
    if context.body.get("top_k", -1) != -1:
        yield Violation("/top_k", {"when": _when(context)})
