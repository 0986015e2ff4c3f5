"""The one kit that checks what people write: every refusal says where, what would do, and what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.options import (
    FLAG,
    LIST,
    OBJECT,
    STRING,
    Kind,
    OptionError,
    dotted,
    expression,
    items,
    known_keys,
    last_step,
    mapping,
    nearest,
    number,
    one_of,
    pointer,
    shown,
    text,
    whole,
)
from tests.support.examples import examples

if TYPE_CHECKING:
    from mockapi import options

KINDS: list[Kind[Any]] = [
    *(whole(), whole(0), whole(1, 10), number(), number(0), number(0, 1), one_of(("a", "b")), text(3)),
    *(STRING, FLAG, LIST, OBJECT),
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=100)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner))
PATHS = st.lists(st.text(min_size=1, max_size=9) | st.integers(0, 99), max_size=4).map(tuple)


@pytest.mark.slow
@settings(max_examples=examples(300))
@given(st.sampled_from(KINDS), VALUES, PATHS.filter(bool))
def test_a_value_comes_back_as_it_is_or_is_refused_with_its_place(
    kind: Kind[Any], value: Any, path: options.Path
) -> None:
    """The message holds the whole path, the words of the kind and the value."""
    if kind.fits(value):
        assert kind(value, path) is value
        return
    with pytest.raises(OptionError) as caught:
        kind(value, path)
    assert caught.value.path == path
    assert str(caught.value) == f"`{dotted(path)}` must be {kind.words}; got {shown(value)}."
    assert caught.value.cause == f"`{last_step(path)}` must be {kind.words}; got {shown(value)}."


@pytest.mark.parametrize(
    ("kind", "fits", "misfits"),
    [
        (whole(), [-(2**63) + 1, 0, 2**63 - 1], [2**63, -(2**63), True, 1.0, "1", None]),
        (whole(0), [0, 1], [-1]),
        (whole(1, 10), [1, 10], [0, 11]),
        (number(0, 1), [0, 0.5, 1], [-0.1, 1.1, float("nan"), float("inf"), False, "0", 2**64]),
        (one_of(("a", "b")), ["a", "b"], ["c", "", 1, None, ["a"]]),
        (text(3), ["", "abc"], ["abcd", 1]),
        (FLAG, [True, False], [0, 1, None, "true"]),
    ],
)
def test_bounds_are_part_of_what_fits(kind: Kind[Any], fits: list[Any], misfits: list[Any]) -> None:
    """True is no number, and a whole float is not a whole number."""
    assert [value for value in fits if not kind.fits(value)] == []
    assert [value for value in misfits if kind.fits(value)] == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (whole(), "a whole number"),
        (whole(0), "a whole number from 0"),
        (whole(1, 10_000), "a whole number from 1 to 10,000"),
        (number(high=9.5), "a number up to 9.5"),
        (one_of(("a", "b")), "one of a, b"),
        (text(1000), "a string of at most 1,000 characters"),
    ],
)
def test_bounds_are_part_of_the_words(kind: Kind[Any], words: str) -> None:
    """They stand behind "must be"."""
    assert kind.words == words


def test_an_item_is_refused_at_its_own_place() -> None:
    """The index is part of the path, and of the short name."""
    with pytest.raises(OptionError, match=r"^`a\.b\[1\]` must be a string; got 5\.$") as caught:
        items(["x", 5], ("a", "b"), STRING)
    assert caught.value.cause == "`b[1]` must be a string; got 5."


@given(st.sets(st.text(max_size=9)), st.dictionaries(st.text(max_size=9), st.none()))
def test_a_mapping_has_known_keys_only(known: set[str], value: dict[str, Any]) -> None:
    """The first unknown key is named, at its own place."""
    unknown = [key for key in value if key not in known]
    if not unknown:
        assert mapping(value, ("m",), known) is value
        return
    with pytest.raises(OptionError) as caught:
        mapping(value, ("m",), known)
    assert caught.value.path == ("m", unknown[0])
    assert caught.value.problem == "is unknown"


@given(st.sampled_from(["seed", "speed", "record_mode", "after_last"]), st.data())
def test_a_slip_of_the_finger_is_told_the_right_name(name: str, data: st.DataObject) -> None:
    """Two letters that changed places still lead to the name."""
    at = data.draw(st.integers(0, len(name) - 2))
    slip = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    assert nearest(slip, ("seed", "record_mode", "after_last", "speed")).startswith("Did you mean `")
    if len(name) > 5:
        assert f"`{name}`" in nearest(slip, ("seed", "record_mode", "after_last", "speed"))


def test_an_unknown_name_is_told_what_there_is() -> None:
    """Where nothing is near, all are listed; where there is nothing, that is said."""
    assert nearest("zzz", ("first", "between")) == "There are first, between."
    assert nearest("zzz", ()) == "None is known here."


def test_keys_of_ones_own_may_be_allowed() -> None:
    """By their first letters, which the refusal of others mentions."""
    known_keys({"x-mine": 1}, (), ("a",), own="x-")
    with pytest.raises(OptionError, match=r"Keys of your own must start with `x-`\.$"):
        known_keys({"mine": 1}, (), ("a",), own="x-")
    with pytest.raises(OptionError):
        known_keys({"x-mine": 1}, (), ("a",))


def test_what_is_needed_is_missed() -> None:
    """The object is named, and the key that it lacks."""
    assert mapping({"a": 1}, ("m",), ("a", "b"), ("a",)) == {"a": 1}
    with pytest.raises(OptionError, match=r"^`m` needs `b`\.$"):
        mapping({"a": 1}, ("m",), ("a", "b"), ("a", "b"))
    with pytest.raises(OptionError, match=r"^The options must be an object with a; got \[\]\.$"):
        mapping([], (), ("a",))


def test_an_expression_that_does_not_compile_is_explained() -> None:
    """With the words of the compiler."""
    assert expression("a+", ("p",)) == "a+"
    with pytest.raises(OptionError, match=r"`p` must be a regular expression; got '\(': missing \)"):
        expression("(", ("p",))


@settings(max_examples=examples(300))
@given(VALUES | st.integers(min_value=10**5000) | st.text(min_size=500) | st.binary(min_size=200))
def test_what_came_is_shown_on_one_short_line(value: Any) -> None:
    """Whatever it is, and however large."""
    line = shown(value)
    assert len(line) <= 80
    assert "\n" not in line


@given(PATHS)
def test_a_pointer_leads_back_to_its_path(path: options.Path) -> None:
    """RFC 6901: steps are divided by slashes, and those inside of names are escaped."""
    steps = pointer(path).split("/")[1:]
    assert [step.replace("~1", "/").replace("~0", "~") for step in steps] == [str(step) for step in path]
