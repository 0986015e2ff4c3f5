"""Messages, streams and errors of the API as the OpenAI-compatible endpoint sends them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi import jsontext, sse
from mockapi.exchange import Chunk, Reply, Request, Source
from mockapi.messages import dump, encode_event, events_of
from mockapi.replies import error_reply
from mockapi.replies.surfaces._openai import OPENAI, OPENAI_MODELS
from mockapi.replies.surfaces._openai_answer import completion
from tests.support.chats import BEARER, chat
from tests.support.examples import examples

_DATE = (b"date", b"Sun, 29 Nov 2026 12:00:00 GMT")
_CREATED = 1795953600
_STREAM = (_DATE, (b"content-type", b"text/event-stream; charset=utf-8"), (b"transfer-encoding", b"chunked"))
_TEXT = {"type": "text", "text": "Hello there."}
_USE = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"place": "über"}}
_IDLE = {"type": "tool_use", "id": "toolu_2", "name": "wait", "input": {}}
_THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "c2ln"}


def _message(*content: Any, stop: str = "end_turn") -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-6",
        "content": list(content),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 7},
    }


def _asked(**fields: Any) -> Request:
    return Request("POST", "/v1/chat/completions", "", BEARER, dump(chat(**fields)))


def _json(value: Any, status: int = 200) -> Reply:
    body = dump(value)
    headers = (_DATE, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)))
    return Reply(status, headers, (Chunk(0.5, body),), Source.SYNTHESIZED)


def _streamed(*events: dict[str, Any], delay: float = 0.0) -> Reply:
    chunks = tuple(Chunk(delay, encode_event(event)) for event in events)
    return Reply(200, _STREAM, chunks, Source.SYNTHESIZED)


def _data(reply: Reply) -> list[Any]:
    """The chunks' values; the mark at the end as it stands."""
    found = [event.data for event in sse.parse(reply.body)]
    return [data if data == "[DONE]" else jsontext.parse(data.encode()) for data in found]


def _accumulated(chunks: list[Any]) -> dict[str, Any]:
    """The completion that chunks add up to, as OpenAI's clients add them up."""
    answer: dict[str, Any] = {"content": None}
    reason = usage = None
    for chunk in chunks:
        usage = chunk.get("usage", usage)
        for choice in chunk["choices"]:
            reason = choice["finish_reason"] or reason
            delta = choice["delta"]
            answer = {**answer, "role": delta.get("role", answer.get("role"))}
            if "content" in delta:
                answer["content"] = (answer["content"] or "") + delta["content"]
            for call in delta.get("tool_calls", ()):
                calls = answer.setdefault("tool_calls", [])
                if call["index"] == len(calls):
                    calls.append({**call, "function": dict(call["function"])})
                else:
                    calls[call["index"]]["function"]["arguments"] += call["function"]["arguments"]
    for call in answer.get("tool_calls", ()):
        del call["index"]
        call["function"]["arguments"] = jsontext.parse(call["function"]["arguments"].encode())
    return {"message": answer, "finish_reason": reason, "usage": usage}


def _as_accumulated(made: dict[str, Any]) -> dict[str, Any]:
    choice = made["choices"][0]
    answer = choice["message"]
    for call in answer.get("tool_calls", ()):
        call["function"]["arguments"] = jsontext.parse(call["function"]["arguments"].encode())
    return {"message": answer, "finish_reason": choice["finish_reason"], "usage": made["usage"]}


def test_a_message_becomes_a_completion() -> None:
    """Id, model and time stay; keys stand in the order of recorded traffic; the rest is left out."""
    reply = OPENAI.dressed(_json(_message(_THOUGHT, _TEXT)), _asked())
    assert reply.body == (
        b'{"id":"msg_1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there."},'
        b'"finish_reason":"stop"}],"created":%d,"model":"claude-opus-4-6","object":"chat.completion",'
        b'"usage":{"completion_tokens":7,"prompt_tokens":15,"total_tokens":22}}' % _CREATED
    )
    assert reply.header("content-length") == str(len(reply.body))
    assert reply.chunks[0].delay == 0.5


def test_calls_are_told_beside_the_text() -> None:
    """Arguments are text; without any text the content is null."""
    choice = completion(_message(_TEXT, _USE, stop="tool_use"), 0)["choices"][0]
    assert choice["message"]["content"] == "Hello there."
    assert choice["message"]["tool_calls"] == [
        {"id": "toolu_1", "type": "function", "function": {"name": "look", "arguments": '{"place":"über"}'}}
    ]
    assert completion(_message(_USE, stop="tool_use"), 0)["choices"][0]["message"]["content"] is None


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("something_new", "stop"),
    ],
)
def test_why_it_ended(stop: str, reason: str) -> None:
    """Each stop reason has its finish reason."""
    assert completion(_message(_TEXT, stop=stop), 0)["choices"][0]["finish_reason"] == reason


def test_a_stream_becomes_chunks() -> None:
    """Role, pieces, reason, usage, end; nothing for a ping or for thinking."""
    events = events_of(_message(_THOUGHT, _TEXT), sizes=lambda _: 6)
    reply = OPENAI.dressed(_streamed(*events), _asked(stream=True, stream_options={"include_usage": True}))
    *chunks, end = _data(reply)
    assert end == "[DONE]"
    assert [chunk["choices"][0]["delta"] if chunk["choices"] else chunk["usage"] for chunk in chunks] == [
        {"role": "assistant"},
        {"content": "Hello "},
        {"content": "there."},
        {},
        {"completion_tokens": 7, "prompt_tokens": 15, "total_tokens": 22},
    ]
    assert list(chunks[0]) == ["id", "choices", "created", "model", "object"]
    assert {(chunk["id"], chunk["created"], chunk["object"]) for chunk in chunks} == {
        ("msg_1", _CREATED, "chat.completion.chunk")
    }
    assert b"event:" not in reply.body
    assert reply.header("content-type") == "text/event-stream; charset=utf-8"


def test_usage_comes_only_if_it_is_asked_for() -> None:
    """Without `stream_options` no chunk has any."""
    reply = OPENAI.dressed(_streamed(*events_of(_message(_TEXT))), _asked(stream=True))
    assert not any("usage" in chunk for chunk in _data(reply)[:-1])


def test_chunks_come_when_their_events_would_have_come() -> None:
    """The time of an event that is not told is waited for before the next chunk."""
    events = events_of(_message(_TEXT), sizes=lambda _: 6)
    reply = OPENAI.dressed(_streamed(*events, delay=1.0), _asked(stream=True))
    # message_start | content_block_start, ping, delta | delta | content_block_stop, message_delta | stop
    assert [chunk.delay for chunk in reply.chunks] == [1.0, 3.0, 1.0, 2.0, 1.0]


_BLOCKS = st.lists(
    st.sampled_from([_TEXT, _USE, _IDLE, _THOUGHT, {"type": "text", "text": "Ünïcode ☃"}]), max_size=5
)


@settings(max_examples=examples(60))
@given(_BLOCKS, st.integers(1, 9))
def test_a_stream_adds_up_to_the_completion(blocks: list[dict[str, Any]], size: int) -> None:
    """Added up, the chunks say what the reply without a stream says."""
    message = _message(*blocks, stop="tool_use" if _USE in blocks else "end_turn")
    asked = _asked(stream=True, stream_options={"include_usage": True})
    reply = OPENAI.dressed(_streamed(*events_of(message, sizes=lambda _: size)), asked)
    *chunks, _ = _data(reply)
    assert _accumulated(chunks) == _as_accumulated(completion(message, _CREATED))


@given(st.permutations(events_of(_message(_TEXT, _USE, stop="tool_use"))), st.integers(0, 20))
def test_events_in_disorder_are_told_as_far_as_they_can_be(events: list[dict[str, Any]], kept: int) -> None:
    """Faults drop, double and swap events: what comes is still a stream of chunks."""
    reply = OPENAI.dressed(_streamed(*events[:kept], {"type": "surprise"}), _asked(stream=True))
    assert all(data == "[DONE]" or data["object"] == "chat.completion.chunk" for data in _data(reply))


@pytest.mark.parametrize("index", [None, [1], {"a": 1}, "0"])
def test_any_index_is_one(index: Any) -> None:
    """A script may order events of any form: pieces with the same index belong to one call."""
    start = {"type": "content_block_start", "index": index, "content_block": _IDLE}
    piece = {"type": "input_json_delta", "partial_json": "{}"}
    reply = OPENAI.dressed(
        _streamed(start, {"type": "content_block_delta", "index": index, "delta": piece}), _asked(stream=True)
    )
    calls = [chunk["choices"][0]["delta"]["tool_calls"][0] for chunk in _data(reply)]
    assert [call["index"] for call in calls] == [0, 0]
    assert calls[1]["function"]["arguments"] == "{}"


def test_an_error_in_a_stream() -> None:
    """It is told in a chat's form, and the stream does not end as whole ones do."""
    start, *_ = events_of(_message(_TEXT))
    error = {"type": "error", "error": {"details": None, "type": "overloaded_error", "message": "Overloaded"}}
    *_, last = _data(OPENAI.dressed(_streamed(start, error), _asked(stream=True)))
    assert last["error"]["code"] == "overloaded_error"


@pytest.mark.parametrize(
    ("status", "kind", "message", "told"),
    [
        (529, "overloaded_error", "Overloaded", "Overloaded"),
        (401, "authentication_error", "API key is invalid.", "Invalid Anthropic API Key"),
        (404, "not_found_error", "model: gpt-4o", "model: gpt-4o"),
    ],
)
def test_errors(status: int, kind: str, message: str, told: str) -> None:
    """The API's type is the code; the type is the one that every recorded error has."""
    reply = OPENAI.dressed(error_reply(status, kind, message, "req_1", source=Source.INVALID), _asked())
    assert reply.status == status
    assert reply.body == dump(
        {"error": {"code": kind, "message": told, "type": "invalid_request_error", "param": None}}
    )
    assert reply.header("content-length") == str(len(reply.body))


@pytest.mark.parametrize(
    "body", [b"<html>Bad gateway</html>", b'{"error":{"type":"request_too_large"}}', b""]
)
def test_what_is_none_of_the_apis_stays_as_it_is(body: bytes) -> None:
    """A gateway's page, and the error of the edge, which knows no chats."""
    reply = Reply(502, ((b"content-type", b"text/html"),), (Chunk(0.0, body),), Source.SYNTHESIZED)
    assert OPENAI.dressed(reply, _asked()) is reply


def test_header_fields() -> None:
    """Rate limits have OpenAI's names and its way to write a time; the version is the documented one."""
    limits = (
        (b"anthropic-ratelimit-requests-limit", b"4000"),
        (b"anthropic-ratelimit-requests-remaining", b"3999"),
        (b"anthropic-ratelimit-requests-reset", b"2026-11-29T12:00:07Z"),
        (b"anthropic-ratelimit-input-tokens-limit", b"1"),
        (b"request-id", b"req_1"),
    )
    reply = _json(_message(_TEXT)).with_headers(*limits)
    fields = dict(OPENAI.dressed(reply, _asked()).headers)
    assert fields[b"x-ratelimit-limit-requests"] == b"4000"
    assert fields[b"x-ratelimit-remaining-requests"] == b"3999"
    assert fields[b"x-ratelimit-reset-requests"] == b"7s"
    assert fields[b"openai-version"] == b"2020-10-01"
    assert fields[b"request-id"] == b"req_1"
    assert not any(name.startswith(b"anthropic-ratelimit-") for name in fields)


def test_no_reset_without_a_date() -> None:
    """A time from now on cannot be told where nobody knows when now is."""
    reply = _json(_message(_TEXT))
    fields = ((b"anthropic-ratelimit-requests-reset", b"2026-11-29T12:00:07Z"),)
    undated = replace(reply, headers=(*(field for field in reply.headers if field[0] != b"date"), *fields))
    assert OPENAI.dressed(undated, _asked()).header("x-ratelimit-reset-requests") is None


def test_what_was_ignored_is_said() -> None:
    """The hint names the fields that had no effect; without any it is left out."""
    reply = _json(_message(_TEXT))
    told = OPENAI.dressed(reply, _asked(seed=1, user="u")).header("x-mockapi-hint")
    assert told == "These fields have no effect, as with the API: seed, user."
    assert OPENAI.dressed(reply, _asked()).header("x-mockapi-hint") is None


def test_the_names_of_ignored_fields_stay_in_the_hint() -> None:
    """A name that breaks lines begins no field of its own."""
    told = OPENAI.dressed(_json(_message(_TEXT)), _asked(**{"a\r\nx-evil: 1": 1, "b\0\x1b": 1}))
    assert told.header("x-mockapi-hint") == "These fields have no effect, as with the API: a x-evil: 1, b??."


def test_models() -> None:
    """A list and a single model have OpenAI's form."""
    model = {"type": "model", "id": "claude-x", "display_name": "X", "created_at": "2026-01-01T00:00:00Z"}
    told = {"id": "claude-x", "object": "model", "created": 1767225600, "owned_by": "anthropic"}
    asked = Request("GET", "/v1/models", "", BEARER)
    listed = OPENAI_MODELS.dressed(_json({"data": [model], "has_more": False}), asked)
    assert jsontext.parse(listed.body) == {"object": "list", "data": [told]}
    assert jsontext.parse(OPENAI_MODELS.dressed(_json(model), asked).body) == told
    assert OPENAI_MODELS.plain(asked).query == "limit=1000"
    assert OPENAI_MODELS.plain(Request("GET", "/v1/models/claude-x", "", BEARER)).query == ""
