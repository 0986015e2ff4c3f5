"""A recording served in the other form: only when allowed, said so, and good enough for a real client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
import orjson
import pytest

from mockapi import sse
from mockapi.messages import dump, encode_events, events_of
from tests.support.server import JSON, STREAM, Play, ask, interaction, message

if TYPE_CHECKING:
    from mockapi.cassettes import Interaction

MESSAGE: dict[str, Any] = {
    "model": "claude-opus-4-6",
    "id": "msg_01AbCdEfGhJkMnPqRsTuVwXy",
    "type": "message",
    "role": "assistant",
    "content": [
        {"type": "text", "text": "Let me look that up for you, it takes only a moment."},
        {
            "type": "tool_use",
            "id": "toolu_01AbCdEfGhJkMnPqRsTuVwXy",
            "name": "get_weather",
            "input": {"city": "Zürich", "days": [1, 2.5, None, True]},
        },
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 12, "output_tokens": 34},
}
BODY = dump(MESSAGE)
EVENTS = encode_events(events_of(MESSAGE))
ASKED = message("weather?")
STREAMED = {**ASKED, "stream": True}
KWARGS: dict[str, Any] = {**ASKED}


def test_a_json_recording_answers_a_request_for_a_stream(play: Play) -> None:
    """Its content comes as events, and the headers say so."""
    reply = ask(play(interaction(ASKED, BODY, headers=(*JSON, ("x-kept", "1"))), convert=True), STREAMED)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert reply.headers["x-mockapi-converted"] == "json-to-stream"
    assert reply.headers["x-mockapi-source"] == "recorded"
    assert reply.headers["x-kept"] == "1"
    assert reply.headers["transfer-encoding"] == "chunked"
    events = [event.type for event in sse.Parser().feed(reply.content)]
    assert (events[0], events[-1]) == ("message_start", "message_stop")


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        (ASKED, interaction(ASKED, BODY)),
        (STREAMED, interaction(STREAMED, EVENTS, headers=STREAM)),
        (STREAMED, interaction(STREAMED, b'{"type":"error"}', status=529)),
    ],
    ids=["JSON", "a stream", "an error"],
)
def test_what_has_its_form_is_played_as_it_is(play: Play, asked: Any, recorded: Interaction) -> None:
    """Leave to convert changes nothing of a recording in the form that was asked for, nor of an error."""
    reply = ask(play(recorded, convert=True), asked)
    assert (reply.status_code, reply.content) == (recorded.response.status, recorded.response.body)
    assert "x-mockapi-converted" not in reply.headers


def test_a_recorded_stream_answers_a_request_for_json(play: Play) -> None:
    """Its events are added up to the message."""
    reply = ask(play(interaction(STREAMED, EVENTS, headers=STREAM), convert=True), ASKED)
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-mockapi-converted"] == "stream-to-json"
    assert int(reply.headers["content-length"]) == len(reply.content)
    assert reply.json() == MESSAGE


@pytest.mark.parametrize(("asked", "body", "headers"), [(ASKED, BODY, JSON), (STREAMED, EVENTS, STREAM)])
def test_a_request_in_the_recorded_form_gets_the_recorded_bytes(
    play: Play, asked: Any, body: bytes, headers: Any
) -> None:
    """Permission to convert changes nothing where nothing has to be converted."""
    reply = ask(play(interaction(asked, body, headers=headers), convert=True), asked)
    assert reply.content == body
    assert "x-mockapi-converted" not in reply.headers


def test_without_permission_the_other_form_is_a_miss(play: Play) -> None:
    """Made-up bytes are never sent unasked."""
    base_url = play(interaction(ASKED, BODY))
    assert ask(base_url, STREAMED).status_code == 422


def test_of_both_forms_the_recorded_one_is_played(play: Play) -> None:
    """An exact recording comes before one that would have to be converted."""
    base_url = play(
        interaction(ASKED, BODY), interaction(STREAMED, EVENTS + b": exact\n\n", headers=STREAM), convert=True
    )
    assert ask(base_url, STREAMED).content == EVENTS + b": exact\n\n"


@pytest.mark.parametrize(
    ("asked", "status", "body", "headers"),
    [
        (ASKED, 529, b'{"type":"error","error":{"type":"overloaded_error","message":"x"}}', JSON),
        (ASKED, 200, b"no JSON", JSON),
        (ASKED, 200, b'{"type":"something else"}', JSON),
        (STREAMED, 200, EVENTS[: len(EVENTS) // 2], STREAM),
        (STREAMED, 200, b"event: ping\ndata: [\n\n", STREAM),
    ],
    ids=["error", "no JSON", "no message", "truncated", "garbage"],
)
def test_what_is_no_whole_message_is_not_converted(
    play: Play, asked: Any, status: int, body: bytes, headers: Any
) -> None:
    """An error, or a stream that broke off, comes as it was recorded."""
    base_url = play(interaction(asked, body, status=status, headers=headers), convert=True)
    reply = ask(base_url, ASKED if asked is STREAMED else STREAMED)
    assert (reply.status_code, reply.content) == (status, body)
    assert "x-mockapi-converted" not in reply.headers


def test_other_endpoints_are_not_converted(play: Play) -> None:
    """Only messages have two forms."""
    recorded = interaction({"a": 1}, BODY, path="/v1/messages/count_tokens")
    base_url = play(recorded, convert=True)
    reply = ask(base_url, {"a": 1, "stream": True}, "/v1/messages/count_tokens")
    assert reply.content == BODY


def test_a_real_client_reads_a_converted_stream(play: Play) -> None:
    """The official client's accumulator gets the recorded message out of the made-up events."""
    base_url = play(interaction(ASKED, BODY), convert=True)
    with (
        anthropic.Anthropic(base_url=base_url, api_key="sk-ant-test-1", max_retries=0) as client,
        client.messages.stream(**KWARGS) as stream,
    ):
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == MESSAGE["content"][0]["text"]
    assert orjson.loads(final.to_json())["content"] == MESSAGE["content"]
    assert final.stop_reason == "tool_use"
    assert final.usage.output_tokens == 34


def test_a_real_client_reads_a_converted_message(play: Play) -> None:
    """The official client takes the sum of a recorded stream for a reply like any other."""
    base_url = play(interaction(STREAMED, EVENTS, headers=STREAM), convert=True)
    with anthropic.Anthropic(base_url=base_url, api_key="sk-ant-test-1", max_retries=0) as client:
        reply = client.messages.create(**KWARGS)
    assert orjson.loads(reply.to_json())["content"] == MESSAGE["content"]
