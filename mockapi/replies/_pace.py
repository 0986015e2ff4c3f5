"""Pace: how long a model takes, to its first token and from token to token.

A pace is two durations. Each is one of

    a number                            always that many seconds
    {"median": S, "sigma": X}           log-normal, as response times tend to be
    {"percentiles": {"50": S, ...}}     a table, straight lines between its points
    {"recorded": [S, S, ...]}           measured values, drawn one by one

and is drawn from a seed: the same reply gets the same times in every run. The first token is the
first content_block_delta of a stream; what comes before it (message_start, a ping) comes with it.
Later a delta takes the time of the tokens it carries, about four characters each, pings and
other events take none. A reply that is not a stream comes whole after the time of all its tokens.

`tokens_per_event` cuts the deltas anew. The events are mockapi's then and no longer the
recording's, as in a conversion.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.errors import MockapiError
from mockapi.exchange import Chunk
from mockapi.messages import accumulate, decode_events, encode_events, events_of
from mockapi.options import Kind, OptionError, items, mapping, number, shown, whole
from mockapi.replies._convert import paddings
from mockapi.replies._sse_frames import SSEFrame, frames_of, is_binary_stream, is_stream, with_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mockapi.exchange import Reply
    from mockapi.options import Path

    Draw = Callable[[random.Random], float]

CHARACTERS_PER_TOKEN: Final = 4
MAX_SECONDS: Final = 3600.0
_FIELDS: Final = ("text", "thinking", "partial_json")
_KEYS: Final = ("first", "between", "tokens_per_event", "seed")
_TOKENS: Final = whole(1, 10_000)
_SEED: Final = whole()
_SECONDS: Final = number(0, MAX_SECONDS)
_MEDIAN: Final[Kind[float]] = Kind(
    f"a number above 0, up to {MAX_SECONDS:,.0f}", lambda value: _SECONDS.fits(value) and value > 0
)
_SIGMA: Final = number(0, 10)
_DURATION: Final = (
    f'seconds from 0 to {MAX_SECONDS:,.0f}, {{"median": S, "sigma": X}}, '
    '{"percentiles": {"50": S, ...}} or {"recorded": [S, ...]}'
)


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
        told: what `parse_pace` made it of; None if it was made otherwise.
    """

    first: Draw
    between: Draw
    tokens_per_event: int | None = None
    seed: int = 0
    told: Mapping[str, Any] | None = field(default=None, compare=False)


def parse_pace(value: Any, place: str = "pace") -> Pace:
    """A pace from JSON: `{"first": DURATION, "between": DURATION, "tokens_per_event": N, "seed": N}`.

    Raises:
        OptionError: what does not fit, where, and what would do.
    """
    path = (place,)
    told = mapping(value, path, _KEYS)
    tokens = told.get("tokens_per_event")
    return Pace(
        _duration(told.get("first", 0), (*path, "first")),
        _duration(told.get("between", 0), (*path, "between")),
        None if tokens is None else _TOKENS(tokens, (*path, "tokens_per_event")),
        _SEED(told.get("seed", 0), (*path, "seed")),
        dict(told),
    )


def _duration(value: Any, path: Path) -> Draw:
    if _SECONDS.fits(value):
        return partial(_always, float(value))
    match value:
        case {"median": median, "sigma": sigma} if len(value) == 2:
            middle = math.log(_MEDIAN(median, (*path, "median")))
            spread = _SIGMA(sigma, (*path, "sigma"))
            return partial(_lognormal, middle, spread)
        case {"percentiles": dict(table)} if len(value) == 1 and table:
            return _percentiles(table, (*path, "percentiles"))
        case {"recorded": list(values)} if len(value) == 1 and values:
            seconds = items(values, (*path, "recorded"), _SECONDS)
            return partial(_one_of, seconds)
    raise OptionError(path, f"must be {_DURATION}; got {shown(value)}")


def _percentiles(table: dict[str, Any], path: Path) -> Draw:
    points: list[tuple[float, float]] = []
    for name, seconds in table.items():
        try:
            percent = float(name)
        except ValueError:
            percent = -1.0
        if not 0 <= percent <= 100:
            raise OptionError((*path, name), "must be a percentile from 0 to 100")
        points.append((percent / 100, float(_SECONDS(seconds, (*path, name)))))
    points.sort()
    if any(later < earlier for (_, earlier), (_, later) in pairwise(points)):
        raise OptionError(path, "must grow: a higher percentile takes at least as long as a lower one")
    return partial(_between, points)


# Functions with names, which can go to other processes: to workers, say.
def _always(seconds: float, _source: random.Random) -> float:
    return seconds


def _lognormal(middle: float, spread: float, source: random.Random) -> float:
    return min(source.lognormvariate(middle, spread), MAX_SECONDS)


def _one_of(seconds: list[float], source: random.Random) -> float:
    return float(source.choice(seconds))


def _between(points: list[tuple[float, float]], source: random.Random) -> float:
    return _at(points, source.random())


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
    if not is_stream(reply) and not is_binary_stream(reply):
        body = jsontext.parse(reply.body)
        usage = body.get("usage") if isinstance(body, dict) else None
        tokens = usage.get("output_tokens") if isinstance(usage, dict) else None
        if type(tokens) is not int:
            return reply
        seconds = pace.first(source) + sum(pace.between(source) for _ in range(min(tokens, 200_000) - 1))
        return with_chunks(reply, [(min(seconds, MAX_SECONDS), reply.body)])
    if pace.tokens_per_event is not None and is_stream(reply):
        reply = _with_tokens(reply, pace.tokens_per_event)
    return with_chunks(reply, _timed(frames_of(reply, "pace", binary=True), pace, source))


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
    if frame.type != "content_block_delta":
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
