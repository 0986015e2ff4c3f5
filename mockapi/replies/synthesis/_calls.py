"""Calls of tools that the client runs: which may be called, and with what.

Tools with an `input_schema` get arguments that satisfy it. The tools whose schema the API itself
defines get a harmless input of theirs, by the table `_INPUTS`: the most common first step, which
reads and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.messages import IdKind
from mockapi.replies._request_view import name_of
from mockapi.replies.synthesis._plan import PlanPart
from mockapi.replies.synthesis.values import Unsatisfiable, satisfying

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.messages import IdFactory
    from mockapi.replies._request_view import Block, RequestView
    from mockapi.replies._seeded import SeededChoices

MAX_CALLS: Final = 3
SERVER_TOOLS: Final = (
    "web_search_", "web_fetch_", "code_execution_", "tool_search_tool_", "advisor_", "mcp_toolset",
)  # fmt: skip


class _Fixed(NamedTuple):
    """A call of a tool that the API defines: its input, and for a toolset the name to call."""

    input: dict[str, Any]
    name: str = ""
    toolset: str = ""


_INPUTS: Final[Mapping[str, _Fixed]] = {
    "bash_": _Fixed({"command": "ls -la"}),
    "text_editor_": _Fixed({"command": "view", "path": "/tmp"}),  # noqa: S108 - an argument in a reply
    "memory_": _Fixed({"command": "view", "path": "/memories"}),
    "computer_toolset_": _Fixed({}, "screenshot", "computer"),
    "computer_": _Fixed({"action": "screenshot"}),
    "browser_toolset_": _Fixed({"url": "https://example.com/"}, "navigate", "browser"),
}


def is_server_tool(tool: Block) -> bool:
    """Whether the API runs the tool itself."""
    return str(tool.get("type") or "").startswith(SERVER_TOOLS)


def is_deferred(tool: Block) -> bool:
    """Whether the tool has to be found by a tool search before it can be called."""
    return tool.get("defer_loading") is True


def callable_tools(view: RequestView) -> list[Block]:
    """The tools that the client runs and the model may call directly."""
    return [
        tool for tool in view.tools if not is_server_tool(tool) and not is_deferred(tool) and _direct(tool)
    ]


def call(tool: Block, view: RequestView, dice: SeededChoices, ids: IdFactory, number: int) -> PlanPart:
    """A call of a tool, the `number`-th of the reply.

    Raises:
        Unsatisfiable: no arguments satisfy its `input_schema`.
    """
    name = name_of(tool)
    fixed = _fixed(tool)
    id_ = ids.make(IdKind.TOOL_USE, number)
    if fixed is None:
        return PlanPart(called(name, id_, arguments(tool, view, dice.fork(dice_of(number, name)))))
    block = called(fixed.name or name, id_, fixed.input)
    if fixed.toolset:
        block["toolset_name"] = fixed.toolset
    return PlanPart(block)


def called(name: str, id_: str, arguments: dict[str, Any]) -> Block:
    """A call of a tool."""
    return {"type": "tool_use", "id": id_, "name": name, "input": arguments, "caller": {"type": "direct"}}


def dice_of(number: int, name: str) -> str:
    """The label of the dice that choose the arguments of the `number`-th call."""
    return f"{number}:{name}"


def arguments(tool: Block, view: RequestView, dice: SeededChoices) -> dict[str, Any]:
    """Arguments that satisfy a tool's schema; {} without a schema.

    Raises:
        Unsatisfiable: no arguments satisfy it, or it asks for something other than an object.
    """
    schema = tool.get("input_schema")
    if schema is None:
        return {}
    made = satisfying(object_schema(schema), dice, subject=view.subject())
    if not isinstance(made, dict):
        raise Unsatisfiable("its values are not objects, and arguments have to be one")
    return made


def object_schema(schema: Any) -> Any:
    """A tool's `input_schema` as one of objects, which arguments have to be."""
    return {"type": "object", **schema} if isinstance(schema, dict) else schema


def has_schema_of_its_own(tool: Block) -> bool:
    """Whether the client defines the tool, and with an `input_schema`."""
    return tool.get("type", "custom") == "custom" and tool.get("input_schema") is not None


def _direct(tool: Block) -> bool:
    callers = tool.get("allowed_callers")
    return not isinstance(callers, list) or not callers or "direct" in callers


def _fixed(tool: Block) -> _Fixed | None:
    kind = str(tool.get("type") or "custom")
    if kind == "custom" or "input_schema" in tool:
        return None
    return next((fixed for prefix, fixed in _INPUTS.items() if kind.startswith(prefix)), None)
