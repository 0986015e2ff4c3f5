"""One account's rate limits: buckets that empty and fill, and the fields that tell of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from mockapi.errors import UsageError
from mockapi.exchange import Reply, Request
from mockapi.replies import faults
from mockapi.replies.rate_limits import (
    ACCOUNT,
    MAX_KEYS,
    RateLimits,
    State,
    charge,
    is_limited,
    keep,
    key_of,
    parse_rate_limits,
    usage_of,
)
from mockapi.sessions import Account
from tests.support.faulty import framed, json_reply, stream

NOW = 1_700_000_000.0
LIMITS = RateLimits(requests=2, input_tokens=10_000, output_tokens=5_000)


def ask(key: str = "sk-ant-test-1") -> Request:
    """A request with a key."""
    return Request("POST", "/v1/messages", headers=((b"x-api-key", key.encode()),))


def send(account: Account, now: float, reply: Reply | None = None, key: str = "sk-ant-test-1") -> Reply:
    """One exchange: the 429, or the reply with its fields."""
    refusal = account.refuse(ask(key), now, lambda: "req_1")
    return refusal or account.settle(ask(key), reply or json_reply(), now)


def limit_fields(reply: Reply) -> dict[str, str]:
    """The rate-limit fields without their prefix."""
    return {
        name.decode().removeprefix("anthropic-ratelimit-"): value.decode()
        for name, value in reply.headers
        if name.startswith(b"anthropic-ratelimit-")
    }


def test_requests_run_out_and_come_back() -> None:
    """Two at once, the third after half a minute: the bucket fills at an even pace."""
    account = Account(LIMITS)
    statuses = [send(account, NOW + seconds).status for seconds in (0, 0, 0, 29, 31, 31)]
    assert statuses == [200, 200, 429, 429, 200, 429]


def test_tokens_that_went_in_have_to_come_back() -> None:
    """Input counts as output does: the wait is until its bucket is above zero."""
    used = json_reply().chunks[0]._replace(data=b'{"usage":{"input_tokens":12500,"output_tokens":1}}')
    account = Account(LIMITS)
    assert (
        limit_fields(send(account, NOW, replace(json_reply(), chunks=(used,))))["input-tokens-remaining"]
        == "0"
    )
    refusal = send(account, NOW)
    assert (refusal.status, refusal.header("retry-after")) == (429, "16")
    assert send(account, NOW + 15).status == 429
    assert send(account, NOW + 16).status == 200


def test_a_refusal_says_when_to_come_again() -> None:
    """`retry-after` in whole seconds is enough, and one second less is not."""
    account = Account(LIMITS)
    refusal = [send(account, NOW) for _ in range(3)][-1]
    wait = int(refusal.header("retry-after") or 0)
    assert wait == 30
    assert refusal.header("x-should-retry") == "true"
    assert send(account, NOW + wait - 1).status == 429
    assert send(account, NOW + wait).status == 200


def test_the_fields_are_the_apis() -> None:
    """Limit, what remains (tokens in thousands), and when the bucket is full; no fields twice."""
    account = Account(LIMITS)
    reply = send(account, NOW)
    fields = limit_fields(reply)
    assert fields["requests-limit"] == "2"
    assert fields["requests-remaining"] == "1"
    assert datetime.fromisoformat(fields["requests-reset"]).timestamp() == NOW + 30
    assert fields["requests-reset"].endswith("Z")
    assert fields["input-tokens-remaining"] == "10000"
    assert (fields["tokens-limit"], fields["tokens-remaining"]) == ("15000", "15000")
    again = account.settle(ask(), reply, NOW)
    assert len([name for name, _ in again.headers if name.startswith(b"anthropic-ratelimit-")]) == 12


def test_tokens_are_charged_by_the_usage() -> None:
    """A stream's last counts; an empty token bucket refuses until it is above zero again."""
    assert usage_of(stream())[1] == 34
    assert usage_of(framed()) == usage_of(stream())
    (whole,) = framed().chunks
    broken = replace(framed(), chunks=(whole._replace(data=whole.data[:-1] + b"!"),))
    assert usage_of(broken) == usage_of(stream())
    big = Reply(
        200,
        json_reply().headers,
        (json_reply().chunks[0]._replace(data=b'{"usage":{"output_tokens":6000}}'),),
        json_reply().source,
    )
    account = Account(LIMITS)
    reply = send(account, NOW, big)
    assert limit_fields(reply)["output-tokens-remaining"] == "0"
    refusal = send(account, NOW + 1)
    assert refusal.status == 429
    assert refusal.header("retry-after") == "12"
    assert limit_fields(refusal)["requests-remaining"] == "1"
    assert send(account, NOW + 13).status == 200


@pytest.mark.parametrize("tokens", [10**12, 2**63])
def test_whatever_a_reply_states_can_be_told(tokens: int) -> None:
    """What will not be full again before the year 10,000 is said to be in the last second before it."""
    account = Account(RateLimits(1, 1, 1))
    stated = (
        json_reply()
        .chunks[0]
        ._replace(data=b'{"usage":{"input_tokens":%d,"output_tokens":%d}}' % (tokens, tokens))
    )
    for reply in (send(account, NOW, replace(json_reply(), chunks=(stated,))), send(account, NOW + 60)):
        assert limit_fields(reply)["output-tokens-reset"] == "9999-12-31T23:59:59Z"
    assert send(account, NOW + 60).status == 429


def test_every_key_has_buckets_of_its_own() -> None:
    """Under either header, and only so many keys are kept."""
    state: State = {}
    for number in range(MAX_KEYS + 5):
        levels = charge(LIMITS, state.get(f"sk-ant-test-{number}"), NOW, requests=1)
        keep(state, f"sk-ant-test-{number}", levels)
        assert levels.requests == 1
    assert len(state) == MAX_KEYS
    keep(state, "sk-ant-test-5", charge(LIMITS, state["sk-ant-test-5"], NOW))
    assert list(state)[-1] == "sk-ant-test-5"
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
    assert Account(LIMITS).settle(ask(), error, NOW) is error


def test_an_ordered_429_tells_of_the_same_account() -> None:
    """What replies say, what a fault says and what is enforced are the same limits."""
    account = Account(None)
    made = replace(json_reply(), usage=(3, 5))
    said = limit_fields(account.settle(ask(), made, NOW))
    blank = faults.blank("req_1", NOW, account.fields(ask(), NOW))
    refused = limit_fields(faults.error(429)(blank))
    assert {said["requests-limit"], refused["requests-limit"]} == {str(ACCOUNT.requests)}
    assert (said["requests-remaining"], refused["requests-remaining"]) == (str(ACCOUNT.requests - 1), "0")
    assert refused["tokens-limit"] == said["tokens-limit"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5, "rate_limits` must be an object"),
        ({"rps": 1}, "rate_limits.rps"),
        ({"requests": 0}, "requests` must be a whole"),
    ],
)
def test_limits_that_cannot_be_are_refused(value: Any, words: str) -> None:
    """With what would do; null is no limit."""
    assert parse_rate_limits(None) is None
    assert parse_rate_limits({"requests": 5}) == RateLimits(requests=5)
    with pytest.raises(UsageError, match=words):
        parse_rate_limits(value)
