"""A reply whose body stays where it is stored is a reply like any other."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings

from mockapi.cassettes import Cassette, Interaction, Matching, Recording, packed
from mockapi.exchange import Chunk, Reply
from mockapi.replies import StoredReply, recorded_reply, wire_head_of
from tests.support.cassettes import interaction, interactions
from tests.support.examples import examples

make_request_id = partial(str, "req_1")


def _both(item: Interaction) -> tuple[Reply, Reply | None]:
    """The reply of an interaction, and the stored one, if it has a body."""
    plain = recorded_reply(item.response, item.request.method, make_request_id, paced=False)
    recording = Recording(Cassette("a.yaml", packed((item,), Matching())), 0, 0)
    head = wire_head_of(plain, method=item.request.method)
    return plain, StoredReply(plain, head, recording) if plain.chunks else None


@settings(max_examples=examples(25))
@given(interactions)
def test_a_stored_reply_is_the_reply(item: Interaction) -> None:
    """In every field, when compared, after a way to another process, and in what is made of it."""
    plain, stored = _both(item)
    if stored is None:
        return
    assert stored == plain
    assert plain == stored
    assert hash(stored) == hash(plain)
    assert repr(stored).replace("StoredReply", "Reply") == repr(plain)
    assert (stored.body, stored.chunks, stored.headers) == (plain.body, plain.chunks, plain.headers)
    assert type(stored.body) is type(stored.chunks[0].data) is bytes
    assert pickle.loads(pickle.dumps(stored)) == plain
    changed = replace(stored, chunks=(Chunk(1.0, b"other"),))
    assert type(changed) is Reply
    assert changed == replace(plain, chunks=(Chunk(1.0, b"other"),))
    more = stored.with_headers((b"a", b"b"))
    assert more == plain.with_headers((b"a", b"b"))
    assert changed.wire_head is more.wire_head is None, "it would send the old fields"


def test_it_keeps_no_body() -> None:
    """Each look makes the bytes anew, and drops them."""
    _, stored = _both(interaction({"n": 1}, b'{"text":"a reply that is recorded once"}'))
    assert stored is not None
    assert isinstance(stored, Reply)
    assert stored.body is not stored.body
    assert isinstance(stored.chunks[0], Chunk)
    assert stored.chunks[0].delay == 0.0


@pytest.mark.parametrize("name", ["x-id", "x: id", "x:"])
def test_its_fields_are_those_that_the_head_was_made_of(name: str) -> None:
    """They are read from the head, unless a name has what ends a name there."""
    item = interaction({"n": 1}, b"{}")
    fields = (*item.response.headers, (name, "a: b"), ("x-empty", ""))
    plain, stored = _both(replace(item, response=replace(item.response, headers=fields)))
    assert stored is not None
    assert stored.wire_head is not None
    assert stored.headers == plain.headers
    assert (stored.headers is stored.headers) == (":" in name)
