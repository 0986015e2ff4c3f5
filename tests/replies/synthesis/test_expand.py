"""Schemas made flat: what their parts say together, where references lead, how deep the lowest value is."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import jsonschema
import pytest

from mockapi.replies._seeded import SeededChoices
from mockapi.replies.synthesis.values._expand import Expander, merge
from mockapi.replies.synthesis.values._limits import ENDLESS, MAX_DEPTH, Unsatisfiable
from tests.support.each import each

A_STRING = {"type": "string"}
PARTS: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": ["number", "string"]},
    {"type": ["array", "string", "null"]},
    {"enum": [1, 2, "ab", None]},
    {"enum": [2, 2.5, "abc", ["a"]]},
    {"minimum": 1},
    {"minimum": 2, "maximum": 4},
    {"exclusiveMinimum": 1},
    {"exclusiveMaximum": 4},
    {"multipleOf": 2},
    {"multipleOf": 1.5},
    {"minLength": 1},
    {"minLength": 2, "maxLength": 2},
    {"maxLength": 3},
    {"minItems": 1, "uniqueItems": True},
    {"maxItems": 2, "uniqueItems": False},
    {"maxItems": 1},
    {"items": A_STRING},
    {"items": {"minLength": 2}},
    {"contains": {"const": "a"}},
    {"properties": {"a": A_STRING}, "required": ["a"]},
    {"properties": {"a": {"minLength": 2}, "b": {"type": "integer"}}},
    {"patternProperties": {"^a": {"maxLength": 2}}, "required": ["b"]},
    {"additionalProperties": A_STRING, "maxProperties": 1},
    {"propertyNames": {"maxLength": 1}, "minProperties": 1},
]
VALUES: list[Any] = [
    *(None, 0, 1, 1.5, 2, 2.5, 3, 4, 6, "", "a", "ab", "abc"),
    *([], ["a"], ["a", "a"], ["a", "bc"], ["ab", "cd", "ef"], [1], [1, 1]),
    *({}, {"a": "x"}, {"a": "xy"}, {"a": "xyz", "b": 1}, {"a": 1}, {"b": "x"}, {"ab": "x"}),
]


def _are(schema: dict[str, Any]) -> list[bool]:
    check = jsonschema.Draft202012Validator(schema)
    return [check.is_valid(value) for value in VALUES]


BOTH = [
    (one, other)
    for one, other in itertools.combinations(PARTS, 2)
    # What a part leaves open goes by its own properties: these two are not said in one.
    if not ("additionalProperties" in str((one, other)) and "roperties': {" in str((one, other)))
    and not ("contains" in one and "contains" in other)
]


@each(("one", "other"), BOTH)
def test_two_parts_in_one_allow_what_both_allow(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Whichever comes first, value by value; parts that nothing satisfies say so, or allow nothing."""
    together = [first and second for first, second in zip(_are(one), _are(other), strict=True)]
    before = copy.deepcopy((one, other))
    for parts in ((one, other), (other, one)):
        try:
            merged = merge(*parts)
        except Unsatisfiable:
            assert not any(together)
        else:
            assert _are(merged) == together
    assert (one, other) == before


@each(
    ("one", "other", "message"),
    [
        ({"type": "string"}, {"type": ["integer", "null"]}, "want different types (string and ['integer'"),
        ({"enum": [1, "1"]}, {"enum": [2, 1.0]}, "allow different values only"),
        (
            {"properties": {"a": True}, "additionalProperties": False},
            {"required": ["a", "b"]},
            "one of its parts requires 'b' and another forbids it",
        ),
    ],
)
def test_parts_that_contradict_each_other_say_how(
    one: dict[str, Any], other: dict[str, Any], message: str
) -> None:
    """In the words that the reply repeats."""
    with pytest.raises(Unsatisfiable) as raised:
        merge(one, other)
    assert message in str(raised.value)


def test_a_closed_part_takes_away_what_it_does_not_name() -> None:
    """Optional properties of the other part; with a pattern, names that fit it may come."""
    closed = {"properties": {"a": True}, "additionalProperties": False}
    other = {"properties": {"a": {"type": "null"}, "b": True}}
    for parts in ((closed, other), (other, closed)):
        assert merge(*parts)["properties"] == {"a": {"type": "null"}}
    patterned = closed | {"patternProperties": {"^b": True}}
    assert merge(patterned, other)["properties"] == {"a": {"type": "null"}, "b": True}


def test_a_keyword_that_cannot_be_said_twice_is_that_of_the_last_part() -> None:
    """Such as a format; the final check tells whether the value has both."""
    assert merge({"format": "date", "title": "a"}, {"format": "email"}) == {"format": "email", "title": "a"}


ROOT: dict[str, Any] = {
    "$id": "https://example.test/schemas/root.json",
    "$defs": {
        "a/b~c d": {"title": "escaped"},
        "list": {"prefixItems": [{"title": "first"}, {"title": "second"}]},
        "anchored": {"$anchor": "here", "title": "anchored"},
        "dynamic": {"$dynamicAnchor": "there", "title": "dynamic"},
        "named": [{"$id": "other.json", "title": "named"}],
    },
}


@each(
    ("reference", "title"),
    [
        ("#/$defs/a~1b~0c%20d", "escaped"),
        ("#/$defs/list/prefixItems/0", "first"),
        ("#/$defs/list/prefixItems/1", "second"),
        ("#here", "anchored"),
        ("#there", "dynamic"),
        ("other.json", "named"),
        ("https://example.test/schemas/other.json", "named"),
    ],
)
def test_a_reference_leads_to_what_it_names(reference: str, title: str) -> None:
    """By its pointer, by an anchor, and by an id, as it stands or with the base before it."""
    assert Expander(ROOT, SeededChoices(b"")).resolve(reference)["title"] == title


@each("reference", ["#", "", ROOT["$id"]])
def test_a_reference_to_the_root_leads_to_all_of_it(reference: str) -> None:
    """By its id, too."""
    assert Expander(ROOT, SeededChoices(b"")).resolve(reference) is ROOT


def test_relative_references_have_a_base() -> None:
    """The id of the root, where both have a folder: nothing says the name of the file alone."""
    root: Any = {"$id": "https://example.test/a/", "$defs": {"x": {"$id": "/b/x.json"}}}
    assert Expander(root, SeededChoices(b"")).resolve("../b/x.json") is root["$defs"]["x"]


@each("reference", ["#/$defs/list/prefixItems/2", "#/$defs/list/prefixItems/x", "#/no", "#no", "no.json"])
def test_a_reference_to_nothing_is_told(reference: str) -> None:
    """With the reference."""
    roots: list[Any] = [ROOT, [], {"a": {"$ref": reference}}]
    for root in roots:
        with pytest.raises(Unsatisfiable, match="points to nothing") as raised:
            Expander(root, SeededChoices(b"")).resolve(reference)
        assert repr(reference) in str(raised.value)


def test_a_reference_that_is_no_text_is_told() -> None:
    """A number, or a list."""
    for odd in (3, ["#"], None):
        with pytest.raises(Unsatisfiable, match="is not a string"):
            Expander(ROOT, SeededChoices(b"")).resolve(odd)


def _inside(schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema, "b": {}}, "required": ["a"]}


TREE = {"required": ["left"], "properties": {"left": {"$ref": "#/$defs/tree"}}}
HEIGHTS: dict[str, tuple[Any, int]] = {
    "anything": (True, 0),
    "a scalar": (A_STRING, 0),
    "an optional property": ({"properties": {"a": _inside(True)}}, 0),
    "a required property": (_inside(A_STRING), 1),
    "below it": (_inside(_inside(A_STRING)), 2),
    "a required name that has no schema": ({"required": ["a"]}, 0),
    "an array that may be empty": ({"minItems": 0, "items": _inside(A_STRING)}, 0),
    "an array that may not": ({"minItems": 1, "items": _inside(A_STRING)}, 2),
    "an array of whatever": ({"minItems": 2}, 1),
    "a number of items that is a text": ({"minItems": "2", "items": _inside(A_STRING)}, 0),
    "all of several": ({"allOf": [_inside(A_STRING), _inside(_inside(A_STRING))]}, 2),
    "any of several": ({"anyOf": [_inside(_inside(A_STRING)), _inside(A_STRING)]}, 1),
    "one of several": ({"oneOf": [_inside(A_STRING), A_STRING]}, 0),
    "any of none": ({"anyOf": []}, 0),
    "a reference": ({"$ref": "#/$defs/one"}, 1),
    "a reference to nothing": ({"$ref": "#/$defs/none"}, ENDLESS),
    "what holds itself": ({"$ref": "#/$defs/tree"}, ENDLESS),
    "what holds what holds itself": (_inside({"$ref": "#/$defs/tree"}), ENDLESS),
    "what may hold itself": ({"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]}, 0),
}


@each("name", HEIGHTS)
def test_the_height_of_a_schema_is_the_depth_of_its_lowest_value(name: str) -> None:
    """So that a value deep down comes to an end; asked again, the answer is the same."""
    schema, height = HEIGHTS[name]
    expander = Expander({"$defs": {"one": _inside(A_STRING), "tree": TREE}}, SeededChoices(b""))
    assert [expander.height(schema), expander.height(schema)] == [height, height]


def test_a_branch_that_never_ends_is_passed_over() -> None:
    """Wherever it stands; if there is no other, that is the cause."""
    root = {"$defs": {"tree": TREE}}
    endless = {"$ref": "#/$defs/tree"}
    for order in ([endless, A_STRING], [A_STRING, endless]):
        for key in (b"1", b"2", b"3", b"4"):
            assert Expander(root, SeededChoices(key)).flat({"anyOf": order}, 0) == A_STRING
    with pytest.raises(Unsatisfiable, match="its recursion never ends"):
        Expander(root, SeededChoices(b"")).flat({"oneOf": [endless]}, 0)
    with pytest.raises(Unsatisfiable, match="is empty"):
        Expander(root, SeededChoices(b"")).flat({"oneOf": []}, 0)


def test_references_are_followed_so_far() -> None:
    """Chains that are longer take for ever, or seem to."""
    for length, is_followed in ((MAX_DEPTH, True), (MAX_DEPTH + 1, False)):
        chain: dict[str, Any] = {f"d{number}": {"$ref": f"#/$defs/d{number + 1}"} for number in range(length)}
        root: dict[str, Any] = {"$defs": chain | {f"d{length}": A_STRING}}
        expander = Expander(root, SeededChoices(b""))
        if is_followed:
            assert expander.flat(root["$defs"]["d0"], 0) == A_STRING
        else:
            with pytest.raises(Unsatisfiable, match="follow each other without end"):
                expander.flat(root["$defs"]["d0"], 0)
