"""Pace: durations are what was asked for, the same each time, and where tokens are."""

from __future__ import annotations

import pickle
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.errors import UsageError
from mockapi.messages import accumulate, decode_events
from mockapi.replies import faults
from mockapi.replies._pace import paced, parse_pace
from tests.support.faulty import BODY, MESSAGE, framed, json_reply, stream

if TYPE_CHECKING:
    from mockapi.exchange import Reply


def delays(reply: Reply) -> list[float]:
    """The seconds before each chunk."""
    return [chunk.delay for chunk in reply.chunks]


def test_the_first_token_and_the_others_take_their_time() -> None:
    """What comes before the first delta comes with it; a delta takes the time of its tokens."""
    reply = paced(stream(), parse_pace({"first": 0.5, "between": 0.01}))
    assert reply.body == BODY
    assert reply.chunks[0].data.count(b"event:") == 4  # message_start, block start, ping, first delta
    assert reply.chunks[0].delay == 0.5
    later = [chunk for chunk in reply.chunks[1:] if b"text_delta" in chunk.data]
    assert [chunk.delay for chunk in later] == pytest.approx([0.04, 0.01])  # 13 and 3 characters
    assert {chunk.delay for chunk in reply.chunks if b"_stop" in chunk.data} == {0}


def test_frames_come_as_their_events_do() -> None:
    """A recorded stream in AWS's frames has the same times as the one of text."""
    pace = parse_pace({"first": 0.5, "between": 0.01, "tokens_per_event": 4})
    reply = paced(framed(), pace)
    assert reply.body == framed().body
    plain = paced(stream(), parse_pace({"first": 0.5, "between": 0.01}))
    assert delays(reply) == pytest.approx(delays(plain))


def test_json_comes_after_all_its_tokens() -> None:
    """As many as its usage says."""
    reply = paced(json_reply(), parse_pace({"first": 1, "between": 0.1}))
    assert delays(reply) == pytest.approx([1 + 33 * 0.1])


def test_an_error_comes_at_once() -> None:
    """Nothing was generated."""
    error = faults.error()(stream())
    assert paced(error, parse_pace({"first": 9})) is error


@pytest.mark.slow
@pytest.mark.parametrize(
    ("duration", "low", "high", "middle"),
    [
        ({"median": 0.2, "sigma": 0.5}, 0.01, 3.0, 0.2),
        ({"percentiles": {"0": 0.1, "50": 0.2, "99": 1.0, "100": 2.0}}, 0.1, 2.0, 0.2),
        ({"recorded": [0.1, 0.2, 0.4]}, 0.1, 0.4, 0.2),
    ],
)
def test_durations_are_spread_as_asked(duration: Any, low: float, high: float, middle: float) -> None:
    """The median of many is the one of the distribution, and none is out of range."""
    drawn = [
        paced(stream(), parse_pace({"first": duration, "seed": seed})).chunks[0].delay for seed in range(400)
    ]
    assert low <= min(drawn) < max(drawn) <= high
    assert median(drawn) == pytest.approx(middle, rel=0.2)


def test_a_seed_gives_the_same_times() -> None:
    """In every run; another seed gives others."""
    slow = {"first": {"median": 1, "sigma": 1}, "between": {"median": 0.1, "sigma": 1}}
    once, again = (delays(paced(stream(), parse_pace({**slow, "seed": 4}))) for _ in range(2))
    assert once == again
    assert once != delays(paced(stream(), parse_pace({**slow, "seed": 5})))


@pytest.mark.parametrize(
    "duration",
    [1, {"median": 0.2, "sigma": 0.5}, {"percentiles": {"50": 0.2, "90": 1}}, {"recorded": [1, 2]}],
)
def test_a_pace_goes_to_other_processes(duration: Any) -> None:
    """As to workers, with the same times there."""
    pace = parse_pace({"first": duration, "between": duration, "seed": 4})
    assert delays(paced(stream(), pickle.loads(pickle.dumps(pace)))) == delays(paced(stream(), pace))


def test_tokens_per_event_cuts_the_deltas_anew() -> None:
    """The message stays the same."""
    reply = paced(stream(), parse_pace({"tokens_per_event": 1, "between": 0.1}))
    events = decode_events(reply.body)
    texts = [event["delta"]["text"] for event in events if "text" in event.get("delta", {})]
    assert {len(text) for text in texts[:-1]} == {4}
    assert accumulate(events) == MESSAGE
    assert delays(reply)[1:3] == [0.1, 0.1]
    broken = faults.drop_event()(stream())
    assert paced(broken, parse_pace({"tokens_per_event": 1})).body == broken.body


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "`pace` must be an object with first"),
        ({"frist": 1}, "`pace.frist` is unknown. Did you mean `first`?"),
        ({"first": -1}, "`pace.first` must be seconds from 0 to 3,600"),
        ({"first": {"median": 0, "sigma": 1}}, "`pace.first.median` must be a number above 0"),
        (
            {"between": {"percentiles": {"101": 1}}},
            "percentiles.101` must be a percentile from 0 to 100",
        ),
        ({"between": {"percentiles": {"50": 2, "90": 1}}}, "`pace.between.percentiles` must grow"),
        ({"between": {"recorded": []}}, "`pace.between` must be seconds"),
        ({"tokens_per_event": 0}, "tokens_per_event` must be a whole number from 1 to 10,000; got 0"),
        ({"seed": "x"}, "seed` must be a whole number; got 'x'"),
    ],
)
def test_a_pace_that_cannot_be_is_refused(value: Any, words: str) -> None:
    """With its place and what would do."""
    with pytest.raises(UsageError) as caught:
        parse_pace(value)
    assert words in str(caught.value)
