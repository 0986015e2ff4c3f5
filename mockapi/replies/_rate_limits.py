"""Rate limits that behave: buckets of requests and tokens for each key, as the API has them.

A bucket holds as much as its limit for one minute and fills up at an even pace (a token bucket,
so there is no window that starts anew). A request needs one whole request and something left in
both token buckets. It is charged when it comes; tokens are charged by the usage that the reply
states, which may take a bucket below zero: it then refuses until it has filled up above it.

The fields of a reply: limit, what remains, and when the bucket is full again. Remaining tokens
are rounded to thousands, as every recorded one is. `tokens` is both kinds together. A refusal is
the API's 429, its `retry-after` the whole seconds until a request can succeed.

State goes in and comes out; the time is given by the caller, in seconds since 1970.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from mockapi import jsontext, sse
from mockapi.errors import UsageError
from mockapi.replies._headers import wire_field
from mockapi.replies.faults import blank, error
from mockapi.replies.faults._frames import is_stream
from mockapi.replies.faults._http import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.exchange import Headers, Reply, Request

MAX_KEYS: Final = 1000
"""Keys that buckets are kept for; the one that was used longest ago goes."""

_MINUTE: Final = 60.0
_PREFIX: Final = b"anthropic-ratelimit-"
_OPTIONS: Final = ("requests", "input_tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Limits for one minute, for each key.

    Attributes:
        requests: how many requests.
        input_tokens: how many tokens in.
        output_tokens: how many tokens out.
    """

    requests: int = 50
    input_tokens: int = 30_000
    output_tokens: int = 8_000


class Levels(NamedTuple):
    """What is in the buckets of one key at a moment."""

    at: float
    requests: float
    input_tokens: float
    output_tokens: float


State: TypeAlias = "dict[str, Levels]"
"""The levels by key, the longest unused first. Kept by a session; treat it as a value."""


def parse_rate_limits(value: Any, place: str = "rate_limits") -> RateLimits | None:
    """Limits from JSON: an object with any of the three limits; null for none.

    Raises:
        UsageError: what does not fit.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise UsageError(f"{place} is an object with {', '.join(_OPTIONS)}, not {value!r:.80}.")
    for key, limit in value.items():
        if key not in _OPTIONS:
            raise UsageError(f"{place}.{key}: there is no such limit; there are {', '.join(_OPTIONS)}.")
        if type(limit) is not int or not 0 < limit <= 10**9:
            raise UsageError(f"{place}.{key} is a whole number from 1 to 1,000,000,000, not {limit!r:.80}.")
    return RateLimits(**value)


def is_limited(request: Request) -> bool:
    """Whether a request counts: the API limits the making of messages in these buckets."""
    return request.method == "POST" and request.path == "/v1/messages"


def key_of(request: Request) -> str:
    """The API key that a request is counted for; "" if it has none."""
    bearer = (request.header("authorization") or "").removeprefix("Bearer ")
    return request.header("x-api-key") or bearer


def admit(
    limits: RateLimits, state: State, request: Request, now: float, request_id: str
) -> tuple[Reply | None, State]:
    """A 429 if a bucket of the request's key is empty, else None; and the state after it."""
    key = key_of(request)
    levels = _filled(limits, state.get(key), now)
    wait = _wait(limits, levels)
    if wait > 0:
        date = format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
        seconds = max(1, math.ceil(wait))
        reply = error(429, retry_after=seconds)(blank(request_id, date))
        return with_limits(limits, levels, reply), _put(state, key, levels)
    return None, _put(state, key, levels._replace(requests=levels.requests - 1))


def settle(
    limits: RateLimits, state: State, request: Request, reply: Reply, now: float
) -> tuple[Reply, State]:
    """The reply with its rate-limit fields, and the state after its tokens were charged."""
    if reply.status != 200:
        return reply, state
    key = key_of(request)
    levels = _filled(limits, state.get(key), now)
    usage = usage_of(reply)
    levels = levels._replace(
        input_tokens=levels.input_tokens - usage.get("input_tokens", 0),
        output_tokens=levels.output_tokens - usage.get("output_tokens", 0),
    )
    return with_limits(limits, levels, reply), _put(state, key, levels)


def usage_of(reply: Reply) -> Mapping[str, int]:
    """The token counts that a reply states; of a stream, the last ones that it states."""
    found: dict[str, int] = {}
    if is_stream(reply):
        values = [jsontext.parse(event.data.encode()) for event in sse.parse(reply.body)]
    else:
        values = [jsontext.parse(reply.body)]
    for value in values:
        if not isinstance(value, dict):
            continue
        holder = value["message"] if isinstance(value.get("message"), dict) else value
        usage = holder.get("usage")
        if isinstance(usage, dict):
            found |= {name: count for name, count in usage.items() if type(count) is int}
    return found


def with_limits(limits: RateLimits, levels: Levels, reply: Reply) -> Reply:
    """The reply with the fields of these buckets in place of any that it had."""
    kept: Headers = tuple(field for field in reply.headers if not field[0].startswith(_PREFIX))
    added = [
        *_fields("input-tokens", limits.input_tokens, levels.input_tokens, levels.at),
        *_fields("output-tokens", limits.output_tokens, levels.output_tokens, levels.at),
        *_fields("requests", limits.requests, levels.requests, levels.at),
        *_fields(
            "tokens",
            limits.input_tokens + limits.output_tokens,
            levels.input_tokens + levels.output_tokens,
            levels.at,
        ),
    ]
    return replace(reply, headers=(*kept, *added))


def _fields(name: str, limit: int, level: float, at: float) -> Headers:
    remaining = max(0, math.floor(level + 1e-6))
    if name != "requests":
        remaining = round(remaining / 1000) * 1000
    full = math.ceil(at + max(0.0, limit - level) / limit * _MINUTE)
    return (
        wire_field(f"anthropic-ratelimit-{name}-limit", str(limit)),
        wire_field(f"anthropic-ratelimit-{name}-remaining", str(min(remaining, limit))),
        wire_field(f"anthropic-ratelimit-{name}-reset", rfc3339(datetime.fromtimestamp(full, UTC))),
    )


def _filled(limits: RateLimits, levels: Levels | None, now: float) -> Levels:
    if levels is None:
        return Levels(now, limits.requests, limits.input_tokens, limits.output_tokens)
    part = max(0.0, now - levels.at) / _MINUTE
    return Levels(
        max(now, levels.at),
        min(limits.requests, levels.requests + limits.requests * part),
        min(limits.input_tokens, levels.input_tokens + limits.input_tokens * part),
        min(limits.output_tokens, levels.output_tokens + limits.output_tokens * part),
    )


def _wait(limits: RateLimits, levels: Levels) -> float:
    """Seconds until a request would be admitted; 0 if it is now."""
    waits = (
        (1 - levels.requests) / limits.requests,
        (1 - levels.input_tokens) / limits.input_tokens,
        (1 - levels.output_tokens) / limits.output_tokens,
    )
    longest = max(waits)
    return longest * _MINUTE if longest > 1e-9 else 0.0


def _put(state: State, key: str, levels: Levels) -> State:
    kept = {name: value for name, value in state.items() if name != key}
    while len(kept) >= MAX_KEYS:
        del kept[next(iter(kept))]
    kept[key] = levels
    return kept
