"""A recording that is called by its number is the reply that its owner means."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import Cassette
from mockapi.cluster._named import Edition, Named
from mockapi.sessions import CassetteSet
from tests.support.server import interaction, message

if TYPE_CHECKING:
    from mockapi.exchange import Reply

LIBRARIES = st.lists(st.sampled_from([b"one", b"two"]), min_size=1, max_size=3)
"""What is recorded of each number."""
STEPS = st.lists(
    st.tuples(st.just("ask"), st.integers(0, 2))
    | st.tuples(st.sampled_from(["owner loads", "other loads"]), LIBRARIES)
    | st.tuples(st.sampled_from(["owner hears", "other hears"]), st.none()),
    max_size=40,
)


def library(answers: list[bytes]) -> CassetteSet:
    """Cassettes in which the numbers have these replies."""
    recorded = tuple(interaction(message(str(number)), answer) for number, answer in enumerate(answers))
    return CassetteSet([Cassette("a.yaml", recorded)])


class Pair:
    """An owner of recordings and a worker that asks it, with what is on its way between them."""

    def __init__(self) -> None:
        self._owners = library([b"one", b"two"])
        self._others = library([b"one", b"two"])
        self._edition = Edition(0, self._others)
        self._named = Named()
        self._asked: deque[tuple[int, Edition]] = deque()
        self._answers: deque[tuple[Edition, int, Reply | None, bytes]] = deque()
        self.by_number = 0
        self.heard: list[tuple[bytes, bytes]] = []

    def step(self, what: str, value: Any) -> None:
        """What happens."""
        match what:
            case "owner loads":
                self._owners = library(value)
            case "other loads":
                self._others = library(value)
                self._edition = Edition(self._edition.number + 1, self._others)
            case "ask":
                self._asked.append((value, self._edition))
            case "owner hears" if self._asked:
                self._answer(*self._asked.popleft())
            case "other hears" if self._answers:
                edition, number, told, meant = self._answers.popleft()
                reply = edition.reply(number) if told is None else edition.learn(number, told)
                self.heard.append((reply.body, meant))

    def _answer(self, wanted: int, edition: Edition) -> None:
        number = wanted % len(self._owners.recordings)
        reply = self._owners.reply(self._owners.recordings[number])
        is_known = self._named.knows(number, self._owners, edition.number)
        self._named.add(number)
        self.by_number += is_known
        self._answers.append((edition, number, None if is_known else reply.with_headers(), reply.body))

    def settle(self) -> None:
        """Let all come that is on its way."""
        while self._asked or self._answers:
            self.step("owner hears", None)
            self.step("other hears", None)


@given(STEPS)
def test_whoever_loads_whatever_the_reply_is_the_owners(steps: list[tuple[str, Any]]) -> None:
    """Even where both have read a file at different moments, and with answers on their way."""
    pair = Pair()
    for step in steps:
        pair.step(*step)
    pair.settle()
    assert len(pair.heard) == sum(what == "ask" for what, _ in steps)
    assert all(played == meant for played, meant in pair.heard)


def test_a_reply_goes_over_once() -> None:
    """Until one of the two has other cassettes."""
    pair = Pair()
    for step in ("ask", "ask", "owner loads", "ask", "ask", "other loads", "ask", "ask"):
        pair.step(step, 0 if step == "ask" else [b"two"])
        pair.settle()
    assert (pair.by_number, len(pair.heard)) == (3, 6)


def test_a_reply_that_both_have_is_in_memory_once() -> None:
    """What the owner says is compared, and not kept."""
    both = library([b"one"])
    own = both.reply(both.recordings[0])
    edition = Edition(0, both)
    assert edition.learn(0, own.with_headers()) is own
    assert edition.library is both
