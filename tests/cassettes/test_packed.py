"""Interactions as bytes are to everybody what the values are that they were made from."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.cassettes import Cassette, Interaction, Matching, Recording, packed, request_key
from mockapi.cassettes._packed import KEY_BYTES, LARGE, PackedInteractions, as_request, body_at
from tests.support.cassettes import asked, cassette, interaction, interactions, matchings
from tests.support.examples import examples

LONG = b'{"text":"%s"}' % (b"x" * LARGE)


@settings(max_examples=examples(25))
@given(st.lists(interactions, max_size=4), matchings)
def test_packed_given_itemsare_the_interactions(items: list[Interaction], matching: Matching) -> None:
    """One by one, from the end, in slices, as a whole, and after a way to another process."""
    given, plain = packed(items, matching), tuple(items)
    assert (len(given), list(given)) == (len(plain), items)
    assert given == plain
    assert plain == given
    assert hash(given) == hash(plain)
    assert repr(given) == repr(plain)
    assert [given[number - len(items)] for number in range(len(items))] == items
    assert given[1:] == plain[1:]
    assert pickle.loads(pickle.dumps(given)) == plain
    assert packed(given, matching) is given
    with pytest.raises(IndexError):
        given[len(items)]


@settings(max_examples=examples(25))
@given(st.lists(interactions, min_size=1, max_size=3))
def test_a_place_and_a_target_are_those_of_the_interaction(items: list[Interaction]) -> None:
    """So nobody has to make an interaction to see what was asked."""
    for made in (tuple(items), packed(items, Matching())):
        cassette = Cassette("a.yaml", made)
        for position, item in enumerate(items):
            recording = Recording(cassette, position, position)
            assert recording.target == (item.request.method, item.request.path, item.request.query)
            assert body_at(recording.request_place) == item.request.body
            assert body_at(recording.response_place) == item.response.body
            assert type(recording.request_body) is bytes


@settings(max_examples=examples(25))
@given(st.lists(interactions, min_size=1, max_size=3))
def test_a_response_alone_is_that_of_the_interaction(items: list[Interaction]) -> None:
    """With its chunks, or whole; a cassette of values keeps them, as they cost nothing there."""
    for given_items in (packed(items, Matching()), tuple(items)):
        one = Cassette("a.yaml", given_items)
        for position, item in enumerate(items):
            recording = Recording(one, position, position)
            assert recording.response() == item.response
            whole = recording.response(in_chunks=False)
            assert replace(whole, chunks=()) == replace(item.response, chunks=())
            assert not (whole.chunks and isinstance(given_items, PackedInteractions))


def test_other_given_itemsare_not_the_same() -> None:
    """Neither are fewer of them, nor something else."""
    given = packed((interaction(asked().body), interaction({"n": 1})), Matching())
    assert given != packed((interaction(asked().body),), Matching())
    assert given != (interaction(asked().body), interaction({"n": 2}))
    assert given != list(given)


def test_a_large_body_is_never_copied() -> None:
    """It is one object, however often it is played and recorded."""
    items = (interaction({"n": 1}, LONG), interaction(LONG, bytes(bytearray(LONG))))
    given = packed(items, Matching())
    bodies = {id(given[0].response.body), id(given[1].request.body), id(body_at(given.response_place(1)))}
    assert len(bodies) == 1


@settings(max_examples=examples(25))
@given(st.lists(interactions, min_size=1, max_size=3), matchings)
def test_keys_are_kept_where_requests_are_compared_as_they_are(
    items: list[Interaction], matching: Matching
) -> None:
    """They are the keys that would be worked out; other rules have other keys."""
    keys = packed(items, matching).keys
    assert (keys is not None) == (not matching.substitutions and not matching.headers)
    if keys is not None:
        expected = b"".join(request_key(as_request(item), Matching()) for item in items)
        assert keys.digests == expected
        assert len(keys.sizes) * KEY_BYTES == len(expected)


def test_a_shared_header_field_is_one_object() -> None:
    """Most cassettes have few fields and many interactions."""
    field = ("content-type", "application/json")
    items = [interaction({"n": number}, headers=(field, ("n", f"{number}"))) for number in range(3)]
    given = packed(items, Matching())
    assert given == tuple(items)
    assert given[0].response.headers[0] is given[2].response.headers[0]


def test_a_cassette_without_given_itemsis_packed_too() -> None:
    """It holds nothing and says nothing wrong."""
    given = packed(cassette().interactions, Matching())
    assert not given
    assert given == ()
