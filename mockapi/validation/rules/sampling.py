"""temperature, top_p, top_k and stop sequences.

Three generations of models: all parameters are free, and -1 stands for unset; temperature or top_p but
not both; from Opus 4.7 on temperature 1 only, top_p and top_k not at all (58 live calls on 11 models).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_NEWER = "Opus 4.7 and later"
_FROM_45 = "Opus 4.1, the 4.5 family and later"


@rule(
    "stop_sequences.blank",
    Stage.STOP,
    "stop_sequences",
    message="stop_sequences: each stop sequence must contain non-whitespace",
    source="recorded in 2026-09",
)
def blank_stop(context: Context) -> Iterator[Violation]:
    """A stop sequence is empty or holds only whitespace."""
    for index, text in enumerate(context.body["stop_sequences"] or ()):
        if not text.strip():
            yield Violation(f"/stop_sequences/{index}")
            return


@rule(
    "temperature.minus_one",
    Stage.SAMPLING,
    "temperature",
    message="`temperature` cannot be set to -1 for this model.",
    source="quoted in 2026-08 and 2026-09; models with free sampling by analogy with top_p",
    confidence="maintainer",
    models=_FROM_45,
)
def temperature_minus_one(context: Context) -> Iterator[Violation]:
    """The temperature is -1, which old models take for unset."""
    if context.known_model.sampling != "free" and context.body["temperature"] == -1:
        yield Violation("/temperature")


@rule(
    "temperature.deprecated",
    Stage.SAMPLING,
    "temperature",
    message="`temperature` is deprecated for this model.",
    source="recorded in 2026-04 and 2026-08",
    models=_NEWER,
)
def temperature_deprecated(context: Context) -> Iterator[Violation]:
    """The temperature is something other than 1."""
    if context.known_model.sampling == "fixed" and context.body["temperature"] != 1:
        yield Violation("/temperature")


@rule(
    "top_p.minus_one",
    Stage.SAMPLING,
    "top_p",
    message="`top_p` cannot be set to -1 for this model.",
    source="quoted in 2026-03; taken from Sonnet 3.5 in a recording of 2026-04",
    confidence="maintainer",
    models=_FROM_45,
)
def top_p_minus_one(context: Context) -> Iterator[Violation]:
    """top_p is -1, which old models take for unset."""
    if context.known_model.sampling != "free" and context.body["top_p"] == -1:
        yield Violation("/top_p")


@rule(
    "top_p.deprecated",
    Stage.SAMPLING,
    "top_p",
    message="`top_p` is deprecated for this model.",
    source="recorded in 2026-08",
    models=_NEWER,
)
def top_p_deprecated(context: Context) -> Iterator[Violation]:
    """top_p is set, be it to 1."""
    if context.known_model.sampling == "fixed":
        yield Violation("/top_p")


@rule(
    "top_k.deprecated",
    Stage.SAMPLING,
    "top_k",
    message="`top_k` is deprecated for this model.",
    source="recorded in 2026-08; 137 live calls of 2026-08 took -1",
    models=_NEWER,
)
def top_k_deprecated(context: Context) -> Iterator[Violation]:
    """top_k is set; -1 stands for unset, and is taken."""
    if context.known_model.sampling == "fixed" and context.body["top_k"] != -1:
        yield Violation("/top_k")


@rule(
    "sampling.one_of",
    Stage.SAMPLING,
    "top_p",
    message="`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    source="recorded in 2026-04",
    models="Opus 4.1, the 4.5 and 4.6 families",
)
def one_of(context: Context) -> Iterator[Violation]:
    """Both temperature and top_p are set."""
    if context.known_model.sampling == "one" and "temperature" in context.body:
        yield Violation("/top_p")
