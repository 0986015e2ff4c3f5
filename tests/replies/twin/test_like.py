"""A twin is like what it learned from: what is learned from its answers is the same profile."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import pytest

from mockapi.replies.twin import Distribution, Outcome, TwinProfile, learn_twin
from tests.support.twins import drawn, traffic

if TYPE_CHECKING:
    from collections.abc import Iterator

LEARNED_FROM: Final = 300
ASKED: Final = 4
"""How often each request is asked."""
POINTS: Final = (5, 10, 25, 50, 75, 90, 95)
DIGITS: Final = 0.01
"""Of a part of 1, and of a size of one token: what a profile does not tell."""


def shares(profile: TwinProfile) -> dict[Any, tuple[float, int]]:
    """Every rate of a profile, and of how many exchanges it is the rate."""
    replies = profile.replies
    met = round(replies.replies / (1 - sum(error.share for error in profile.errors)))
    found: dict[Any, tuple[float, int]] = {
        (error.status, error.type): (error.share, met) for error in profile.errors
    }
    found |= {("streamed",): (replies.streamed, replies.replies)}
    for name in ("with_tools", "without_tools"):
        kinds: tuple[Outcome, ...] = getattr(replies, name)
        for kind in kinds:
            found[name, kind.stop_reason, kind.tool_calls] = (kind.share, replies.replies // 3)
    if replies.cache is not None:
        found["hits",] = (replies.cache.hits, replies.replies // 3)
    return found


def distributions(profile: TwinProfile) -> Iterator[tuple[str, Distribution]]:
    """What was measured of some hundred replies."""
    replies = profile.replies
    assert replies.streams is not None
    assert replies.streams.between is not None
    assert replies.streams.characters is not None
    assert replies.cache is not None
    assert replies.cache.read is not None
    yield "first", replies.streams.first.seconds
    yield "between", replies.streams.between
    yield "characters", replies.streams.characters
    yield "read", replies.cache.read
    yield "input tokens", replies.input_tokens
    for kind in (*replies.with_tools[:2], *replies.without_tools):
        yield f"{kind.stop_reason} with {kind.tool_calls} calls", kind.output_tokens


@pytest.mark.slow
def test_what_is_learned_from_a_twin_is_its_profile() -> None:
    """Quantiles within a tenth, rates within three standard deviations; what goes together goes together."""
    recorded = list(traffic(LEARNED_FROM))
    profile = learn_twin(recorded)
    refused = {id(each) for each in recorded if each.response.status == 400}
    asked = [json.loads(each.request.body) for each in recorded if id(each) not in refused]
    again = learn_twin(drawn(profile, asked * ASKED))
    assert again.exchanges == ASKED * len(asked)
    for (name, wanted), (_, got) in zip(distributions(profile), distributions(again), strict=True):
        for point in POINTS:
            value, other = wanted.at(point / 100), got.at(point / 100)
            assert other == pytest.approx(value, rel=0.1, abs=DIGITS), f"{name}, {point} of 100"
    rates = shares(again)
    for name, (share, _) in shares(profile).items():
        rate, count = rates[name]
        assert abs(rate - share) <= 3 * math.sqrt(share * (1 - share) / count), name
    assert rates.keys() == shares(profile).keys()
    assert profile.replies.streams is not None
    assert again.replies.streams is not None
    assert again.replies.streams.alike == pytest.approx(profile.replies.streams.alike, abs=0.1)
    assert again.replies.streams.first.follows == pytest.approx(
        profile.replies.streams.first.follows, abs=0.1
    )
