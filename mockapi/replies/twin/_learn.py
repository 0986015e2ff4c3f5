"""Learning: from recorded exchanges to a profile."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, TypeVar

from mockapi.errors import UsageError
from mockapi.replies.twin._distribution import Distribution, distribution_of, normal_scores, rounded
from mockapi.replies.twin._observe import observed
from mockapi.replies.twin._profile import (
    CacheUse,
    ErrorShare,
    Interruption,
    Outcome,
    ReplyProfile,
    SizedTimes,
    StreamTimes,
    TwinProfile,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mockapi.cassettes import Interaction
    from mockapi.replies.twin._observe import Message, Observation, StreamTiming

_Kind = TypeVar("_Kind", bound="str | None")

MEETS_ANYBODY: Final = frozenset({408, 409, 429})
"""Errors below 500 that a good request may meet too; every other one says that the request was bad."""
_LEAST_OF_MODEL: Final = 30
"""Replies from which on those of one model are told apart."""


def learn_twin(interactions: Iterable[Interaction]) -> TwinProfile:
    """The profile of recorded exchanges.

    Args:
        interactions: of whatever kind; those that ask for something other than a message do not count.

    Raises:
        UsageError: none of them got a whole message, so nobody knows what replies are like.
    """
    seen = [found for found in map(observed, interactions) if found is not None]
    if not seen:
        raise UsageError(
            "A twin is learned from POST /v1/messages and what was answered, and no such exchange was found."
        )
    whole = [each for each in seen if each.message is not None]
    if not whole:
        statuses = Counter(str(each.status) for each in seen)
        told = ", ".join(f"{status} ({count:,} times)" for status, count in sorted(statuses.items()))
        raise UsageError(
            f"None of {len(seen):,} recorded exchanges is a whole message, and a twin needs one to know what"
            f" replies are like. They have the status {told}."
        )
    failed = [each for each in seen if each.status >= 400]
    met = [each for each in failed if not is_refusal(each.status)]
    refused = [each for each in failed if is_refusal(each.status)]
    streams = sum(each.is_stream for each in seen)
    models = _shares((each.model for each in seen if not is_refusal(each.status)), len(seen) - len(refused))
    return TwinProfile(
        exchanges=len(seen),
        models=tuple(models),
        errors=_errors(met, len(seen) - len(refused)),
        refusals=_errors(refused, len(seen)),
        interruptions=tuple(
            Interruption(kind, share)
            for kind, share in _shares((each.error for each in seen if each.is_broken), streams)
        ),
        replies=_replies(whole),
        by_model=tuple(
            (name, _replies(own))
            for name, _ in models
            if _LEAST_OF_MODEL <= len(own := [each for each in whole if each.model == name]) < len(whole)
        ),
    )


def is_refusal(status: int) -> bool:
    """Whether an error of this status says that the request was bad."""
    return 400 <= status < 500 and status not in MEETS_ANYBODY


def _shares(kinds: Iterable[_Kind], total: int) -> list[tuple[_Kind, float]]:
    """Each kind and its share, the most frequent first."""
    counted = sorted(Counter(kinds).items(), key=lambda item: (-item[1], str(item[0])))
    return [(kind, rounded(count / total)) for kind, count in counted]


def _errors(failed: Iterable[Observation], total: int) -> tuple[ErrorShare, ...]:
    by_kind: dict[tuple[int, str], list[Observation]] = defaultdict(list)
    for each in failed:
        by_kind[each.status, each.error or "api_error"].append(each)
    return tuple(
        ErrorShare(
            status,
            kind,
            rounded(len(met) / total),
            _distribution(each.seconds for each in met),
            _distribution(each.retry_after for each in met),
        )
        for (status, kind), met in sorted(by_kind.items())
    )


def _distribution(values: Iterable[float | None]) -> Distribution | None:
    known = [value for value in values if value is not None]
    return distribution_of(known) if known else None


def _replies(whole: Sequence[Observation]) -> ReplyProfile:
    return ReplyProfile(
        replies=len(whole),
        streamed=rounded(sum(each.is_stream for each in whole) / len(whole)),
        request_bytes=distribution_of(each.request_bytes for each in whole),
        input_tokens=_distribution(each.input_tokens for each in whole) or distribution_of([0]),
        with_tools=_outcomes([each.message for each in whole if each.message and each.message.offers_tools]),
        without_tools=_outcomes(
            [each.message for each in whole if each.message and not each.message.offers_tools]
        ),
        thinking=_distribution(each.message.thinking for each in whole if each.message),
        cache=_cache(whole),
        streams=_streams(whole),
        whole=_sized(
            (each.message.output_tokens, each.seconds)
            for each in whole
            if each.message and each.seconds is not None and not each.is_stream
        ),
    )


def _outcomes(messages: Sequence[Message]) -> tuple[Outcome, ...]:
    lengths: dict[tuple[str, int], list[int]] = defaultdict(list)
    for message in messages:
        lengths[message.stop_reason, message.tool_calls].append(message.output_tokens)
    return tuple(
        Outcome(stop, calls, rounded(len(tokens) / len(messages)), distribution_of(tokens))
        for (stop, calls), tokens in sorted(lengths.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _cache(whole: Sequence[Observation]) -> CacheUse | None:
    asked = [each.message for each in whole if each.message and each.message.asks_for_caching]
    if not asked:
        return None
    hits = [message for message in asked if message.read > 0]
    return CacheUse(
        rounded(len(hits) / len(asked)),
        _distribution(message.read for message in hits),
        _distribution(message.written for message in hits),
        _distribution(message.written for message in asked if message.read == 0),
    )


def _streams(whole: Sequence[Observation]) -> StreamTimes | None:
    first = _sized((each.request_bytes, each.stream.first) for each in whole if each.stream is not None)
    if first is None:
        return None
    timed = [each.stream for each in whole if each.stream is not None]
    return StreamTimes(
        first,
        _distribution(gap for stream in timed for gap in stream.gaps),
        _alike(timed),
        _distribution(length for stream in timed for length in stream.characters),
    )


def _sized(pairs: Iterable[tuple[int, float]]) -> SizedTimes | None:
    """Seconds, and how they go with a size: the correlation of both kinds' normal scores."""
    known = list(pairs)
    if not known:
        return None
    sizes = normal_scores(size for size, _ in known)
    times = normal_scores(seconds for _, seconds in known)
    products = sum(sizes[size] * times[seconds] for size, seconds in known)
    spread = sum(sizes[size] ** 2 for size, _ in known) * sum(times[seconds] ** 2 for _, seconds in known)
    return SizedTimes(
        distribution_of(seconds for _, seconds in known),
        distribution_of(size for size, _ in known),
        rounded(products / math.sqrt(spread)) if spread else 0.0,
    )


def _alike(streams: Sequence[StreamTiming]) -> float:
    """How alike the gaps of a stream are: the correlation of two gaps of one, of their normal scores."""
    scores = normal_scores(gap for stream in streams for gap in stream.gaps)
    products = squares = 0.0
    pairs = count = 0
    for stream in streams:
        own = [scores[gap] for gap in stream.gaps]
        square = sum(score * score for score in own)
        squares += square
        count += len(own)
        if len(own) > 1:
            products += (sum(own) ** 2 - square) / (len(own) - 1)
            pairs += len(own)
    if not pairs or not squares:
        return 0.0
    return rounded(min(max(products / pairs * count / squares, 0.0), 1.0))
