"""A miss that explains itself: the nearest recording, what differs, and a remedy that works."""

from __future__ import annotations

import shlex
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from mockapi.cassettes import (
    Cassette,
    Difference,
    Index,
    Matching,
    Miss,
    Recording,
    explain_miss,
    parse_matching,
)
from mockapi.exchange import Request
from tests.support.cassettes import (
    HELLO,
    asked,
    bodies,
    cassette,
    interaction,
    json_values,
    recordings,
    said,
)
from tests.support.each import each

_PATIENCE = 30  # seconds, for what takes one at most; where work grows out of bounds it takes minutes


def _miss(request: Any, *recorded: Any, matching: Matching | None = None) -> Miss:
    request = request if isinstance(request, Request) else asked(request)
    return explain_miss(request, recordings(cassette(*recorded)), matching)


def test_nothing_recorded_says_so() -> None:
    """There is nothing to compare with; the remedy is to name a cassette."""
    miss = explain_miss(asked(), [])
    assert (miss.nearest, miss.differences) == (None, ())
    assert "name a cassette" in miss.remedies[0]


def test_no_word_is_shown_twice_between_two_changes() -> None:
    """Changes that stand close together share what is between them."""
    miss = _miss(said("Rain on 2026-11-22, yes?"), said("Rain on 2026-10-01, yes?"))
    (difference,) = miss.differences
    assert difference.recorded == "Rain on 2026-[10]-[01], yes?"
    assert difference.received == "Rain on 2026-[11]-[22], yes?"


def test_who_asked_for_a_stream_among_other_changes_is_offered_a_stream() -> None:
    """`--ignore $.stream` would answer a stream with JSON."""
    miss = _miss({**said("Bees?"), "stream": True}, said("Ants?"))
    assert "--convert" in miss.remedies[0]
    assert "$.stream" not in miss.remedies[0]


def test_the_nearest_is_the_one_with_most_in_common() -> None:
    """Not the first, and not the one of the same length."""
    long = "Translate this sentence about the sea into Portuguese, please."
    miss = _miss(said(long + " Thanks!"), said("Hello"), said(long), said("x" * 70))
    assert str(miss.nearest) == "test.yaml#1"


def test_the_end_of_a_text_counts_as_its_beginning_does() -> None:
    """Of two recordings that begin alike the one that also ends alike is nearer."""
    ending = " is the question that I should like to have answered before the evening."
    miss = _miss(said("Whether" + ending), said("Whether" + ending[:-20] + "!"), said("Why" + ending))
    assert str(miss.nearest) == "test.yaml#1"


def test_of_very_many_recordings_those_of_its_size_are_looked_at() -> None:
    """The thousand that are nearest in length, wherever they stand."""
    wanted = said("Please tell me about the bees of the northern woods. Now!")
    others = [said(f"{number}") for number in range(1000)]
    miss = _miss(wanted, *others, said("Please tell me about the bees of the northern woods. Soon!"))
    assert str(miss.nearest) == "test.yaml#1000"


def test_the_same_endpoint_is_nearer_than_the_same_words() -> None:
    """A recording of another path could never have answered."""
    other = interaction(said("Hello"))
    counted = Cassette(
        "a.yaml",
        (
            other,
            interaction({**said("Hello there"), "system": "x"}),
        ),
    )
    found = explain_miss(asked(said("Hello"), path="/v1/messages/count_tokens"), recordings(counted))
    assert str(found.differences[0]) == "path: recorded /v1/messages, received /v1/messages/count_tokens"
    assert found.remedies == ("Nothing is recorded for POST /v1/messages/count_tokens: record it.",)


def test_differences_are_told_by_place() -> None:
    """As JSON paths, with what was recorded and what came; what is only on one side too."""
    recorded = {"model": "a", "max_tokens": 64, "tools": [{"name": "f"}, {"name": "g"}], "odd key's": 1}
    received = {"model": "b", "max_tokens": 64.0, "tools": [{"name": "f"}], "stream": True, "odd key's": 2}
    assert list(map(str, _miss(received, recorded).differences)) == [
        "$.model: recorded [a], received [b]",
        "$.max_tokens: recorded 64, received 64.0",
        '$.tools[1]: recorded {"name":"g"}, received nothing',
        '$["odd key\'s"]: recorded 1, received 2',
        "$.stream: recorded nothing, received true",
    ]


def test_text_is_compared_word_by_word() -> None:
    """Only what changed is shown, with a few words around it."""
    before = "The quick brown fox jumps over the lazy dog and then it sleeps until the morning comes."
    now = before.replace("brown", "red").replace("morning", "evening")
    (found,) = _miss(said(now), said(before)).differences
    assert found.path == "$.messages[0].content"
    assert found.recorded is not None
    assert found.received is not None
    assert "[brown] fox jumps" in found.recorded
    assert "[red] fox jumps" in found.received
    assert "[morning]" in found.recorded
    assert "…" in found.recorded


@pytest.mark.parametrize(("recorded", "received"), [("", "a"), ("a", ""), ("a b", "a  b"), ("é", "e\u0301")])
def test_any_change_of_text_is_shown(recorded: str, received: str) -> None:
    """White space and empty texts too: the two sides never read the same."""
    (found,) = _miss(said(received), said(recorded)).differences
    assert found.recorded != found.received


def test_more_than_twenty_differences_are_another_request() -> None:
    """The list ends there and says so."""
    miss = _miss({f"k{at}": at for at in range(60)}, {f"k{at}": -at - 1 for at in range(60)})
    assert len(miss.differences) == 21
    assert miss.differences[-1].path == "…"


def test_bodies_that_are_no_json_are_compared_as_text() -> None:
    """Nothing is known of their places."""
    (found,) = _miss(b"a=1&b=3", b"a=1&b=2").differences
    assert (found.path, found.recorded, found.received) == ("body", "a=1&b=[2]", "a=1&b=[3]")


OPTIONS: list[tuple[Any, Any, str]] = [
    (said("It is 2026-10-02."), said("It is 2026-10-01."), "--substitute date"),
    (said("at 10:01:02"), said("at 10:01:03"), "--substitute time"),
    (said("in /tmp/a/x"), said("in /tmp/b/y"), "--substitute tmp"),
    (said("/home/ada/x"), said("/home/bob/x"), "--substitute home"),
    (
        said("2026-10-02 at 10:00"),
        said("2026-10-01 at 11:00"),
        " ".join(f"--substitute {name}" for name in ("date", "time", "uuid", "cwd", "tmp", "home")),
    ),
    ({**HELLO, "stream": True}, HELLO, "--convert"),
    (
        {"x": [{"type": "tool_use", "id": "toolu_1"}]},
        {"x": [{"type": "tool_use", "id": "toolu_2"}]},
        "--rename-tool-ids",
    ),
    (
        {**HELLO, "metadata": {"user_id": "a"}},
        {**HELLO, "metadata": {"user_id": "b"}},
        "--ignore '$.metadata.user_id'",
    ),
    ({"it's": 1}, {"it's": 2}, """--ignore '$["it'"'"'s"]'"""),
    ({"a\u0001\\": 1}, {"a\u0001\\": 2}, """--ignore '$["a\\u0001\\\\"]'"""),
    ({**HELLO, "max_tokens": 1, "top_k": 2}, HELLO, "--ignore '$.max_tokens' --ignore '$.top_k'"),
    (
        {
            "model": "m",
            "messages": [*({"role": "assistant", "content": str(at)} for at in range(9)), {"role": "user"}],
        },
        {
            "model": "m",
            "messages": [*({"role": "assistant", "content": "x"} for _ in range(9)), {"role": "user"}],
        },
        "--compare last-turn",
    ),
]


def _as_rules(option: str) -> Matching:
    """The matching rules that a told option stands for."""
    words = shlex.split(option)
    names = [value for word, value in pairwise(words) if word == "--substitute"]
    ignored = [value for word, value in pairwise(words) if word == "--ignore"]
    if "--convert" in words:
        ignored.append("$.stream")
    return parse_matching(
        {
            "substitute": names,
            "ignore": ignored,
            "compare": "last-turn" if "--compare" in option else "all",
            "rename_tool_ids": "--rename-tool-ids" in option,
        },
        (),
        {},
    )


@each(("received", "recorded", "option"), OPTIONS, ids=[option for *_, option in OPTIONS])
def test_a_remedy_is_told_that_works(received: Any, recorded: Any, option: str) -> None:
    """The least loose of those that make it match; with it, the lookup finds the recording."""
    miss = _miss(received, recorded)
    assert miss.remedies[0] == f"If that does not matter, {option} makes it match."
    index = Index(recordings(cassette(recorded)), _as_rules(option))
    request = asked(received)
    assert (index.find_exact(request) or index.find_relaxed(request)) is not None


def test_where_no_option_helps_none_is_told() -> None:
    """Another question wants another recording."""
    received = {f"k{at}": at for at in range(9)}
    assert _miss(received, {f"k{at}": -1 for at in range(9)}).remedies == (
        "If the request changed on purpose, record it again.",
    )


def test_a_request_whose_recordings_are_used_up_is_told_apart() -> None:
    """It did match; there was only nothing left."""
    (remedy,) = _miss(said("a"), said("a")).remedies
    assert "--after-last repeat" in remedy


def test_rules_that_apply_already_are_not_told_again() -> None:
    """A remedy is what would have to be added."""
    rules = parse_matching({"substitute": ["date"]}, (), {})
    miss = _miss(said("2026-10-02 10:00"), said("2026-10-01 11:00"), matching=rules)
    assert "--substitute time makes it match" in miss.remedies[0]


@given(bodies, bodies)
def test_any_two_requests_can_be_told_apart(recorded: bytes, received: bytes) -> None:
    """Binary, broken, empty or deep: an explanation comes out, and differences if they differ."""
    miss = _miss(received, recorded)
    assert miss.nearest is not None
    assert miss.remedies
    if not miss.differences:
        assert "--after-last" in miss.remedies[0] or recorded != received


@given(json_values, json_values)
def test_json_that_differs_has_differences(recorded: Any, received: Any) -> None:
    """And JSON that does not has none."""
    found = _miss({"v": received}, {"v": recorded}).differences
    assert bool(found) == (
        repr(recorded) != repr(received) and asked({"v": recorded}).body != asked({"v": received}).body
    )


@pytest.mark.slow
@pytest.mark.timeout(_PATIENCE)
def test_a_hundred_thousand_recordings_take_no_longer_than_a_thousand() -> None:
    """At most a thousand are looked at, the nearest in size among them."""
    tens = [interaction(said(f"Question {number}: " + "why? " * (number % 50))) for number in range(1000)]
    many = Cassette("many.yaml", tuple(tens * 100))
    asking = asked(said("Question 777: " + "why? " * 27 + "!"))
    candidates = [Recording(many, number, number) for number in range(100_000)]
    miss = explain_miss(asking, candidates)
    assert miss.nearest is not None
    assert b"why? " * 25 in miss.nearest.interaction.request.body


@pytest.mark.timeout(_PATIENCE)
def test_long_texts_are_compared_in_bounded_time() -> None:
    """Beyond two thousand changed words only beginning and end are told."""
    words = " ".join("abcdefg"[number % 7] for number in range(200_000))
    (found,) = _miss(said("a " + words[::-1] + " b"), said("b " + words + " a")).differences
    assert isinstance(found, Difference)
    assert len(str(found)) < 1000


@pytest.mark.slow
def test_deep_bodies_are_compared_as_text() -> None:
    """Nested deeper than values can be walked, they are still explained."""
    (found,) = _miss(b"[" * 1000 + b"1" + b"]" * 1000, b"[" * 1000 + b"2" + b"]" * 1000).differences
    assert found.path == "body"
    assert found.received is not None
    assert "[1]" in found.received


@pytest.mark.slow
def test_a_changed_date_in_a_long_prompt_is_found() -> None:
    """Only what lies between the first and the last change of a text is searched."""
    words = "word " * 100_000
    miss = _miss(said(f"{words}on 2026-10-02 {words}"), said(f"{words}on 2026-10-01 {words}"))
    assert "--substitute date makes it match" in miss.remedies[0]
