"""What a profile takes from recorded exchanges."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.cassettes import Interaction, RecordedRequest, RecordedResponse
from mockapi.errors import UsageError
from mockapi.messages import dump, encode_events, events_of
from mockapi.replies.twin import Interruption, as_json, learn_twin, parse_twin
from tests.support.cassettes import responses
from tests.support.each import each
from tests.support.examples import examples
from tests.support.twins import STREAM, WRITE, body, exchange, failed, message, streamed, whole

ASKED = body()


def median(distribution: Any) -> float:
    """The middle of a distribution."""
    return float(distribution.at(0.5))


def test_sizes_and_kinds() -> None:
    """Requests that offer tools have kinds of their own, the most frequent first."""
    offered = body(tools=[WRITE])
    profile = learn_twin(
        [
            whole(ASKED, message(10)),
            whole(ASKED, message(30)),
            whole(offered, message(50, 1)),
            whole(offered, message(50, 1)),
            whole(offered, message(9)),
        ]
    )
    replies = profile.replies
    assert [(kind.stop_reason, kind.tool_calls, kind.share) for kind in replies.with_tools] == [
        ("tool_use", 1, 0.6667),
        ("end_turn", 0, 0.3333),
    ]
    (alone,) = replies.without_tools
    assert median(alone.output_tokens) == 20
    assert median(replies.input_tokens) == 20
    assert replies.request_bytes.at(0) == len(dump(ASKED))
    assert replies.request_bytes.at(1) == len(dump(offered))
    assert (profile.exchanges, replies.replies, replies.streamed) == (5, 5, 0)


def test_errors_and_refusals() -> None:
    """Shares of errors are of what was not refused: a twin meets requests that the rules have taken."""
    profile = learn_twin(
        [
            whole(ASKED, message(10)),
            failed(ASKED, 529, "overloaded_error"),
            failed(ASKED, 429, "rate_limit_error", retry_after="3"),
            failed(ASKED, 400, "invalid_request_error"),
            failed(ASKED, 400, "invalid_request_error"),
        ]
    )
    assert [(error.status, error.type, error.share) for error in profile.errors] == [
        (429, "rate_limit_error", 0.3333),
        (529, "overloaded_error", 0.3333),
    ]
    assert [(error.status, error.share) for error in profile.refusals] == [(400, 0.4)]
    limited = profile.errors[0]
    assert (median(limited.retry_after), median(limited.seconds)) == (3, 0.2)
    assert profile.errors[1].retry_after is None


def test_models_that_are_frequent_have_replies_of_their_own() -> None:
    """From thirty replies on, unless there is no other model."""
    many = [whole(body(model="claude-opus-4-1"), message(10)) for _ in range(30)]
    profile = learn_twin([*many, whole(ASKED, message(90))])
    assert [name for name, _ in profile.models] == ["claude-opus-4-1", "claude-sonnet-5"]
    assert [name for name, _ in profile.by_model] == ["claude-opus-4-1"]
    assert profile.of("claude-opus-4-1").replies == 30
    assert profile.of("claude-sonnet-5").replies == 31
    assert learn_twin(many).by_model == ()


def test_names_that_are_none_are_not_told() -> None:
    """A model, an error type or a stop reason that is a sentence may be anything."""
    words = "My secret, in words"
    profile = learn_twin(
        [
            whole(body(model=words), message(10)),
            failed(ASKED, 500, words),
            whole(ASKED, message(10, stop_reason=words)),
        ]
    )
    assert [name for name, _ in profile.models] == ["claude-sonnet-5", "unnamed"]
    assert [error.type for error in profile.errors] == ["api_error"]
    assert profile.replies.replies == 1


def test_times_of_a_stream() -> None:
    """To the first piece, from piece to piece, and how long pieces are."""
    profile = learn_twin([streamed(ASKED, message(300), first=0.7, gaps=[0.03] * 500)])
    times = profile.replies.streams
    assert times is not None
    assert times.between is not None
    assert times.characters is not None
    assert (median(times.first.seconds), median(times.between), profile.replies.streamed) == (0.7, 0.03, 1)
    assert 5 <= median(times.characters) <= 20
    assert profile.replies.whole is None


def test_streams_that_differ_are_alike_in_themselves() -> None:
    """A fast one and a slow one: their gaps are told apart by the stream; mixed ones are not."""
    slow, fast = [0.05, 0.06] * 400, [0.01, 0.02] * 400
    apart = learn_twin([streamed(ASKED, message(300), gaps=gaps) for gaps in (slow, fast)])
    mixed = learn_twin([streamed(ASKED, message(300), gaps=[0.05, 0.01] * 400) for _ in range(2)])
    assert apart.replies.streams is not None
    assert mixed.replies.streams is not None
    assert apart.replies.streams.alike > 0.6
    assert mixed.replies.streams.alike < 0.05


def test_seconds_that_grow_with_the_size_follow_it() -> None:
    """And those that do not do not."""
    grows = learn_twin([whole(ASKED, message(tokens), tokens / 50) for tokens in range(10, 60)])
    stays = learn_twin([whole(ASKED, message(tokens), 1 + tokens % 2) for tokens in range(10, 60)])
    assert grows.replies.whole is not None
    assert stays.replies.whole is not None
    assert grows.replies.whole.follows > 0.99
    assert abs(stays.replies.whole.follows) < 0.1


def test_recordings_without_times_have_none() -> None:
    """An importer that knows no delays gives none."""
    untimed = exchange(ASKED, dump(message(10)))
    replies = learn_twin([untimed, whole(ASKED, message(10), 0.0)]).replies
    assert (replies.whole, replies.streams) == (None, None)


def test_cache_of_those_that_ask_for_it() -> None:
    """Hits and misses, and the parts of the input; requests without a breakpoint do not count."""
    long = [{"type": "text", "text": "word " * 3000, "cache_control": {"type": "ephemeral"}}]
    cached = body(system=long)
    hit = {"input_tokens": 100, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 0}
    miss = {"input_tokens": 100, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 900}
    replies = [message(10, usage=usage) for usage in (hit, hit, hit, miss)]
    use = learn_twin([*(whole(cached, reply) for reply in replies), whole(ASKED, message(10))]).replies.cache
    assert use is not None
    assert (use.hits, median(use.read), median(use.written_on_hit), median(use.written_on_miss)) == (
        0.75,
        0.9,
        0,
        0.9,
    )
    assert learn_twin([whole(ASKED, message(10))]).replies.cache is None


def test_thinking_where_it_is_on() -> None:
    """Its part of the output, 0 where the model did not think."""
    thinking = body(thinking={"type": "adaptive"})
    told = message(100, usage={"output_tokens_details": {"thinking_tokens": 40}})
    profile = learn_twin([whole(thinking, told), whole(thinking, told), whole(thinking, told)])
    assert median(profile.replies.thinking) == 0.4
    assert median(learn_twin([whole(thinking, message(10))]).replies.thinking) == 0
    assert learn_twin([whole(ASKED, message(10))]).replies.thinking is None


def test_streams_that_break_off() -> None:
    """By an error event, or by the connection."""
    events = events_of(message(50))
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    cut = [events[:6], [*events[:6], error]]
    broken = [exchange(ASKED, encode_events(each, [1] * len(each)), headers=STREAM) for each in cut]
    profile = learn_twin([*broken, streamed(ASKED, message(10)), streamed(ASKED, message(10))])
    assert profile.interruptions == (Interruption(None, 0.25), Interruption("overloaded_error", 0.25))
    assert profile.replies.replies == 2


@pytest.mark.parametrize("path", ["/v1/models", "/v1/messages/count_tokens", "/v1/chat/completions"])
def test_other_endpoints_do_not_count(path: str) -> None:
    """A twin answers POST /v1/messages."""
    other = Interaction(
        RecordedRequest("POST", path, body=dump(ASKED)), RecordedResponse(200, body=dump(message(10)))
    )
    with pytest.raises(UsageError, match="no such exchange was found"):
        learn_twin([other])
    assert learn_twin([other, whole(ASKED, message(10))]).exchanges == 1


def test_nothing_to_learn_from() -> None:
    """No exchange, or errors only: it is told what there was."""
    with pytest.raises(UsageError, match="no such exchange was found"):
        learn_twin([])
    with pytest.raises(UsageError, match=r"None of 2 recorded exchanges.*status 400 \(1 times\), 529 \(1 "):
        learn_twin([failed(ASKED, 529, "overloaded_error"), failed(ASKED, 400, "invalid_request_error")])


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"[]",
        b'{"type":"message","usage":7,"content":5,"stop_reason":"end_turn"}',
        b'{"type":"message","usage":{"output_tokens":-1},"stop_reason":"end_turn"}',
        b'{"type":"message","usage":{"output_tokens":true},"stop_reason":[]}',
        b"event: message_start\ndata: {}\n\n",
        b"\xff\xfe",
    ],
)
def test_replies_of_odd_shapes_do_not_count(odd: bytes) -> None:
    """They are exchanges, and no whole messages."""
    profile = learn_twin(
        [exchange(ASKED, odd), exchange(ASKED, odd, headers=STREAM), whole(ASKED, message(10))]
    )
    assert (profile.exchanges, profile.replies.replies) == (3, 1)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(responses(), max_size=4), st.sampled_from([dump(ASKED), b"", b"[", b'{"tools":5,"messages":{}}'])
)
def test_any_recording_can_be_learned_from(answered: list[RecordedResponse], asked: bytes) -> None:
    """Beside one that is whole: whatever came is counted."""
    odd = [Interaction(RecordedRequest("POST", "/v1/messages", body=asked), each) for each in answered]
    profile = learn_twin([*odd, whole(ASKED, message(10))])
    assert profile.exchanges == len(odd) + 1
    assert parse_twin(as_json(profile)) == profile


@each("usage", [{"input_tokens": -3}, {"input_tokens": "3"}, {"input_tokens": 2.5}, {"input_tokens": True}])
def test_a_count_of_tokens_that_cannot_be_is_not_learned(usage: dict[str, Any]) -> None:
    """A recording that was edited by hand may say anything; the counts of the others stay."""
    odd = {**message(10), "usage": {**message(10)["usage"], **usage}}
    profile = learn_twin([whole(ASKED, message(10)), whole(ASKED, odd)])
    expected = learn_twin([whole(ASKED, message(10))])
    assert profile.replies.input_tokens == expected.replies.input_tokens
