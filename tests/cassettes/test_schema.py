"""The JSON Schema and the loader give the same verdict, but for what a schema cannot say."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockapi._data import data_dir
from mockapi.cassettes import Cassette, _yaml, dump, load
from mockapi.cassettes._emit import emit
from mockapi.cassettes._options import COMPARISONS
from mockapi.cassettes._substitutions import PATTERNS
from mockapi.errors import CassetteError
from mockapi.exchange import Ending
from tests.support.bad_cassettes import BAD
from tests.support.cassettes import interactions, json_values, matchings
from tests.support.each import each
from tests.support.examples import examples
from tests.support.starter.generate import cassettes

BEYOND_A_SCHEMA = {
    "the digest is that of the body": r"its digest differs",
    "chunks add up to the body": r"the chunks add up to",
    "base64 decodes": r"not base64",
    "a reference leads to a body": r"no body in this file has the digest",
    "a pattern compiles": r"must be a regular expression",
    "a JSON path parses": r"must be a JSON path",
    "a whole number has no point (JSON Schema takes 200.0 for an integer)": r"whole number.*; got -?\d+\.0\.",
    "a chunk's size likewise": r"a chunk is .*; got \[.*, \d+\.0\]\.",
}
"""What only the loader refuses, each with the words it refuses it in."""


@cache
def _schema() -> Draft202012Validator:
    schema = json.loads((data_dir("schemas") / "cassette.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _refusals(document: Any) -> list[str]:
    """What the loader says of a document."""
    try:
        load(emit(document).encode(), "a.yaml")
    except CassetteError as error:
        return [problem.cause for problem in error.problems]
    return []


def _explained(cause: str) -> bool:
    return any(re.search(words, cause) for words in BEYOND_A_SCHEMA.values())


def _same_verdict(document: Any) -> None:
    """Both take it, or both refuse it, or the loader refuses it for reasons of the table alone."""
    causes = _refusals(document)
    faults = [error.message for error in _schema().iter_errors(document)]
    if faults:
        assert causes, f"only the schema refuses this: {faults}"
    else:
        assert all(map(_explained, causes)), f"only the loader refuses this: {causes}"


@given(st.builds(Cassette, st.just("a.yaml"), st.lists(interactions, max_size=2).map(tuple), matchings))
def test_whatever_is_written_is_valid(given: Cassette) -> None:
    """Every form of body, every header, chunk, ending and rule."""
    assert list(_schema().iter_errors(_yaml.parse(dump(given)))) == []


def test_the_starter_cassettes_are_valid() -> None:
    """All of them, as they are on disk."""
    for text in cassettes().values():
        assert list(_schema().iter_errors(_yaml.parse(text))) == []


def _parsed(case: str) -> Any:
    """The value of a bad file, None where it is no YAML or empty."""
    try:
        return _yaml.parse(BAD[case].text.encode())
    except _yaml.YAMLError:
        return None


@each("case", [case for case in BAD if _parsed(case) is not None])
def test_the_bad_files_get_the_same_verdict(case: str) -> None:
    """What the loader refuses, the schema refuses, or the table says why not."""
    _same_verdict(_parsed(case))


def test_each_thing_beyond_a_schema_is_shown_by_a_bad_file() -> None:
    """Nothing is explained away that no file has."""
    causes = [cause for case in BAD for cause in _refusals(_parsed(case))]
    shown = {
        why: [cause for cause in causes if re.search(words, cause)] for why, words in BEYOND_A_SCHEMA.items()
    }
    assert [why for why, found in shown.items() if not found] == []


FULL = {
    "mockapi_cassette": 1,
    "matching": {
        "substitute": ["date", {"name": "run", "pattern": "run-[0-9]+"}],
        "headers": ["anthropic-beta"],
        "ignore": ["$.metadata"],
        "compare": "last-turn",
        "rename_tool_ids": True,
    },
    "interactions": [
        {
            "summary": "a line",
            "recorded_at": "2026-10-01T00:00:00Z",
            "origin": "a test",
            "edited": True,
            "request": {
                "method": "POST",
                "path": "/v1/messages",
                "query": "beta=true",
                "headers": [["content-type", "application/json"]],
                "body": {"json": {"model": "m", "messages": []}},
            },
            "response": {
                "status": 200,
                "headers": [["content-type", "text/plain"], ["x", ""]],
                "body": {"text": "hello"},
                "digest": "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
                "chunks": [[0.5, 2], [1, 3]],
                "ending": "reset",
            },
        },
        {
            "request": {"method": "GET", "path": "/", "body": {"base64": "aGk="}},
            "response": {
                "status": 404,
                "body": {
                    "same_as": "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
                },
            },
        },
    ],
}
"""Every key once."""


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in below for place in _places(item, (*path, key)))]


def _with(document: Any, path: tuple[Any, ...], change: Any) -> Any:
    """A copy in which `change` was made to the container of what stands at `path`."""
    document = copy.deepcopy(document)
    container = document
    for step in path[:-1]:
        container = container[step]
    change(container, path[-1])
    return document


PLACES = [path for path in _places(FULL) if path]
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 200, 600, 1.5, 2.5e9,
    "", "a", "/", "/?", "GET", "get", "clean", "date", "aGk=", "a-b", "(", "$.a", "a[",
    "sha256:" + "0" * 64, "sha256:" + "0" * 64 + "\n", "a\n", "a\x00", "\t", "\x7f", "é",
    [], [[]], [None], ["a"], ["a", "b"], ["a b", "c"], ["a", "b\n"], ["a\n", "b"], [["a", "b"]],
    [0, 5], [-1, 5], [0, 5, 5], [1e9, 5],
    {}, {"x-a": 1}, {"text": "a"}, {"text": 1}, {"json": None}, {"base64": "a"}, {"same_as": "a"},
    {"text": "a", "x-a": 1}, {"name": "a"}, {"name": "a", "pattern": "b"}, {"status": 200},
    {"method": "GET", "path": "/"},
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_every_value_in_every_place_gets_the_same_verdict(path: tuple[Any, ...]) -> None:
    """Each place of a full cassette holding each kind of value; missing; beside an unknown key."""
    for value in VALUES:
        _same_verdict(
            _with(FULL, path, lambda container, key, value=value: container.__setitem__(key, value))
        )
    _same_verdict(_with(FULL, path, lambda container, key: container.__delitem__(key)))
    if isinstance(path[-1], str):
        for name in ("unknown", "x-own", "X-own", "json", "digest", "headers"):
            _same_verdict(_with(FULL, path, lambda container, _, name=name: container.setdefault(name, "a")))


def _whole_floats_made_odd(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return 0.5
    if isinstance(value, dict):
        return {key: _whole_floats_made_odd(item) for key, item in value.items()}
    return [_whole_floats_made_odd(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=examples(300))
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), json_values | st.sampled_from(VALUES)), min_size=1, max_size=3
    )
)
@example([(("interactions", 0, "response", "status"), 200.5)])
def test_any_value_in_any_places_gets_the_same_verdict(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """Several faults at once, and values that nobody thought of."""
    document: Any = FULL
    for path, value in changes:
        if path in _places(document):  # an earlier change may have taken it away
            new = _whole_floats_made_odd(value)
            document = _with(document, path, lambda container, key, new=new: container.__setitem__(key, new))
    _same_verdict(document)


@pytest.mark.parametrize(
    "path", [("mockapi_cassette",), ("interactions", 0, "response", "status")], ids=["version", "status"]
)
def test_a_whole_number_with_a_point_is_refused_by_the_loader_alone(path: tuple[Any, ...]) -> None:
    """As the table explains."""
    value = 1.0 if path == ("mockapi_cassette",) else 200.0
    document = _with(FULL, path, lambda container, key: container.__setitem__(key, value))
    assert list(_schema().iter_errors(document)) == []
    assert all(map(_explained, _refusals(document)))
    assert _refusals(document)


def test_the_schema_names_what_the_code_names() -> None:
    """Endings, substitutions and ways to compare are one list each, written twice."""
    parts = json.loads((data_dir("schemas") / "cassette.json").read_text())["$defs"]
    assert parts["response"]["properties"]["ending"]["enum"] == list(Ending)
    assert parts["matching"]["properties"]["substitute"]["items"]["anyOf"][0]["enum"] == list(PATTERNS)
    assert parts["matching"]["properties"]["compare"]["enum"] == list(COMPARISONS)
