"""Modes of recording: what is asked of the upstream, what becomes of what is recorded, what is refused."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

import mockapi
from mockapi.cassettes import Cassette, Matching, dump
from mockapi.errors import UsageError
from mockapi.server.recording._modes import parse_mode
from mockapi.server.recording._options import RecordOptions
from tests.support.recording import Upstream, json_answer, recorded, recording, saying
from tests.support.server import ask, control, interaction, journal, message, serving, write_cassette

if TYPE_CHECKING:
    from pathlib import Path


def test_new_replays_what_is_there_and_records_the_rest(tmp_path: Path) -> None:
    """Mode new asks the upstream only for what is not recorded."""
    known = write_cassette(tmp_path / "r.yaml", interaction(message("old"), b'{"n":"old"}'))
    with serving(
        write_cassette(tmp_path / "u.yaml", interaction(message("new"), b'{"n":"new"}'))
    ) as upstream:
        with recording(upstream.base_url, tmp_path / "r.yaml", known) as server:
            assert ask(server.base_url, message("old")).headers["x-mockapi-source"] == "recorded"
            assert ask(server.base_url, message("new")).headers["x-mockapi-source"] == "forwarded"
            stats = server.service.recorder.stats  # type: ignore[union-attr] # it was made above
            assert (stats.replayed, stats.recorded, stats.forwarded) == (1, 1, 1)
        assert len(journal(upstream)) == 1
    bodies = [item.response.body for item in recorded(tmp_path / "r.yaml").interactions]
    assert bodies == [b'{"n":"old"}', b'{"n":"new"}']


def test_all_puts_the_new_in_the_place_of_the_old(tmp_path: Path) -> None:
    """Mode all asks for everything; a whole answer replaces the recorded one, a busy upstream nothing."""
    asked = [interaction(message(text), b'{"n":1}') for text in ("a", "busy", "gone")]
    old = write_cassette(tmp_path / "r.yaml", *asked)
    fresh = [interaction(message("a"), b'{"n":2}'), interaction(message("busy"), b"{}", status=529)]
    with (
        serving(write_cassette(tmp_path / "u.yaml", *fresh)) as upstream,
        recording(upstream.base_url, tmp_path / "r.yaml", old, mode="all") as server,
    ):
        for text in ("a", "busy"):
            assert ask(server.base_url, message(text)).headers["x-mockapi-source"] == "forwarded"
        stats = server.service.recorder.stats  # type: ignore[union-attr] # it was made above
        assert stats.renewed == 1
    kept = [(item.response.status, item.response.body) for item in recorded(tmp_path / "r.yaml").interactions]
    assert kept == [(200, b'{"n":2}'), (200, b'{"n":1}'), (200, b'{"n":1}'), (529, b"{}")]


def test_all_renews_what_would_have_been_played(tmp_path: Path) -> None:
    """Of two recordings of one request each new answer replaces one, in order; a third is one more."""
    old = write_cassette(
        tmp_path / "r.yaml", *(interaction(message("a"), b'{"old":%d}' % number) for number in (1, 2))
    )
    fresh = [interaction(message("a"), b'{"new":%d}' % number) for number in (1, 2, 3)]
    with (
        serving(write_cassette(tmp_path / "u.yaml", *fresh)) as upstream,
        recording(upstream.base_url, tmp_path / "r.yaml", old, mode="all") as server,
    ):
        ask(server.base_url, message("a"))
        assert [item.response.body for item in recorded(tmp_path / "r.yaml").interactions] == [
            b'{"new":1}',
            b'{"old":2}',
        ]
        ask(server.base_url, message("a"))
        ask(server.base_url, message("a"))
    bodies = [item.response.body for item in recorded(tmp_path / "r.yaml").interactions]
    assert bodies == [b'{"new":1}', b'{"new":2}', b'{"new":3}']


def test_all_renews_what_matches_under_looser_rules(tmp_path: Path) -> None:
    """A request that has changed since replaces the recording that its cassette's rules let it have."""
    loose = Matching(compare="stream")
    path = tmp_path / "r.yaml"
    path.write_bytes(dump(Cassette(str(path), (interaction(message("a"), b'{"n":1}'),), matching=loose)))
    with (
        serving(write_cassette(tmp_path / "u.yaml", interaction(message("b"), b'{"n":2}'))) as upstream,
        recording(upstream.base_url, path, str(path), mode="all") as server,
    ):
        ask(server.base_url, message("b"))
    assert [item.response.body for item in recorded(path).interactions] == [b'{"n":2}']


def test_all_leaves_cassettes_alone_that_are_only_played(tmp_path: Path) -> None:
    """A cassette that is named to be played, and not to be recorded to, may be another's too."""
    played = write_cassette(tmp_path / "played.yaml", interaction(message("a"), b'{"n":1}'))
    before = (tmp_path / "played.yaml").read_bytes()
    with (
        serving(write_cassette(tmp_path / "u.yaml", interaction(message("a"), b'{"n":2}'))) as upstream,
        recording(upstream.base_url, tmp_path / "r", played, mode="all") as server,
    ):
        ask(server.base_url, message("a"))
    assert (tmp_path / "played.yaml").read_bytes() == before
    assert [item.response.body for item in recorded(tmp_path / "r").interactions] == [b'{"n":2}']


def test_verify_plays_the_recording_and_tells_what_differs(tmp_path: Path) -> None:
    """Mode verify answers from the recording, compares with the upstream and writes nothing."""
    headers = (("content-type", "application/json"), ("request-id", "req_1"))
    same = interaction(message("a"), b'{"id":"1"}', headers=headers)
    drifted = interaction(message("b"), b'{"id":"1"}', headers=headers)
    path = write_cassette(tmp_path / "r.yaml", same, drifted)
    before = (tmp_path / "r.yaml").read_bytes()
    fresh = [interaction(message("a"), b'{"id":"2"}'), interaction(message("b"), b'{"id":2}', status=201)]
    told = io.StringIO()
    with (
        serving(write_cassette(tmp_path / "u.yaml", *fresh)) as upstream,
        recording(upstream.base_url, tmp_path / "r.yaml", path, mode="verify", stream=told) as server,
    ):
        for text in ("a", "b"):
            assert ask(server.base_url, message(text)).json() == {"id": "1"}
        recorder = server.service.recorder
    assert recorder is not None
    assert recorder.stats.checked == 2
    assert recorder.stats.drifted == [
        (f"{path}#1", ["status: recorded 200, now 201", "$.id: recorded string, now number"])
    ]
    assert "$.id: recorded string, now number" in told.getvalue()
    assert (tmp_path / "r.yaml").read_bytes() == before


def test_passing_on_records_nothing(tmp_path: Path) -> None:
    """`--on-unmatched passthrough` forwards and keeps nothing."""
    with (
        Upstream(saying(json_answer(b"{}"))) as upstream,
        recording(upstream.url, tmp_path / "r", mode="passthrough") as server,
    ):
        assert ask(server.base_url, message("hi")).content == b"{}"
    assert not (tmp_path / "r").exists()


def test_the_budget_stops_before_the_next_call(tmp_path: Path) -> None:
    """After N calls nothing goes upstream any more, and clients do not try again."""
    told = io.StringIO()
    with (
        Upstream(saying(json_answer(b"{}"))) as upstream,
        recording(upstream.url, tmp_path / "r", budget=1, stream=told) as server,
    ):
        assert ask(server.base_url, message("a")).status_code == 200
        for text in ("b", "c"):
            refused = ask(server.base_url, message(text))
            assert refused.status_code == 422
            assert refused.json()["error"]["type"] == "mockapi_budget_spent"
            assert refused.headers["x-should-retry"] == "false"
    assert len(upstream.requests) == 1
    assert told.getvalue().count("budget of 1 calls is spent") == 1


@pytest.mark.parametrize("url", ["api.anthropic.com", "ftp://x", "https://u:p@x", "https://x?y=1", "http://"])
def test_an_upstream_that_is_none_is_refused_at_the_start(url: str) -> None:
    """What cannot be an upstream is an error before anything is served."""
    with pytest.raises(UsageError, match="upstream"):
        mockapi.Server(recording=RecordOptions(url))


def test_settings_that_need_an_upstream_say_so(server: mockapi.Server) -> None:
    """A session cannot ask for recording where there is nobody to ask."""
    refused = control(server, "/sessions", {"on_unmatched": "record"}, method="POST")
    assert refused.status_code == 400
    assert "--upstream" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "said"), [("once", "called new"), ("rewrite", "called all here"), ("x", "one of new, all")]
)
def test_other_tools_names_for_modes_are_answered_with_ours(name: str, said: str) -> None:
    """Whoever knows the modes of another recorder is told the name here."""
    with pytest.raises(UsageError, match=said):
        parse_mode(name)
