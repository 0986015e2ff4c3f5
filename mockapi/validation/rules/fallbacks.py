"""Fallbacks: which models may answer when the first one refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_DEFAULT_BETA: Final = "server-side-fallback-2026-07-01"


@rule(
    "fallbacks.unsupported",
    Stage.CONTEXT,
    "fallbacks",
    message="'{model}' does not support the `fallbacks` parameter.",
    source="quoted many times in 2026-07 to 2026-09",
    confidence="maintainer",
    models="all but Fable, Mythos and Opus 5 and later",
)
def unsupported(context: Context) -> Iterator[Violation]:
    """The model is not one that declines and is then replaced."""
    if context.body["fallbacks"] and context.known_model.fallback_targets == ():
        yield Violation("/fallbacks", {"model": context.known_model.id})


@rule(
    "fallbacks.default_beta",
    Stage.CONTEXT,
    "fallbacks",
    message="fallbacks: Input should be a valid array",
    source="documented in 2026-08: the beta of 2026-06-01 takes lists alone; the words by analogy",
    confidence="documentation",
    hint=f"`default` needs the header anthropic-beta: {_DEFAULT_BETA}.",
)
def default_beta(context: Context) -> Iterator[Violation]:
    """The default fallback is asked for under the beta that knows lists alone."""
    if isinstance(context.body["fallbacks"], str) and _DEFAULT_BETA not in context.names:
        yield Violation("/fallbacks")


@rule(
    "fallbacks.invalid_target",
    Stage.CONTEXT,
    "fallbacks",
    message="'{target}' is not a valid fallback target for '{model}'. See this model's "
    "`allowed_fallback_models` on GET /v1/models/{model}.",
    source="captured in 2026-09; the targets may differ from one organization to another",
)
def invalid_target(context: Context) -> Iterator[Violation]:
    """A model is named that must not take over."""
    targets = context.known_model.fallback_targets
    named = context.body["fallbacks"]
    if not targets or not isinstance(named, list):
        return
    for index, entry in enumerate(named):
        target = context.catalogue.resolve(entry["model"])
        if target not in targets:
            values: dict[str, object] = {"target": target, "model": context.known_model.id}
            yield Violation(f"/fallbacks/{index}/model", values)
