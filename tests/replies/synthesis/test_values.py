"""Values for schemas that have some: they satisfy them, with formats, bounds and patterns."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.replies._seeded import SeededChoices
from mockapi.replies.synthesis.values import satisfying
from mockapi.replies.synthesis.values._expand import _common_multiple
from mockapi.replies.synthesis.values._generate import SHALLOW
from mockapi.replies.synthesis.values._plain import plain_maker
from tests.support.each import each
from tests.support.examples import examples
from tests.support.shapes import ORDER, TREE
from tests.support.synthesis import check_value

_NODE = {"$ref": "#/$defs/node"}
_DIGEST = "111cfdb59a11f62641738e6d5dd2d59dfc1ae351ac05c78439fc9ea55c9b8f0c"
"""Of values for all of these; a change of choices changes it, and that on purpose only."""
SATISFIABLE: dict[str, Any] = {
    "true": True,
    "empty": {},
    "types": {"type": ["string", "null"], "maxLength": 3},
    "order": ORDER["input_schema"],
    "tree": TREE["input_schema"],
    "const": {"const": {"a": [1]}},
    "enum of a type": {"type": "integer", "enum": ["a", 2, None]},
    "integer": {"type": "integer", "minimum": 3, "maximum": 20, "multipleOf": 7},
    "integer exclusive": {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
    "integer below": {"type": "integer", "maximum": -1000},
    "integer huge": {"type": "integer", "minimum": 10**30},
    "number narrow": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
    "number between near bounds": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e-9},
    "number above and below": {"type": "number", "exclusiveMinimum": 0.1, "maximum": 0.1005},
    "number between neighbours": {
        "type": "number",
        "exclusiveMinimum": 1,
        "exclusiveMaximum": 1.0000000000000009,
    },
    "number huge": {"type": "number", "minimum": 1e300, "maximum": 1.7e308},
    "number of cents": {"type": "number", "multipleOf": 0.01, "minimum": 0.2, "maximum": 4},
    "number of two steps": {"allOf": [{"type": "number", "multipleOf": 0.5}, {"multipleOf": 0.75}]},
    "number and integer": {"allOf": [{"type": "number", "minimum": 1}, {"type": "integer", "maximum": 3}]},
    "integer and number": {"allOf": [{"type": ["integer"]}, {"type": ["number", "null"], "minimum": 9}]},
    "number that is not whole": {"oneOf": [{"type": "number"}, {"type": "integer"}]},
    "number step": {"type": "number", "multipleOf": 0.25, "minimum": 1.1},
    "string lengths": {"type": "string", "minLength": 30, "maxLength": 31},
    "string short": {"type": "string", "maxLength": 2},
    "pattern": {"type": "string", "pattern": r"^[A-Z]{2}-\d{4}(?:-(?:x|y))?$"},
    "pattern and length": {"type": "string", "pattern": "^[a-z]+$", "minLength": 40, "maxLength": 44},
    "pattern open": {"type": "string", "pattern": "cat", "minLength": 12},
    "pattern with lookahead": {"type": "string", "pattern": r"^(?=.*[A-Z])(?=.*\d).{8,}$"},
    "two patterns": {
        "allOf": [{"pattern": "^a"}, {"pattern": "z$"}, {"type": "string", "pattern": "^a.*z$"}]
    },
    "patterns at both ends": {"allOf": [{"type": "string", "pattern": "^[A-Z]"}, {"pattern": "[0-9]$"}]},
    "format and its beginning": {"type": "string", "format": "date", "pattern": "^2025-"},
    "format and its end": {"type": "string", "format": "email", "pattern": r"@corp\.example$"},
    "format in little room": {"type": "string", "format": "email", "maxLength": 9},
    "format and a length": {"type": "string", "format": "uri", "minLength": 90, "maxLength": 90},
    "pattern of flags": {"type": "string", "pattern": "(?i)^(yes|no)$"},
    "one of many conditions": {
        "type": "object",
        "properties": {"kind": {"enum": list("abcdefgh")}},
        "required": ["kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"properties": {kind: {"type": "integer"}}, "required": [kind]},
            }
            for kind in "abcdefgh"
        ],
    },
    "dependencies of draft 7": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "dependencies": {"a": ["b"], "b": {"required": ["c"]}},
        "required": ["a"],
    },
    "dependencies of what is optional": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "q": {"type": "string"}},
        "dependentSchemas": {"a": {"required": ["z"]}, "q": {"required": ["a"]}},
        "minProperties": 2,
    },
    "names by patterns": {
        "type": "object",
        "patternProperties": {"^(foo|bar)$": {"type": "integer"}, "o$": {"minimum": 40}},
        "properties": {"foo": {"maximum": 50}},
        "required": ["foo", "bar"],
        "additionalProperties": {"type": "string"},
    },
    "names that are too long": {
        "type": "object",
        "properties": {"long_name": {"type": "integer"}, "ab": {"type": "integer"}},
        "propertyNames": {"maxLength": 3},
    },
    "references by id": {
        "$id": "https://example.com/all",
        "type": "object",
        "properties": {"a": {"$ref": "part"}, "b": {"$ref": "https://example.com/part"}},
        "required": ["a", "b"],
        "$defs": {"part": {"$id": "part", "type": "integer"}},
    },
    "array": {"type": "array", "items": {"type": "boolean"}, "minItems": 3, "maxItems": 3},
    "array unique": {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3},
    "array unique numbers": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": 200},
        "uniqueItems": True,
        "minItems": 200,
    },
    "array unique texts": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 30},
    "array unique default": {
        "type": "array",
        "items": {"type": "string", "default": "x"},
        "uniqueItems": True,
        "minItems": 3,
    },
    "array with prefix": {
        "prefixItems": [{"type": "string"}, {"type": "integer"}],
        "items": False,
        "minItems": 2,
    },
    "array of draft 7": {
        "type": "array",
        "items": [{"type": "string"}],
        "additionalItems": False,
        "minItems": 1,
    },
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"const": 5}, "minContains": 2},
    "required unknown": {"type": "object", "required": ["a", "b"]},
    "no more": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 4},
    "pattern properties": {
        "type": "object",
        "patternProperties": {"^x_[a-z]+$": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 3,
    },
    "property names": {"type": "object", "propertyNames": {"pattern": "^[a-z]{3}$"}, "minProperties": 2},
    "few properties": {"properties": {"a": {}, "b": {}, "c": {}}, "maxProperties": 1, "required": ["c"]},
    "dependent": {"properties": {"a": {}}, "required": ["a"], "dependentRequired": {"a": ["b"]}},
    "dependent schema": {"required": ["a"], "dependentSchemas": {"a": {"required": ["c"]}}, "type": "object"},
    "any of": {"anyOf": [{"type": "integer", "minimum": 10}, {"type": "string", "minLength": 4}]},
    "one of": {
        "oneOf": [
            {"properties": {"kind": {"const": "x"}}, "required": ["kind"]},
            {"properties": {"kind": {"const": "y"}, "n": {"type": "integer"}}, "required": ["kind", "n"]},
        ],
        "type": "object",
    },
    "all of": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"a": {"minimum": 7}, "b": {"enum": ["p", "q"]}}, "required": ["b"]},
        ]
    },
    "if": {
        "type": "object",
        "properties": {"k": {"enum": ["a", "b"]}},
        "required": ["k"],
        "if": {"properties": {"k": {"const": "a"}}},
        "then": {"properties": {"x": {"type": "integer"}}, "required": ["x"]},
        "else": {"required": ["y"]},
    },
    "not": {"type": "integer", "not": {"minimum": 0}},
    "not a type": {"not": {"type": "string"}},
    "recursive or null": {
        "anyOf": [{"type": "null"}, {"properties": {"next": {"$ref": "#"}}, "required": ["next"]}]
    },
    "recursive by need": {
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "kids": {"type": "array", "items": _NODE, "minItems": 0},
                    "up": {"anyOf": [_NODE, {"type": "null"}]},
                },
                "required": ["kids", "up"],
            }
        },
        **_NODE,
    },
    "anchor": {"$defs": {"n": {"$anchor": "number", "type": "integer"}}, "$ref": "#number"},
    "escaped pointer": {"$defs": {"a/b~c": {"type": "null"}}, "$ref": "#/$defs/a~1b~0c"},
    "nested arrays": {
        "type": "array",
        "minItems": 1,
        "items": {"type": "array", "minItems": 2, "items": {"type": "null"}},
    },
    "unevaluated": {"properties": {"a": {"type": "null"}}, "required": ["a"], "unevaluatedProperties": False},
    "examples": {"type": "string", "examples": ["one", "two"]},
    "wrong default": {"type": "integer", "default": "none"},
    **{
        f"format {name}": {"type": "string", "format": name}
        for name in (
            "date",
            "time",
            "date-time",
            "duration",
            "email",
            "idn-email",
            "hostname",
            "ipv4",
            "ipv6",
            "uri",
            "iri",
            "uri-reference",
            "uri-template",
            "uuid",
            "json-pointer",
            "relative-json-pointer",
            "regex",
            "unknown",
        )
    },
}


def _schema(name: str) -> Any:
    schema = SATISFIABLE[name]
    if name == "array of draft 7":
        return {"$schema": "http://json-schema.org/draft-07/schema#", **schema}
    return schema


@each("name", SATISFIABLE)
@each("key", [b"0", b"1", b"2", b"3"])
def test_values_satisfy_their_schema_with_format_checks(name: str, key: bytes) -> None:
    """Whatever the dice, a value satisfies its schema in the eyes of `jsonschema`."""
    schema = _schema(name)
    check_value(schema, satisfying(schema, SeededChoices(key), subject="What is the weather?"))


def test_every_python_makes_the_same_values() -> None:
    """Written down, because each supported Python runs this test in a suite of its own."""
    digest = hashlib.sha256()
    for name in SATISFIABLE:
        schema = _schema(name)
        for key in (b"4", b"5", b"6"):
            made = satisfying(schema, SeededChoices(key), subject="What is the weather?")
            digest.update(f"{name} {made!r}\n".encode())
    assert digest.hexdigest() == _DIGEST


def test_multiples_of_two_numbers_are_multiples_of_both() -> None:
    """Also where trying would not find one."""
    schema = {"type": "integer", "minimum": 1, "allOf": [{"multipleOf": 7907}, {"multipleOf": 7919}]}
    assert satisfying(schema, SeededChoices(b"0")) % (7907 * 7919) == 0
    halves = {"type": "number", "minimum": 1, "allOf": [{"multipleOf": 1.5}, {"multipleOf": 2.5}]}
    assert satisfying(halves, SeededChoices(b"0")) % 7.5 == 0


def test_no_more_items_contain_what_is_wanted_than_may() -> None:
    """Of three items one is what `contains` asks for, and the others are not."""
    schema = {
        "type": "array",
        "items": {"type": "integer", "minimum": 0, "maximum": 9},
        "minItems": 3,
        "maxItems": 3,
        "contains": {"const": 5},
        "maxContains": 1,
    }
    assert [satisfying(schema, SeededChoices(bytes([key]))).count(5) for key in range(10)] == [1] * 10


def test_a_gigantic_enum_is_chosen_from() -> None:
    """A hundred thousand choices are no trouble."""
    schema = {"enum": [f"value {number}" for number in range(100_000)]}
    assert satisfying(schema, SeededChoices(b"0")).startswith("value ")


def test_the_subject_fills_strings_that_ask_for_it() -> None:
    """A query is what the user wrote; a location is a place."""
    schema = {
        "properties": {"query": {"type": "string"}, "location": {"type": "string"}},
        "required": ["query", "location"],
    }
    value = satisfying(schema, SeededChoices(b"0"), subject="red ants")
    assert value["query"] == "red ants"
    assert "," in value["location"]


def _schemas() -> st.SearchStrategy[Any]:
    names = st.sampled_from(["a", "b", "c"])
    small = st.integers(-20, 20)
    leaves = st.one_of(
        st.just({"type": "boolean"}),
        st.just({"type": "null"}),
        st.builds(
            lambda low, span: {"type": "integer", "minimum": low, "maximum": low + span},
            small,
            st.integers(0, 9),
        ),
        st.builds(
            lambda low, span: {"type": "number", "exclusiveMinimum": low, "maximum": low + span},
            small,
            st.integers(1, 9),
        ),
        st.builds(
            lambda low, span: {"type": "string", "minLength": low, "maxLength": low + span},
            st.integers(0, 9),
            st.integers(0, 9),
        ),
        st.builds(lambda values: {"enum": values}, st.lists(small, min_size=1, max_size=4, unique=True)),
        st.sampled_from(
            [{"type": "string", "format": "date"}, {"type": "string", "pattern": "^[a-f0-9]{4,}$"}]
        ),
    )

    def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(
            st.builds(
                lambda properties, required: {
                    "type": "object",
                    "properties": properties,
                    "required": sorted(required & properties.keys()),
                    "additionalProperties": False,
                },
                st.dictionaries(names, inner, max_size=3),
                st.sets(names),
            ),
            st.builds(
                lambda items, least: {"type": "array", "items": items, "minItems": least},
                inner,
                st.integers(0, 3),
            ),
            st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda part: {"allOf": [part, {}]}, inner),
        )

    return st.recursive(leaves, nested, max_leaves=8)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_schemas(), st.binary(min_size=1, max_size=4))
def test_any_schema_that_has_values_gets_one(schema: Any, key: bytes) -> None:
    """Schemas that are satisfiable by how they were made are satisfied."""
    check_value(schema, satisfying(schema, SeededChoices(key)))


@each(("one", "other", "both"), [(4, 6, 12), (0.5, 0.75, 1.5), (2, 3.0, 6), (0, 5, 5), (-2, 1, 1)])
def test_two_multiples_are_one(one: float, other: float, both: float) -> None:
    """The least that both divide; of what nothing is a multiple of, as zero, the other."""
    assert _common_multiple(one, other) == both == _common_multiple(other, one)


@each("depth", range(1, SHALLOW + 3))
def test_objects_are_plain_as_far_as_all_that_is_optional_is_made(depth: int) -> None:
    """Deeper ones are made by the general way, which leaves out more there."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    assert (plain_maker(schema) is not None) == (depth <= SHALLOW)
