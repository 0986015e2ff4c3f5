"""How a fresh answer differs from a recorded one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockapi.cassettes import Interaction, RecordedRequest, RecordedResponse
from mockapi.cassettes._drift import drift
from mockapi.exchange import Ending
from mockapi.messages import encode_events
from tests.support import streams
from tests.support.frames import as_frames

JSON = (("content-type", "application/json"),)


def _answer(body: Any, headers: tuple[tuple[str, str], ...] = JSON, **more: Any) -> Interaction:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Interaction(RecordedRequest("POST", "/v1/messages"), RecordedResponse(200, headers, raw, **more))


WHOLE = streams.WHOLE
THINKING = [
    streams.start(),
    streams.block_start(0, {"type": "thinking", "thinking": "", "signature": ""}),
    *WHOLE[1:],
]


@pytest.mark.parametrize(
    ("before", "now", "lines"),
    [
        ({"a": 1, "b": "x"}, {"a": 2.5, "b": "y"}, []),
        ({"a": 1}, {"a": "1"}, ["$.a: recorded number, now string"]),
        ({"a": {"b": {"c": 1}}}, {}, ["$.a: recorded object, now missing"]),
        ({}, {"new": [1]}, ["$.new: new, array"]),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, []),
        ({"a": [{"type": "text", "text": ""}]}, {"a": [{"type": "text"}]},
         ["$.a[text].text: recorded string, now missing"]),
        ({"type": "tool_use", "input": {"a": 1}}, {"type": "tool_use", "input": {"b": "x"}}, []),
        (encode_events(WHOLE), encode_events([*WHOLE[:3], streams.delta(), *WHOLE[3:]]), []),
        (as_frames(encode_events(WHOLE)), as_frames(encode_events([*WHOLE[:3], *WHOLE[3:]])), []),
        (b"<html>", {"a": 1}, ["events: recorded no JSON, now JSON"]),
        (b"", {"a": 1}, ["events: recorded an empty body, now JSON"]),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, b'{"a":' * 1000 + b'"x"' + b"}" * 1000,
         [f"${'.a' * 1000}: recorded number, now string"]),
    ],
)  # fmt: skip
def test_what_code_relies_on_is_compared_and_words_are_not(before: Any, now: Any, lines: list[str]) -> None:
    """Members, types and the order of events count; values, numbers of items and pings do not."""
    assert drift(_answer(before), _answer(now)) == lines


def test_another_order_of_events_is_told() -> None:
    """A reply that now thinks first is another kind of reply."""
    (line,) = drift(_answer(encode_events(WHOLE)), _answer(encode_events(THINKING)))
    assert line.startswith("events: recorded message_start, content_block_start (text)")
    assert "now message_start, content_block_start (thinking)" in line


def test_status_ending_and_headers_are_compared() -> None:
    """Header names count, but for those that come and go; the content type's value counts."""
    before = _answer({}, (*JSON, ("date", "x"), ("x-should-retry", "true"), ("cf-ray", "1")))
    now = Interaction(
        before.request,
        RecordedResponse(429, (("Content-Type", "text/plain"), ("request-id", "r")), b"{}", (), Ending.CUT),
    )
    assert drift(before, now) == [
        "status: recorded 200, now 429",
        "ending: recorded clean, now cut",
        "header x-should-retry: recorded, now missing",
        "header request-id: new",
        "header content-type: recorded application/json, now text/plain",
    ]
