"""Tables find what a list of all recordings would find, looked through from its beginning."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockapi import cassettes
from mockapi.cassettes import Cassette, Index, Matching, Recordings, packed, request_key
from mockapi.cassettes._packed import as_request
from mockapi.cassettes._table import Slots
from mockapi.cassettes.redaction import for_matching
from tests.support.cassettes import asked, cassette, json_bodies, matchings, recordings
from tests.support.credentials import FORMS, PLACES, made
from tests.support.examples import examples

if TYPE_CHECKING:
    from mockapi.exchange import Request

few_bodies = st.one_of(
    st.sampled_from([b"", b"{}", b'{"a":1}', b'{"a": 1}', b'{"a":1.0}', b"plain", b"[1,2]"]),
    json_bodies,
)
"""So few that the same often comes again, in the same spelling or in another."""


_BETA = Matching(headers=("anthropic-beta",))


def _packed(item: Cassette) -> Cassette:
    return replace(item, interactions=packed(item.interactions, item.matching))


def _found(index: Index, request: Request, *, relaxed: bool) -> list[str]:
    found = index.find_relaxed(request) if relaxed else index.find_exact(request)
    return [] if found is None else list(map(str, found.recordings))


def _expected(given: Recordings, request: Request, *, relaxed: bool) -> list[str]:
    """Those of the first rules that find something."""
    rules: dict[Matching, list[str]] = {}
    for recording in given:
        matching = recording.cassette.matching
        if relaxed and matching.is_exact:
            continue
        rule = matching if relaxed else matching.exact_part
        same = request_key(as_request(recording.interaction), rule) == request_key(request, rule)
        rules.setdefault(rule, []).extend([str(recording)] if same else [])
    return next(filter(None, rules.values()), [])


@settings(max_examples=examples(30))
@given(
    st.lists(st.tuples(st.lists(few_bodies, max_size=6), matchings), min_size=1, max_size=3),
    st.lists(few_bodies, max_size=3),
)
@example([([], _BETA), ([b""], Matching()), ([b""], _BETA)], [])  # rules of nothing come before no others
def test_tables_find_what_a_scan_finds(
    given: list[tuple[list[bytes], Matching]], others: list[bytes]
) -> None:
    """Packed or not, in recorded order, again and again, for what was recorded and for what was not."""
    plain = [
        cassette(*bodies, matching=matching, name=f"{number}.yaml")
        for number, (bodies, matching) in enumerate(given)
    ]
    indexes = [Index(recordings(*plain)), Index(recordings(*map(_packed, plain)))]
    for body in [*(body for bodies, _ in given for body in bodies), *others]:
        for relaxed in (False, True):
            expected = _expected(recordings(*plain), asked(body), relaxed=relaxed)
            for index in (*indexes, *indexes):
                assert _found(index, asked(bytes(bytearray(body))), relaxed=relaxed) == expected


@pytest.mark.parametrize("place", ["prompt", "tool input", "JSON within JSON"])
def test_what_is_redacted_may_still_be_found(place: str) -> None:
    """A mask leaves all that a request is known by before anybody looks for secrets in it."""
    source = random.Random(1)
    requests = [as_request(PLACES[place](made(form, source)[0])) for form in FORMS.values()]
    index = Index(recordings(cassette(*(for_matching(request).body for request in requests))))
    for number, request in enumerate(requests):
        assert f"test.yaml#{number}" in _found(index, request, relaxed=False)


def test_secrets_are_looked_for_only_in_what_may_have_been_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that is as long as a recorded one, but has more quotes or less, is another one."""
    index = Index(recordings(cassette({"abc": "d"})))
    assert _found(index, asked({"abc": "e"}), relaxed=False) == []
    monkeypatch.setattr(cassettes, "for_matching", None)
    assert _found(index, asked({"abc": 123}), relaxed=False) == []


def test_masked_names_may_have_another_order() -> None:
    """Members stand in the order of their names, which a mask may change."""
    request = asked({"spent": {"sk-ant-api03-" + "Aq7" * 12: 1, "sk-ant-api03-" + "Bq7" * 11: "two"}})
    redacted = for_matching(request)
    assert redacted is not request
    index = Index(recordings(cassette(redacted.body)))
    assert _found(index, request, relaxed=False) == ["test.yaml#0"]


@given(st.lists(st.integers(-(2**62), 2**62), max_size=40))
def test_slots_give_back_every_number_of_a_hash(marks: list[int]) -> None:
    """Hashes that collide, equal ones and negative ones included; one that was never put ends the search."""
    slots = Slots(len(marks))
    for number, mark in enumerate(marks):
        slots.put(mark, number)
    for number, mark in enumerate(marks):
        assert number in slots.at(mark)
    assert set(slots.at(2**63)) <= set(range(len(marks)))


def test_two_texts_with_one_hash_are_told_apart() -> None:
    """A hash says where to look; what counts is the text."""
    index = Index(recordings(_packed(cassette({"n": 1}, {"n": 2}))))
    (table,) = index._exact.values()
    first = index.find_exact(asked({"n": 1}))
    assert first is not None
    other = asked({"n": 2})
    table._found[hash((b"POST /v1/messages?", other.body))] = first  # as if they had collided
    assert _found(index, other, relaxed=False) == ["test.yaml#1"]


def test_who_keeps_a_request_learns_which_recording_has_its_body() -> None:
    """Byte for byte: of a body in another spelling nothing is said."""
    index = Index(recordings(_packed(cassette(b'{"n":1}', b'{"n": 1}'))))
    for _ in range(2):  # the first look-up makes what the second one meets
        for number, body in enumerate((b'{"n":1}', b'{"n": 1}')):
            request = asked(body)
            sequence = index.find_exact(request)
            assert sequence is not None
            assert request.spelled_as is sequence.recordings[number]
    respelled = asked(b'{ "n":1}')
    assert _found(index, respelled, relaxed=False) == ["test.yaml#0", "test.yaml#1"]
    assert respelled.spelled_as is None
