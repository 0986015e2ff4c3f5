"""Refused for the schemas that answers and strict tools are forced into."""

from __future__ import annotations

from typing import Any

from tests.support.refused._case import SONNET, Case, ask, tool


def schema(properties: dict[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    """A closed object with these properties, all of them required unless some are named."""
    wanted = list(required) or list(properties)
    return {
        "type": "object",
        "properties": properties,
        "required": wanted,
        "additionalProperties": False,
        **more,
    }


def as_strict_tool(inner: Any, **more: Any) -> dict[str, Any]:
    """A body whose one strict tool has this schema."""
    return ask(tools=[tool(schema=inner, strict=True)], **more)


def as_format(inner: Any, **more: Any) -> dict[str, Any]:
    """A body whose answer is forced into this schema."""
    return ask(output_config={"format": {"type": "json_schema", "schema": inner}}, **more)


def _strict(rule: str, message: str, inner: Any) -> Case:
    return Case(rule, f"tools.0.custom: {message}", as_strict_tool(inner))


def _format(rule: str, message: str, inner: Any) -> Case:
    return Case(rule, f"output_config.format.schema: {message}", as_format(inner))


_STRING = {"type": "string"}
_EITHER = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_NODE = schema({"next": {"$ref": "#/$defs/Node"}})
_OPEN = "For 'object' type, 'additionalProperties' must be explicitly set to false"
_EMPTY = "Empty schema ({}) that accepts any JSON value is not supported. Please specify a concrete type."
_WIDE = (
    "For 'object' type, 'additionalProperties: {}' is not supported. "
    "Please set 'additionalProperties' to false"
)
_CIRCLE = (
    "Invalid schema: Circular reference detected in schema definitions: {}. "
    "Self-referencing or mutually-referencing definitions are not supported."
)
_COMPLEX = (
    "Schema is too complex for compilation. Try reducing the number of tools or simplifying tool schemas."
)
_REGEX = "Unsupported regex feature in pattern field: "

_KEYWORDS = (
    _strict("structured.empty_schema", _EMPTY, schema({"a": {}})),
    _strict("structured.empty_schema", _EMPTY, schema({"a": {"title": "A"}})),
    _format("structured.empty_schema", _EMPTY, {}),
    _format(
        "structured.schema_keyword",
        "Schema keyword 'not' is not supported",
        schema({"a": {"type": "string", "not": {"const": "b"}}}),
    ),
    _strict(
        "structured.schema_type", "Schema type 'oneOf' is not supported", schema({"a": {"oneOf": [_STRING]}})
    ),
    _format("structured.schema_type", "Schema type 'any' is not supported", schema({"a": {"type": "any"}})),
    _strict(
        "structured.all_of_reference",
        "For 'allOf', '$ref' is not supported",
        schema({"a": {"allOf": [{"$ref": "#/$defs/A"}]}}, **{"$defs": {"A": _STRING}}),
    ),
    _format(
        "structured.beside_any_of",
        "For 'anyOf', 'discriminator, type' is not supported",
        schema({"a": {"type": "string", **_EITHER, "discriminator": {}}}),
    ),
    _strict(
        "structured.beside_any_of",
        "For 'anyOf', 'type' is not supported",
        schema({"a": {"type": "string", "allOf": [_EITHER]}}),
    ),
    _strict(
        "structured.keyword",
        "For 'array' type, property 'maxItems' is not supported",
        schema({"a": {"type": "array", "items": _STRING, "maxItems": 2}}),
    ),
    _format(
        "structured.keyword",
        "For 'integer' type, property 'minimum' is not supported",
        schema({"a": {"type": ["null", "integer"], "minimum": 1}}),
    ),
    _format(
        "structured.keyword",
        "For 'object' type, property 'x-order' is not supported",
        schema({"a": _STRING}, **{"x-order": ["a"]}),
    ),
    _strict(
        "structured.keyword",
        "For 'string' type, property 'maxLength' is not supported",
        schema({"a": {"type": "string", "maxLength": 9}}),
    ),
    _format(
        "structured.keywords",
        "For 'number' type, properties maximum, minimum are not supported",
        schema({"a": {"type": "number", "minimum": 1, "maximum": 2}}),
    ),
    _strict("structured.open_object", _OPEN, {"type": "object", "properties": {}}),
    _format("structured.open_object", _OPEN, schema({"a": {"type": "object"}})),
    _format("structured.additional_properties", _WIDE.format("true"), schema({}, additionalProperties=True)),
    _strict(
        "structured.additional_properties", _WIDE.format("object"), schema({}, additionalProperties=_STRING)
    ),
    _format(
        "structured.min_items",
        "For 'array' type, 'minItems' values other than 0 or 1 are not supported (got: [2, ∞])",
        schema({"a": {"type": "array", "items": _STRING, "minItems": 2}}),
    ),
    _strict(
        "structured.min_items",
        "For 'array' type, 'minItems' values other than 0 or 1 are not supported (got: [2, 3])",
        schema({"a": {"type": "array", "items": _STRING, "minItems": 2, "maxItems": 3}}),
    ),
    _format(
        "structured.string_format",
        "For 'string' type, format 'idn-email' is not supported",
        schema({"a": {"type": "string", "format": "idn-email"}}),
    ),
    _format(
        "structured.pattern_invalid",
        "Invalid regex in pattern field",
        schema({"a": {"type": "string", "pattern": r"^\ba"}}),
    ),
    _format(
        "structured.pattern_quantifier",
        "Invalid regex in pattern field: Quantifier '?' without preceding element",
        schema({"a": {"type": "string", "pattern": "^(?=.*[0-9])[a-z]+$"}}),
    ),
    _strict(
        "structured.keyword",
        "For 'object' type, property 'properties' is not supported",
        schema({"a": _STRING, "b": True}),
    ),
    _format(
        "structured.items",
        "Invalid schema: Array types must be specified with a single object schema for 'items'.",
        schema({"a": {"type": "array", "items": [_STRING, {"type": "number"}]}}),
    ),
    Case(
        "structured.strict_unsupported",
        "'claude-sonnet-4-20250514' does not support strict tools.",
        ask(tools=[tool(schema=schema({}), strict=True)], model="claude-sonnet-4-20250514"),
    ),
    _format(
        "structured.pattern_range",
        _REGEX + "Cannot apply a range quantifier to this regex.",
        schema({"a": {"type": "string", "pattern": "^(?:[a-z]+ ){2,9}$"}}),
    ),
    _strict(
        "structured.pattern_complex",
        _REGEX + "pattern is too complex for structured output: reduce the {n,m} upper bound, narrow the "
        "character class range, or avoid nesting quantified groups",
        schema({"a": {"type": "string", "pattern": "^[a-z]{1,100000}$"}}),
    ),
)

_COMPILING = (
    _strict(
        "structured.type_missing",
        "Invalid schema: Schema type is missing for schema: {'description': 'Any', 'default': None}",
        schema({"a": {"description": "Any", "default": None}}),
    ),
    _format(
        "structured.enum_type",
        "Invalid schema: Enum value 'b' does not match declared type '['string', 'null']'",
        schema({"a": {"type": ["string", "null"], "enum": ["b", None]}}),
    ),
    _strict(
        "structured.enum_type",
        "Invalid schema: Enum value True does not match declared type 'integer'",
        schema({"a": {"type": "integer", "enum": [1, True]}}),
    ),
    _format(
        "structured.reference",
        "Invalid schema: Reference to non-existent definition: #/$defs/B",
        schema({"a": {"$ref": "#/$defs/B"}}, **{"$defs": {"A": _STRING}}),
    ),
    _format(
        "structured.circular",
        _CIRCLE.format("Node -> Node"),
        {"$ref": "#/$defs/Node", "$defs": {"Node": _NODE}},
    ),
    _strict("structured.circular", _CIRCLE.format("root -> root"), schema({"a": {"$ref": "#"}})),
)

_TOGETHER = (
    Case(
        "structured.format_unsupported",
        "'claude-3-haiku-20240307' does not support output format.",
        as_format(schema({"a": _STRING}), model="claude-3-haiku-20240307"),
    ),
    Case(
        "structured.strict_tools",
        "Too many strict tools (21). The maximum number of strict tools supported is 20. "
        "Try reducing the number of tools marked as strict.",
        ask(tools=[tool(f"t{n}", schema({}), strict=True) for n in range(21)]),
    ),
    Case(
        "structured.optional",
        "Schemas contains too many optional parameters (25), which would make grammar compilation "
        "inefficient. Reduce the number of optional parameters in your tool schemas (limit: 24).",
        as_strict_tool({**schema({f"p{n}": _STRING for n in range(25)}), "required": []}),
    ),
    Case(
        "structured.unions",
        "Schemas contains too many parameters with union types (17 parameters with type arrays or anyOf). "
        "This causes exponential compilation cost. Reduce the number of nullable or union-typed parameters "
        "(limit: 16 parameters with unions).",
        as_format(schema({f"p{n}": _EITHER for n in range(17)})),
    ),
    Case(
        "structured.too_complex",
        _COMPLEX,
        as_format(schema({f"p{n}": _EITHER for n in range(16)}), model="claude-sonnet-4-6"),
    ),
    Case(
        "structured.too_complex",
        _COMPLEX,
        as_strict_tool(
            {**schema({f"p{n}": _STRING for n in range(24)}), "required": []}, model="claude-sonnet-4-6"
        ),
    ),
    Case(
        "structured.grammar_too_large",
        "The compiled grammar is too large, which would cause performance issues. Simplify your tool schemas "
        "or reduce the number of strict tools.",
        as_strict_tool(schema({f"p{n}": _STRING for n in range(76)})),
    ),
    Case(
        "structured.grammar_too_large",
        "output_config.format.schema: Invalid schema: The compiled grammar is too large, which would cause "
        "performance issues. Simplify your tool schemas or reduce the number of strict tools.",
        as_format(schema({f"p{n}": _STRING for n in range(73)}), model=SONNET),
    ),
)

CASES = (*_KEYWORDS, *_COMPILING, *_TOGETHER)
