"""The options of a session, read from JSON: what each of them changes, and what it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mockapi.cassettes import Matching
from mockapi.errors import UsageError
from mockapi.options import OptionError
from mockapi.sessions import SessionOptions, Settings, session_options
from mockapi.validation import ValidationSettings
from tests.support.each import each

DEFAULT = Settings(matching=Matching(ignore=("$.metadata",)), validation=ValidationSettings(mode="lenient"))


def read(**value: Any) -> SessionOptions:
    """The options that a JSON object says."""
    return session_options(value, DEFAULT, {})


def test_what_is_not_said_is_as_the_servers() -> None:
    """An empty object changes nothing, and neither does null."""
    for value in ({}, {"name": None, "cassettes": None, "owner": None, "lifetime": None, "as_of": None}):
        assert session_options(value, DEFAULT, {}) == SessionOptions(DEFAULT)


def test_whose_it_is_and_what_it_plays() -> None:
    """Its own name, cassettes, owner and lifetime."""
    options = read(name="a", cassettes=["b.yaml"], owner="team", lifetime=5)
    assert (options.name, options.cassettes) == ("a", ("b.yaml",))
    assert (options.owner, options.lifetime) == ("team", 5)


@each(
    ("key", "value", "expected"),
    [
        ("validation", "off", {"mode": "off"}),
        ("rules", "live", {"rules": "live"}),
        ("disabled_rules", ["top_p.minus_one"], {"disabled": frozenset({"top_p.minus_one"})}),
        ("disabled_rules", [], {"disabled": frozenset()}),
        ("invalid_keys", ["sk-ant-test-1"], {"invalid_keys": frozenset({"sk-ant-test-1"})}),
        ("evidence", "captured", {"evidence": "captured"}),
        ("as_of", "2026-11-01", {"as_of": date(2026, 11, 1)}),
    ],
)
def test_how_requests_are_judged(key: str, value: Any, expected: dict[str, Any]) -> None:
    """The rest stays as the server's."""
    validation = read(**{key: value}).settings.validation
    assert validation == ValidationSettings(**{"mode": "lenient", **expected})


@each(
    ("key", "value", "expected"),
    [
        ("speed", "max", None),
        ("speed", 2, 2.0),
        ("speed", "0.5", 0.5),
        ("convert", True, True),
        ("cors", ["https://a.test", "*"], ("https://a.test", "*")),
        ("seed", 7, 7),
        ("max_requests", 3, 3),
        ("after_last", "fail", "fail"),
        ("on_unmatched", "synthesize", "synthesize"),
        ("record_mode", "all", "all"),
        ("pace", None, None),
        ("twin", None, None),
    ],
)
def test_how_it_answers(key: str, value: Any, expected: Any) -> None:
    """Each option is a setting of its name."""
    assert getattr(read(**{key: value}).settings, key) == expected


def test_rules_of_matching_are_added_to_the_servers() -> None:
    """And conversion ignores whether a stream was asked for."""
    settings = read(matching={"ignore": ["$.user"]}, convert=True).settings
    assert settings.matching.ignore == ("$.metadata", "$.user")
    assert settings.effective_matching.ignore == ("$.metadata", "$.user", "$.stream")
    assert DEFAULT.effective_matching == DEFAULT.matching


@each(
    ("key", "value", "pointer", "words"),
    [
        ("as_of", "yesterday", "as_of", "must be a date such as 2026-11-01; got 'yesterday'"),
        ("as_of", 20261101, "as_of", "must be a date such as 2026-11-01; got 20261101"),
        ("disabled_rules", ["no.rule"], "disabled_rules", "names an unknown rule 'no.rule'"),
        ("disabled_rules", [5], "disabled_rules", "must be a string"),
        ("speed", 0, "speed", "got 0"),
        ("speed", "fast", "speed", "got 'fast'"),
        ("validation", "on", "validation", "one of"),
        ("nmae", "a", "nmae", "Did you mean `name`?"),
    ],
)
def test_what_does_not_fit_is_refused(key: str, value: Any, pointer: str, words: str) -> None:
    """With its place, and what to write instead."""
    with pytest.raises(OptionError) as refused:
        read(**{key: value})
    assert words in str(refused.value)
    assert pointer in str(refused.value)


@each(
    ("name", "value", "words"),
    [
        ("after_last", "stop", "Settings.after_last is one of 'repeat', 'fail'; not 'stop'."),
        ("speed", 0, "a factor above 0 (1 as recorded), not 0."),
        ("speed", True, "not True."),
        ("matching", {}, "Settings.matching is a mockapi.Matching, not {}."),
        ("validation", None, "Settings.validation is a mockapi.ValidationSettings, not None."),
        ("pace", {}, "Settings.pace is what mockapi.parse_pace makes, not {}."),
        ("rate_limits", {}, "Settings.rate_limits is a mockapi.RateLimits, not {}."),
        ("twin", {}, "Settings.twin is what mockapi.parse_twin makes, not {}."),
        ("faults", ("529",), "Settings.faults is what mockapi.parse_faults makes, not ('529',)."),
        ("faults", [], "Settings.faults is what mockapi.parse_faults makes, not []."),
    ],
)
def test_a_setting_in_python_that_cannot_be_is_refused(name: str, value: Any, words: str) -> None:
    """When it is made, not once the first request has come."""
    with pytest.raises(UsageError) as refused:
        Settings(**{name: value})
    assert words in str(refused.value)
