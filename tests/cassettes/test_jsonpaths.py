"""JSON paths of people's own: what they find, and that none takes long."""

from __future__ import annotations

from typing import Any

import jsonpath
import pytest

from mockapi import Request
from mockapi._expressions import ExpressionTooSlowError
from mockapi.cassettes import Matching, RedactionError, RedactionRules, redact_interaction, request_key
from mockapi.cassettes._jsonpaths import Document
from tests.support.each import each
from tests.support.server import interaction, message

VALUE: Any = {
    "a": [{"t": "one", "n": 1}, {"t": "two\nlines", "n": 2}, [[{"t": "aaa"}]]],
    "b": {"t": "a.b", "c": {"t": ""}},
}
PATHS = [
    "$", "$.a[0].t", "$..t", "$..[?@.t]", "$..[?search(@.t,'o')]", "$..[?match(@.t,'a.b')]", "$.a[?@.n>1].t",
    "$..[?search(@.t,'(')]", "$..[?match(@.t,'[a.]+')]", "$..[?search(@.t,'o.l')]", "$..*..t", "$..[?@..t]",
    "$..[?@.t =~ /a+/]", "$..a..[?@.n==1]",
]  # fmt: skip
"""Paths without a filter and with one."""

ENDLESS = {
    "a filter's expression": ("$..[?search(@.t,'(?=x?)^(a|a|aa)+$')]", {"t": "a" * 40 + "c"}),
    "a filter that matches": ("$..[?match(@.t,'(?=a)(a|a|aa)+b')]", {"t": "a" * 40 + "c"}),
    "an operator": ("$..[?@.t =~ /(?=a)(a|a|aa)+b/]", {"t": "a" * 40 + "c"}),
    "many texts that take long each": (
        "$..[?search(@.t,'(?=x?)^(a|a|aa)+$')]",
        [{"t": "a" * 26 + "c"}] * 9000,
    ),
    "wildcards behind each other": ("$..*..*..*", {"deep": [[[[[[[[[[[[1] * 9] * 9] * 9]]]]]]]]]}),
}
"""A path, and a value at which it used to take for ever."""
QUICK = {"a filter's expression", "wildcards behind each other"}


@each("path", PATHS)
def test_a_document_finds_what_the_library_finds(path: str) -> None:
    """In the same places, whether it is watched or not."""
    expected = [tuple(match.parts) for match in jsonpath.finditer(path, VALUE)]
    assert [tuple(match.parts) for match in Document(VALUE, (path,)).matches(path)] == expected


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(*row, id=name, marks=() if name in QUICK else pytest.mark.slow)
        for name, row in ENDLESS.items()
    ],
)
def test_what_would_never_end_is_given_up(path: str, value: Any) -> None:
    """The message names the path or the expression in it, and says what to do."""
    with pytest.raises(ExpressionTooSlowError, match=r"takes too long.*(name the members|repeat nothing)"):
        Document({"messages": value}, (path,)).matches(path)


def test_a_watched_document_is_left_as_it_was() -> None:
    """What a filter selects goes from the key, not from the request."""
    matching = Matching(ignore=("$..[?search(@.t,'o')]",))
    one, other = (Request("POST", "/", body=b'{"a":[{"t":"%s"},{"u":1}]}' % text) for text in (b"no", b"oh"))
    assert request_key(one, matching) == request_key(other, matching)
    assert one.parsed == {"a": [{"t": "no"}, {"u": 1}]}


@pytest.mark.slow
def test_redaction_by_a_path_that_takes_too_long_fails() -> None:
    """What could not be looked at is not written."""
    rules = RedactionRules(json_paths=(ENDLESS["wildcards behind each other"][0],))
    asked = {**message("hi"), "metadata": ENDLESS["wildcards behind each other"][1]}
    with pytest.raises(RedactionError, match="takes too long"):
        redact_interaction(interaction(asked, b"ok"), rules)
