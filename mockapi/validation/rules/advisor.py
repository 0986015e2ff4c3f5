"""The advisor: which models may advise which, and what it said when it is handed back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.validation import _media
from mockapi.validation._conversation import pointer_of
from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_HIGHEST: Final = ("claude-fable-", "claude-mythos-")
_BELOW_HIGHEST: Final = ("claude-haiku-", "claude-sonnet-", "claude-opus-4-")
_BELOW_SONNET_4_6: Final = (
    "claude-2",
    "claude-3-",
    "claude-haiku-4-",
    "claude-instant-",
    "claude-opus-4-1-",
    "claude-opus-4-2",
    "claude-sonnet-4-2",
    "claude-sonnet-4-5-",
)


def _advisors(context: Context) -> Iterator[tuple[int, dict[str, Any]]]:
    """The advisors among the tools, with their indices."""
    for index, tool in enumerate(context.body["tools"]):
        if (tool.get("type") or "").startswith("advisor_"):
            yield index, tool


@rule(
    "advisor.model_not_found",
    Stage.TOOLS,
    "tool:advisor",
    message="tools.{i}.model: {model}",
    source="told in 2026-05, twice; a refusal of 400, where the request's own model gets a 404",
    confidence="maintainer",
)
def model_not_found(context: Context) -> Iterator[Violation]:
    """No model has the name of the advisor."""
    for index, tool in _advisors(context):
        if context.catalogue.find(tool["model"]) is None:
            yield Violation(f"/tools/{index}/model", {"i": index, "model": tool["model"]})


@rule(
    "advisor.less_capable",
    Stage.TOOLS,
    "tool:advisor",
    message="tools.{i}.model: '{advisor}' cannot be used as an advisor when the request model is '{model}'.",
    source="captured in 2026-06 for Fable 5 and Opus 4.8; that Sonnet 4.6 is the least is documented",
    models="Fable and Mythos take themselves and Opus 5 and later; all others take Sonnet 4.6 and better",
)
def less_capable(context: Context) -> Iterator[Violation]:
    """The advisor is less capable than the model that it is to advise."""
    model = context.known_model.id
    refused = (*_BELOW_SONNET_4_6, *(_BELOW_HIGHEST if model.startswith(_HIGHEST) else ()))
    for index, tool in _advisors(context):
        advisor = context.catalogue.resolve(tool["model"])
        if advisor.startswith(refused):
            yield Violation(f"/tools/{index}/model", {"i": index, "advisor": advisor, "model": model})


@rule(
    "advisor.result",
    Stage.MESSAGES,
    "block:advisor_tool_result",
    message="Advisor tool result content could not be processed.",
    source="told in 2026-08 of a result that another account had got",
    confidence="maintainer",
    hint="The encrypted text has to come from a reply; one made by mockapi will do.",
)
def result(context: Context) -> Iterator[Violation]:
    """What an advisor said comes back encrypted, in a text that the API did not encrypt."""
    for block in context.conversation.blocks("advisor_tool_result"):
        sealed = block[4]["content"].get("encrypted_content")
        if sealed is not None and not _media.is_sealed(sealed):
            yield Violation(f"{pointer_of(block)}/content/encrypted_content")
