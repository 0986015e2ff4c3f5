"""Faults in the events: what they leave is exactly the stream with that one thing wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.errors import FaultDoesNotFit, StreamedError
from mockapi.exchange import Chunk
from mockapi.messages import accumulate, check_events, decode_events, encode_events
from mockapi.replies import faults
from tests.support.faulty import EVENTS, FRAMES, MESSAGE, json_reply, stream

if TYPE_CHECKING:
    from mockapi.exchange import Reply

TYPES = [event["type"] for event in EVENTS]
DELTA = TYPES.index("content_block_delta")
LAST = len(FRAMES) - 1


def test_a_dropped_event_is_all_that_is_missing() -> None:
    """All other events keep their bytes, padding included."""
    assert faults.drop_event()(stream()).body == b"".join(FRAMES[:-1])
    assert faults.drop_event(1)(stream()).body == b"".join([FRAMES[0], *FRAMES[2:]])
    assert faults.drop_event("content_block_delta")(stream()).body == b"".join(
        FRAMES[:DELTA] + FRAMES[DELTA + 1 :]
    )


def test_a_doubled_event_comes_twice() -> None:
    """The second time right behind the first."""
    body = faults.double_event()(stream()).body
    assert body == b"".join([*FRAMES[: DELTA + 1], FRAMES[DELTA], *FRAMES[DELTA + 1 :]])


def test_swapped_events_change_places_across_a_ping() -> None:
    """The next event that is no ping takes the place."""
    order = list(FRAMES)
    order[1], order[3] = order[3], order[1]
    assert TYPES[2] == "ping"
    assert faults.swap_events()(stream()).body == b"".join(order)


def test_an_unknown_event_stands_behind_the_event_that_was_named() -> None:
    """Its data is an object of its type, or what was asked for."""
    plain = b'event: hologram\ndata: {"type":"hologram"}\n\n'
    assert faults.unknown_event()(stream()).body == FRAMES[0] + plain + b"".join(FRAMES[1:])
    odd = faults.unknown_event("done", event=-1, data="[DONE]")(stream()).body
    assert odd.endswith(FRAMES[-1] + b"event: done\ndata: [DONE]\n\n")


def test_an_error_event_ends_the_stream() -> None:
    """It has the shape of the API's and carries the reply's request id."""
    reply = faults.stream_error(3)(stream())
    events = decode_events(reply.body)
    assert reply.body.startswith(b"".join(FRAMES[:4]))
    assert events[4:] == [
        {
            "type": "error",
            "error": {"details": None, "type": "overloaded_error", "message": "Overloaded"},
            "request_id": "req_011CTestTestTestTestTest",
        }
    ]
    with pytest.raises(StreamedError):
        accumulate(events)
    assert faults.stream_error(3, go_on=True)(stream()).body.endswith(b"".join(FRAMES[4:]))


def test_usage_is_missing_where_it_was_asked_for() -> None:
    """Nothing else changes in those two events."""
    for where, count in (("both", 2), ("message_start", 1), ("message_delta", 1)):
        found = check_events(decode_events(faults.no_usage(where)(stream()).body))  # type: ignore[arg-type] # the choices, in a loop
        assert [violation.code for violation in found] == ["no_usage"] * count


@pytest.mark.parametrize("how", ["cut", "escape", "surrogate", "garbage", "nan"])
def test_broken_tool_input_is_no_json(how: str) -> None:
    """The events obey the grammar, and the input that they add up to cannot be read."""
    events = decode_events(faults.broken_tool_json(how)(stream()).body)  # type: ignore[arg-type] # as above
    assert check_events(events) == []
    written = "".join(
        event["delta"].get("partial_json", "") for event in events if event["type"] == "content_block_delta"
    )
    with pytest.raises(ValueError):  # noqa: PT011 - any way of being no JSON will do
        json.loads(written, parse_constant=int)


def test_what_does_not_fit_is_said() -> None:
    """A stream fault on JSON, an event that is not there: an error that says what there is."""
    with pytest.raises(FaultDoesNotFit, match="needs an event stream, and this reply is application/json"):
        faults.drop_event()(json_reply())
    with pytest.raises(FaultDoesNotFit, match=f"event 99, and this reply has {len(FRAMES)}"):
        faults.drop_event(99)(stream())
    with pytest.raises(FaultDoesNotFit, match="'error', and this stream has none"):
        faults.double_event("error")(stream())
    with pytest.raises(FaultDoesNotFit, match="encoded as gzip"):
        faults.drop_event()(faults.compressed()(stream()))


def test_the_stream_that_is_broken_here_is_whole() -> None:
    """The faults are the only thing wrong."""
    assert accumulate(decode_events(stream().body)) == MESSAGE


def _with(*changed: dict[str, Any]) -> Reply:
    """A stream of other events."""
    chunks = tuple(Chunk(0.0, encode_events([event])) for event in changed)
    return replace(stream(), chunks=chunks)


def test_a_stream_that_has_nothing_to_break_is_left() -> None:
    """With what the fault needs, by its name."""
    stop, start = EVENTS[-1], EVENTS[0]
    with pytest.raises(FaultDoesNotFit, match="swap_events needs an event after the one"):
        faults.swap_events("message_stop")(stream())
    with pytest.raises(FaultDoesNotFit, match="swap_events needs an event after the one"):
        faults.swap_events("message_stop")(_with(stop, {"type": "ping"}))
    with pytest.raises(FaultDoesNotFit, match="no_usage needs message_start or message_delta, and this"):
        faults.no_usage()(_with(stop))
    with pytest.raises(FaultDoesNotFit, match="no_usage needs message_delta, and this stream has none"):
        faults.no_usage("message_delta")(_with(start, stop))
    with pytest.raises(FaultDoesNotFit, match="broken_tool_json needs a tool use with an input"):
        faults.broken_tool_json()(_with(start, stop))


def test_of_several_tool_inputs_the_first_is_broken() -> None:
    """Also where it comes in one piece, of which the last character is missing then."""

    def written(reply: Reply) -> dict[int, str]:
        texts: dict[int, str] = {}
        for event in decode_events(reply.body):
            if event["type"] == "content_block_delta":
                text = event["delta"]["partial_json"]
                texts[event["index"]] = texts.get(event["index"], "") + text
        return texts

    def delta(index: int, text: str) -> dict[str, Any]:
        return {
            "type": "content_block_delta",
            "index": index,
            "delta": {"type": "input_json_delta", "partial_json": text},
        }

    whole = faults.broken_tool_json()(_with(delta(1, '{"a":1}'), delta(2, "{}")))
    assert written(whole) == {1: '{"a":1', 2: "{}"}
    pieces = (delta(1, '{"a'), delta(2, "{"), delta(1, '":'), delta(2, "}"), delta(1, "1"), delta(1, "}"))
    assert written(faults.broken_tool_json()(_with(*pieces))) == {1: '{"a":', 2: "{}"}
