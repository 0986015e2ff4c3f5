"""Sealing anew: a wanted edit is taken over, and told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import Cassette, Interaction, RecordedChunk, dump, load, reseal
from mockapi.cassettes._seal import _recut
from mockapi.errors import CassetteError
from tests.support.cassettes import cassette, interaction, interactions

STREAM = b"event: a\ndata: one\n\nevent: b\ndata: two\n\nevent: c\ndata: three\n\n"


def _sealed(*chunks: int) -> Interaction:
    return interaction(
        reply=STREAM, chunks=tuple(RecordedChunk(0.5 * at, size) for at, size in enumerate(chunks))
    )


def _text(item: Interaction) -> bytes:
    return dump(Cassette("a.yaml", (item,)))


def test_an_untouched_file_stays_as_it_is() -> None:
    """No interaction is changed, none is marked."""
    text = _text(_sealed(len(STREAM)))
    assert reseal(text, "a.yaml") == (text, [])


def test_an_edited_body_is_sealed_and_marked() -> None:
    """Its digest is true again, and `edited` says that the API never said this."""
    text = _text(_sealed(20, 20, len(STREAM) - 40)).replace(b"data: two", b"data: two and a half")
    with pytest.raises(CassetteError, match="its digest differs"):
        load(text, "a.yaml")
    again, changed = reseal(text, "a.yaml")
    (found,) = load(again, "a.yaml").interactions
    assert changed == [0]
    assert found.edited
    assert b"two and a half" in found.response.body


def test_chunks_of_an_edited_stream_end_where_events_end() -> None:
    """As many as before with the same delays, so that it plays like a stream of the API."""
    edited = STREAM.replace(b"one", b"o" * 40)
    cut = _recut(edited, _sealed(20, 20, len(STREAM) - 40).response.chunks)
    assert [chunk.delay for chunk in cut] == [0.0, 0.5, 1.0]
    at = 0
    for chunk in cut:
        at += chunk.size
        assert edited[:at].endswith(b"\n\n") or not chunk.size
    assert at == len(edited)


@given(st.binary(max_size=60), st.lists(st.integers(0, 30), max_size=5))
def test_new_chunks_always_add_up(body: bytes, sizes: list[int]) -> None:
    """Whatever was there before: no chunk is negative, and together they are the body."""
    cut = _recut(body, tuple(RecordedChunk(0.0, size) for size in sizes))
    assert all(chunk.size >= 0 for chunk in cut)
    assert not sizes or sum(chunk.size for chunk in cut) == len(body)


def test_a_body_that_never_had_a_digest_is_given_one() -> None:
    """Whoever wrote it by hand did not change what the API said."""
    text = b"".join(line for line in _text(interaction()).splitlines(True) if b"digest" not in line)
    again, changed = reseal(text, "a.yaml")
    assert changed == [0]
    assert b"digest:" in again
    assert not load(again, "a.yaml").interactions[0].edited


def test_chunks_alone_are_mended_without_a_mark() -> None:
    """The body is still what was recorded."""
    text = _text(_sealed(len(STREAM))).replace(b"[0.0, %d]" % len(STREAM), b"[0.0, 7]")
    again, changed = reseal(text, "a.yaml")
    (found,) = load(again, "a.yaml").interactions
    assert changed == [0]
    assert not found.edited
    assert sum(chunk.size for chunk in found.response.chunks) == len(STREAM)


def test_a_body_put_where_there_was_none_gets_one_chunk() -> None:
    """Chunks of no bytes say nothing of how to cut it."""
    text = _text(interaction(reply=b"", chunks=(RecordedChunk(0.25, 0),)))
    again, _ = reseal(text.replace(b"    digest", b"    body:\n      text: hello\n    digest"), "a.yaml")
    assert load(again, "a.yaml").interactions[0].response.chunks == (RecordedChunk(0.25, 5),)


def test_other_faults_are_not_sealed_over() -> None:
    """They are told as when loading."""
    with pytest.raises(CassetteError, match="in capitals"):
        reseal(dump(cassette({})).replace(b"POST", b"post"), "a.yaml")


@given(st.lists(interactions, max_size=2))
def test_sealing_twice_changes_nothing_more(items: list[Interaction]) -> None:
    """What was sealed is sealed."""
    text = dump(Cassette("a.yaml", tuple(items))).replace(b"digest: ", b"x-digest: ")
    once, _ = reseal(text, "a.yaml")
    assert reseal(once, "a.yaml") == (once, [])
