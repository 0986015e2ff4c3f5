"""When the pieces of a drawn reply come.

A time is drawn by a normal score. Of times that follow a size, the score is partly that of the size and
partly drawn; of the gaps of a stream, which are alike, partly the stream's and partly the gap's own. So a
large request waits longer and a slow stream stays slow, and over many replies the times have the learned
distribution all the same. (In statistics: a Gaussian copula.)
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Chunk
from mockapi.messages import MAX_PADDING, encode_event
from mockapi.replies.twin._distribution import NORMAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockapi.messages import Sizes
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.twin._distribution import Distribution
    from mockapi.replies.twin._profile import ReplyProfile, SizedTimes

_FIELDS: Final = ("text", "thinking", "partial_json")
_CHARACTERS_PER_TOKEN: Final = 4


def lengths_of(replies: ReplyProfile, dice: SeededChoices) -> Sizes | None:
    """The lengths of pieces, None where nothing is known of them."""
    lengths = None if replies.streams is None else replies.streams.characters
    return None if lengths is None else lambda _kind: max(1, round(lengths.at(dice.fraction())))


def stream_chunks(
    events: Sequence[dict[str, Any]],
    replies: ReplyProfile,
    sizes: tuple[int, int],
    dice: SeededChoices,
) -> tuple[Chunk, ...]:
    """The events of a stream in pieces, each with its delay.

    Args:
        events: what the stream says.
        replies: what replies are like.
        sizes: bytes of the request, tokens of the reply.
        dice: choose delays and padding.
    """
    pieces = [
        b"".join(encode_event(event, dice.below(MAX_PADDING + 1)) for event in piece)
        for piece in _pieces(events)
    ]
    delays = _delays(replies, sizes, len(pieces), dice)
    return tuple(map(Chunk, delays, pieces))


def seconds_of(replies: ReplyProfile, sizes: tuple[int, int], dice: SeededChoices) -> float:
    """The seconds that a reply takes which comes in one piece."""
    if replies.whole is not None:
        return _sized(replies.whole, sizes[1], dice)
    times = replies.streams
    if times is None:
        return 0.0
    first = _sized(times.first, sizes[0], dice)
    if times.between is None:
        return first
    usual = 1.0 if times.characters is None else max(1.0, _mean(times.characters))
    return first + _mean(times.between) * sizes[1] * _CHARACTERS_PER_TOKEN / usual


def _pieces(events: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """What comes at one moment: all up to the first delta, then each text with what stands before it."""
    piece: list[dict[str, Any]] = []
    begun = False
    waiting: list[dict[str, Any]] = []
    for event in events:
        waiting.append(event)
        is_delta = event["type"] == "content_block_delta"
        if not is_delta or (begun and not _has_text(event["delta"])):
            continue
        begun = True
        if piece:
            yield piece
        piece, waiting = waiting, []
    yield piece + waiting  # what ends the stream comes with its last text


def _has_text(delta: dict[str, Any]) -> bool:
    return any(delta.get(name) for name in _FIELDS)


def _delays(
    replies: ReplyProfile, sizes: tuple[int, int], count: int, dice: SeededChoices
) -> Iterator[float]:
    times = replies.streams
    if times is None:  # known is at most how long a reply takes
        yield from [seconds_of(replies, sizes, dice) / count] * count
        return
    yield _sized(times.first, sizes[0], dice)
    if times.between is None:
        yield from [0.0] * (count - 1)
        return
    common = math.sqrt(times.alike) * _score(dice)
    own = math.sqrt(1 - times.alike)
    for _ in range(count - 1):
        yield times.between.at(NORMAL.cdf(common + own * _score(dice)))


def _sized(times: SizedTimes, size: int, dice: SeededChoices) -> float:
    """Seconds for a size."""
    common = times.follows * NORMAL.inv_cdf(times.size.place(size))
    return times.seconds.at(NORMAL.cdf(common + math.sqrt(1 - times.follows**2) * _score(dice)))


def _score(dice: SeededChoices) -> float:
    return NORMAL.inv_cdf(dice.fraction())


def _mean(distribution: Distribution) -> float:
    """The mean of what is drawn from a distribution: the area below straight lines."""
    points = distribution.points
    low, high = points[0], points[-1]
    area = low[1] * low[0] + high[1] * (100 - high[0])
    for (left, a), (right, b) in pairwise(points):
        area += (right - left) * (a + b) / 2
    return area / 100
