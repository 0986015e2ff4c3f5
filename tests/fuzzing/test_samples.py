"""The samples of the table are what the API would send: whoever fails on them has a bug."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from mockapi import jsontext
from mockapi._data import data_dir
from mockapi.fuzzing import MESSAGE_CASES, Want
from mockapi.fuzzing._stream_judge import sent_of

ODD = {"grammar/unknown delta"}
"""What is odd on purpose and no schema takes."""
_MORE = {"container": {"id", "expires_at"}, "stop_details": {"type", "category", "explanation"}}
"""Members that the schema leaves open, and what the API's reference says they have."""


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    files = [jsontext.parse(path.read_bytes()) for path in data_dir("schemas").rglob("*/*.json")]
    registry = Registry().with_resources(
        [(schema["$id"], Resource.from_contents(schema)) for schema in files if "$id" in schema]
    )
    schema = jsontext.parse((data_dir("schemas") / name).read_bytes())
    return jsonschema.Draft202012Validator(schema, registry=registry)


def _problems(name: str, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:120]}" for error in _validator(name).iter_errors(value)]


@pytest.mark.slow
def test_messages_and_events_of_whole_cases_fit_their_schemas() -> None:
    """All but those that are odd on purpose."""
    for case in MESSAGE_CASES:
        if case.want is not Want.WHOLE or case.size > 2**16 or case.id in ODD:
            continue
        message = case.messages[0]
        assert _problems("responses/message.json", message) == [], case.id
        for event in sent_of(case).events:
            assert _problems("events/event.json", event) == [], case.id
        for member, keys in _MORE.items():
            assert member not in message or set(message[member]) == keys, case.id
