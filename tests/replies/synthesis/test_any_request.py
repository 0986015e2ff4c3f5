"""Replies to any valid request: of the response schemas, of the event grammar, of the tools' schemas."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource

from mockapi import jsontext
from mockapi._data import data_dir
from mockapi.exchange import Request
from mockapi.fuzzing.requests import bodies
from mockapi.messages import accumulate, check_events, decode_events, dump
from mockapi.replies.synthesis import History, synthesized
from tests.support.examples import examples
from tests.support.shapes import SHAPES
from tests.support.synthesis import digest_of_shapes

_DIGEST = "361c8e835b2889b42c482d9761a805fd61a7a7a1a71cb0ff4bea348ac22ba3fc"
"""Of all shapes; a change of words, choices or wire changes it, and that on purpose only."""
_ROOT = Path(__file__).resolve().parents[3]
_DETERMINISM = """
import sys
sys.path.insert(0, {root!r})
from tests.support.synthesis import digest_of_shapes
print(digest_of_shapes())
"""


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    """The validator of one of the project's schemas, its references resolved."""
    files = [jsontext.parse(path.read_bytes()) for path in data_dir("schemas").rglob("*/*.json")]
    resources = [(schema["$id"], Resource.from_contents(schema)) for schema in files if "$id" in schema]
    registry = Registry().with_resources(resources)
    schema = jsontext.parse((data_dir("schemas") / name).read_bytes())
    return jsonschema.Draft202012Validator(schema, registry=registry)


def _reply(body: dict[str, Any], *, stream: bool) -> bytes:
    request = Request("POST", "/v1/messages", "", (), dump({**body, "stream": stream}))
    return synthesized(request, 0, History(), 0.0)[0].body


@settings(
    max_examples=examples(120),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.one_of(bodies(), bodies(version="2026-10-21")))
def test_any_valid_request_gets_a_whole_message(body: dict[str, Any]) -> None:
    """The message fits its schema, the stream its grammar and the schemas of events; both are one message."""
    message = jsontext.parse(_reply(body, stream=False))
    _validator("responses/message.json").validate(message)
    events = decode_events(_reply(body, stream=True))
    assert check_events(events) == []
    for event in events:
        _validator("events/event.json").validate(event)
    assert dump(accumulate(events)) == dump(message)
    assert message["usage"]["output_tokens"] <= body["max_tokens"]


@settings(
    max_examples=examples(120),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(bodies())
def test_arguments_satisfy_the_schemas_of_any_tools(body: dict[str, Any]) -> None:
    """With format checks on, unless the call was cut."""
    message = jsontext.parse(_reply(body, stream=False))
    schemas = {tool["name"]: tool.get("input_schema", {}) for tool in body.get("tools", ())}
    if message["stop_reason"] != "tool_use":
        return
    for block in message["content"]:
        if block["type"] == "tool_use":
            checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
            jsonschema.Draft202012Validator(schemas[block["name"]], format_checker=checker).validate(
                block["input"]
            )


def _digest(python: str, hash_seed: str) -> str:
    code = _DETERMINISM.format(root=str(_ROOT))
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run(
        [python, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.slow
def test_two_processes_make_the_same_bytes() -> None:
    """Every shape, in both forms, headers and chunks included, with different hash seeds."""
    assert _digest(sys.executable, "1") == _digest(sys.executable, "2")


def test_every_python_makes_the_same_bytes() -> None:
    """Written down, because each supported Python runs this test in a suite of its own.

    In this process: who asks which tests run which lines sees that this one runs all of synthesis.
    """
    assert digest_of_shapes() == _DIGEST


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_fits_the_response_schemas(name: str) -> None:
    """The shapes that no strategy makes: server tools, citations, pauses, betas."""
    body = {key: value for key, value in SHAPES[name].items() if key != "beta"}
    _validator("responses/message.json").validate(jsontext.parse(_reply(body, stream=False)))
    for event in decode_events(_reply(body, stream=True)):
        _validator("events/event.json").validate(event)
