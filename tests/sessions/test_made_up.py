"""A reply that is made up past the stages is the reply that these would give."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.cassettes import Cassette, Matching
from mockapi.exchange import Reply, Request
from mockapi.replies import RateLimits, faults, parse_pace, scripts
from mockapi.sessions import CassetteSet, Exchange, ServerSession, Settings, answer
from mockapi.validation import ValidationSettings, Validator
from tests.support.examples import examples
from tests.support.server import interaction, message

FIELDS = ((b"x-api-key", b"sk-ant-test-1"), (b"anthropic-version", b"2023-06-01"))
TOOL = {"name": "t", "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
BODIES: list[Any] = [
    message("hello"),
    message("hello again"),
    {**message("hello"), "stream": True},
    {**message("call"), "tools": [TOOL]},
    {**message("think"), "thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2048},
    message("recorded"),
    {**message("recorded but for its last words"), "metadata": {"user_id": "b"}},
    {**message("refused"), "max_tokens": 0},
    [],
]
LIBRARY = CassetteSet(
    [
        Cassette(
            "a",
            (
                interaction(message("recorded"), b"{}"),
                interaction(
                    {**message("recorded but for its last words"), "metadata": {"user_id": "a"}}, b"{}"
                ),
            ),
            Matching(ignore=("$.metadata",)),
        )
    ]
)
DEFAULT = Settings()
PLAIN: dict[str, Settings] = {
    "as it is": DEFAULT,
    "of a seed": replace(DEFAULT, seed=7),
    "lenient": replace(DEFAULT, validation=ValidationSettings(mode="lenient")),
    "without rules": replace(DEFAULT, validation=ValidationSettings(mode="off")),
}
ORDERED: dict[str, Settings] = {
    "slower": replace(DEFAULT, speed=1.0),
    "paced": replace(DEFAULT, pace=parse_pace({"first": 0.1, "between": 0.1})),
    "limited": replace(DEFAULT, rate_limits=RateLimits(requests=2)),
    "faulty": replace(DEFAULT, faults=(faults.parse_fault_text("529"),)),
    "for pages": replace(DEFAULT, cors=("*",)),
    "recorded anew": replace(DEFAULT, record_mode="all"),
}


class Pair:
    """A session whose replies are made up past the stages where that can be, and one that has all of them."""

    def __init__(self, ordered: Settings, **more: Any) -> None:
        self.short, self.long = (
            ServerSession("s", ordered, LIBRARY, on_unmatched="synthesize") for _ in range(2)
        )
        for session in (self.short, self.long):
            for name, value in more.items():
                setattr(session, name, value)
        self._validator = Validator(ordered.validation)

    def asked(self, body: Any, at: float) -> bool:
        """Ask both, which have to answer the same; whether the one made it up."""
        made = self.short.make_up(
            _request(body), at, lambda request, _: self._validator.accepts_at_once(request)
        )
        expected = self._through_all_stages(self.long, body, at)
        found = self._through_all_stages(self.short, body, at) if made is None else made
        assert found == expected
        assert self.short.answered == self.long.answered
        assert list(self.short.played) == list(self.long.played)
        assert self.short.account.as_json() == self.long.account.as_json()
        assert self.short.generator.history == self.long.generator.history
        if made is not None and expected is not None:
            assert (made.usage, made.chunks) == (expected.usage, expected.chunks)
        return made is not None

    def _through_all_stages(self, session: ServerSession, body: Any, at: float) -> Reply | None:
        numbers = itertools.count()
        validate = self._validator.check
        exchange = Exchange(
            _request(body), session, at, lambda request, _: validate(request), lambda: f"req_{next(numbers)}"
        )
        return answer(exchange).reply


def _request(body: Any) -> Request:
    return Request("POST", "/v1/messages", "", FIELDS, json.dumps(body).encode())


@settings(max_examples=examples(25))
@given(st.sampled_from(sorted(PLAIN)), st.lists(st.sampled_from(BODIES), max_size=8))
def test_it_is_what_all_stages_answer(name: str, bodies: list[Any]) -> None:
    """Replies, what is played, accounts and histories, whatever was asked before."""
    pair = Pair(PLAIN[name])
    for number, body in enumerate(bodies):
        pair.asked(body, 1.8e9 + number)


@pytest.mark.parametrize("name", PLAIN)
def test_it_is_made_up_once_the_rules_have_accepted_its_like(name: str) -> None:
    """Which is from the second request on, and at once where no rules are asked."""
    pair = Pair(PLAIN[name])
    assert [pair.asked(message(text), 1.8e9) for text in "abc"] == [name == "without rules", True, True]
    assert not pair.asked(message("recorded"), 1.8e9)
    assert not pair.asked(BODIES[6], 1.8e9), "a relaxed recording answers it"


@pytest.mark.parametrize("name", ORDERED)
def test_where_more_is_ordered_all_stages_answer(name: str) -> None:
    """Each of them does something to replies."""
    pair = Pair(ORDERED[name])
    assert not any(pair.asked(message(text), 1.8e9) for text in "abc")


SCRIPT = scripts.parse_script({"replies": [{"text": "Hi"}], "then": "continue"}, lambda _: b"")


@pytest.mark.parametrize(
    "more",
    [{"on_unmatched": "fail"}, {"strict_messages": True}, {"max_requests": 1}],
    ids=lambda more: next(iter(more)),
)
def test_so_they_do_where_the_session_says_otherwise(more: dict[str, Any]) -> None:
    """It answers with misses, or has answered all that it may."""
    pair = Pair(PLAIN["without rules"], **more)
    pair.asked(message("a"), 1.8e9)
    assert not pair.asked(message("b"), 1.8e9)


def test_a_script_answers_first() -> None:
    """Its reply is not made up."""
    pair = Pair(PLAIN["without rules"])
    for session in (pair.short, pair.long):
        session.play(SCRIPT)
    assert not pair.asked(message("a"), 1.8e9)
