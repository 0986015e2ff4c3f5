"""Requests and replies come to another worker as they are."""

from __future__ import annotations

import marshal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockapi.cluster._codec import SharedReplies, flat_reply, flat_request, reply_of, request_of
from mockapi.exchange import Chunk, Ending, Reply, Request, Source

FIELDS = st.lists(st.tuples(st.binary(), st.binary())).map(tuple)
SECONDS = st.floats(0, 1e6)


def sent(value: Any) -> Any:
    """A value as another process gets it."""
    return marshal.loads(marshal.dumps(value))


@given(
    st.builds(
        Reply,
        st.integers(100, 999),
        FIELDS,
        st.lists(st.builds(Chunk, SECONDS, st.binary())).map(tuple),
        st.sampled_from(Source),
        st.sampled_from(Ending),
        SECONDS,
        st.none() | st.tuples(st.integers(0), st.integers(0)),
    )
)
def test_a_reply_is_what_it_was(reply: Reply) -> None:
    """Status, fields, chunks with their delays, ending, and what the player and the account need."""
    other = reply_of(sent(flat_reply(reply)))
    assert other == reply
    assert (other.usage, type(other.source), type(other.ending)) == (reply.usage, Source, Ending)
    assert all(isinstance(chunk, Chunk) for chunk in other.chunks)


@given(st.text(), st.text(), st.text(), FIELDS, st.binary(), st.none() | st.text())
def test_a_request_is_what_it_was(
    method: str, path: str, query: str, headers: Any, body: bytes, base_url: str | None
) -> None:
    """With the base URL by which its client came, where that is more than HTTP and a Host."""
    request = Request(method, path, query, headers, body)
    if base_url is not None:
        request.known = {"base_url": base_url}
    other = request_of(sent(flat_request(request)))
    assert (other.method, other.path, other.query) == (method, path, query)
    assert (other.headers, other.body, other.known) == (headers, body, request.known)


def test_equal_streams_are_one_reply_while_somebody_plays_them() -> None:
    """Their chunks are in memory once; other headers make another reply, and none outlives its use."""
    chunks = (Chunk(0.0, b"a"), Chunk(0.1, b"b"))
    one, other = (
        flat_reply(Reply(200, ((b"request-id", id_),), chunks, Source.RECORDED)) for id_ in (b"1", b"2")
    )
    replies = SharedReplies()
    first = replies.reply_of(sent(one))
    assert replies.reply_of(sent(one)) is first
    assert replies.reply_of(sent(other)) is not first
    del first
    assert not len(replies)
    whole = sent(flat_reply(Reply(200, (), chunks[:1], Source.RECORDED)))
    assert replies.reply_of(whole) == replies.reply_of(whole)
