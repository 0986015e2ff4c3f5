"""Finding recordings: in recorded order, exact before relaxed, each cassette by its own rules."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.cassettes import (
    Cassette,
    Index,
    Interaction,
    Matching,
    RecordedRequest,
    RecordedResponse,
    RecordingSequence,
    as_request,
)
from mockapi.exchange import Request
from tests.support.cassettes import (
    as_json,
    asked,
    cassette,
    interactions,
    json_bodies,
    matchings,
    recordings,
    said,
)
from tests.support.examples import examples

IGNORING = Matching(ignore=("$.metadata",))


def _names(track: RecordingSequence | None) -> list[str]:
    return [] if track is None else [str(recording) for recording in track.recordings]


def test_the_same_question_is_answered_in_recorded_order() -> None:
    """Over all cassettes, in the order in which they were given."""
    first = cassette(said("a"), said("b"), said("a"), name="first.yaml")
    second = cassette(said("a"), name="second.yaml")
    index = Index(recordings(first, second))
    assert _names(index.find_exact(asked(said("a")))) == ["first.yaml#0", "first.yaml#2", "second.yaml#0"]
    assert _names(index.find_exact(asked(said("b")))) == ["first.yaml#1"]
    assert index.find_exact(asked(said("c"))) is None


def test_a_looser_rule_is_asked_apart_from_the_exact_one() -> None:
    """So that validation can stand between the two."""
    index = Index(recordings(cassette({**said("a"), "metadata": {"user_id": "1"}}, matching=IGNORING)))
    same, near = asked({**said("a"), "metadata": {"user_id": "1"}}), asked(said("a"))
    assert _names(index.find_exact(same)) == ["test.yaml#0"]
    assert index.find_exact(near) is None
    assert _names(index.find_relaxed(near)) == ["test.yaml#0"]


def test_without_looser_rules_there_is_nothing_looser() -> None:
    """Substitutions are exact: nothing but volatile text may differ."""
    index = Index(recordings(cassette(said("a"))))
    assert index.find_relaxed(asked(said("a"))) is None


def test_each_cassette_keeps_its_own_rules() -> None:
    """One that ignores a path does not make another ignore it."""
    loose = cassette({**said("a"), "metadata": {}}, matching=IGNORING, name="loose.yaml")
    strict = cassette({**said("b"), "metadata": {}}, name="strict.yaml")
    index = Index(recordings(loose, strict))
    assert _names(index.find_relaxed(asked(said("a")))) == ["loose.yaml#0"]
    assert index.find_relaxed(asked(said("b"))) is None


def test_a_sessions_rules_come_on_top() -> None:
    """They apply to every cassette, whatever it asks for itself."""
    index = Index(recordings(cassette({**said("a"), "metadata": {}})), IGNORING)
    assert _names(index.find_relaxed(asked(said("a")))) == ["test.yaml#0"]


def test_tracks_are_told_apart_by_identity() -> None:
    """How far a session has come is kept by track, not by what the track says; in any spelling."""
    index = Index(recordings(cassette(said("a"), said("b"), said("a"))))
    found = index.find_exact(asked(said("a")))
    assert found is index.find_exact(asked(said("a")))
    assert found is index.find_exact(asked(b"\n" + as_json(said("a"))))


@settings(max_examples=examples(40))
@given(st.lists(interactions, max_size=4), matchings)
def test_every_recording_finds_itself(items: list[Any], matching: Matching) -> None:
    """Whatever it holds and whatever rules its cassette has, its own request gets it."""
    index = Index(recordings(Cassette("a.yaml", tuple(items), matching)))
    for position, item in enumerate(items):
        request = as_request(item)
        sent = Request(request.method, request.path, request.query, request.headers, request.body)
        assert f"a.yaml#{position}" in _names(index.find_exact(sent))
        if not matching.is_exact:
            assert f"a.yaml#{position}" in _names(index.find_relaxed(sent))


@settings(max_examples=examples(40))
@given(json_bodies, matchings)
def test_spelling_does_not_count(body: bytes, matching: Matching) -> None:
    """A body spelled as it was recorded and one with blanks in it find the same recordings."""
    index = Index(recordings(cassette(body, matching=matching)))
    spelled, respelled = asked(body), asked(b" %b\n" % body)
    assert _names(index.find_exact(spelled)) == ["test.yaml#0"]
    assert _names(index.find_exact(respelled)) == ["test.yaml#0"]
    assert index.alone(spelled) is index.alone(respelled) is index.recordings[0]


def test_a_header_that_counts_is_looked_at_whatever_the_spelling() -> None:
    """The same bytes are not the same request where the rules ask for a header field too."""
    index = Index(recordings(cassette(said("a"), matching=Matching(headers=("x-tenant",)))))
    assert index.find_exact(asked(said("a"))) is not None
    assert index.find_exact(asked(said("a"), headers=((b"x-tenant", b"other"),))) is None


def test_a_content_type_counts_where_the_body_is_no_json() -> None:
    """The same bytes, as parts and as plain bytes, are two requests."""
    body = b'--cut\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--cut--\r\n'
    index = Index(recordings(cassette(body)))
    assert index.find_exact(asked(body)) is not None
    parts = asked(body, headers=((b"content-type", b"multipart/form-data; boundary=cut"),))
    assert index.find_exact(parts) is None


def test_finding_takes_no_longer_among_many() -> None:
    """A lookup is a dictionary's: it makes one key, whatever there is to find."""
    many = cassette(*({"n": number} for number in range(2000)))
    index = Index(recordings(many))
    assert _names(index.find_exact(asked({"n": 1234}))) == ["test.yaml#1234"]
    assert len(index._exact) == 1


def test_a_recorded_header_is_the_bytes_that_came() -> None:
    """Also beyond ASCII: a field is text in the file and Latin-1 on the wire."""
    recorded = RecordedRequest("GET", "/", headers=(("X-Who", "Zoé"),))
    index = Index(
        recordings(
            Cassette("a.yaml", (Interaction(recorded, RecordedResponse(200)),), Matching(headers=("x-who",)))
        )
    )
    assert index.find_exact(Request("GET", "/", headers=((b"x-who", b"Zo\xe9"),))) is not None
    assert index.find_exact(Request("GET", "/", headers=((b"x-who", b"Zoe"),))) is None
