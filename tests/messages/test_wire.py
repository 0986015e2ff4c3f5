"""Events as bytes: the exact form of the API's streams, and reading it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.errors import GrammarError
from mockapi.messages import decode_events, dump, encode_event, encode_events, load
from tests.support import streams as s
from tests.support.each import each

JSON_TEXTS = s.json_values.map(json.dumps) | st.sampled_from(
    ['{"type":"ping"}', "[" * 2000, "1e999", r'"\ud800"']
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 2.5, None, True]}, '{"a":[1,2.5,null,true]}'),
        ("é😀\u2028\x7f/", '"é😀\u2028\x7f/"'),
        ('\n\r\t"\\\x00\x1f', r'"\n\r\t\"\\\u0000\u001f"'),
        ({"n": 2**80}, '{"n":1208925819614629174706176}'),
        ("a\ud83db", r'"a\ud83db"'),
        ({"n": 2**80, "s": "\udc00é"}, '{"n":1208925819614629174706176,"s":"\\udc00é"}'),
    ],
)
def test_json_as_the_api_writes_it(value: Any, text: str) -> None:
    """JSON is compact, raw UTF-8, exact for big integers, with lone surrogates escaped; it reads back."""
    assert dump(value) == text.encode()
    assert load(text) == value


def test_a_lone_surrogate_may_stand_in_a_text() -> None:
    """A text that was put together from pieces may hold a lone surrogate itself, and is read."""
    assert load('{"s": "\ud83d"}') == {"s": "\ud83d"}


@pytest.mark.parametrize("value", [{1, 2}, b"x", object()])
def test_no_json_value(value: Any) -> None:
    """A value that JSON does not know is refused."""
    with pytest.raises(ValueError, match="cannot be written as JSON"):
        dump(value)


@pytest.mark.parametrize(("inner", "text"), [("", b'""'), ("\ud83d", rb'"\ud83d"')])
def test_values_of_any_depth_are_written(inner: str, text: bytes) -> None:
    """A script or an upstream may nest as deep as it likes, halves of a character at the bottom."""
    value: Any = inner
    for _ in range(100_000):
        value = [value]
    assert dump(value) == b"[" * 100_000 + text + b"]" * 100_000


def test_a_type_that_is_nested_deep_is_told() -> None:
    """Where another stands in its place: a message quotes no more of it than its beginning."""
    deep = '{"type":' + "[" * 990 + "]" * 990 + "}"
    with pytest.raises(GrammarError, match=r"another type in its data, \[\[\[\[\.\.\.\]\]\]\]: it begins"):
        decode_events(f"event: ping\ndata: {deep}\n\n".encode())


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", '{"a": Infinity}', "[1,]", "'a'", "[" * 100_000, "1" * 5000]
)
def test_no_json_text(text: str) -> None:
    """A text that is not JSON, or beyond what can be read, is a ValueError and nothing else."""
    with pytest.raises(ValueError, match=r"."):
        load(text)


@pytest.mark.parametrize(
    ("event", "padding", "bytes_"),
    [
        (s.STOP, 0, b'event: message_stop\ndata: {"type":"message_stop"}\n\n'),
        (s.STOP, 3, b'event: message_stop\ndata: {"type":"message_stop"   }\n\n'),
        (s.ERROR, 15, b"event: error\ndata: " + dump(s.ERROR)[:-1] + b" " * 15 + b"}\n\n"),
        (s.PING, 0, b'event: ping\ndata: {"type": "ping"}\n\n'),
        (s.PING, 9, b'event: ping\ndata: {"type": "ping"}\n\n'),
    ],
)
def test_event(event: dict[str, Any], padding: int, bytes_: bytes) -> None:
    """An event is two lines and a blank one, padded before its last brace; a ping is constant."""
    assert encode_event(event, padding) == bytes_
    assert decode_events(bytes_) == [event]


@each("text", ["a", "é\n“", "\ud83d", "x" * 5000])
@each("kind", ["content_block_delta", "message_start", "message_stop", "unheard_of"])
@each("padding", [0, 1, 15])
def test_known_and_unknown_types_are_written_alike(kind: str, text: str, padding: int) -> None:
    """Those that streams are made of take a shorter way to the same bytes."""
    event = {"type": kind, "delta": {"text": text, "n": 2**70}}
    data = dump(event)
    expected = b"event: %b\ndata: %b%b}\n\n" % (kind.encode(), data[:-1], b" " * padding)
    assert encode_event(event, padding) == expected


def test_stream() -> None:
    """A stream takes one padding for each event, pings included, and none means 0."""
    assert encode_events(s.WHOLE) == encode_events(s.WHOLE, [0] * len(s.WHOLE))
    padded = encode_events(s.WHOLE, range(8))
    assert padded == b"".join(encode_event(event, i) for i, event in enumerate(s.WHOLE))
    assert decode_events(padded) == s.WHOLE
    with pytest.raises(ValueError, match="shorter"):
        encode_events(s.WHOLE, range(7))


@pytest.mark.parametrize(
    ("event", "padding", "words"),
    [
        (s.STOP, 16, "0 to 15 spaces, not 16"),
        (s.STOP, -1, "0 to 15 spaces, not -1"),
        ({}, 0, 'needs a "type"'),
        ({"type": "a\nb"}, 0, "line end"),
    ],
)
def test_event_that_cannot_be_written(event: dict[str, Any], padding: int, words: str) -> None:
    """Padding out of range and types that no line can hold are refused."""
    with pytest.raises(ValueError, match=words):
        encode_event(event, padding)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (b"event: ping\ndata: {\n\n", r"Event 1 \(ping\) carries no JSON: .*line 1 column.*begins with '\{'"),
        (b"data: [DONE]\n\n", r"Event 1 \(message\) carries no JSON.*'\[DONE\]'"),
        (b"event: ping\ndata: [1]\n\n", r"Event 1 \(ping\) carries JSON that is not an object"),
        (
            b'event: ping\ndata: {"type": "pong"}\n\n',
            r"Event 1 \(ping\) has another type in its data, 'pong'",
        ),
        (b'event: ping\ndata: {"a":"' + b"x" * 100, ""),
    ],
)
def test_reading_tells_where_the_fault_is(second: bytes, words: str) -> None:
    """Data that is no event is an error that names the event and shows the data; a cut event is dropped."""
    body = encode_event(s.PING) + second
    if words:
        with pytest.raises(GrammarError, match=words):
            decode_events(body)
    else:
        assert decode_events(body) == [s.PING]


@given(st.lists(st.tuples(st.sampled_from(["ping", "error", ""]), st.text(max_size=8) | JSON_TEXTS)))
def test_reading_fails_with_grammar_errors_only(content: list[tuple[str, str]]) -> None:
    """Whatever an event carries as data, it is read as an object or refused with a GrammarError."""
    body = "".join(f"event: {kind}\ndata: {data}\n\n" for kind, data in content)
    with contextlib.suppress(GrammarError):
        assert all(isinstance(event, dict) for event in decode_events(body.encode()))


def test_reading_without_event_lines() -> None:
    """Events without an `event` line have the type that their data says, as gateways send them."""
    assert decode_events(b'data: {"type":"ping"}\n\n') == [s.PING]


def test_a_legacy_completion_can_be_read() -> None:
    """The events of the older completion endpoint, with CRLF lines, are read like any others."""
    body = b'event: completion\r\ndata: {"type":"completion","completion":" Hi"  }\r\n\r\n'
    assert decode_events(body) == [{"type": "completion", "completion": " Hi"}]
