"""What nodes must have alike."""

from __future__ import annotations

import pytest

from mockapi.cassettes import Matching, Substitution
from mockapi.nodes._digest import plan_digest
from mockapi.sessions import CassetteSet, Settings
from mockapi.validation import ValidationSettings
from tests.support.cassettes import cassette, said


def test_the_same_plan_has_the_same_digests() -> None:
    """Whatever cassettes are called, and in which order a set is."""
    names = ("b", "a", "c")
    rules = [ValidationSettings(invalid_keys=frozenset(order)) for order in (names, reversed(names))]
    plans = [
        plan_digest(CassetteSet([cassette(said("a"), name=name)]), Settings(validation=rule), None)
        for name, rule in zip(("one.yaml", "other.yaml"), rules, strict=True)
    ]
    assert plans[0] == plans[1]


@pytest.mark.parametrize(
    ("settings", "words", "different"),
    [
        (Settings(seed=1), "a", {"settings.seed"}),
        (Settings(), "b", {"cassettes"}),
        (
            Settings(matching=Matching(substitutions=(Substitution("n", "[0-9]"),))),
            "a",
            {"settings.matching"},
        ),
    ],
)
def test_what_differs_is_told_by_name(settings: Settings, words: str, different: set[str]) -> None:
    """People look for the option, or the files."""
    one = plan_digest(CassetteSet([cassette(said("a"))]), Settings(), None)
    other = plan_digest(CassetteSet([cassette(said(words))]), settings, None)
    assert {name for name in one if one[name] != other[name]} == different
