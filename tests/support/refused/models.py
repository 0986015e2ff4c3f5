"""Refused by some models and taken by others: every model that the refusal is measured or documented for."""

from __future__ import annotations

from typing import Any

from tests.support.refused._case import HAIKU, LOOKED, OPUS, SONNET, Case, ask, assistant, tool, user

_NEW = (
    "claude-opus-4-7",
    "claude-opus-4-8",
    "claude-opus-5",
    SONNET,
    "claude-fable-5",
    "claude-mythos-5",
    "claude-fable-5-1",
    "claude-mythos-5-1",
    OPUS,
    "claude-sonnet-5-5",
    "claude-haiku-5-5",
)
"""From Opus 4.7 on."""

_OLD = ("claude-opus-4-1", "claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5-20251001")
_TRIES = {"thinking.enabled_unsupported", "thinking.adaptive_unsupported", "tool_choice.forced_unsupported"}
"""Which are refused where tokens are counted, too."""

_PREFILL = (
    "This model does not support assistant message prefill. The conversation must end with a user message."
)
_ENABLED = (
    '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
    '"output_config.effort" to control thinking behavior.'
)
_FORCED = 'tool_choice: type "tool" and "any" are not supported for this model.'


def _each(models: tuple[str, ...], rule: str, message: str, *turns: Any, **fields: Any) -> list[Case]:
    cases = []
    for model in models:
        body = ask(*turns, model=model, **fields)
        cases += [Case(rule, message, body), Case(rule, message, body, row=True)]
        if rule in _TRIES:
            counted = {name: value for name, value in body.items() if name != "max_tokens"}
            cases.append(Case(rule, message, counted, endpoint="/v1/messages/count_tokens"))
    return cases


CASES = (
    *_each(_NEW, "temperature.deprecated", "`temperature` is deprecated for this model.", temperature=0.5),
    *_each(
        _NEW,
        "temperature.deprecated",
        "`temperature` is deprecated for this model.",
        temperature=0,
        top_p=0.9,
        top_k=3,
    ),
    *_each(_NEW, "top_p.deprecated", "`top_p` is deprecated for this model.", temperature=1, top_p=1.0),
    *_each(_NEW, "top_k.deprecated", "`top_k` is deprecated for this model.", top_k=3),
    *_each(
        _NEW,
        "thinking.enabled_unsupported",
        _ENABLED,
        user("a"),
        assistant("b"),
        user("c"),
        thinking={"type": "enabled", "budget_tokens": 1024},
    ),
    *_each(
        (*_NEW, "claude-opus-4-6"), "prefill.unsupported", _PREFILL, *LOOKED, assistant("b"), tools=[tool()]
    ),
    *_each(
        _OLD,
        "thinking.adaptive_unsupported",
        "adaptive thinking is not supported on this model",
        thinking={"type": "adaptive"},
    ),
    *_each(
        (HAIKU, "claude-sonnet-4-5", "claude-opus-4-1"),
        "effort.unsupported",
        "This model does not support the effort parameter.",
        output_config={"effort": "low"},
    ),
    *_each(
        ("claude-opus-4-6", "claude-sonnet-4-6"),
        "effort.level",
        "This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium.",
        output_config={"effort": "xhigh"},
    ),
    *_each(
        (*_OLD, "claude-opus-4-6", "claude-sonnet-4-6"),
        "sampling.one_of",
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        temperature=0.5,
        top_p=0.5,
    ),
    *_each(
        (OPUS, "claude-fable-5-1", "claude-mythos-5-1"),
        "tool_choice.forced_unsupported",
        _FORCED,
        tools=[tool("other"), tool()],
        tool_choice={"type": "tool", "name": "look"},
    ),
)
