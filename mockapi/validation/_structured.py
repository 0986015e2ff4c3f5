"""The subset of JSON Schema that structured outputs and strict tools can be compiled from.

Sources: refusals quoted in 2025 and 2026. A keyword that no refusal names is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_OPTIONAL: Final = 24
MAX_UNIONS: Final = 16
MAX_STRICT_TOOLS: Final = 20

_NUMERIC: Final = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")
_UNSUPPORTED: Final = {
    "integer": _NUMERIC,
    "number": _NUMERIC,
    "string": ("maxLength", "minLength"),
    "array": ("maxItems", "uniqueItems"),
}
_CHILDREN: Final = ("properties", "$defs", "definitions")
_LISTS: Final = ("anyOf", "allOf", "oneOf", "prefixItems")


@dataclass(frozen=True, slots=True)
class Found:
    """A fault in a schema: the rule's id and the values of its message."""

    rule: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Report:
    """What a schema holds.

    Attributes:
        faults: in the order in which the schema is read.
        optional: parameters that are not required.
        unions: parameters that may have one of several types.
    """

    faults: tuple[Found, ...]
    optional: int
    unions: int


def inspect(schema: Any) -> Report:
    """Read a schema that answers or tool inputs are to be forced into."""
    faults = [*_circles(schema)]
    optional = unions = 0
    for node in _nodes(schema):
        faults += _faults_of(node)
        properties = node.get("properties")
        if isinstance(properties, dict):
            required = node.get("required")
            names = required if isinstance(required, list) else ()
            wanted = {name for name in names if isinstance(name, str)}  # the schema is unchecked
            optional += len(properties.keys() - wanted)
            unions += sum(1 for child in properties.values() if _is_union(child))
    return Report(tuple(faults), optional, unions)


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a schema, outermost first."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        yield node
        children: list[Any] = []
        for keyword in _CHILDREN:
            if isinstance(node.get(keyword), dict):
                children += node[keyword].values()
        for keyword in _LISTS:
            if isinstance(node.get(keyword), list):
                children += node[keyword]
        children.append(node.get("items"))
        waiting += reversed(children)


def _faults_of(node: dict[str, Any]) -> Iterator[Found]:
    if not node:
        yield Found("structured.empty_schema", {})
        return
    declared = node.get("type")
    types = declared if isinstance(declared, list) else [declared]
    for kind in types:
        if kind == "object":
            yield from _closed(node)
        unsupported = [keyword for keyword in _UNSUPPORTED.get(str(kind), ()) if keyword in node]
        if len(unsupported) == 1:
            yield Found("structured.keyword", {"kind": kind, "keyword": unsupported[0]})
        elif unsupported:
            yield Found("structured.keywords", {"kind": kind, "keywords": ", ".join(unsupported)})
        if kind == "array" and node.get("minItems", 0) not in (0, 1):
            yield Found("structured.min_items", {})


def _closed(node: dict[str, Any]) -> Iterator[Found]:
    extra = node.get("additionalProperties")
    if extra is None:
        yield Found("structured.open_object", {})
    elif extra is not False:
        yield Found("structured.additional_properties", {"extra": "true" if extra is True else "{...}"})


def _is_union(node: Any) -> bool:
    return isinstance(node, dict) and (isinstance(node.get("type"), list) or "anyOf" in node)


def _circles(schema: Any) -> Iterator[Found]:
    """The first chain of references that leads back to itself."""
    if not isinstance(schema, dict):
        return
    definitions = {
        f"#/{keyword}/{name}": node
        for keyword in ("$defs", "definitions")
        if isinstance(schema.get(keyword), dict)
        for name, node in schema[keyword].items()
    }
    targets = {
        name: [n["$ref"] for n in _nodes(node) if isinstance(n.get("$ref"), str)]
        for name, node in {**definitions, "#": schema}.items()
    }
    done: set[str] = set()
    for start, found in targets.items():
        trail, on_trail, waiting = [start], {start}, [iter(found)]
        while waiting:
            name = next(waiting[-1], None)
            if name is None:
                done.add(trail[-1])
                on_trail.discard(trail.pop())
                waiting.pop()
            elif name in on_trail:
                chain = [*trail[trail.index(name) :], name]
                named = (step.rpartition("/")[2].replace("#", "root") for step in chain)
                yield Found("structured.circular", {"chain": " -> ".join(named)})
                return
            elif name in targets and name not in done:
                trail.append(name)
                on_trail.add(name)
                waiting.append(iter(targets[name]))
