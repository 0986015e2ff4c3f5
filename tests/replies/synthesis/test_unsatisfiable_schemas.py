"""Schemas that no value satisfies, and what is not a schema: the reason is told in bounded time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.replies._seeded import SeededChoices
from mockapi.replies.synthesis.values import Unsatisfiable, satisfying
from tests.support.examples import examples
from tests.support.shapes import ENDLESS, IMPOSSIBLE
from tests.support.synthesis import check_value

_PATIENCE = 30  # seconds, for what takes one at most; where work grows out of bounds it takes minutes


UNSATISFIABLE: dict[str, tuple[Any, str]] = {
    "closed with too few": (
        {"properties": {"a": True}, "additionalProperties": False, "minProperties": 2},
        "it wants 2 properties and allows fewer",
    ),
    "false": (False, "false"),
    "no schema": (5, "not a JSON Schema"),
    "wrong type": ({"type": "bar"}, "not a usable schema"),
    "string as schema": ({"properties": {"a": "b"}}, "not a usable schema"),
    "impossible": (IMPOSSIBLE["input_schema"], "no number lies within its bounds"),
    "endless": (ENDLESS["input_schema"], "recursion never ends"),
    "reference to itself": ({"$ref": "#"}, "end"),
    "missing reference": ({"$ref": "#/$defs/none"}, "not a usable schema"),
    "reference elsewhere": ({"$ref": "http://example.com/x.json"}, "not fetched"),
    "contradiction": ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "different types"),
    "enum contradiction": ({"enum": [1], "allOf": [{"enum": [2]}]}, "different values"),
    "empty enum": ({"enum": [1], "type": "string"}, "allows no value"),
    "many items": ({"type": "array", "minItems": 10**9}, "1,000,000,000 items"),
    "long string": ({"type": "string", "minLength": 10**9}, "1,000,000,000"),
    "long pattern": ({"type": "string", "pattern": "^(a{999}){999}$"}, "not a usable schema"),
    "booleans": (
        {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 3},
        "different items",
    ),
    "many ways": (
        {
            "$defs": {
                **{
                    f"d{n}": {
                        "anyOf": [
                            {"$ref": f"#/$defs/d{n + 1}"},
                            {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"type": "string"}]},
                        ]
                    }
                    for n in range(18)
                },
                "d18": {"type": "integer"},
            },
            "allOf": [{"$ref": "#/$defs/d0"}, {"type": "string"}],
        },
        "16,000 steps",
    ),
    "lengths": ({"type": "string", "minLength": 5, "maxLength": 4}, "5 to 4"),
    "never": ({"not": {}}, "no value that was tried"),
    "forbidden": (
        {"allOf": [{"properties": {"a": {}}, "additionalProperties": False}, {"required": ["b"]}]},
        "forbids",
    ),
}


@pytest.mark.parametrize("name", UNSATISFIABLE)
@pytest.mark.timeout(_PATIENCE)
def test_a_schema_that_nothing_satisfies_is_told_why_in_bounded_time(name: str) -> None:
    """The reason is a clause."""
    schema, reason = UNSATISFIABLE[name]
    with pytest.raises(Unsatisfiable, match=re.escape(reason)):
        satisfying(schema, SeededChoices(b"0"))


def test_a_deeply_nested_schema_is_told_apart() -> None:
    """Nesting beyond the bound is an answer, not a crash."""
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(200):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    with pytest.raises(Unsatisfiable, match=r"nested|schema"):
        satisfying(schema, SeededChoices(b"0"))


@settings(max_examples=examples(150), deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "properties",
                        "required",
                        "items",
                        "enum",
                        "minItems",
                        "pattern",
                        "anyOf",
                        "$ref",
                        "not",
                        "allOf",
                        "if",
                        "dependencies",
                        "dependentSchemas",
                        "patternProperties",
                        "propertyNames",
                        "multipleOf",
                        "exclusiveMinimum",
                        "$id",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    )
)
def test_nonsense_is_refused_or_satisfied_but_never_a_crash(schema: Any) -> None:
    """Whatever stands for a schema, there is a value or a reason."""
    try:
        value = satisfying(schema, SeededChoices(b"0"))
    except Unsatisfiable:
        return
    check_value(schema, value)
