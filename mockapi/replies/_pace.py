"""Pace: how long a model takes, to its first token and from token to token.

A pace is two durations. Each is one of

    a number                            always that many seconds
    {"median": S, "sigma": X}           log-normal, as response times tend to be
    {"percentiles": {"50": S, ...}}     a table, straight lines between its points
    {"recorded": [S, S, ...]}           measured values, drawn one by one

and is drawn from a seed: the same reply gets the same times in every run. The first token is the
first content_block_delta of a stream; what comes before it (message_start, a ping) comes with it.
Later a delta takes the time of the tokens it carries, about four characters each, pings and
other events take none. A reply that is no stream comes whole after the time of all its tokens.

`tokens_per_event` cuts the deltas anew. The events are mockapi's then and no longer the
recording's, as in a conversion.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext, sse
from mockapi.errors import MockapiError, UsageError
from mockapi.exchange import Chunk
from mockapi.messages import accumulate, decode_events, encode_events, events_of
from mockapi.replies._convert import paddings
from mockapi.replies._sse_frames import SSEFrame, frames_of, is_stream, with_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockapi.exchange import Reply

    Draw = Callable[[random.Random], float]

CHARACTERS_PER_TOKEN: Final = 4
MAX_SECONDS: Final = 3600.0
_FIELDS: Final = ("text", "thinking", "partial_json")
_KEYS: Final = ("first", "between", "tokens_per_event", "seed")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a reply comes.

        mockapi.parse_pace({"first": 0.5, "between": {"median": 0.02, "sigma": 0.3}})
        mockapi.Pace(first=lambda source: 0.5, between=lambda source: source.expovariate(50))

    Attributes:
        first: draws the seconds to the first token from a `random.Random`.
        between: draws the seconds from token to token.
        tokens_per_event: how many tokens each delta carries; None leaves the deltas as they are.
        seed: what the durations are drawn from.
    """

    first: Draw
    between: Draw
    tokens_per_event: int | None = None
    seed: int = 0


def parse_pace(value: Any, place: str = "pace") -> Pace:
    """A pace from JSON: `{"first": DURATION, "between": DURATION, "tokens_per_event": N, "seed": N}`.

    Raises:
        UsageError: what does not fit, where, and what would do.
    """
    if not isinstance(value, dict):
        raise UsageError(f"{place} is an object with {', '.join(_KEYS)}, not {value!r:.80}.")
    for key in value:
        if key not in _KEYS:
            raise UsageError(f"{place}.{key}: there is no such option; there are {', '.join(_KEYS)}.")
    tokens, seed = value.get("tokens_per_event"), value.get("seed", 0)
    if tokens is not None and not (type(tokens) is int and 0 < tokens <= 10_000):
        raise UsageError(f"{place}.tokens_per_event is a whole number, 1 to 10,000, not {tokens!r:.80}.")
    if type(seed) is not int:
        raise UsageError(f"{place}.seed is a whole number, not {seed!r:.80}.")
    return Pace(
        _duration(value.get("first", 0), f"{place}.first"),
        _duration(value.get("between", 0), f"{place}.between"),
        tokens,
        seed,
    )


def _is_seconds(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= MAX_SECONDS


def _duration(value: Any, place: str) -> Draw:
    if _is_seconds(value):
        return lambda _random: float(value)
    if isinstance(value, dict):
        match value:
            case {"median": median, "sigma": sigma} if (
                len(value) == 2 and _is_seconds(median) and _is_seconds(sigma) and median > 0 and sigma <= 10
            ):
                middle = math.log(median)
                return lambda source: min(source.lognormvariate(middle, sigma), MAX_SECONDS)
            case {"percentiles": dict(table)} if len(value) == 1 and table:
                return _percentiles(table, place)
            case {"recorded": list(values)} if len(value) == 1 and values and all(map(_is_seconds, values)):
                return lambda source: float(source.choice(values))
    raise UsageError(
        f'{place} is seconds (0 to {MAX_SECONDS:g}), {{"median": S, "sigma": X}}, {{"percentiles": '
        f'{{"50": S, ...}}}} or {{"recorded": [S, ...]}}, not {value!r:.80}.'
    )


def _percentiles(table: dict[str, Any], place: str) -> Draw:
    points: list[tuple[float, float]] = []
    for name, seconds in table.items():
        try:
            percent = float(name)
        except (TypeError, ValueError):
            percent = -1.0
        if not 0 <= percent <= 100 or not _is_seconds(seconds):
            raise UsageError(f"{place}.percentiles[{name!r}]: names are 0 to 100, values seconds.")
        points.append((percent / 100, float(seconds)))
    points.sort()
    if any(later < earlier for (_, earlier), (_, later) in pairwise(points)):
        raise UsageError(f"{place}.percentiles: a higher percentile cannot be shorter.")
    return lambda source: _at(points, source.random())


def _at(points: list[tuple[float, float]], part: float) -> float:
    before = points[0]
    for point in points:
        if part <= point[0]:
            width = point[0] - before[0]
            share = (part - before[0]) / width if width else 1.0
            return before[1] + (point[1] - before[1]) * share
        before = point
    return before[1]


def paced(reply: Reply, pace: Pace) -> Reply:
    """The reply as a model of this pace would have sent it; an error comes at once."""
    if reply.status != 200 or not reply.chunks:
        return reply
    source = random.Random(f"{pace.seed}:{reply.header('request-id')}")  # noqa: S311 - a pace, no secret
    if not is_stream(reply):
        body = jsontext.parse(reply.body)
        usage = body.get("usage") if isinstance(body, dict) else None
        tokens = usage.get("output_tokens") if isinstance(usage, dict) else None
        if type(tokens) is not int:
            return reply
        seconds = pace.first(source) + sum(pace.between(source) for _ in range(min(tokens, 200_000) - 1))
        return with_chunks(reply, [(min(seconds, MAX_SECONDS), reply.body)])
    if pace.tokens_per_event is not None:
        reply = _with_tokens(reply, pace.tokens_per_event)
    return with_chunks(reply, _timed(frames_of(reply, "pace"), pace, source))


def _timed(frames: Iterable[SSEFrame], pace: Pace, source: random.Random) -> Iterable[Chunk]:
    begun = False
    held: list[bytes] = []
    for frame in frames:
        tokens = _tokens(frame)
        if begun:
            yield Chunk(sum(pace.between(source) for _ in range(tokens)), frame.data)
            continue
        held.append(frame.data)
        if tokens:
            begun = True
            yield Chunk(pace.first(source), b"".join(held))
    if not begun:
        yield Chunk(pace.first(source), b"".join(held))


def _tokens(frame: SSEFrame) -> int:
    events = sse.parse(frame.data)
    if not events or events[0].type != "content_block_delta":
        return 0
    value = frame.value
    delta = value.get("delta") if isinstance(value, dict) else None
    if not isinstance(delta, dict):
        return 0
    length = max((len(delta[field]) for field in _FIELDS if isinstance(delta.get(field), str)), default=1)
    return math.ceil(length / CHARACTERS_PER_TOKEN)


def _with_tokens(reply: Reply, tokens: int) -> Reply:
    try:
        message = accumulate(decode_events(reply.body))
    except MockapiError:
        return reply  # a stream that is broken stays as broken as it is
    events = events_of(message, sizes=lambda _kind: tokens * CHARACTERS_PER_TOKEN)
    body = encode_events(events, islice(paddings(reply.body), len(events)))
    return with_chunks(reply, [(0.0, body)])
