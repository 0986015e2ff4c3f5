"""output_config: which models take an effort, at which levels, and which a budget of a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context


def _effort(context: Context) -> str | None:
    config = context.body["output_config"]
    level = config.get("effort")
    return None if level is None else str(level)


@rule(
    "effort.unsupported",
    Stage.OUTPUT,
    "output_config",
    message="This model does not support the effort parameter.",
    source="recorded in 2026-03 and 2026-08",
    models="Sonnet and Haiku 4.5, Opus 4.1 and older",
)
def unsupported(context: Context) -> Iterator[Violation]:
    """The model has no effort."""
    if _effort(context) is not None and not context.known_model.effort:
        yield Violation("/output_config/effort")


@rule(
    "effort.level",
    Stage.OUTPUT,
    "output_config",
    message="This model does not support effort level '{level}'. Supported levels: {levels}.",
    source="recorded in 2026-04 with its request",
    models="Opus 4.5 (no xhigh, no max), the 4.6 family (no xhigh)",
)
def level(context: Context) -> Iterator[Violation]:
    """The model has effort, but not this level."""
    asked, levels = _effort(context), context.known_model.effort
    if asked is not None and levels and asked not in levels:
        yield Violation("/output_config/effort", {"level": asked, "levels": ", ".join(sorted(levels))})


@rule(
    "effort.without_thinking",
    Stage.OUTPUT,
    "output_config",
    message="output_config.effort '{level}' is not supported when thinking is disabled on this model. "
    "Use effort 'high' or below, or enable thinking.",
    source="quoted in 2026-08",
    confidence="maintainer",
    models="Opus 5",
)
def without_thinking(context: Context) -> Iterator[Violation]:
    """The highest levels of effort need thinking."""
    asked, levels = _effort(context), context.known_model.effort_without_thinking
    if asked is not None and levels and context.thinking == "disabled" and asked not in levels:
        yield Violation("/output_config/effort", {"level": asked})


@rule(
    "task_budget.unsupported",
    Stage.OUTPUT,
    "output_config",
    message="This model does not support user-configurable task budgets.",
    source="captured in 2026; which models is documented in 2026-08",
    models="Sonnet 5, the 4.6 family and older",
)
def task_budget_unsupported(context: Context) -> Iterator[Violation]:
    """The model has no budget of a task."""
    if context.body["output_config"].get("task_budget") and not context.known_model.task_budgets:
        yield Violation("/output_config/task_budget")


@rule(
    "effort.per_turn",
    Stage.OUTPUT,
    "role:system",
    message="output_config.effort requires a model that supports per-turn effort; this model does not",
    source="documented in 2026-09; captured up to the word effort",
    confidence="documentation",
    models="all but Opus 5, 5.5, Sonnet 5.5, Fable 5.1, Mythos 5.1 and later",
)
def per_turn(context: Context) -> Iterator[Violation]:
    """A message sets the effort of its turn, and the model has one effort for the whole request."""
    if context.known_model.per_turn_effort:
        return
    for index, message in enumerate(context.conversation.messages):
        if (message.get("output_config") or {}).get("effort") is not None:
            yield Violation(f"/messages/{index}/output_config/effort")
