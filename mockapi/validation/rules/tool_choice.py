"""tool_choice, and whether the tools it asks for are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.validation._rule import Stage, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context


def _kind(context: Context) -> str:
    return str(context.body["tool_choice"]["type"])


@rule(
    "tool_choice.without_tools",
    Stage.TOOL_CHOICE,
    "tool_choice",
    message="tool_choice.any may only be specified while providing tools",
    source="recorded in 2026-09",
)
def without_tools(context: Context) -> Iterator[Violation]:
    """A tool must be called, but no tool is offered."""
    if _kind(context) == "any" and not context.body.get("tools"):
        yield Violation("/tool_choice")


@rule(
    "tool_choice.not_found",
    Stage.TOOL_CHOICE,
    "tool_choice",
    message="Tool '{name}' not found in provided tools",
    source="recorded in 2026-09",
)
def not_found(context: Context) -> Iterator[Violation]:
    """The tool that must be called is not among the tools."""
    if _kind(context) != "tool" or any("toolset" in kind for kind in context.tools.types):
        return  # the tools of a toolset have names that the request does not say
    name = context.body["tool_choice"]["name"]
    if name not in context.tools.names:
        yield Violation("/tool_choice/name", {"name": name})


@rule(
    "tool_choice.forced_unsupported",
    Stage.TOOL_CHOICE,
    "tool_choice",
    message='tool_choice: type "tool" and "any" are not supported for this model.',
    source="recorded in 2026-09",
    models="Opus 5.5, Fable and Mythos 5.1 and later",
)
def forced_unsupported(context: Context) -> Iterator[Violation]:
    """The model cannot be forced to call a tool."""
    if not context.known_model.forced_tool_choice and context.forces_tool:
        yield Violation("/tool_choice")
