"""Schemas that answers and strict tools are forced into, judged by the table in `_grammar`.

Some refusals say `Invalid schema: `, others do not. That looks like two readers: one checks the
keywords, and what it lets through is compiled. So faults without the words come first, each kind in
the order in which the schema is read, the outermost schema first.
"""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mockapi.validation._grammar import (
    ANY_OF,
    ARRAY,
    MAX_OPTIONAL,
    MAX_UNIONS,
    OBJECT,
    STRING,
    STRING_FORMATS,
    TYPES,
    supported,
)
from mockapi.validation._patterns import pattern_fault
from mockapi.validation._references import reference_faults
from mockapi.validation._subschemas import Found, schemas_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_TITLE_ALONE: Final = frozenset({"title"})
_PYTHON: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a schema holds.

    Attributes:
        faults: the one that the API names first.
        optional: parameters that are not required.
        unions: parameters that may have one of several types.
        widest: the most parameters of one object that has scalars only and requires them all.
    """

    faults: tuple[Found, ...]
    optional: int
    unions: int
    widest: int

    @property
    def crowded(self) -> bool:
        """Whether this schema alone has as many optional or union-typed parameters as all may have."""
        return self.optional >= MAX_OPTIONAL or self.unions >= MAX_UNIONS


def inspect(schema: Any, *, in_format: bool) -> Report:
    """Read a schema that answers or tool inputs are to be forced into.

    Args:
        schema: as it came.
        in_format: whether it is an output format, and not a strict tool's.
    """
    faults: list[Found] = []
    optional = unions = widest = 0
    refers = False
    for node in schemas_in(schema, merging=True):
        faults += _faults_of(node, in_format=in_format)
        refers = refers or "$ref" in node or "allOf" in node
        properties = node.get("properties")
        if isinstance(properties, dict):
            required = node.get("required")
            names = required if isinstance(required, list) else ()
            wanted = {name for name in names if isinstance(name, str)}  # the schema is unchecked
            left_out = len(properties.keys() - wanted)
            optional += left_out
            unions += sum(1 for child in properties.values() if _is_union(child))
            if not left_out and len(properties) > widest and all(map(_is_scalar, properties.values())):
                widest = len(properties)
    if refers:
        faults += reference_faults(schema)
    faults.sort(key=_is_compiling)
    return Report(tuple(faults), optional, unions, widest)


def _is_compiling(fault: Found) -> bool:
    return fault.compiling


def _is_union(node: Any) -> bool:
    return isinstance(node, dict) and (isinstance(node.get("type"), list) or "anyOf" in node)


def _is_scalar(node: Any) -> bool:
    return isinstance(node, dict) and node.get("type") not in (OBJECT, ARRAY) and _is_plain(node)


def _is_plain(node: dict[str, Any]) -> bool:
    return "type" in node and not isinstance(node["type"], list)


def _faults_of(node: dict[str, Any], *, in_format: bool) -> Iterator[Found]:
    if node.keys() <= _TITLE_ALONE:
        yield Found("structured.empty_schema", {})
        return
    if "allOf" in node:
        if isinstance(node["allOf"], list) and any(
            isinstance(b, dict) and "$ref" in b for b in node["allOf"]
        ):
            yield Found("structured.all_of_reference", {})
            return
        node = {keyword: value for keyword, value in node.items() if keyword != "allOf"}
    if "not" in node:
        yield Found("structured.schema_keyword", {"keyword": "not"})
    if "$ref" in node:
        return
    if ANY_OF in node:
        beside = node.keys() - supported(ANY_OF, in_format=in_format) - {"not"}
        if beside:
            yield Found("structured.beside_any_of", {"keywords": ", ".join(sorted(beside))})
    elif "oneOf" in node:
        yield Found("structured.schema_type", {"kind": "oneOf"})
    elif "type" in node:
        yield from _typed(node, in_format=in_format)
    elif "enum" not in node and "const" not in node:
        yield Found("structured.type_missing", {"schema": _as_python(node)}, compiling=True)


def _typed(node: dict[str, Any], *, in_format: bool) -> Iterator[Found]:
    declared = node["type"]
    kinds = declared if isinstance(declared, list) else [declared]
    for kind in kinds:
        if kind not in TYPES:
            yield Found("structured.schema_type", {"kind": kind})
            return
    if not kinds:
        return
    # 1. How many items an array has is one question to the API, which `maxItems` belongs to.
    if ARRAY in kinds and node.get("minItems", 0) not in (0, 1):
        upper = node.get("maxItems", "∞")
        yield Found("structured.min_items", {"lower": node["minItems"], "upper": upper})
    # 2. Keywords. A list of types is named by the first that says something.
    unknown = node.keys() - supported(kinds[0], in_format=in_format)
    for kind in kinds[1:]:
        unknown -= supported(kind, in_format=in_format)
    unknown.discard("not")
    # A property that is true or false, and no schema, makes `properties` itself a keyword too many.
    if OBJECT in kinds and not all(isinstance(child, dict) for child in _children(node)):
        unknown.add("properties")
    if unknown:
        kind = next((kind for kind in kinds if kind != "null"), kinds[0])
        if len(unknown) == 1:
            yield Found("structured.keyword", {"kind": kind, "keyword": unknown.pop()})
        else:
            yield Found("structured.keywords", {"kind": kind, "keywords": ", ".join(sorted(unknown))})
    # 3. What their values may be.
    if OBJECT in kinds:
        yield from _closed(node)
    if ARRAY in kinds and not isinstance(node.get("items", {}), dict):
        yield Found("structured.items", {}, compiling=True)
    if STRING in kinds:
        yield from _string(node)
    if isinstance(node.get("enum"), list):
        yield from _enum(node["enum"], declared)


def _children(node: dict[str, Any]) -> Collection[Any]:
    properties = node.get("properties")
    return properties.values() if isinstance(properties, dict) else ()


def _closed(node: dict[str, Any]) -> Iterator[Found]:
    extra = node.get("additionalProperties")
    if extra is None:
        yield Found("structured.open_object", {})
    elif extra is not False:
        yield Found("structured.additional_properties", {"extra": "true" if extra is True else "object"})


def _string(node: dict[str, Any]) -> Iterator[Found]:
    name = node.get("format")
    if isinstance(name, str) and name not in STRING_FORMATS:
        yield Found("structured.string_format", {"format": name})
    pattern = node.get("pattern")
    if isinstance(pattern, str):
        broken = pattern_fault(pattern)
        if broken is not None:
            yield broken


def _enum(values: list[Any], declared: Any) -> Iterator[Found]:
    """The first value that is not of the declared type; no value is of a list of types."""
    fitting = () if isinstance(declared, list) else _PYTHON.get(declared, ())
    for value in values:
        if not isinstance(value, fitting) or (isinstance(value, bool) and bool not in fitting):
            shown = {"value": _as_python(value), "kind": declared}
            yield Found("structured.enum_type", shown, compiling=True)
            return


def _as_python(value: Any) -> str:
    """A value as the API's messages show it; cut short where it is nested too deeply to be written."""
    try:
        return repr(value)
    except RecursionError:
        return reprlib.repr(value)
