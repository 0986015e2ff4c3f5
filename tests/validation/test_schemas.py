"""The files in schemas/: valid, each used, closed where the API is, and true to recorded traffic."""

from __future__ import annotations

import json
import typing
from collections import Counter
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from mockapi._data import data_dir
from mockapi.validation import _schemas
from mockapi.validation.rules.headers import VERSIONS, known_betas
from tests.support import shared
from tests.support.each import each

_ROOT = data_dir("schemas")
_OTHERS = {"models.json", "betas.json", "cassette.json", "conformance-case.json", "twin.json"}
"""Data, and the formats of recordings, cases and profiles, which are tested with what is written in them."""

_FILES = sorted(
    path.relative_to(_ROOT).as_posix() for path in _ROOT.rglob("*.json") if path.name not in _OTHERS
)
_ENTRIES = {
    "requests/chat-completion",
    "requests/complete",
    "requests/create-message",
    "requests/count-tokens",
    "requests/create-batch",
    "requests/upload-file",
    "responses/message",
    "responses/tokens-count",
    "responses/message-batch",
    "responses/batch-result",
    "responses/file-metadata",
    "responses/model",
    "responses/page",
    "responses/deleted",
    "errors/error",
    "errors/edge-error",
    "events/event",
}
"""What nothing else refers to, because it is what goes over the wire."""


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [name for value in node.values() for name in _references(value)]
    return [name for item in node for name in _references(item)] if isinstance(node, list) else []


@each("file", _FILES)
def test_file(file: str) -> None:
    """Each file is a valid schema with id, title and description, and refers to files that are there."""
    schema = json.loads((_ROOT / file).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith("/" + file)
    assert schema["title"]
    assert schema["description"].endswith(".")
    for reference in _references(schema):
        target = _schemas._target(reference.partition("#")[0], file.removesuffix(".json"))
        assert (_ROOT / f"{target}.json").is_file(), reference


def test_each_is_used() -> None:
    """Each file is referred to by another one or is what goes over the wire."""
    used = set(_ENTRIES)
    for file in _FILES:
        name = file.removesuffix(".json")
        for reference in _references(_schemas.read(name)):
            used.add(_schemas._target(reference.partition("#")[0], name))
    assert used == {file.removesuffix(".json") for file in _FILES}


def test_gates_are_known() -> None:
    """What a schema asks for is a beta that is known or a version that is served."""
    assert _schemas.gates() <= known_betas() | set(VERSIONS)


def test_betas_of_the_sdk() -> None:
    """Every beta that the installed SDK names is known."""
    anthropic = pytest.importorskip("anthropic")
    union = typing.get_args(anthropic.types.AnthropicBetaParam)
    named = {name for part in union for name in typing.get_args(part)}
    assert named
    assert named <= known_betas()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(_ENTRIES))
@pytest.mark.parametrize("names", [frozenset[str](), _schemas.gates()], ids=["closed", "open"])
def test_bundles(name: str, names: frozenset[str]) -> None:
    """A bundle needs no other file and both engines take it."""
    made = _schemas.bundle(name, names, "strict", "live")
    assert all(reference.startswith("#/$defs/") for reference in _references(made))
    jsonschema.Draft202012Validator.check_schema(made)
    jsonschema_rs.Draft202012Validator(made)


def test_overlays_apply() -> None:
    """Every documented difference changes the schema it names."""
    live = _schemas.bundle("requests/create-message", frozenset(), "strict", "live")
    documented = _schemas.bundle("requests/create-message", frozenset(), "strict", "documented")
    name = "tools.custom"
    assert live["$defs"][name]["properties"]["name"]["maxLength"] == 128
    assert documented["$defs"][name]["properties"]["name"] == {
        "type": "string",
        "minLength": 1,
        "pattern": "^[a-zA-Z0-9_-]{1,64}$",
    }
    live["$defs"][name] = documented["$defs"][name]
    assert live == documented


def _compiled(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_schemas.bundle(name, frozenset(), "strict", "live"))


@pytest.mark.corpus
def test_recorded_responses() -> None:
    """Recorded answers and streams satisfy the schemas of responses, errors and events."""
    message, error, event = (
        _compiled("responses/message"),
        _compiled("errors/error"),
        _compiled("events/event"),
    )
    seen: Counter[str] = Counter()
    for row in shared.rows():
        path = (row.fields.get("uri_path") or "").partition("?")[0]
        if row.host != "anthropic" or path != "/v1/messages" or not row.exact or row.fields["status"] is None:
            continue
        if row.is_sse:
            for line in row.response.splitlines():
                if line.startswith(b"data: {"):
                    seen["events"] += 1
                    assert event.is_valid(json.loads(line[6:])), (row.id, line)
        elif row.response:
            body = json.loads(row.response)
            judge = message if row.fields["status"] == 200 else error
            seen["messages" if judge is message else "errors"] += 1
            assert judge.is_valid(body), (row.id, body)
    shared.say(f"satisfied: {dict(seen)}")
    assert min(seen["events"], seen["messages"], seen["errors"]) > 0
