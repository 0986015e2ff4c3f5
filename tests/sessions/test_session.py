"""A session's recordings: each is played once before any is played again, whichever rules found it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import Cassette, Matching
from mockapi.exchange import Request, Source
from mockapi.sessions import CassetteSet, Exchange, ServerSession, Settings, answer
from tests.support.server import interaction, message

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOSE = Matching(compare="stream")


def played(recorded: Sequence[str], asked: Sequence[str], settings: Settings) -> list[str]:
    """What a session answers to some texts, where each recorded text was answered by `re: TEXT`."""
    interactions = tuple(interaction(message(text), f"re: {text}".encode()) for text in recorded)
    session = ServerSession("s", settings, CassetteSet([Cassette("c.yaml", interactions)]))
    replies = []
    for text in asked:
        request = Request("POST", "/v1/messages", "", (), orjson.dumps(message(text)))
        found = answer(Exchange(request, session, 0.0, lambda *_: None, lambda: "req_1"))
        assert found.reply is not None
        missed = found.reply.source is Source.UNMATCHED
        replies.append("missed" if missed else found.reply.body.decode())
    return replies


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["one", "two"], ["re: one", "re: two"]),
        (["ONE", "TWO"], ["re: one", "re: two"]),
        (["one", "TWO"], ["re: one", "re: two"]),
        (["ONE", "two"], ["re: one", "re: two"]),
        (["two", "ONE"], ["re: two", "re: one"]),
    ],
)
def test_a_turn_that_has_drifted_gets_the_next_recording(asked: list[str], expected: list[str]) -> None:
    """What an exact request has played, a drifted one is not given again."""
    assert played(["one", "two"], asked, Settings(matching=LOOSE)) == expected


@given(
    recorded=st.lists(st.sampled_from("abc"), min_size=1, max_size=6),
    asked=st.lists(st.sampled_from("abcxyz"), max_size=8),
)
def test_no_recording_is_given_twice_where_none_is_repeated(recorded: list[str], asked: list[str]) -> None:
    """As many requests are answered as there are recordings, each by another one, and then none."""
    replies = played(recorded, asked, Settings(matching=LOOSE, after_last="fail"))
    answered = [reply for reply in replies if reply != "missed"]
    assert len(answered) == min(len(asked), len(recorded))
    for text in set(recorded):
        assert answered.count(f"re: {text}") <= recorded.count(text)


def test_streams_that_play_the_same_recording_share_its_chunks() -> None:
    """A thousand of them at once hold the chunks of one."""
    library = CassetteSet([Cassette("c.yaml", (interaction(message("one"), b"re: one"),))])
    (recording,) = library.recordings
    playing = library.paced_reply(recording)
    assert library.paced_reply(recording) is playing
