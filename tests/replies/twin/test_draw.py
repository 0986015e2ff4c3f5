"""What a twin answers: within what the request allows, by the profile, and the same by the same seed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.exchange import Ending, Reply, Request
from mockapi.fuzzing.requests import bodies
from mockapi.messages import accumulate, check_events, decode_events, dump
from mockapi.replies.synthesis import History
from mockapi.replies.twin import (
    Distribution,
    ErrorShare,
    Interruption,
    Outcome,
    TwinProfile,
    drawn_reply,
    learn_twin,
)
from tests.support.each import each
from tests.support.examples import examples
from tests.support.shapes import SHAPES, TIME, WEATHER
from tests.support.twins import WRITE, body, message, profiles, streamed, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = learn_twin([whole(body(), message(40))])


def always(value: float) -> Distribution:
    """A distribution of one value."""
    return Distribution(((50, value),))


def like(*kinds: tuple[str, int, float], **members: Any) -> TwinProfile:
    """A profile whose replies are of these kinds, each as frequent: why they stop, calls, tokens."""
    outcomes = tuple(Outcome(stop, calls, 1 / len(kinds), always(tokens)) for stop, calls, tokens in kinds)
    replies = replace(PLAIN.replies, with_tools=outcomes, without_tools=outcomes, **members)
    return replace(PLAIN, replies=replies)


def replies_of(profile: TwinProfile, sent: dict[str, Any], count: int = 1, seed: int = 0) -> Iterator[Reply]:
    """What a session answers to the same body again and again."""
    history = History()
    beta = sent.get("beta", "")
    fields = ((b"anthropic-beta", beta.encode()),) if beta else ()
    plain = {name: value for name, value in sent.items() if name != "beta"}
    for _ in range(count):
        request = Request("POST", "/v1/messages", "", fields, dump(plain))
        reply, history = drawn_reply(profile, request, seed, history, 1.7e9)
        yield reply


def messages_of(profile: TwinProfile, sent: dict[str, Any], count: int = 1) -> list[dict[str, Any]]:
    """The messages of those replies."""
    return [json.loads(reply.body) for reply in replies_of(profile, sent, count)]


def told(reply: Reply) -> Any:
    """The message of a reply in either form; None of a stream that broke off."""
    if not reply.body.startswith(b"event:"):
        return json.loads(reply.body)
    events = decode_events(reply.body)
    if events[-1]["type"] != "message_stop":
        return None
    assert check_events(events) == []
    return accumulate(events)


def _ended_by(reply: Reply) -> str | None:
    """The type of the error event at the end of a stream; None where the connection broke."""
    last = decode_events(reply.body)[-1]
    assert (reply.ending is Ending.CUT) == (last["type"] != "error")
    return str(last["error"]["type"]) if last["type"] == "error" else None


# --- whatever comes --------------------------------------------------------------------------------


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(profiles(), bodies(), st.booleans(), st.integers(0, 9))
def test_any_profile_answers_any_request(
    profile: TwinProfile,
    sent: dict[str, Any],
    stream: bool,  # noqa: FBT001 - hypothesis hands it over by its place
    seed: int,
) -> None:
    """With an error of its own, a stream that breaks off, or a whole message within the request's limits."""
    for reply in replies_of(profile, {**sent, "stream": stream}, 2, seed):
        assert all(chunk.delay >= 0 for chunk in reply.chunks)
        if reply.status != 200:
            assert (reply.status, json.loads(reply.body)["error"]["type"]) in {
                (error.status, error.type) for error in profile.errors
            }
            continue
        answer = told(reply)
        if answer is None:
            kinds = {item.type for item in profile.interruptions}
            assert _ended_by(reply) in kinds
            continue
        assert answer["usage"]["output_tokens"] <= sent["max_tokens"]
        names = {tool.get("name") for tool in sent.get("tools", ())}
        called = [block for block in answer["content"] if block["type"] == "tool_use"]
        assert {block["name"] for block in called if "toolset_name" not in block} <= names


@each("name", SHAPES)
def test_every_shape_of_request_gets_what_it_asks_for(name: str) -> None:
    """Both forms are whole messages; structured output satisfies its schema, whatever length was drawn."""
    profile = like(("end_turn", 0, 120), ("tool_use", 2, 90))
    for stream in (False, True):
        for reply in replies_of(profile, {**SHAPES[name], "stream": stream}, 2):
            answer = told(reply)
            assert answer["type"] == "message"
            schema = SHAPES[name].get("output_config", {}).get("format", {}).get("schema")
            if schema is not None and answer["stop_reason"] == "end_turn":
                jsonschema.validate(json.loads(answer["content"][-1]["text"]), schema)


# --- kind and length -------------------------------------------------------------------------------


@pytest.mark.parametrize("tokens", [1, 7, 40, 333, 2000])
def test_an_answer_has_the_length_that_was_drawn(tokens: int) -> None:
    """To the token."""
    (answer,) = messages_of(like(("end_turn", 0, tokens)), body())
    assert (answer["usage"]["output_tokens"], answer["stop_reason"]) == (tokens, "end_turn")


def test_edits_of_the_context_do_not_fix_the_length() -> None:
    """Coding agents always ask for some; they are told in the reply, whose length is drawn."""
    edits = {"edits": [{"type": "clear_tool_uses_20250919"}]}
    (answer,) = messages_of(like(("end_turn", 0, 333)), body(context_management=edits))
    assert answer["usage"]["output_tokens"] == 333
    assert answer["context_management"] == {"applied_edits": []}


def test_max_tokens_cuts_what_is_longer() -> None:
    """And a reply that was cut in the recordings is cut where it reaches the limit, and nowhere else."""
    sent = body(max_tokens=50)
    for stop in ("end_turn", "max_tokens"):
        (answer,) = messages_of(like((stop, 0, 400)), sent)
        assert (answer["stop_reason"], answer["usage"]["output_tokens"]) == ("max_tokens", 50)
    (reached,) = messages_of(like(("max_tokens", 0, 50)), sent)
    assert (reached["stop_reason"], reached["usage"]["output_tokens"]) == ("max_tokens", 50)
    (shorter,) = messages_of(like(("max_tokens", 0, 30)), sent)
    assert (shorter["stop_reason"], shorter["usage"]["output_tokens"]) == ("end_turn", 30)


def test_calls_have_arguments_of_the_schema_and_the_length_that_was_drawn() -> None:
    """Made up inside of a string that may have any text, else in the line before."""
    tool: dict[str, Any]
    for tool in (WRITE, TIME):
        (answer,) = messages_of(like(("tool_use", 2, 500)), body(tools=[tool]))
        calls = [block for block in answer["content"] if block["type"] == "tool_use"]
        assert len(calls) == 2
        assert len({block["id"] for block in calls}) == 2
        for block in calls:
            jsonschema.validate(block["input"], tool["input_schema"])
        assert (answer["stop_reason"], answer["usage"]["output_tokens"]) == ("tool_use", 500)


@pytest.mark.parametrize(
    ("choice", "calls"),
    [
        ({"type": "none"}, {0}),
        ({"type": "any"}, {1, 2}),
        ({"type": "any", "disable_parallel_tool_use": True}, {1}),
        ({"type": "tool", "name": "get_weather"}, {1, 2}),
        ({"type": "auto"}, {0, 2}),
        ({"type": "auto", "disable_parallel_tool_use": True}, {0, 1}),
    ],
)
def test_tool_choice_comes_first(choice: dict[str, Any], calls: set[int]) -> None:
    """None, one at most, at least one, the one that is named."""
    profile = like(("end_turn", 0, 50), ("tool_use", 2, 90))
    answers = messages_of(profile, body(tools=[WEATHER, WRITE], tool_choice=choice), 24)
    made = [
        [block["name"] for block in answer["content"] if block["type"] == "tool_use"] for answer in answers
    ]
    assert {len(names) for names in made} <= calls
    if choice["type"] == "auto":
        assert {len(names) for names in made} == calls
    if choice["type"] == "tool":
        assert {name for names in made for name in names} == {"get_weather"}


def test_without_tools_none_is_called() -> None:
    """Though all that was recorded were calls."""
    (answer,) = messages_of(like(("tool_use", 1, 80)), body())
    assert [block["type"] for block in answer["content"]] == ["text"]
    assert answer["usage"]["output_tokens"] == 80


def test_stop_reasons_that_fit() -> None:
    """A stop sequence where the request has one; a refusal anywhere; others end the turn."""
    (sequence,) = messages_of(like(("stop_sequence", 0, 40)), body(stop_sequences=["STOP"]))
    assert (sequence["stop_reason"], sequence["stop_sequence"]) == ("stop_sequence", "STOP")
    (refusal,) = messages_of(like(("refusal", 0, 40)), body())
    assert (refusal["stop_reason"], refusal["stop_details"]["type"]) == ("refusal", "refusal")
    (paused,) = messages_of(like(("pause_turn", 0, 40)), body())
    assert paused["stop_reason"] == "end_turn"


def test_thinking_has_its_part() -> None:
    """Where the request has it on, and not else."""
    profile = like(("end_turn", 0, 200), thinking=always(0.5))
    (answer,) = messages_of(profile, body(thinking={"type": "adaptive"}))
    assert [block["type"] for block in answer["content"]] == ["thinking", "text"]
    assert answer["usage"]["output_tokens_details"] == {"thinking_tokens": 100}
    assert answer["usage"]["output_tokens"] == 200
    (plain,) = messages_of(profile, body())
    assert [block["type"] for block in plain["content"]] == ["text"]


def test_kinds_have_their_shares() -> None:
    """By the profile's model, where it has replies of its own."""
    profile = like(("end_turn", 0, 50), ("tool_use", 1, 90))
    own = like(("tool_use", 2, 90)).replies
    profile = replace(profile, by_model=(("claude-opus-4-1", own),))
    counted = Counter(answer["stop_reason"] for answer in messages_of(profile, body(tools=[WRITE]), 200))
    assert 70 <= counted["tool_use"] <= 130
    others = messages_of(profile, body(tools=[WRITE], model="claude-opus-4-1"), 5)
    assert {answer["stop_reason"] for answer in others} == {"tool_use"}


# --- cache -----------------------------------------------------------------------------------------


def test_cache_hits_are_drawn_where_the_request_asks_for_caching() -> None:
    """Parts of its input; a request without a breakpoint has none."""
    long = [{"type": "text", "text": "word " * 3000, "cache_control": {"type": "ephemeral"}}]
    hit = {"input_tokens": 100, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 0}
    profile = learn_twin([whole(body(system=long), message(10, usage=hit))])
    (answer,) = messages_of(profile, body(system=long))
    usage = answer["usage"]
    total = usage["input_tokens"] + usage["cache_read_input_tokens"]
    assert usage["cache_read_input_tokens"] == round(0.9 * total)
    assert usage["cache_creation_input_tokens"] == 0
    (plain,) = messages_of(profile, body())
    assert plain["usage"]["cache_read_input_tokens"] == 0


# --- errors ----------------------------------------------------------------------------------------


def test_errors_have_their_share_and_the_words_and_fields_of_the_api() -> None:
    """Their wait and their time are drawn too."""
    overloaded = ErrorShare(529, "overloaded_error", 0.2, always(0.3), None)
    limited = ErrorShare(429, "rate_limit_error", 0.2, None, always(7))
    profile = replace(PLAIN, errors=(overloaded, limited))
    replies = list(replies_of(profile, body(), 300))
    counted = Counter(reply.status for reply in replies)
    assert 40 <= counted[529] <= 80
    assert 40 <= counted[429] <= 80
    busy = next(reply for reply in replies if reply.status == 529)
    assert json.loads(busy.body)["error"] == {"type": "overloaded_error", "message": "Overloaded"}
    assert busy.chunks[0].delay == 0.3
    assert busy.header("x-should-retry") == "true"
    assert busy.header("x-mockapi-source") == "synthesized"
    assert busy.header("retry-after") is None
    full = next(reply for reply in replies if reply.status == 429)
    assert full.header("retry-after") == "7"
    assert full.header("anthropic-ratelimit-requests-remaining") == "0"


def test_streams_break_off_as_often() -> None:
    """By an error event or by the connection; what comes in one piece does not."""
    kinds = (Interruption("overloaded_error", 0.3), Interruption(None, 0.3))
    profile = replace(like(("end_turn", 0, 60)), interruptions=kinds)
    replies = list(replies_of(profile, body(stream=True), 200))
    errors = [reply for reply in replies if b"event: error\n" in reply.body]
    cut = [reply for reply in replies if reply.ending is Ending.CUT]
    assert 40 <= len(errors) <= 80
    assert 40 <= len(cut) <= 80
    assert all(b"message_start" in reply.body for reply in (*errors, *cut))
    assert not any(b"message_stop" in reply.body for reply in (*errors, *cut))
    assert {reply.ending for reply in replies_of(profile, body(), 50)} == {Ending.CLEAN}


# --- times -----------------------------------------------------------------------------------------


def test_a_stream_comes_in_its_times() -> None:
    """The first piece after its seconds, with all that stands before it; the others one by one."""
    profile = learn_twin([streamed(body(), message(300), first=0.7, gaps=[0.03] * 500)])
    (reply,) = replies_of(profile, body(stream=True))
    delays = [chunk.delay for chunk in reply.chunks]
    assert delays[0] == pytest.approx(0.7)
    assert set(delays[1:]) == {0.03}
    assert len(delays) > 50
    assert b"message_start" in reply.chunks[0].data
    assert b"content_block_delta" in reply.chunks[0].data
    assert b"message_stop" in reply.chunks[-1].data


def test_each_form_takes_times_of_the_other_where_its_own_are_not_known() -> None:
    """A stream of whole replies' seconds takes as long; a whole reply takes as long as its stream would."""
    of_whole = learn_twin([whole(body(), message(50), 2.0)])
    (stream,) = replies_of(of_whole, body(stream=True))
    assert sum(chunk.delay for chunk in stream.chunks) == pytest.approx(2.0)
    of_streams = learn_twin([streamed(body(), message(300), first=0.5, gaps=[0.02] * 500)])
    (one,) = replies_of(of_streams, body())
    (same,) = replies_of(of_streams, body(stream=True))
    assert one.chunks[0].delay == pytest.approx(sum(chunk.delay for chunk in same.chunks), rel=0.3)
    untimed = like(("end_turn", 0, 50), streams=None, whole=None)
    (at_once,) = replies_of(untimed, body(stream=True))
    assert sum(chunk.delay for chunk in at_once.chunks) == 0


# --- seeds -----------------------------------------------------------------------------------------


def test_the_same_seed_and_requests_make_the_same_replies() -> None:
    """To the byte and the delay; another seed makes others, and so does each turn."""
    profile = learn_twin([streamed(body(), message(tokens), 0.1 * tokens) for tokens in range(10, 60)])
    first, again = (list(replies_of(profile, body(stream=True), 10, seed=3)) for _ in range(2))
    assert first == again
    assert list(replies_of(profile, body(stream=True), 10, seed=4)) != first
    assert len({len(reply.body) for reply in first}) > 5
