"""A line per interaction for reviewers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from mockapi import jsontext
from mockapi.cassettes import (
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    dump,
    load,
    reply_of,
    summarize,
)
from mockapi.messages import dump as as_wire
from mockapi.messages import encode_events, error_body, events_of
from tests.support import streams
from tests.support.cassettes import HELLO, cassette, interaction, interactions, said

ANSWER = streams.message(streams.text("Hi\nthere"), streams.tool_use({}), stop_reason="tool_use")


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (
            interaction(HELLO, as_wire(ANSWER)),
            "claude-sonnet-5: Hello -> Hi there [tool_use get_weather] (tool_use)",
        ),
        (
            interaction(HELLO, encode_events(events_of(ANSWER))),
            "claude-sonnet-5: Hello -> Hi there [tool_use get_weather] (tool_use)",
        ),
        (
            interaction(said("long " * 30), as_wire(streams.message(streams.text("x" * 99)))),
            f"claude-sonnet-5: {'long ' * 11}long… -> {'x' * 59}… (end_turn)",
        ),
        (
            interaction(HELLO, error_body("rate_limit_error", "Slow down", None), status=429),
            "claude-sonnet-5: Hello -> 429 rate_limit_error: Slow down",
        ),
        (
            interaction(HELLO, encode_events([*streams.WHOLE[:4], streams.ERROR])),
            "claude-sonnet-5: Hello -> Hi (broken off)",
        ),
        (interaction(HELLO, encode_events(streams.WHOLE[:1])), "claude-sonnet-5: Hello -> (broken off)"),
        (interaction(HELLO, b'{"input_tokens":14}'), "claude-sonnet-5: Hello -> 14 input tokens"),
        (Interaction(RecordedRequest("HEAD", "/"), RecordedResponse(404)), "HEAD / -> 404"),
        (
            Interaction(RecordedRequest("GET", "/v1/models"), RecordedResponse(200, body=b"[]")),
            "GET /v1/models -> 200",
        ),
        (interaction(b"\xff", b"\xfe"), "POST /v1/messages -> 200"),
        (
            interaction(
                {"model": "m", "messages": [{"role": "user", "content": [{"type": "image"}, 5]}]},
                b'{"id":"x"}',
            ),
            "m: [image] -> x",
        ),
    ],
)
def test_a_summary_says_who_was_asked_what_and_what_came_back(item: Interaction, line: str) -> None:
    """One line, words cut to what a reviewer reads."""
    assert summarize(item) == line


def _deep(levels: int) -> Any:
    value: Any = "end"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("odd", [_deep(990), {"a": _deep(980)}, 10**30, "two\nlines", "x" * 100_000])
def test_members_that_are_no_text_or_a_long_one_make_no_long_line(odd: Any) -> None:
    """What was recorded may have anything where the API has a name: nested deep, or of many lines."""
    block = {"type": odd, "name": odd}
    asked = {"model": odd, "messages": [{"role": "user", "content": [block, {"type": "text", "text": odd}]}]}
    replies = (
        {"content": [block], "stop_reason": odd},
        {"error": {"type": odd, "message": odd}},
        {"id": odd},
    )
    for reply in replies:
        item = interaction(jsontext.compact_deep(asked), jsontext.compact_deep(reply))
        line = summarize(item)
        assert "\n" not in line
        assert len(line) < 400


@given(interactions)
def test_everything_has_a_summary_of_one_line(item: Interaction) -> None:
    """Whatever the bodies hold."""
    line = summarize(item)
    assert line
    assert "\n" not in line
    assert len(line) < 400


def test_a_character_that_a_stream_breaks_into_halves_can_be_recorded() -> None:
    """The line shows them as escapes."""
    item = interaction(HELLO, streams.HALVES)
    assert summarize(item) == r"claude-sonnet-5: Hello -> \ud83d\ude00 (end_turn)"
    assert load(dump(Cassette("a.yaml", (item,))), "a.yaml").interactions == (item,)


def test_the_summary_stands_first_and_is_made_anew() -> None:
    """Whoever edits it edits nothing."""
    text = dump(cassette(HELLO))
    assert text.splitlines()[2].startswith(b'- summary: "claude-sonnet-5: Hello')


def test_the_reply_of_a_broken_stream_is_what_had_come() -> None:
    """A body that is neither a stream nor JSON has no reply to show."""
    broken = reply_of(interaction(HELLO, encode_events(streams.WHOLE[:4])))
    assert broken["content"] == [streams.text("Hi")]
    assert reply_of(interaction(HELLO, b"event: nothing\ndata: x\n\n")) == {}
    assert reply_of(interaction(HELLO, b"<html>")) is None
