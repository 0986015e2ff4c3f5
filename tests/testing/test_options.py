"""The types of keyword arguments: they name what the parsers behind them read, no more and no less."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.errors import UsageError
from mockapi.sessions import Settings, session_options
from mockapi.testing import (
    ConditionKeywords,
    ErrorKeywords,
    ReplyKeywords,
    Server,
    Session,
    SessionKeywords,
    When,
)
from mockapi.testing import _options as options
from mockapi.testing._reply_rule import conditions

if TYPE_CHECKING:
    from collections.abc import Callable

_LIST = re.compile(r"`?[a-z_]+`?(?:, (?:and |or )?`?[a-z_]+`?)+")


def of_session(value: Any) -> object:
    """Read the options of a session."""
    return session_options(value, Settings(), {})


def of_condition(value: Any) -> object:
    """Read the conditions of a reply."""
    return conditions("when", value)


@pytest.mark.parametrize(
    ("keywords", "parse"),
    [
        (SessionKeywords, of_session),
        (options.MatchingKeywords, lambda unknown: of_session({"matching": unknown and 5})),
        (options.SubstitutionKeywords, lambda _: of_session({"matching": {"substitute": [5]}})),
        (options.PaceKeywords, lambda unknown: of_session({"pace": unknown})),
        (options.RateLimitKeywords, lambda unknown: of_session({"rate_limits": unknown})),
        (ConditionKeywords, of_condition),
        (options.ResultCondition, lambda unknown: of_condition({"tool_results": unknown})),
        (options.TextCondition, lambda unknown: of_condition({"system": unknown})),
    ],
)
def test_the_keywords_are_those_that_the_parser_reads(keywords: type, parse: Callable[[Any], object]) -> None:
    """The list in a parser's refusal of an unknown key is the type's."""
    with pytest.raises(UsageError) as refused:
        parse({"zzz": 1})
    listed = max(_LIST.findall(str(refused.value)), key=len)
    assert set(re.findall("[a-z_]+", listed)) == set(keywords.__annotations__)


@pytest.mark.parametrize(
    ("method", "keywords"),
    [
        (Session.reply, ReplyKeywords),
        (Session.reply_error, ErrorKeywords),
        (Session.when, ConditionKeywords),
        (Server.open_session, SessionKeywords),
    ],
)
def test_the_docstring_explains_every_keyword(method: Callable[..., Any], keywords: type) -> None:
    """`help()` shows what completion offers."""
    explained = re.findall(r"^ +- (\w+): ", method.__doc__ or "", re.MULTILINE)
    assert sorted(explained) == sorted(keywords.__annotations__)


@pytest.mark.parametrize("method", ["reply", "reply_tool", "reply_json", "reply_error"])
def test_a_condition_has_the_methods_of_a_session(method: str) -> None:
    """They are the same functions, so that their options cannot differ."""
    assert getattr(Session, method) is getattr(When, method)


def test_values_stand_for_what_json_has() -> None:
    """As the types promise: a tuple for a list, any mapping for an object, a path and a date for a text."""
    fault = MappingProxyType({"fault": "cut", "event": 3})
    told = {"faults": ("no_usage", fault), "cassettes": [Path("here")], "as_of": date(2026, 11, 1), "seed": 1}
    assert options.as_json(told) == {
        "faults": ["no_usage", {"fault": "cut", "event": 3}],
        "cassettes": ["here"],
        "as_of": "2026-11-01",
        "seed": 1,
    }


def test_cassettes_are_one_path_or_several(tmp_path: Path) -> None:
    """A text or a path alone is one file or folder; a text is not taken for its letters."""
    for cassettes in (tmp_path, str(tmp_path), [tmp_path], (str(tmp_path),)):
        with Server(cassettes, settings=Settings(on_unmatched="fail")) as server:
            assert server.service.sessions.default.settings.on_unmatched == "fail"
