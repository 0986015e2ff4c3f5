"""Input that is large, deep or strange is answered in bounded time."""

from __future__ import annotations

import base64
import gc
from typing import Any

import orjson
import pytest

import mockapi
from tests.support.refused._case import HAIKU, ask, assistant, call, pdf, result, thought, tool, user
from tests.support.validation import LIVE, post

_PATIENCE = 30  # seconds, for what takes one at most; where work grows out of bounds it takes minutes


_HEAD = b'{"model":"claude-haiku-4-5","max_tokens":9,"messages":['
_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}
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


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.slow
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
        (b"[" * 1000 + b"]" * 1000, "shape.type"),
        (_HEAD + b'{"role":' + b"[" * 1000 + b"]" * 1000 + b',"content":"a"}]}', "shape.value"),
        (_HEAD + b'{"role":"user","content":[{"type":' + b"[" * 999 + b"]" * 999 + b"}]}]}", "shape.tag"),
        (
            _HEAD + _HI + b"]," + b",".join(b'"x%d":1' % n for n in range(100_000)) + b"}",
            "shape.unknown_field",
        ),
        (_repeated(_HI), None),
        (_repeated(b'{"role":"user"}'), "shape.required"),
        (_repeated(b'{"role":"user","content":""}'), "user.empty"),
        (_repeated(_HI)[:-2] + b',{"role":"user"}]}', "shape.required"),
        (_schema(300), "structured.open_object"),
        (_input(900), None),
        (_chain(5000), None),
        (ask(user(pdf(_encoded(b"%PDF-1.4\n" + b"/Type /Pages " * 500_000)))), None),
        (ask(user(pdf(_encoded(b"%PDF-1.4\n" + b"/Count 12 " * 500_000)))), None),
        (ask(user("a " * 5_000_000)), "prompt.too_long"),
    ],
    ids=lambda value: "" if value is None else value if isinstance(value, str) else str(len(value)),
)
@pytest.mark.timeout(_PATIENCE)
def test_strange_bodies(body: Any, rule: str | None) -> None:
    """A body that is not JSON, too deep, or has 100,000 messages gets its answer all the same."""
    refusal = LIVE.check(post(body))
    assert (None if refusal is None else refusal.rule) == rule


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


def test_words_are_counted_once() -> None:
    """A word that lies across the slices in which a long text is read is one word."""
    words = "ab " * 1_400_000
    refusal = LIVE.check(post(ask(user(words))))
    assert refusal is not None
    assert refusal.message == "prompt is too long: 1400000 tokens > 200000 maximum"


@pytest.mark.parametrize(
    "body",
    [
        ask(user("a"), assistant({**thought(), "cache_control": 1.5}), user("b")),
        ask(user("a"), assistant({**thought(), "cache_control": {"ttl": []}}), user("b")),
        ask(
            output_config={"format": {"type": "json_schema", "schema": {"type": "object", "required": [{}]}}}
        ),
        ask(output_config={"format": {"type": "json_schema", "schema": _PARAMETERS | {"required": [{}]}}}),
        ask({**user("a"), "role/~": {}}, metadata={"user_id": "u", "content": 1}),
    ],
)
def test_nothing_is_trusted(body: Any) -> None:
    """What no schema vouches for, an unknown field or the inside of a schema, is never relied on."""
    first = LIVE.check(post(body))
    assert first is not None
    assert LIVE.check_all(post(body))[0] == first


def test_unknown_fields_are_ignored() -> None:
    """Beside an unknown field the other faults are named, and what stands in it makes none."""
    body = ask(user("a"), assistant({**call(), "text": {"cache_control": 1}}), temperature=0.3, top_p=0.3)
    assert [refusal.rule for refusal in LIVE.check_all(post(body))] == [
        "shape.unknown_field",
        "tool_use.without_result",
        "sampling.one_of",
    ]


@pytest.mark.slow
def test_explaining_makes_no_classes() -> None:
    """A refusal costs no class of its own: those would wait in memory for a collection."""
    bad = ask(max_tokens=None)
    assert mockapi.validate(bad)[0].rule == "shape.type"
    gc.disable()
    try:
        before = _classes()
        mockapi.validate(bad)
        assert _classes() == before
    finally:
        gc.enable()


def _classes() -> int:
    """How many classes there are of those that explain; another thread may just be importing others."""
    makers = ("mockapi", "jsonschema", "referencing", "attr")
    return sum(
        isinstance(item, type) and str(getattr(item, "__module__", "")).startswith(makers)
        for item in gc.get_objects()
    )
