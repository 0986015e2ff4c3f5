"""Values of plain schemas: the fast way makes what the general one would have made first."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.replies._seeded import SeededChoices
from mockapi.replies.synthesis.values._generate import Generator
from mockapi.replies.synthesis.values._limits import Unsatisfiable
from mockapi.replies.synthesis.values._plain import plain_maker
from tests.support.each import each
from tests.support.examples import examples

_NAMES = st.sampled_from(["location", "query", "user_name", "x", "URL", "long.text", "é", ""])
_SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=5)
_SAID = {"description": st.text(max_size=5), "title": st.just("T")}
_BOUNDS = {
    "minimum": st.integers(-9, 9),
    "maximum": st.integers(5, 99),
    "exclusiveMinimum": st.integers(-9, 9),
    "exclusiveMaximum": st.floats(5, 99),
    "multipleOf": st.sampled_from([1, 2, 0.5]),
}
_LENGTHS = {
    "minLength": st.integers(0, 9),
    "maxLength": st.integers(5, 99),
    "format": st.sampled_from(["date", "email", "uri", "other"]),
}
_CHOSEN = {
    "type": st.sampled_from(["string", "integer", ["string", "null"]]),
    "default": _SCALARS,
    "examples": st.lists(_SCALARS, max_size=3),
    "enum": st.lists(_SCALARS, max_size=3),
}


def _typed(kinds: list[str], **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.sampled_from(kinds)}, optional={**_SAID, **optional})


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    members = st.dictionaries(_NAMES, inner, max_size=4)
    return members.flatmap(
        lambda properties: st.fixed_dictionaries(
            {"type": st.just("object")},
            optional={
                "properties": st.just(properties),
                "required": st.lists(st.sampled_from([*properties, "missing"]), max_size=3),
                "additionalProperties": st.booleans(),
            },
        )
    )


_PARTS = st.recursive(
    _typed(["string"], **_LENGTHS)
    | _typed(["integer", "number"], **_BOUNDS)
    | _typed(["boolean", "null", "string"])
    | st.fixed_dictionaries({}, optional=_CHOSEN),
    lambda inner: _objects(inner) | _typed(["array"], items=inner),
    max_leaves=8,
)


def _made(make: Any, *arguments: Any) -> Any:
    """What is made, or that nothing can be."""
    try:
        return repr(make(*arguments))
    except Unsatisfiable:
        return Unsatisfiable


@settings(max_examples=examples(80), deadline=None)
@given(_objects(_PARTS), st.binary(min_size=1, max_size=4), st.sampled_from(["", "what the user wrote"]))
def test_a_plain_schema_gets_its_first_attempt(schema: dict[str, Any], key: bytes, subject: str) -> None:
    """The same value, down to the types of its numbers and the order of its members."""
    make = plain_maker(schema)
    if make is None:
        return
    general = Generator(schema, SeededChoices(key), subject=subject, attempt=0)
    assert _made(make, SeededChoices(key), subject) == _made(general.value)


@each(
    ("part", "is_plain"),
    [
        ({"type": "string"}, True),
        ({"enum": ["a", "b"]}, True),
        ({"type": "array", "items": {"type": "integer", "minimum": 3}}, True),
        ({"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}, True),
        ({"type": "string", "pattern": "a"}, False),
        ({"type": ["string", "null"]}, False),
        ({"$ref": "#/properties/b"}, False),
        ({"anyOf": [{"type": "string"}]}, False),
        ({"enum": [[1]]}, False),
        ({"type": "array", "items": {"type": "string"}, "minItems": 3}, False),
        ({}, False),
        (True, False),
    ],
)
def test_what_is_plain(part: Any, is_plain: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """One type, and nothing that one has to look for."""
    assert (plain_maker({"type": "object", "properties": {"p": part}}) is not None) is is_plain
