"""Rate limits that behave: buckets of requests and tokens for each key, as the API has them.

A bucket holds as much as its limit for one minute and fills up at an even pace (a token bucket,
so there is no window that starts anew). A request needs one whole request and something left in
both token buckets. It is charged when it comes; tokens are charged by the usage that the reply
states, which may take a bucket below zero: it then refuses until it has filled up above it.

The fields of a reply: limit, what remains, and when the bucket is full again. Remaining tokens
are rounded to thousands, as every recorded one is. `tokens` is both kinds together. A refusal is
the API's 429, its `retry-after` the whole seconds until a request can succeed.

One account has one limit: replies that mockapi makes, an ordered 429 and enforced limits all tell of
the same buckets. Unless a session orders limits of its own nothing is refused, and the fields are those
of a mid-tier account.

The time is given by the caller, in seconds since 1970.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from mockapi import jsontext, sse, validation
from mockapi.errors import MockapiError
from mockapi.messages import framed_events
from mockapi.options import mapping, whole
from mockapi.replies._message_reply import MessageReply
from mockapi.replies._reply_headers import Fields, fields_in_line
from mockapi.replies._sse_frames import is_binary_stream, is_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.exchange import Headers, Reply, Request

MAX_KEYS: Final = 1000
"""Keys that buckets are kept for; the one that was used longest ago goes."""

_MINUTE: Final = 60.0
_ALMOST: Final = 1e-6
"""What a whole request or token may lack: levels are sums of fractions."""
_EPOCH: Final = date(1970, 1, 1)
_LAST_SECOND: Final = 253_402_300_799
"""9999-12-31T23:59:59Z: RFC 3339 knows no later time, and a reply may state any number of tokens."""
_PREFIX: Final = b"anthropic-ratelimit-"
_BUCKETS: Final = tuple(
    tuple(_PREFIX + bucket + ending for ending in (b"-limit", b"-remaining", b"-reset"))
    for bucket in (b"input-tokens", b"output-tokens", b"requests", b"tokens")
)
"""Names of each bucket's fields, in the API's order."""
_OPTIONS: Final = ("requests", "input_tokens", "output_tokens")
_LIMIT: Final = whole(1, 10**9)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Limits of `POST /v1/messages` for each API key, as the API's token buckets keep them.

    A bucket holds one minute's worth and fills at an even pace. The defaults are what recorded replies
    of a mid-tier account tell in their `anthropic-ratelimit-*` fields.

    Attributes:
        requests: requests a minute, from 1.
        input_tokens: tokens in, a minute, from 1.
        output_tokens: tokens out, a minute, from 1.
    """

    requests: int = 4_000
    input_tokens: int = 400_000
    output_tokens: int = 80_000


ACCOUNT: Final = RateLimits()
"""The limits of a session that orders none."""


class Levels(NamedTuple):
    """What is in the buckets of one key at a moment."""

    at: float
    requests: float
    input_tokens: float
    output_tokens: float


State: TypeAlias = "dict[str, Levels]"
"""The levels by key, the longest unused first. Kept by a session."""


def parse_rate_limits(value: Any, place: str = "rate_limits") -> RateLimits | None:
    """Limits from JSON: an object with any of the three limits; null for none.

    Raises:
        OptionError: what does not fit.
    """
    if value is None:
        return None
    limits = mapping(value, (place,), _OPTIONS)
    return RateLimits(**{key: _LIMIT(limit, (place, key)) for key, limit in limits.items()})


def is_limited(request: Request) -> bool:
    """Whether a request counts: the API limits the making of messages in these buckets."""
    return request.asks_for_message


def key_of(request: Request) -> str:
    """The API key that a request is counted for, or the AWS key that signed it; "" if it has none."""
    key = request.header("x-api-key")
    if key:
        return key
    authorization = request.header("authorization") or ""
    return validation.access_key_id(authorization) or authorization.removeprefix("Bearer ")


def seconds_to_wait(limits: RateLimits, state: State, key: str, now: float) -> float:
    """Seconds until the buckets of a key admit a request; 0 if they do now."""
    return _wait(limits, charge(limits, state.get(key), now))


def charge(
    limits: RateLimits,
    levels: Levels | None,
    now: float,
    *,
    requests: int = 0,
    input_tokens: int = 0,
    output_tokens: int = 0,
) -> Levels:
    """What is in the buckets of a key now, after a charge.

    Args:
        limits: what they hold.
        levels: what was in them last; None for a key that was not seen before.
        now: seconds since 1970.
        requests: how many are charged.
        input_tokens: likewise.
        output_tokens: likewise.
    """
    if levels is None:
        return Levels(
            now,
            limits.requests - requests,
            limits.input_tokens - input_tokens,
            limits.output_tokens - output_tokens,
        )
    at, left, left_in, left_out = levels
    part = (now - at) / _MINUTE if now > at else 0.0
    return Levels(
        max(now, at),
        min(limits.requests, left + limits.requests * part) - requests,
        min(limits.input_tokens, left_in + limits.input_tokens * part) - input_tokens,
        min(limits.output_tokens, left_out + limits.output_tokens * part) - output_tokens,
    )


def keep(state: State, key: str, levels: Levels) -> None:
    """Put down what is in the buckets of a key, which is now the one that was used last."""
    if state.pop(key, None) is None:
        while len(state) >= MAX_KEYS:
            del state[next(iter(state))]
    state[key] = levels


def usage_of(reply: Reply) -> tuple[int, int]:
    """The tokens in and out that a reply states; of a stream, the last ones that it states."""
    if reply.usage is not None:
        return reply.usage
    found: dict[str, int] = {}
    if is_binary_stream(reply):
        values = list(_framed_values(reply.body))
    elif is_stream(reply):
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
    return found.get("input_tokens", 0), found.get("output_tokens", 0)


def _framed_values(body: bytes) -> Iterator[Any]:
    with contextlib.suppress(MockapiError):  # what came before a broken frame was used all the same
        yield from framed_events(body)


def with_fields(reply: Reply, fields: Headers) -> Reply:
    """The reply with these rate-limit fields, where the API has them, in place of any that it had."""
    kept = reply.headers
    names = [name for name, _ in kept]
    if _PREFIX in b" ".join(names):  # a look at all of them at once: this is asked for every reply
        kept = tuple(field for field in kept if not field[0].startswith(_PREFIX))
        names = [name for name, _ in kept]
    place = names.index(b"request-id") if b"request-id" in names else len(kept)
    return reply.with_all_headers((*kept[:place], *fields, *kept[place:]))


def settled(reply: Reply, limits: RateLimits, levels: Levels) -> Reply:
    """The reply telling of these buckets, and of no others."""
    if isinstance(reply, MessageReply):
        return reply.with_account(_told_of(limits, levels))
    return with_fields(reply, fields_of(limits, levels))


def fields_of(limits: RateLimits, levels: Levels) -> Headers:
    """The header fields of buckets, in the API's order."""
    return _told_of(limits, levels).fields


def _told_of(limits: RateLimits, levels: Levels) -> Fields:
    at, requests, input_tokens, output_tokens = levels
    most, most_in, most_out = limits.requests, limits.input_tokens, limits.output_tokens
    return _told(
        _of_tokens(most_in, input_tokens, at),
        _of_tokens(most_out, output_tokens, at),
        (most, int(requests + _ALMOST) if requests > 0 else 0, _full(most, requests, at)),
        _of_tokens(most_in + most_out, input_tokens + output_tokens, at),
    )


def _of_tokens(limit: int, level: float, at: float) -> tuple[int, int, int]:
    """What the fields of a bucket of tokens say: its limit, what remains in thousands, when it is full."""
    left = (int(level + _ALMOST) + 500) // 1000 * 1000 if level > 0 else 0
    full = ceil(at + (limit - level) / limit * _MINUTE if level < limit else at)  # as `_full`
    return limit, left if left < limit else limit, full  # noqa: FURB136 - `min` costs four times as much


def _full(limit: int, level: float, at: float) -> int:
    """When a bucket is full again."""
    return ceil(at + (limit - level) / limit * _MINUTE if level < limit else at)


@lru_cache(maxsize=64)  # under load, many requests of one second leave the same behind
def _told(*buckets: tuple[int, int, int]) -> Fields:
    """The fields of all buckets: limit, what remains, and when it is full again."""
    one, two, three, four = map(_of_bucket, _BUCKETS, buckets)
    fields = one.fields + two.fields + three.fields + four.fields
    return Fields(fields, b"".join((one.lines, two.lines, three.lines, four.lines)))


@lru_cache(maxsize=256)  # nearly every request changes one bucket in what is told, and hardly one changes all
def _of_bucket(names: tuple[bytes, bytes, bytes], bucket: tuple[int, int, int]) -> Fields:
    limit, remaining, full = bucket
    limited, left, reset = names
    return fields_in_line((limited, b"%d" % limit), (left, b"%d" % remaining), (reset, timestamp(full)))


@lru_cache(maxsize=64)
def timestamp(seconds: int) -> bytes:
    """Seconds since 1970 as the API's rate-limit fields have them: RFC 3339, whole seconds and a Z."""
    days, second = divmod(min(seconds, _LAST_SECOND), 86_400)
    minutes, second = divmod(second, 60)
    return b"%sT%02d:%02d:%02dZ" % (_day(days), *divmod(minutes, 60), second)


@lru_cache(maxsize=4)
def _day(days: int) -> bytes:
    return (_EPOCH + timedelta(days)).isoformat().encode()


def _wait(limits: RateLimits, levels: Levels) -> float:
    """Seconds until a request would be admitted; 0 if it is now."""
    waits = (
        (1 - levels.requests) / limits.requests,
        (1 - levels.input_tokens) / limits.input_tokens,
        (1 - levels.output_tokens) / limits.output_tokens,
    )
    longest = max(waits)
    return longest * _MINUTE if longest > 1e-9 else 0.0
