"""Input that is large, deep or strange is answered in bounded time."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest

from tests.support.refused._case import HAIKU, ask, assistant, call, result, tool, user
from tests.support.validation import LIVE, post

_HEAD = b'{"model":"claude-haiku-4-5","max_tokens":9,"messages":['
_HI = b'{"role":"user","content":"Hi"}'


def _repeated(message: bytes, times: int = 100_000) -> bytes:
    return _HEAD + b",".join([message] * times) + b"]}"


def _schema(depth: int) -> bytes:
    inner = b'{"type":"object","properties":{"a":' * depth + b'{"type":"string"}' + b"}}" * depth
    return _HEAD + _HI + b'],"tools":[{"name":"a","strict":true,"input_schema":' + inner + b"}]}"


def _input(depth: int) -> bytes:
    body = orjson.dumps(ask(user("a"), assistant(call()), user(result()), tools=[tool()]))
    return body.replace(b'"input":{}', b'"input":' + b'{"a":' * depth + b"1" + b"}" * depth)


def _chain(length: int) -> dict[str, Any]:
    defs = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(length)} | {
        f"d{length}": {"type": "string"}
    }
    schema = {"$ref": "#/$defs/d0", "$defs": defs}
    return ask(output_config={"format": {"type": "json_schema", "schema": schema}})


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "json.invalid"),
        (b"NaN", "json.invalid"),
        (b'{"model":"claude-haiku-4-5","max_tokens":1e999}', "json.invalid"),
        (b"[" * 10_000 + b"]" * 10_000, "json.invalid"),
        (b'{"a":"\x00"}', "json.invalid"),
        (b"\xff\xfe", "json.invalid"),
        (b'{"model":"\\udc00"}', "json.invalid"),
        (_HEAD + _HI + b'],"x":' + b"[" * 1000 + b"]" * 1000 + b"}", "shape.unknown_field"),
        (b'{"model":"claude-haiku-4-5","max_tokens":' + b"9" * 5000 + b"}", "json.invalid"),
        (_repeated(_HI), None),
        (_repeated(b'{"role":"user"}'), "shape.required"),
        (_repeated(b'{"role":"user","content":""}'), "user.empty"),
        (_repeated(_HI)[:-2] + b',{"role":"user"}]}', "shape.required"),
        (_schema(300), "structured.open_object"),
        (_input(900), None),
        (_chain(5000), None),
    ],
    ids=lambda value: "" if value is None else value if isinstance(value, str) else str(len(value)),
)
def test_strange_bodies(body: Any, rule: str | None) -> None:
    """A body that is no JSON, too deep, or has 100,000 messages gets its answer within seconds."""
    start = time.monotonic()
    refusal = LIVE.check(post(body))
    assert (None if refusal is None else refusal.rule) == rule
    assert time.monotonic() - start < 5


def test_size_limit() -> None:
    """A body of exactly 32 MB is read; one byte more is refused by the edge, unread and without a key."""
    limit = 32 * 1024 * 1024
    base = len(orjson.dumps(ask(user(""), model=HAIKU)))
    assert LIVE.check(post(ask(user("x" * (limit - base)), model=HAIKU))) is None
    refusal = LIVE.check(post(ask(user("x" * (limit - base + 1)), model=HAIKU), {"x-api-key": None}))
    assert refusal is not None
    assert refusal.status == 413


def test_faults_are_capped() -> None:
    """Of 100,000 faults the first 100 are named."""
    faults = LIVE.check_all(post(_repeated(b'{"role":"user"}')))
    assert len(faults) == 100
    assert faults[0].message == "messages.0.content: Field required"
