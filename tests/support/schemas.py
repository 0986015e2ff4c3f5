"""Schemas that answers are forced into, from the validator's table: right ones, and ones with one fault."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from mockapi.validation import _grammar

NAMES = st.sampled_from(["a", "b", "name", "kind", "of-what"])
_TEXTS = st.text(max_size=5)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": _TEXTS,
    "integer": st.integers(-9, 9),
    "number": st.integers(-9, 9) | st.floats(-9, 9),
    "boolean": st.booleans(),
    "null": st.none(),
}
_ANY_SCALAR = st.one_of(*_SCALARS.values())
_LEAF = st.sampled_from([{"type": kind} for kind in _SCALARS])

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": _TEXTS,
    "description": _TEXTS,
    "default": _ANY_SCALAR,
    "examples": st.lists(_ANY_SCALAR, max_size=2),
    "const": _ANY_SCALAR,
    "minItems": st.sampled_from([0, 1]),
    "format": st.sampled_from(sorted(_grammar.STRING_FORMATS)),
    "pattern": st.sampled_from(["^[a-z]+$", "[0-9]{3}-[0-9]{4}", "(?:ab|c)*", r"^\d+\.\d{1,2}$"]),
    "minLength": st.integers(0, 9),
    "maxLength": st.integers(0, 9),
    "$defs": st.dictionaries(NAMES, _LEAF, max_size=2),
    "definitions": st.dictionaries(NAMES, _LEAF, max_size=2),
    "$schema": st.just("https://json-schema.org/draft/2020-12/schema"),
    "$comment": _TEXTS,
    "$id": st.just("https://example.com/schema"),
    "deprecated": st.booleans(),
    "readOnly": st.booleans(),
    "writeOnly": st.booleans(),
}
"""A right value for each keyword that says nothing about other schemas."""

STRUCTURE = frozenset({"type", "enum", "anyOf", "properties", "required", "additionalProperties", "items"})
"""The other keywords of the table."""

REFUSED: dict[str, Any] = {
    "if": {"type": "string"},
    "then": {"type": "string"},
    "else": {"type": "string"},
    "prefixItems": [{"type": "string"}],
    "contains": {"type": "string"},
    "propertyNames": {"type": "string"},
    "unevaluatedProperties": False,
    "unevaluatedItems": False,
    "patternProperties": {"^a": {"type": "string"}},
    "dependentRequired": {"a": ["b"]},
    "minProperties": 1,
    "maxProperties": 2,
    "maxItems": 2,
    "uniqueItems": True,
    "minimum": 0,
    "maximum": 9,
    "exclusiveMinimum": 0,
    "exclusiveMaximum": 9,
    "multipleOf": 2,
    "contentEncoding": "base64",
    "nullable": True,
    "discriminator": {"propertyName": "a"},
    "x-order": ["a"],
}
"""Keywords of JSON Schema and of its users that the table does not have."""


class Fault(NamedTuple):
    """A schema with one fault, the rule that it breaks, and the values of its message."""

    schema: Any
    rule: str
    values: dict[str, Any]


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    """An object with these properties, all required."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@st.composite
def _typed(draw: st.DrawFn, inner: st.SearchStrategy[Any], *, in_format: bool) -> dict[str, Any]:
    """A schema of one type, with some of the keywords that may stand beside it."""
    kind = draw(st.sampled_from(_grammar.TYPES))
    node: dict[str, Any] = {"type": kind}
    if kind == "object":
        node = closed(draw(st.dictionaries(NAMES, inner, max_size=3)))
    elif kind == "array":
        node["items"] = draw(inner)
    elif draw(st.booleans()):
        node["enum"] = draw(st.lists(_SCALARS[kind], min_size=1, max_size=3))
    taken = sorted(_grammar.supported(kind, in_format=in_format) - STRUCTURE)
    for keyword in draw(st.sets(st.sampled_from(taken), max_size=3)):
        node[keyword] = draw(VALUES[keyword])
    return node


@st.composite
def _either(draw: st.DrawFn, inner: st.SearchStrategy[Any], *, in_format: bool) -> dict[str, Any]:
    """A choice, with some of the keywords that may stand beside `anyOf`."""
    node: dict[str, Any] = {"anyOf": draw(st.lists(inner, min_size=1, max_size=3))}
    taken = sorted(_grammar.supported("anyOf", in_format=in_format) - STRUCTURE)
    for keyword in draw(st.sets(st.sampled_from(taken), max_size=3)):
        node[keyword] = draw(VALUES[keyword])
    return node


def right(*, in_format: bool) -> st.SearchStrategy[Any]:
    """Schemas that the table takes."""
    lists = st.sets(st.sampled_from([*_SCALARS]), min_size=2, max_size=2).map(
        lambda kinds: {"type": sorted(kinds)}
    )
    leaves = st.one_of(
        _LEAF,
        lists,
        _ANY_SCALAR.map(lambda value: {"const": value}),
        st.lists(_ANY_SCALAR, min_size=1, max_size=3).map(lambda values: {"enum": values}),
    )
    return st.recursive(
        leaves,
        lambda inner: _typed(inner, in_format=in_format) | _either(inner, in_format=in_format),
        max_leaves=6,
    )


@st.composite
def _unknown_keywords(draw: st.DrawFn, *, in_format: bool) -> Fault:
    node = draw(_typed(_LEAF, in_format=in_format))
    kind = node["type"]
    lengths = {"maxLength": 9}
    known = _grammar.supported(kind, in_format=in_format)
    candidates = {name: value for name, value in {**REFUSED, **lengths}.items() if name not in known}
    names = sorted(draw(st.sets(st.sampled_from(sorted(candidates)), min_size=1, max_size=3)))
    schema = {**node, **{name: candidates[name] for name in names}}
    if len(names) == 1:
        return Fault(schema, "structured.keyword", {"kind": kind, "keyword": names[0]})
    return Fault(schema, "structured.keywords", {"kind": kind, "keywords": ", ".join(names)})


@st.composite
def _beside_any_of(draw: st.DrawFn, *, in_format: bool) -> Fault:
    node = draw(_either(_LEAF, in_format=in_format))
    beside = {**REFUSED, "type": "string", "items": {"type": "string"}, "format": "date"}
    names = sorted(draw(st.sets(st.sampled_from(sorted(beside)), min_size=1, max_size=3)))
    schema = {**node, **{name: beside[name] for name in names}}
    return Fault(schema, "structured.beside_any_of", {"keywords": ", ".join(names)})


@st.composite
def _wrong_enum(draw: st.DrawFn) -> Fault:
    kind = draw(st.sampled_from([*_SCALARS]))
    schema: dict[str, Any]
    if kind != "null" and draw(st.booleans()):
        value = draw(_SCALARS[kind])
        kinds = [kind, "null"]
        schema = {"type": kinds, "enum": [value, None]}
        return Fault(schema, "structured.enum_type", {"value": repr(value), "kind": kinds})
    value = draw(_ANY_SCALAR.filter(lambda value: not _is_of(value, kind)))
    schema = {"type": kind, "enum": [draw(_SCALARS[kind]), value]}
    return Fault(schema, "structured.enum_type", {"value": repr(value), "kind": kind})


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return {"boolean": bool, "string": str, "null": type(None)}.get(kind) is type(value)
    return kind == "number" or (kind == "integer" and isinstance(value, int))


def _single_faults() -> st.SearchStrategy[Fault]:
    some = closed({"a": {"type": "string"}})
    opened = {name: value for name, value in some.items() if name != "additionalProperties"}
    items = {"type": "array", "items": {"type": "string"}}
    return st.sampled_from(
        [
            Fault({}, "structured.empty_schema", {}),
            Fault({"title": "A"}, "structured.empty_schema", {}),
            Fault({"description": "A"}, "structured.type_missing", {"schema": "{'description': 'A'}"}),
            Fault(
                {"title": "A", "default": None},
                "structured.type_missing",
                {"schema": "{'title': 'A', 'default': None}"},
            ),
            Fault({"oneOf": [{"type": "string"}]}, "structured.schema_type", {"kind": "oneOf"}),
            Fault({"type": "string", "not": {"const": "a"}}, "structured.schema_keyword", {"keyword": "not"}),
            Fault(opened, "structured.open_object", {}),
            Fault(
                {**some, "additionalProperties": True}, "structured.additional_properties", {"extra": "true"}
            ),
            Fault(
                {**some, "additionalProperties": {}}, "structured.additional_properties", {"extra": "object"}
            ),
            Fault({**items, "minItems": 2}, "structured.min_items", {"lower": 2, "upper": "∞"}),
            Fault({"type": "string", "format": "regex"}, "structured.string_format", {"format": "regex"}),
            Fault(
                {"type": "string", "pattern": "a(?!b)"}, "structured.pattern_quantifier", {"quantifier": "?"}
            ),
            Fault({"type": "string", "pattern": r"(a)\1"}, "structured.pattern_invalid", {}),
            Fault({"type": "string", "pattern": "(?:a+b){2,3}"}, "structured.pattern_range", {}),
            Fault({"type": "string", "pattern": "a{0,200000}"}, "structured.pattern_complex", {}),
            Fault({"$ref": "#/$defs/none"}, "structured.reference", {"reference": "#/$defs/none"}),
            Fault({"$ref": "#"}, "structured.circular", {"chain": "root -> root"}),
        ]
    )


@st.composite
def faulty(draw: st.DrawFn, *, in_format: bool) -> Fault:
    """A schema with one fault, somewhere inside."""
    fault: Fault = draw(
        st.one_of(
            _unknown_keywords(in_format=in_format),
            _beside_any_of(in_format=in_format),
            _wrong_enum(),
            _single_faults(),
        )
    )
    schema = fault.schema
    for wrap in draw(st.lists(st.sampled_from(["property", "item", "choice", "definition"]), max_size=3)):
        if wrap == "property":
            schema = closed({"a": {"type": "string"}, "b": schema})
        elif wrap == "item":
            schema = {"type": "array", "items": schema}
        elif wrap == "choice":
            schema = {"anyOf": [{"type": "null"}, schema]}
        else:
            schema = {"type": "string", "$defs": {"inner": schema}}
    return fault._replace(schema=schema)
