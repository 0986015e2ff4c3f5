"""What a list of tools holds: judged once for each list, since clients send theirs every time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mockapi.validation import _structured
from mockapi.validation._references import reference_faults

if TYPE_CHECKING:
    from mockapi.validation._subschemas import Found

_PROPERTY: Final = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
_WEB_BY_CODE_SINCE: Final = "20260209"
"""From this version on code calls the web tools, unless `allowed_callers` says otherwise."""
_COMBINATORS: Final = ("oneOf", "allOf", "anyOf")


@dataclass(frozen=True, slots=True)
class ToolFault:
    """A fault in one tool: its index, the rule's id, the values of the message, when it is found."""

    index: int
    rule: str
    values: dict[str, object]
    compiling: bool = False


@dataclass(frozen=True, slots=True)
class ToolFacts:
    """A list of tools whose shape is right.

    Attributes:
        names: the names of all tools.
        types: the types of the tools that have one.
        duplicate: index of the first tool whose name another has, or None.
        deferred: whether every tool is deferred.
        strict: how many tools are strict.
        optional: optional parameters of the strict tools.
        unions: union-typed parameters of the strict tools.
        crowded: whether one strict tool alone has as many of either as all may have together.
        widest: the most parameters of one object in a strict tool that has scalars only, all required.
        faults: faults in single tools, in order.
        marks: cache control of the tools, with their indices.
        called_by_code: the names of the tools that code may call, in order.
        runs_code: whether a code execution tool is among them, or one that code may call (which
            brings code execution along: seen in a recording).
    """

    names: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    duplicate: int | None = None
    deferred: bool = False
    strict: int = 0
    optional: int = 0
    unions: int = 0
    crowded: bool = False
    widest: int = 0
    faults: tuple[ToolFault, ...] = ()
    marks: tuple[tuple[int, dict[str, Any]], ...] = ()
    called_by_code: tuple[str, ...] = ()
    runs_code: bool = False


NO_TOOLS: Final = ToolFacts()


def look_at(tools: list[dict[str, Any]]) -> ToolFacts:
    """Judge a list of tools whose shape is right."""
    faults: list[ToolFault] = []
    seen: set[str] = set()
    duplicate: int | None = None
    strict = optional = unions = 0
    crowded, widest = False, 0
    for index, tool in enumerate(tools):
        name = tool.get("name")
        if name in seen and duplicate is None:
            duplicate = index
        if name is not None:
            seen.add(name)
        if tool.get("type") in (None, "custom"):
            faults += (ToolFault(index, rule, {}) for rule in _schema_faults(tool["input_schema"]))
            if _called_by_code(tool) and any(map(_is_circle, reference_faults(tool["input_schema"]))):
                faults.append(ToolFault(index, "tools.circular_for_code", {}))
            if tool.get("strict"):
                report = _structured.inspect(tool["input_schema"], in_format=False)
                where = f"tools.{index}.custom"
                faults += (
                    ToolFault(index, found.rule, {"path": where, **found.values}, found.compiling)
                    for found in report.faults
                )
                optional, unions = optional + report.optional, unions + report.unions
                widest = max(widest, report.widest)
                crowded = crowded or report.crowded
        strict += bool(tool.get("strict"))
    called_by_code = tuple(str(tool.get("name")) for tool in tools if _called_by_code(tool))
    return ToolFacts(
        names=frozenset(seen),
        types=frozenset(tool["type"] for tool in tools if tool.get("type")),
        duplicate=duplicate,
        deferred=bool(tools) and all(tool.get("defer_loading") for tool in tools),
        strict=strict,
        optional=optional,
        unions=unions,
        crowded=crowded,
        widest=widest,
        faults=tuple(faults),
        called_by_code=called_by_code,
        runs_code=bool(called_by_code) or any(_is_code_execution(tool.get("type")) for tool in tools),
        marks=tuple((i, t["cache_control"]) for i, t in enumerate(tools) if t.get("cache_control")),
    )


def _called_by_code(tool: dict[str, Any]) -> bool:
    callers = tool.get("allowed_callers")
    if callers is not None:
        return any(map(_is_code_execution, callers))
    kind = tool.get("type") or ""
    return kind.startswith("web_") and kind[-8:] >= _WEB_BY_CODE_SINCE


def _is_circle(fault: Found) -> bool:
    return fault.rule == "structured.circular"


def _is_code_execution(kind: str | None) -> bool:
    return kind is not None and kind.startswith("code_execution_")


def _schema_faults(schema: dict[str, Any]) -> list[str]:
    import jsonschema_rs  # noqa: PLC0415 - slow to import, and requests without tools do not need it

    if None in (schema.get("properties", 0), schema.get("required", 0)):  # the SDK's types allow null
        schema = {k: v for k, v in schema.items() if v is not None}
    try:
        valid = jsonschema_rs.meta.is_valid(schema)
    except (ValueError, jsonschema_rs.ReferencingError):  # an unknown $schema
        valid = jsonschema_rs.meta.is_valid({k: v for k, v in schema.items() if k != "$schema"})
    if not valid:
        return ["tools.schema_invalid"]
    if any(keyword in schema for keyword in _COMBINATORS):
        return ["tools.schema_combinator"]
    if any(not _PROPERTY.fullmatch(key) for key in schema.get("properties") or ()):
        return ["tools.property_key"]
    return []
