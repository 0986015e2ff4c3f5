"""aimock fixtures: hand-written ones and those that its recorder writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockapi.cassettes import Index, Matching, Recordings
from mockapi.cassettes.importers import Imported, Loss, import_recording
from mockapi.exchange import Request
from mockapi.messages import accumulate, check_events, decode_events
from tests.support.foreign import as_json


def fixture(response: Any, match: Any = None, **more: Any) -> dict[str, Any]:
    """An entry of a fixture file."""
    return {"match": {"userMessage": "hello"} if match is None else match, "response": response, **more}


def imported(*fixtures: dict[str, Any]) -> Imported:
    """A fixture file, imported."""
    return import_recording(as_json({"fixtures": fixtures}), "fixtures/a.json")


def replies(result: Imported) -> tuple[dict[str, Any], dict[str, Any]]:
    """The message of the JSON reply and that of the stream."""
    assert result.format == "aimock"
    assert result.broken == ()
    assert result.cassette is not None
    plain, stream = result.cassette.interactions
    assert (plain.response.status, stream.response.status) == (200, 200)
    events = decode_events(stream.response.body)
    assert not check_events(events)
    return json.loads(plain.response.body), accumulate(events)


CALL = {"name": "get_weather", "arguments": '{"city":"Zürich"}', "id": "toolu_1"}
CALLED = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Zürich"}}

REPLIES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str]] = {
    "text": ({"content": "Hi!"}, [{"type": "text", "text": "Hi!"}], "end_turn"),
    "a value": ({"content": {"a": [1]}}, [{"type": "text", "text": '{"a":[1]}'}], "end_turn"),
    "nothing": ({"content": ""}, [], "end_turn"),
    "a tool call": ({"toolCalls": [CALL]}, [CALLED], "tool_use"),
    "arguments as a value": ({"toolCalls": [CALL | {"arguments": {"city": "Zürich"}}]}, [CALLED], "tool_use"),
    "text and call": (
        {"content": "x", "toolCalls": [CALL]}, [{"type": "text", "text": "x"}, CALLED], "tool_use",
    ),
    "blocks": (
        {"blocks": [{"type": "toolCall", **CALL}, {"type": "text", "text": "after"}]},
        [CALLED, {"type": "text", "text": "after"}],
        "tool_use",
    ),
    "thinking": (
        {"content": "x", "reasoning": "hm", "reasoningSignature": "c2ln", "redactedThinking": ["ZGF0YQ=="]},
        [
            {"type": "redacted_thinking", "data": "ZGF0YQ=="},
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "text", "text": "x"},
        ],
        "end_turn",
    ),
    "cut off": ({"content": "x", "finishReason": "length"}, [{"type": "text", "text": "x"}], "max_tokens"),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_becomes_a_message_in_both_forms(name: str) -> None:
    """The content is kept; JSON and stream say the same, in the wire's form; the rest is told as made up."""
    response, content, stop_reason = REPLIES[name]
    result = imported(fixture(response))
    plain, streamed = replies(result)
    assert plain == streamed
    assert (plain["content"], plain["stop_reason"]) == (content, stop_reason)
    assert {Loss.BODY, Loss.REQUEST} <= set(result.lost)


def test_overrides_are_kept() -> None:
    """Id, model and usage of a fixture are those of the reply, whatever provider's names they have."""
    usage = {"prompt_tokens": 7, "output_tokens": 3, "cost": 0.1}
    plain, _ = replies(
        imported(fixture({"content": "x", "id": "msg_1", "model": "claude-x", "usage": usage}))
    )
    assert (plain["id"], plain["model"]) == ("msg_1", "claude-x")
    assert plain["usage"] == {"input_tokens": 7, "output_tokens": 3}


def test_recorded_timings_set_the_pace() -> None:
    """The first event comes when the first did, the last when the last did; sizes add up."""
    timings = {"ttftMs": 200, "interChunkDelaysMs": [10, 30], "totalDurationMs": 900}
    result = imported(fixture({"content": "x" * 200}, recordedTimings=timings))
    assert result.cassette is not None
    plain, stream = (item.response for item in result.cassette.interactions)
    assert plain.chunks == ()
    assert stream.chunks[0].delay == 0.2
    assert sum(chunk.delay for chunk in stream.chunks) == pytest.approx(0.9, abs=1e-3)
    assert sum(chunk.size for chunk in stream.chunks) == len(stream.body)


def test_errors_have_the_status_and_the_envelope_of_the_api() -> None:
    """A type that the API does not know becomes the one of the status."""
    cases: dict[int, dict[str, Any]] = {
        529: {"error": {"message": "Overloaded", "type": "overloaded_error"}},
        429: {"error": {"message": "slow down", "type": "tokens"}, "status": 429},
        500: {"error": {"message": "oops"}},
    }
    for status, response in cases.items():
        result = imported(fixture(response))
        assert result.cassette is not None
        first = result.cassette.interactions[0].response
        assert first.status == status
        kind = {529: "overloaded_error", 429: "rate_limit_error", 500: "api_error"}[status]
        assert json.loads(first.body)["error"] == {"type": kind, "message": response["error"]["message"]}


LEFT_OUT = {
    "another endpoint": ({"endpoint": "embedding", "inputText": "x"}, "fixtures of the endpoint embedding"),
    "another provider": ({"userMessage": "x", "model": "gpt-4o"}, "fixtures of the model gpt-4o"),
    "a tool call's id": ({"toolCallId": "call_1"}, "fixtures that match on toolCallId, not on userMessage"),
    "anything": ({}, "fixtures that match on nothing, not on userMessage"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_no_cassette_can_match_is_left_out_with_the_reason(name: str) -> None:
    """One count for each fixture, and the others are imported."""
    match, reason = LEFT_OUT[name]
    result = imported(fixture({"content": "x"}), fixture({"content": "y"}, match))
    assert result.kept == 2
    assert result.left_out == ((reason, 1),)


FAULTY: dict[str, tuple[dict[str, Any], str]] = {
    "not a message": ({"image": {"url": "x"}}, "no message: it holds image"),
    "arguments that are not JSON": ({"toolCalls": [CALL | {"arguments": "{"}]}, "not JSON"),
    "a block of tomorrow": ({"blocks": [{"type": "video"}]}, "a block of type 'video'"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_fixture_that_is_no_reply_is_told(name: str) -> None:
    """The fault names the fixture."""
    response, words = FAULTY[name]
    result = imported(fixture({"content": "x"}), fixture(response))
    assert result.kept == 2
    assert all(told.startswith("fixtures[1]") and words in told for told in result.broken)
    assert len(result.broken) == 2


def test_requests_are_matched_by_what_the_user_said_last() -> None:
    """Any model, text or blocks, history or not, streamed or not; the same text again gets the next reply."""
    joke = {"userMessage": "tell me a joke"}
    result = imported(
        fixture({"content": "second"}, {**joke, "sequenceIndex": 1}),
        fixture({"content": "first"}, {**joke, "sequenceIndex": 0}),
        fixture({"content": "hi"}),
    )
    assert result.cassette is not None
    assert result.cassette.matching == Matching(compare="last-text")
    index = Index(Recordings([result.cassette]))

    def found(content: Any, **more: Any) -> list[str]:
        messages = [{"role": "user", "content": "before"}, {"role": "assistant", "content": "x"}]
        body = {"model": "any", "messages": [*messages, {"role": "user", "content": content}], **more}
        track = index.find_relaxed(Request("POST", "/v1/messages", "", (), as_json(body)))
        bodies = (
            [recording.interaction.response.body.decode() for recording in track.recordings] if track else []
        )
        return [next(word for word in ("first", "second", '"hi"') if word in body) for body in bodies]

    assert found("tell me a joke") == ["first", "second"]
    assert found(
        [{"type": "text", "text": "tell me "}, {"type": "text", "text": "a joke"}], stream=False
    ) == [
        "first",
        "second",
    ]
    assert found("hello", system="x") == ['"hi"']
    assert found("something else") == []
    streamed = index.find_relaxed(
        Request(
            "POST",
            "/v1/messages",
            "",
            (),
            as_json({"messages": [{"role": "user", "content": "hello"}], "stream": True}),
        )
    )
    assert streamed is not None
    assert streamed.recordings[0].interaction.response.body.startswith(b"event: message_start")


def test_an_error_of_the_recorder_is_no_reply() -> None:
    """Where aimock could not read what the API said, its note about that is not imported as the API's."""
    note = {"error": {"message": "Upstream returned non-JSON response", "type": "proxy_error"}, "status": 200}
    fixture = {"match": {"userMessage": "hi"}, "response": note}
    imported = import_recording(as_json({"fixtures": [fixture]}), "a.json")
    assert imported.cassette is None
    assert "could not read the reply: Upstream returned non-JSON" in imported.broken[0]
