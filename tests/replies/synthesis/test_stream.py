"""Streams and JSON of one request are one message, in the API's form."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockapi import jsontext
from mockapi.exchange import Reply, Request
from mockapi.messages import accumulate, check_events, decode_events, dump
from mockapi.replies import at_once
from mockapi.replies.synthesis import History, synthesized
from mockapi.replies.synthesis._tokens import of_text
from mockapi.sessions import Account
from tests.support.each import each
from tests.support.shapes import SHAPES

_EVENT = re.compile(rb"event: (\w+)\ndata: (\{.*\})\n\n")
_PADDING = re.compile(rb"( {0,15})\}$")


def ask(name: str, *, stream: bool, **changed: Any) -> Reply:
    """The reply to a shape, some of its members changed."""
    sent = {**SHAPES[name], **changed}
    beta = sent.pop("beta", "")
    headers = ((b"anthropic-beta", beta.encode()),) if beta else ()
    body = dump({**sent, "stream": True} if stream else sent)
    return synthesized(Request("POST", "/v1/messages", "", headers, body), 0, History(), 1.7e9)[0]


@each("name", SHAPES)
def test_a_stream_adds_up_to_the_json_reply(name: str) -> None:
    """The same message, down to the order of its keys."""
    message = jsontext.parse(ask(name, stream=False).body)
    events = decode_events(ask(name, stream=True).body)
    assert check_events(events) == []
    assert dump(accumulate(events)) == dump(message)


@each("name", SHAPES)
def test_the_bytes_are_framed_as_the_api_frames_them(name: str) -> None:
    """Two lines an event, compact JSON padded before its last brace, one ping after the first start."""
    raw = ask(name, stream=True).body
    events = _EVENT.findall(raw)
    assert b"".join(b"event: " + kind + b"\ndata: " + data + b"\n\n" for kind, data in events) == raw
    for kind, data in events:
        if kind == b"ping":
            assert data == b'{"type": "ping"}'
        else:
            padding = _PADDING.search(data)
            assert padding is not None
            bare = data[: -len(padding[0])] + b"}"
            assert dump(jsontext.parse(data)) == bare
    names = [kind for kind, _ in events]
    assert names.count(b"ping") == 1
    assert names.index(b"ping") == (2 if b"content_block_start" in names else 1)


@each("name", SHAPES)
def test_a_stream_that_is_sent_at_once_has_the_same_bytes(name: str) -> None:
    """Only the chunks and their delays are left out."""
    request = Request("POST", "/v1/messages", body=dump({**SHAPES[name], "stream": True}))
    timed, _ = synthesized(request, 0, History(), 1.7e9)
    whole, _ = synthesized(request, 0, History(), 1.7e9, at_once=True)
    assert whole == at_once(timed)


@each("name", SHAPES)
def test_chunks_end_at_events(name: str) -> None:
    """Transport chunks are whole events, the first has the beginning of the text."""
    chunks = ask(name, stream=True).chunks
    assert all(chunk.data.startswith(b"event: ") and chunk.data.endswith(b"\n\n") for chunk in chunks)
    assert all(chunk.delay > 0 for chunk in chunks)
    assert b"message_start" in chunks[0].data


@each("name", SHAPES)
def test_usage_adds_up(name: str) -> None:
    """message_start, message_delta and JSON agree; the output is within the limit."""
    events = decode_events(ask(name, stream=True).body)
    start, end = events[0]["message"]["usage"], events[-2]["usage"]
    usage = jsontext.parse(ask(name, stream=False).body)["usage"]
    for key in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"):
        assert start[key] == end[key] == usage[key]
    assert end["output_tokens"] == usage["output_tokens"] <= SHAPES[name]["max_tokens"]
    assert start["output_tokens"] in {0, 1}
    assert sum(usage["cache_creation"].values()) == usage["cache_creation_input_tokens"]


def test_keys_stand_where_the_newest_replies_have_them() -> None:
    """The head of a message as of 2026-09."""
    message = jsontext.parse(ask("tool", stream=False).body)
    assert list(message) == [
        "model",
        "id",
        "type",
        "role",
        "content",
        "container",
        "stop_reason",
        "stop_sequence",
        "stop_details",
        "usage",
        "diagnostics",
    ]
    assert list(message["usage"]) == [
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "cache_creation",
        "output_tokens",
        "output_tokens_details",
        "service_tier",
        "inference_geo",
    ]
    assert list(message["content"][1]) == ["type", "id", "name", "input", "caller"]
    managed = jsontext.parse(ask("beta context management", stream=False).body)
    assert list(managed)[-2:] == ["context_management", "diagnostics"]


def test_tool_input_comes_in_spaced_fragments_after_an_empty_one() -> None:
    """The first `partial_json` is empty, the rest is JSON as a model writes it."""
    fragments: dict[int, list[str]] = {}
    for event in decode_events(ask("tools in parallel", stream=True).body):
        if event["type"] == "content_block_delta" and event["delta"]["type"] == "input_json_delta":
            fragments.setdefault(event["index"], []).append(event["delta"]["partial_json"])
    assert len(fragments) == 3
    for pieces in fragments.values():
        assert pieces[0] == ""
        assert max(map(len, pieces)) <= 12
        assert '": ' in "".join(pieces)


def test_a_cut_tool_call_ends_in_the_middle_of_its_json() -> None:
    """The stream tells what was written, the JSON reply its complete part."""
    events = decode_events(ask("tool cut", stream=True).body)
    written = "".join(
        event["delta"].get("partial_json", "") for event in events if event["type"] == "content_block_delta"
    )
    assert isinstance(jsontext.parse(written.encode()), jsontext.NotJSON)
    message = jsontext.parse(ask("tool cut", stream=False).body)
    assert message["stop_reason"] == "max_tokens"
    assert written.startswith('{"')


def test_omitted_thinking_streams_a_signature_alone() -> None:
    """Start, one signature_delta, stop."""
    events = [
        event for event in decode_events(ask("thinking omitted", stream=True).body) if event.get("index") == 0
    ]
    assert [event["type"] for event in events] == [
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
    ]
    assert events[1]["delta"]["type"] == "signature_delta"


def test_multi_byte_text_is_cut_between_characters() -> None:
    """At a limit of seven tokens and in every delta, all bytes are UTF-8."""
    message = jsontext.parse(ask("max tokens 7", stream=False).body)
    assert of_text(message["content"][0]["text"]) == 7
    for chunk in ask("text multi-byte", stream=True).chunks:
        chunk.data.decode()


def test_headers_stand_in_the_apis_order() -> None:
    """Date, type, framing, limits, then who answered; limits in thousands."""
    reply = ask("text", stream=True)
    request = Request("POST", "/v1/messages", "", (), dump(SHAPES["text"]))
    reply = Account(None).settle(request, reply, 1.7e9)
    names = [name.decode() for name, _ in reply.headers]
    assert names[:4] == ["date", "content-type", "transfer-encoding", "cache-control"]
    assert names.index("anthropic-ratelimit-tokens-reset") < names.index("request-id")
    assert names[-1] == "x-mockapi-source"
    left: Any = reply.header("anthropic-ratelimit-input-tokens-remaining")
    assert int(left) % 1000 == 0
    assert reply.header("anthropic-ratelimit-requests-remaining") == "3999"
    assert reply.header("anthropic-ratelimit-requests-reset") == "2023-11-14T22:13:21Z"
    assert (reply.header("request-id") or "").startswith("req_011C")


@each("limit", range(1, 40))
@each("stream", [False, True])
def test_a_cut_reply_has_spent_all_its_tokens(limit: int, *, stream: bool) -> None:
    """However early a call is cut, the usage is the limit, and from its fourth token on it shows."""
    reply = ask("tool cut", stream=stream, max_tokens=limit)
    message = accumulate(decode_events(reply.body)) if stream else jsontext.parse(reply.body)
    assert message["usage"]["output_tokens"] == limit
    assert message["stop_reason"] == "max_tokens"
    assert [block["type"] for block in message["content"]] == (["tool_use"] if limit > 3 else [])


@pytest.mark.parametrize("display", ["omitted", "summarized"])
def test_thinking_tells_its_tokens_under_the_beta(display: str) -> None:
    """Null where the thinking is shown; else multiples of a quantum that add up to less than was spent."""
    request = {**SHAPES["thinking"], "thinking": {"type": "adaptive", "display": display}}
    beta = ((b"anthropic-beta", b"thinking-token-count-2026-05-13"),)
    body = dump({**request, "stream": True})
    events = decode_events(
        synthesized(Request("POST", "/v1/messages", "", beta, body), 0, History(), 1.7e9)[0].body
    )
    assert check_events(events) == []
    told = [
        event["delta"]["estimated_tokens"]
        for event in events
        if event["type"] == "content_block_delta" and event["delta"]["type"] == "thinking_delta"
    ]
    spent = accumulate(events)["usage"]["output_tokens"]
    if display == "omitted":
        assert told
        assert 0 < sum(told) <= spent
        assert all(count > 0 and count % told[0] == 0 for count in told)
    else:
        assert set(told) == {None}
