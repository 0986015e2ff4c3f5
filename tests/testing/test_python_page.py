"""The reference page of the Python API names all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mockapi
from mockapi.testing import ConditionKeywords, ErrorKeywords, ReplyKeywords, SessionKeywords

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "python.md").read_text(encoding="utf-8")


def test_every_public_name_is_explained() -> None:
    """Whatever `mockapi` hands out stands on the page as code."""
    assert [name for name in mockapi.__all__ if not re.search(rf"`{name}\b", PAGE)] == []


@pytest.mark.parametrize("kind", [mockapi.Session, mockapi.Server])
def test_every_method_is_explained(kind: type) -> None:
    """What a test can call on a session; of a server what is not for the plugin and the commands alone."""
    inner = {"call", "wait_for", "explained", "script", "is_scripted"}
    public = {name for name in dir(kind) if not name.startswith("_")} - inner
    assert [name for name in sorted(public) if not re.search(rf"`{name}\b", PAGE)] == []


@pytest.mark.parametrize("keywords", [ConditionKeywords, ErrorKeywords, ReplyKeywords, SessionKeywords])
def test_every_option_is_explained(keywords: type) -> None:
    """By its name, as code."""
    assert [name for name in keywords.__annotations__ if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize(
    "value",
    [
        mockapi.Matching,
        mockapi.RateLimits,
        mockapi.RecordOptions,
        mockapi.RedactionRules,
        mockapi.Settings,
        mockapi.Substitution,
        mockapi.ValidationSettings,
    ],
)
def test_every_member_of_a_setting_is_explained(value: type) -> None:
    """As code in a table, or in an example."""
    members = value.__dataclass_fields__  # type: ignore[attr-defined] # all of these are dataclasses
    assert [name for name in members if not re.search(rf"`{name}`|\b{name}=", PAGE)] == []
