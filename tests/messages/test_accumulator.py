"""Adding up events: what comes out, and what is refused instead."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.errors import GrammarError, StreamedError, TruncatedStream
from mockapi.messages import Accumulator, accumulate
from tests.support import streams as s


def stream_of(*parts: dict[str, Any], stop_reason: str = "end_turn", **more: Any) -> list[dict[str, Any]]:
    """A stream with the given block events."""
    return [s.start(), *parts, s.message_delta(stop_reason, **more), s.STOP]


def spoilt(event: dict[str, Any]) -> st.SearchStrategy[Any]:
    """An event with one member, at the top or one level down, replaced by any value."""
    places: list[tuple[str, ...]] = [(key,) for key in event]
    places += [(key, inner) for key in event if isinstance(event[key], dict) for inner in event[key]]

    def spoil(place: tuple[str, ...], value: Any) -> Any:
        other = copy.deepcopy(event)
        (other[place[0]] if len(place) == 2 else other)[place[-1]] = value
        return other

    kinds = st.sampled_from(["text_delta", "citations_delta", "input_json_delta", "compaction_delta", "text"])
    return st.builds(spoil, st.sampled_from(places), s.json_values | kinds)


def tool_stream(*fragments: str, stop_reason: str = "tool_use") -> list[dict[str, Any]]:
    """A stream with one tool use, its input in fragments."""
    deltas = [s.delta(kind="input_json_delta", partial_json=fragment) for fragment in ("", *fragments)]
    return stream_of(s.block_start(0, s.tool_use({})), *deltas, s.block_stop(), stop_reason=stop_reason)


def test_the_name_of_a_broken_call_may_be_nested_deep() -> None:
    """It is told with the beginning of its name."""
    deep: Any = "end"
    for _ in range(2000):
        deep = [deep]
    block = s.block_start(0, {**s.tool_use({}), "name": deep})
    call = s.delta(kind="input_json_delta", partial_json="{]")
    with pytest.raises(GrammarError, match=r"tool use \[+\.\.\.\]+ is broken JSON"):
        accumulate(stream_of(block, call, s.block_stop(), stop_reason="tool_use"))


def test_text_adds_up() -> None:
    """Text deltas join, the stop fields are taken over, and the usage is the last one told."""
    message = accumulate(s.WHOLE)
    assert message == s.message(s.text("HiHi"))
    assert list(message) == list(s.message())


def test_deltas_add_to_what_the_block_started_with() -> None:
    """A block that starts with text keeps it in front of what its deltas add."""
    message = accumulate(stream_of(s.block_start(0, s.text("Oh. ")), s.delta(), s.block_stop()))
    assert message["content"] == [s.text("Oh. Hi")]


def test_usage_is_cumulative_and_replaces_key_by_key() -> None:
    """Usage of message_delta replaces the start's, a null does not; new keys stand where the API has them."""
    told: dict[str, Any] = {
        "input_tokens": 99,
        "cache_read_input_tokens": None,
        "output_tokens": 7,
        "output_tokens_details": {"thinking_tokens": 3},
        "server_tool_use": {"web_search_requests": 1},
        "iterations": [],
    }
    usage = accumulate(stream_of(usage=told))["usage"]
    assert usage == s.usage(**told) | {"cache_read_input_tokens": 0}
    assert list(usage) == [
        *(
            "input_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
            "cache_creation",
            "iterations",
        ),
        *("output_tokens", "output_tokens_details", "service_tier", "inference_geo", "server_tool_use"),
    ]


def test_the_rest_of_message_delta_is_carried_over() -> None:
    """Container, stop details and context management come into the message, at their places."""
    last = s.message_delta("refusal", context_management={"applied_edits": []}, news=None)
    last["delta"] |= {"stop_details": {"type": "refusal"}, "container": {"id": "container_1"}}
    message = accumulate([s.start(), last, s.STOP])
    assert message["news"] is None
    assert (message["stop_details"], message["container"]) == ({"type": "refusal"}, {"id": "container_1"})
    assert list(message) == [
        *(
            "model",
            "id",
            "type",
            "role",
            "content",
            "container",
            "stop_reason",
            "stop_sequence",
            "stop_details",
        ),
        *("usage", "context_management", "news"),
    ]


def test_thinking_citations_and_compaction() -> None:
    """A signature is set, citations are appended before the text, a compaction delta sets its members."""
    message = accumulate(
        stream_of(
            s.block_start(0, {"type": "thinking", "thinking": "", "signature": ""}),
            s.delta(0, "thinking_delta", thinking="a"),
            s.delta(0, "thinking_delta", thinking="b"),
            s.delta(0, "signature_delta", signature="c2ln"),
            s.block_stop(0),
            s.block_start(1),
            s.delta(1, "citations_delta", citation=s.CITATION),
            s.delta(1, "citations_delta", citation=s.CITATION),
            s.delta(1),
            s.block_stop(1),
            s.block_start(2, {"type": "compaction", "content": None}),
            s.delta(2, "compaction_delta", content="all", encrypted_content="e"),
            s.block_stop(2),
        )
    )
    assert message["content"] == [
        {"type": "thinking", "thinking": "ab", "signature": "c2ln"},
        {"citations": [s.CITATION] * 2, "type": "text", "text": "Hi"},
        {"type": "compaction", "content": "all", "encrypted_content": "e"},
    ]
    assert list(message["content"][1]) == ["citations", "type", "text"]


@pytest.mark.parametrize(
    ("fragments", "value"),
    [
        ((), {}),
        (('{"a"', ": 1}"), {"a": 1}),
        (("{", "}"), {}),
        (('{"n": 123456789012345678901234567890}',), {"n": 123456789012345678901234567890}),
        (('{"s": "\\ud8', '3d"}'), {"s": "\ud83d"}),
    ],
)
def test_tool_input(fragments: tuple[str, ...], value: dict[str, Any]) -> None:
    """The fragments of an input are one JSON text, none of them is {}, and numbers stay exact."""
    assert accumulate(tool_stream(*fragments))["content"][0]["input"] == value


def test_a_message_given_whole_is_kept() -> None:
    """A message_start that carries content and stop reason already is the message."""
    whole = s.message(s.tool_use({"a": 1}), stop_reason="tool_use")
    assert accumulate([{"type": "message_start", "message": whole}, s.STOP]) == whole


def test_an_input_given_whole_is_kept() -> None:
    """An input that stands in the block's start and gets no fragments is the input."""
    called = s.tool_use({"a": 1}, caller={"type": "code_execution_20260120", "tool_id": "x"})
    assert accumulate(stream_of(s.block_start(0, called), s.block_stop()))["content"] == [called]


@pytest.mark.parametrize(
    "broken", ['{"a": 1', '{"a": "x\\', '{"a": "\\ud8', '{"a": NaN}', "[1]", "nonsense", '"x"', "12"]
)
def test_broken_tool_input_is_an_error(broken: str) -> None:
    """An input that is not a JSON object is an error that names the tool and shows the text."""
    with pytest.raises(GrammarError, match="'get_weather'") as caught:
        accumulate(tool_stream(broken))
    assert repr(broken) in str(caught.value)


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded", "refusal"])
def test_a_cut_tool_input_is_what_is_complete(reason: str) -> None:
    """If the stop reason says that the model was cut off, the complete part of the input counts."""
    message = accumulate(tool_stream('{"city": "Bern", "days": [1, 2', stop_reason=reason))
    assert message["content"][0]["input"] == {"city": "Bern", "days": [1]}
    assert message["stop_reason"] == reason


@pytest.mark.parametrize("broken", ["nonsense", "[1", "}"])
def test_nonsense_is_no_cut_input(broken: str) -> None:
    """An input that begins no JSON object stays an error, however the stream ended."""
    with pytest.raises(GrammarError):
        accumulate(tool_stream(broken, stop_reason="max_tokens"))


@pytest.mark.parametrize("length", range(len(s.WHOLE)))
def test_truncation_is_never_silent(length: int) -> None:
    """A stream that stops before message_stop, anywhere, is an error that says where it stopped."""
    with pytest.raises(TruncatedStream, match=rf"after {length} events \(.*\); message_stop never comes"):
        accumulate(s.WHOLE[:length])


def test_a_violation_is_an_error_and_stays_one() -> None:
    """An event that breaks the grammar is refused, and so is everything after it."""
    accumulator = Accumulator()
    accumulator.feed(s.start())
    with pytest.raises(GrammarError, match=r"Event 1 \(content_block_delta\) belongs to a content block"):
        accumulator.feed(s.delta())
    for call in (accumulator.message, lambda: accumulator.feed(s.PING)):
        with pytest.raises(GrammarError, match="Event 1"):
            call()


def test_what_is_only_unknown_is_tolerated() -> None:
    """Events, blocks and deltas of unknown types do not stop the message."""
    message = accumulate(
        stream_of(
            {"type": "news"},
            s.block_start(0, {"type": "hologram"}),
            s.delta(0, "light_delta", light=1),
            s.delta(0),
            s.block_stop(),
            stop_reason="bored",
        )
    )
    assert message["content"] == [{"type": "hologram", "text": "Hi"}]


def test_an_error_event_is_raised() -> None:
    """An error event is raised with its type, words and request id, now and when the message is asked for."""
    accumulator = Accumulator()
    for event in s.WHOLE[:4]:
        accumulator.feed(event)
    with pytest.raises(StreamedError, match="overloaded_error: Overloaded") as caught:
        accumulator.feed({**s.ERROR, "request_id": "req_1"})
    assert (caught.value.kind, caught.value.message, caught.value.request_id) == (
        "overloaded_error",
        "Overloaded",
        "req_1",
    )
    with pytest.raises(StreamedError):
        accumulator.message()
    assert accumulator.partial()["content"] == [s.text("Hi")]


def test_partial_shows_what_has_come() -> None:
    """What came so far can be shown at any time: nothing, text, the complete part of an input."""
    accumulator = Accumulator()
    assert accumulator.partial() == {}
    shown = []
    for event in tool_stream('{"a": 1, "b', '": 2}')[:5]:
        accumulator.feed(event)
        shown.append([block["input"] for block in accumulator.partial()["content"]])
    assert shown == [[], [{}], [{}], [{"a": 1}], [{"a": 1, "b": 2}]]
    broken = Accumulator()
    for event in tool_stream("nonsense"):
        broken.feed(event)
    assert broken.partial()["content"][0]["input"] == {}


def test_events_and_messages_are_left_alone() -> None:
    """Neither the events nor a message that was given out change with what comes later."""
    citation = s.delta(0, "citations_delta", citation=s.CITATION)
    events = stream_of(s.block_start(), citation, citation, s.delta(), s.block_stop())
    untouched = copy.deepcopy(events)
    accumulator = Accumulator()
    given = []
    for event in events:
        accumulator.feed(event)
        given.append((accumulator.partial(), copy.deepcopy(accumulator.partial())))
    assert events == untouched
    assert all(now == then for now, then in given)


@given(
    st.lists(
        st.sampled_from([*s.WHOLE, s.ERROR, s.block_start(1, s.tool_use({}))]).flatmap(spoilt)
        | st.sampled_from(s.WHOLE),
        max_size=12,
    ),
    st.booleans(),
)
def test_only_documented_errors_escape(events: list[Any], in_order: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever events come, whole or spoilt, the outcome is a message or an error of this package."""
    accumulator = Accumulator()
    with contextlib.suppress(GrammarError, StreamedError):
        for event in (
            *s.WHOLE[: 2 * in_order],
            *events,
            s.delta(),
            s.block_stop(),
            s.message_delta(),
            s.STOP,
        ):
            accumulator.partial()
            accumulator.feed(event)
        assert isinstance(accumulator.message()["content"], list)


def test_many_deltas_are_joined_once() -> None:
    """A hundred thousand deltas are kept as they came and joined when the message is asked for."""
    accumulator = Accumulator()
    for event in (s.start(), s.block_start()):
        accumulator.feed(event)
    one = s.delta()
    for _ in range(100_000):
        accumulator.feed(one)
    assert len(accumulator._blocks[0]._pieces["text"]) == 100_000
    assert accumulator.partial()["content"][0]["text"] == "Hi" * 100_000
