"""Which models there are, and how much they may write."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.messages.catalogue import Catalogue
    from mockapi.validation._context import Context


_COMPLETING: Final = ("claude-2", "claude-instant-")
_SHORT_CALLS: Final = "token-efficient-tools-2025-02-19"
_BEFORE_3_7: Final = (
    *_COMPLETING,
    "claude-3-5-",
    "claude-3-haiku-",
    "claude-3-opus-",
    "claude-3-sonnet-",
)
_SLICE: Final = 1_000_000
"""Characters whose words are counted at once: a list of all words of 32 MB would take 1 GB."""


@rule(
    "model.not_found",
    Stage.MODEL,
    "model",
    message="model: {model}",
    source="recorded many times, 2024 to 2026",
    status=404,
    type="not_found_error",
)
def not_found(context: Context) -> Iterator[Violation]:
    """No model has this id or alias, or it was retired by the day that is asked for."""
    if context.model is None and _meant(context) is None:
        yield Violation("/model", {"model": context.body["model"]})


@rule(
    "model.dotted",
    Stage.MODEL,
    "model",
    message="model: {model} was not found. Did you mean {meant}?",
    source="captured in 2026-09",
    status=404,
    type="not_found_error",
)
def dotted(context: Context) -> Iterator[Violation]:
    """A version is written with a dot, as in the model's name, where its id has a dash."""
    meant = _meant(context)
    if context.model is None and meant is not None:
        yield Violation("/model", {"model": context.body["model"], "meant": meant})


def _meant(context: Context) -> str | None:
    """The id that a name with dots stands for, or None."""
    name: str = context.body["model"]
    dashed = name.replace(".", "-")
    return dashed if dashed != name and context.catalogue.find(dashed) is not None else None


@rule(
    "complete.model",
    Stage.MODEL,
    "prompt",
    message='"{model}" is not supported on this API. Please use the Messages API instead.',
    source="recorded in 2026-01",
    models="Claude 3 and later",
)
def completions(context: Context) -> Iterator[Violation]:
    """A model that only knows messages is asked to complete a text."""
    name = context.body.get("model", "")
    model = context.catalogue.find(name)
    if model is not None and not model.id.startswith(_COMPLETING):
        yield Violation("/model", {"model": name})


def model_hint(catalogue: Catalogue, name: str) -> str:
    """What a person may want to know about a model that is not found."""
    model = catalogue.find(name)
    if model is not None:
        return f"{model.id} retired on {model.retires}; without --as-of it is known."
    near = difflib.get_close_matches(name, [model.id for model in catalogue.models], 1)
    nearest = f" The nearest is {near[0]}." if near else ""
    return f"The catalogue of {catalogue.date} does not have it.{nearest} Add it with --models."


@rule(
    "max_tokens.model_limit",
    Stage.MAX_TOKENS,
    "max_tokens",
    message="max_tokens: {asked} > {limit}, which is the maximum allowed number of output tokens for {model}",
    source="recorded in 2025-11",
)
def output_limit(context: Context) -> Iterator[Violation]:
    """max_tokens is more than the model can write."""
    model = context.known_model
    limit = model.max_output
    if "output-300k-2026-03-24" in context.names and context.batch:
        limit = max(limit, 300_000)
    if "output-128k-2025-02-19" in context.names and model.id.startswith("claude-3-7-"):
        limit = max(limit, 128_000)
    asked = context.body["max_tokens"]
    if asked > limit:
        yield Violation("/max_tokens", {"asked": int(asked), "limit": limit, "model": context.body["model"]})


@rule(
    "max_tokens.zero",
    Stage.MAX_TOKENS,
    "max_tokens",
    message="max_tokens: must be greater than or equal to 1",
    source="documented in 2026-08; the words by analogy with batches",
    confidence="documentation",
    hint="max_tokens 0 fills the cache; it goes without a stream, thinking with a budget, an output format "
    "and a forced tool.",
)
def zero(context: Context) -> Iterator[Violation]:
    """No tokens are asked for beside something that needs some."""
    body = context.body
    if body["max_tokens"] != 0:
        return
    if body.get("stream") or context.thinking == "enabled" or context.formats or context.forces_tool:
        yield Violation("/max_tokens")


@rule(
    "speed.unsupported",
    Stage.CONTEXT,
    "speed",
    message="'{model}' does not support the `speed` parameter.",
    source="quoted in 2026-06",
    confidence="maintainer",
    models="all but Opus 4.6 (at standard speed), 4.8, 5 and later",
)
def speed(context: Context) -> Iterator[Violation]:
    """The model has no fast mode."""
    if context.body["speed"] == "fast" and not context.known_model.fast:
        yield Violation("/speed", {"model": context.known_model.id})


@rule(
    "inference_geo.unsupported",
    Stage.CONTEXT,
    "inference_geo",
    message="'{model}' does not support inference_geo.",
    source="captured in 2026-08; which models is documented",
    models="before Opus 4.6",
)
def inference_geo(context: Context) -> Iterator[Violation]:
    """The model cannot be told where to run."""
    if context.body["inference_geo"] is not None and not context.known_model.inference_geo:
        yield Violation("/inference_geo", {"model": context.known_model.id})


@rule(
    "tools.token_efficient",
    Stage.CONTEXT,
    "tools",
    message="'{model}' does not support token-efficient tool use.",
    source="captured in 2025-03 for Claude 3.5 Sonnet and Claude 3 Sonnet",
    models="before Claude 3.7 Sonnet",
)
def token_efficient(context: Context) -> Iterator[Violation]:
    """The header asks for short tool calls, and the model came before them."""
    model = context.known_model.id
    if _SHORT_CALLS in context.headers.betas and model.startswith(_BEFORE_3_7):
        yield Violation("/tools", {"model": model})


@rule(
    "prompt.too_long",
    Stage.CONTEXT,
    "messages",
    message="prompt is too long: {tokens} tokens > {limit} maximum",
    source="recorded in 2025-12 and 2026-08",
    hint="mockapi counts words, of which each is a token at least: the API counts more.",
)
def prompt_too_long(context: Context) -> Iterator[Violation]:
    """The texts have more words than the model's context has tokens."""
    limit = context.known_model.context
    if "context-1m-2025-08-07" in context.names:
        limit = max(limit, 1_000_000)
    if context.size < 2 * limit:  # not so many words, whatever they are
        return
    tokens = sum(map(_count_words, _texts(context)))
    if tokens > limit:
        yield Violation("/messages", {"tokens": tokens, "limit": limit})


def _count_words(text: str) -> int:
    count = 0
    for at in range(0, len(text), _SLICE):
        count += len(text[at : at + _SLICE].split())
        if at and not text[at - 1].isspace() and not text[at].isspace():
            count -= 1  # a word that goes on from the slice before
    return count


def _texts(context: Context) -> Iterator[str]:
    system = context.body.get("system")
    if isinstance(system, str):
        yield system
    for message in context.conversation.messages:
        if isinstance(message["content"], str):
            yield message["content"]
    for block in context.conversation.blocks("text", "tool_result"):
        said = block[4].get("text", block[4].get("content"))
        if isinstance(said, str):
            yield said
