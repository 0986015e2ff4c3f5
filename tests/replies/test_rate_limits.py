"""Rate limits: buckets that empty and fill, and the fields that tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from mockapi.errors import UsageError
from mockapi.exchange import Reply, Request
from mockapi.replies._rate_limits import (
    MAX_KEYS,
    RateLimits,
    State,
    admit,
    is_limited,
    key_of,
    parse_rate_limits,
    settle,
    usage_of,
)
from tests.support.faulty import json_reply, stream

NOW = 1_700_000_000.0
LIMITS = RateLimits(requests=2, input_tokens=10_000, output_tokens=5_000)


def ask(key: str = "sk-ant-test-1") -> Request:
    """A request with a key."""
    return Request("POST", "/v1/messages", headers=((b"x-api-key", key.encode()),))


def send(
    state: State, now: float, reply: Reply | None = None, key: str = "sk-ant-test-1"
) -> tuple[Reply, State]:
    """One exchange under `LIMITS`: the 429, or the reply with its fields."""
    refusal, state = admit(LIMITS, state, ask(key), now, "req_1")
    return (refusal, state) if refusal else settle(LIMITS, state, ask(key), reply or json_reply(), now)


def limit_fields(reply: Reply) -> dict[str, str]:
    """The rate-limit fields without their prefix."""
    return {
        name.decode().removeprefix("anthropic-ratelimit-"): value.decode()
        for name, value in reply.headers
        if name.startswith(b"anthropic-ratelimit-")
    }


def test_requests_run_out_and_come_back() -> None:
    """Two at once, the third after half a minute: the bucket fills at an even pace."""
    state: State = {}
    statuses = []
    for seconds in (0, 0, 0, 29, 31, 31):
        reply, state = send(state, NOW + seconds)
        statuses.append(reply.status)
    assert statuses == [200, 200, 429, 429, 200, 429]


def test_a_refusal_says_when_to_come_again() -> None:
    """`retry-after` in whole seconds is enough, and one second less is not."""
    state: State = {}
    for _ in range(2):
        _, state = send(state, NOW)
    refusal, state = send(state, NOW)
    wait = int(refusal.header("retry-after") or 0)
    assert wait == 30
    assert refusal.header("x-should-retry") == "true"
    assert send(state, NOW + wait - 1)[0].status == 429
    assert send(state, NOW + wait)[0].status == 200


def test_the_fields_are_the_apis() -> None:
    """Limit, what remains (tokens in thousands), and when the bucket is full; no fields twice."""
    reply, state = send({}, NOW)
    fields = limit_fields(reply)
    assert fields["requests-limit"] == "2"
    assert fields["requests-remaining"] == "1"
    assert datetime.fromisoformat(fields["requests-reset"]).timestamp() == NOW + 30
    assert fields["requests-reset"].endswith("Z")
    assert fields["input-tokens-remaining"] == "10000"
    assert (fields["tokens-limit"], fields["tokens-remaining"]) == ("15000", "15000")
    again, _ = settle(LIMITS, state, ask(), reply, NOW)
    assert len([name for name, _ in again.headers if name.startswith(b"anthropic-ratelimit-")]) == 12


def test_tokens_are_charged_by_the_usage() -> None:
    """A stream's last counts; an empty token bucket refuses until it is above zero again."""
    assert usage_of(stream())["output_tokens"] == 34
    big = Reply(
        200,
        json_reply().headers,
        (json_reply().chunks[0]._replace(data=b'{"usage":{"output_tokens":6000}}'),),
        json_reply().source,
    )
    reply, state = send({}, NOW, big)
    assert limit_fields(reply)["output-tokens-remaining"] == "0"
    refusal, state = send(state, NOW + 1)
    assert refusal.status == 429
    assert refusal.header("retry-after") == "12"
    assert limit_fields(refusal)["requests-remaining"] == "1"
    assert send(state, NOW + 13)[0].status == 200


def test_every_key_has_buckets_of_its_own() -> None:
    """Under either header, and only so many keys are kept."""
    state: State = {}
    for number in range(MAX_KEYS + 5):
        reply, state = send(state, NOW, key=f"sk-ant-test-{number}")
        assert reply.status == 200
    assert len(state) == MAX_KEYS
    assert (
        key_of(Request("POST", "/", headers=((b"authorization", b"Bearer sk-ant-test-7"),)))
        == "sk-ant-test-7"
    )


def test_only_messages_count_and_errors_have_no_fields() -> None:
    """As in recorded traffic."""
    assert is_limited(ask())
    assert not is_limited(Request("POST", "/v1/messages/count_tokens"))
    assert not is_limited(Request("GET", "/v1/models"))
    error = Reply(400, (), (), json_reply().source)
    assert settle(LIMITS, {}, ask(), error, NOW)[0] is error


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5, "rate_limits is an object"),
        ({"rps": 1}, "rate_limits.rps"),
        ({"requests": 0}, "requests is a whole"),
    ],
)
def test_limits_that_cannot_be_are_refused(value: Any, words: str) -> None:
    """With what would do; null is no limit."""
    assert parse_rate_limits(None) is None
    assert parse_rate_limits({"requests": 5}) == RateLimits(requests=5)
    with pytest.raises(UsageError, match=words):
        parse_rate_limits(value)
