"""Profiles as JSON text: read back alike, of the schema, and refused in words where they do not fit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings

from mockapi._data import data_dir
from mockapi.errors import UsageError
from mockapi.replies.twin import TwinProfile, as_json, dump_twin, learn_twin, parse_twin
from mockapi.replies.twin._profile import MAX_OUTPUT, MAX_SECONDS, MAX_SIZE
from tests.support.each import each
from tests.support.examples import examples
from tests.support.twins import SECRET, profiles, traffic

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = jsonschema.Draft202012Validator(json.loads((data_dir("schemas") / "twin.json").read_text("utf-8")))
LEARNED = learn_twin(traffic(60))


def changed(**members: Any) -> dict[str, Any]:
    """A profile with other members; None for one takes it away."""
    told = {**as_json(LEARNED), **members}
    return {name: value for name, value in told.items() if value is not None}


def with_replies(**members: Any) -> dict[str, Any]:
    """A profile whose replies have other members."""
    told = as_json(LEARNED)
    return {**told, "replies": {**told["replies"], **members}}


@settings(max_examples=examples(60), deadline=None)
@given(profiles())
def test_a_profile_is_read_back_as_it_was_written(profile: TwinProfile) -> None:
    """To the last number; and its text is of the schema."""
    text = dump_twin(profile)
    value = json.loads(text)
    SCHEMA.validate(value)
    assert parse_twin(value) == profile
    assert dump_twin(parse_twin(value)) == text


def test_the_schema_is_one() -> None:
    """Of draft 2020-12."""
    SCHEMA.check_schema(SCHEMA.schema)


def test_the_same_traffic_has_the_same_text() -> None:
    """Order and spelling included."""
    assert dump_twin(learn_twin(traffic(60))) == dump_twin(LEARNED)


def test_a_profile_has_nothing_of_what_was_said() -> None:
    """Neither prompts nor replies nor the words of errors nor names of tools."""
    text = dump_twin(LEARNED)
    assert SECRET not in text
    assert "write_note" not in text


def test_a_distribution_is_one_line() -> None:
    """People read profiles, and diffs of them."""
    assert max(map(len, dump_twin(LEARNED).splitlines())) < 250
    assert '"input_tokens": {"0": ' in dump_twin(LEARNED)


PERCENTILES = {"50": 1, "90": 2}


@each(
    ("value", "said"),
    [
        ([], "must be a profile, an object with `mockapi_twin`"),
        ({"interactions": []}, "Learn it anew: `mockapi twin learn"),
        (changed(mockapi_twin=2), "is a profile of version 2, and this mockapi reads version 1"),
        (changed(mockapi_twin="1"), "is a profile of version '1'"),
        (changed(exchanges=None), "needs `exchanges`"),
        (changed(errrors=[]), "`twin.errrors` is unknown. Did you mean `errors`?"),
        (changed(models={"a": 2}), "`twin.models.a` must be a number from 0 to 1; got 2"),
        (
            changed(interruptions=[{"type": None, "share": 0.6}, {"type": "api_error", "share": 0.6}]),
            "`twin.interruptions` must have shares of at most 1 together; got 1.2",
        ),
        (changed(errors={}), "`twin.errors` must be a list"),
        (
            changed(errors=[{"status": 200, "type": "a", "share": 0, "seconds": None, "retry_after": None}]),
            "`twin.errors[0].status` must be a whole number from 400 to 599; got 200",
        ),
        (with_replies(with_tools=[], without_tools=[]), "needs a kind of reply"),
        (with_replies(thinking={"50": 2}), "`twin.replies.thinking.50` must be a number from 0 to 1"),
        (with_replies(input_tokens={}), "must be percentiles"),
        (with_replies(input_tokens={"101": 1}), "must be a percentile from 0 to 100"),
        (with_replies(input_tokens={"median": 1}), "must be a percentile from 0 to 100"),
        (with_replies(input_tokens={"5": 1, "5.0": 1}), "must name each percentile once"),
        (with_replies(input_tokens={"50": 2, "90": 1}), "must grow"),
        (with_replies(whole={"seconds": PERCENTILES, "size": PERCENTILES, "follows": 3}), "from -1 to 1"),
    ],
)
def test_what_is_no_profile_is_refused_with_its_place(value: Any, said: str) -> None:
    """What came, where, and what would do."""
    with pytest.raises(UsageError) as refused:
        parse_twin(value)
    assert said in str(refused.value)


@each(
    ("members", "most"),
    [
        (lambda value: {"input_tokens": {"50": value}}, MAX_SIZE),
        (lambda value: {"whole": {"seconds": {"50": value}, "size": PERCENTILES, "follows": 0}}, MAX_SECONDS),
        (lambda value: {"whole": {"seconds": PERCENTILES, "size": {"50": value}, "follows": 0}}, MAX_SIZE),
    ],
)
def test_a_profile_tells_no_more_than_a_twin_does(members: Callable[[float], Any], most: int) -> None:
    """An hour, a billion bytes or tokens: the bound itself is told, and one more is refused."""
    parse_twin(with_replies(**members(most)))
    with pytest.raises(UsageError, match="must be a number from 0 to"):
        parse_twin(with_replies(**members(most + 1)))
    assert (MAX_SECONDS, MAX_SIZE, MAX_OUTPUT) == (3600, 1_000_000_000, 200_000)
