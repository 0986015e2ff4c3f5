"""The model catalogue: names, limits, dates, and models of a user's own."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from mockapi.errors import UsageError
from mockapi.messages.catalogue import Catalogue, Model, read_models, shipped
from tests.support import shared
from tests.support.each import each

if TYPE_CHECKING:
    from pathlib import Path


def test_aliases_resolve() -> None:
    """An alias means the dated model, and replies carry the dated id; an unknown name stays itself."""
    assert shipped().resolve("claude-haiku-4-5") == "claude-haiku-4-5-20251001"
    assert shipped().resolve("claude-haiku-4-5-20251001") == "claude-haiku-4-5-20251001"
    assert shipped().resolve("mine") == "mine"
    assert shipped().find("mine") is None


def test_names_are_unique() -> None:
    """No name means two models."""
    names = [name for model in shipped().models for name in (model.id, *model.aliases)]
    assert len(names) == len(set(names))


@each("model", shipped().models, ids=lambda model: model.id)
def test_consistent(model: Model) -> None:
    """A model's data does not contradict itself or the catalogue's date."""
    day = shipped().date
    assert 0 < model.max_output <= model.context
    assert model.thinking
    assert (model.lifecycle == "retired") == (
        model.retired_on(day) or (model.retires is None and model.lifecycle == "retired")
    )
    assert set(model.effort_without_thinking) <= set(model.effort)


def test_added_models() -> None:
    """A model that is added is found, and replaces the one with its id."""
    mine = Model("claude-haiku-4-5-20251001", "Mine", max_output=5)
    catalogue = shipped().with_models([mine])
    assert catalogue.find(mine.id) is mine
    assert len(catalogue.models) == len(shipped().models)
    assert shipped().with_models([]) is shipped()
    assert Catalogue(date(2026, 1, 1), (mine,)).find("Mine") is None


def test_file(tmp_path: Path) -> None:
    """A user's file names what differs from a model that takes everything."""
    file = tmp_path / "models.json"
    file.write_text(
        json.dumps({"models": [{"id": "mine", "aliases": ["my"], "effort": [], "retires": "2030-01-01"}]})
    )
    (model,) = read_models(file)
    assert (model.id, model.name, model.aliases, model.effort) == ("mine", "mine", ("my",), ())
    assert model.retired_on(date(2030, 1, 1))
    assert not model.retired_on(date(2029, 12, 31))
    assert model.prefill


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("{", "not a model file"),
        ("[]", "not a model file"),
        ('{"models": [{"name": "x"}]}', "needs an id"),
        ('{"models": [{"id": "x", "colour": "red"}]}', "has no field 'colour'"),
        ('{"models": [{"id": "x", "retires": "soon"}]}', "not a model file"),
    ],
)
def test_bad_file(tmp_path: Path, content: str | None, words: str) -> None:
    """A file that is no list of models is an error that names it and says why."""
    file = tmp_path / "models.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UsageError, match=words) as caught:
        read_models(file)
    assert str(file) in str(caught.value)


@pytest.mark.corpus
def test_recorded_list() -> None:
    """The limits, thinking types and effort levels are those of the recorded list of models."""
    row = next(row for row in shared.rows() if row.fields.get("uri_path") == "/v1/models")
    for entry in json.loads(row.response)["data"]:
        model = shipped().find(entry["id"])
        assert model is not None, entry["id"]
        able = entry["capabilities"]
        types = {name for name, value in able["thinking"]["types"].items() if value["supported"]}
        levels = {
            name for name, value in able["effort"].items() if name != "supported" and value["supported"]
        }
        assert model.name == entry["display_name"]
        assert (model.context, model.max_output) == (entry["max_input_tokens"], entry["max_tokens"])
        assert model.thinking & {"enabled", "adaptive"} == types
        assert set(model.effort) == levels
        assert model.compaction == able["context_management"].get("compact_20260112", {}).get(
            "supported", False
        )
        assert model.released == date.fromisoformat(entry["created_at"][:10])
