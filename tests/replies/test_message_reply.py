"""A reply that keeps what its header is made of is a reply like any other."""

from __future__ import annotations

import pickle
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.exchange import Chunk, Reply, Source
from mockapi.replies import rate_limits, wire_head_of
from mockapi.replies._message_reply import MessageReply
from mockapi.replies._reply_headers import MessageHead, message_headers
from tests.support.examples import examples

_ACCOUNT = rate_limits.RateLimits()
_BODIES = st.binary(min_size=1, max_size=40)
_HINTS = st.just("") | st.text(max_size=30)
_MOMENTS = st.floats(0, 4e9)


@settings(max_examples=examples(50))
@given(body=_BODIES, stream=st.booleans(), at=_MOMENTS, hint=_HINTS, accounted=st.booleans())
def test_it_is_the_reply_with_these_fields(
    *, body: bytes, stream: bool, at: float, hint: str, accounted: bool
) -> None:
    """In every field, on the wire, when compared, in another process, and in what is made of it."""
    head = MessageHead(stream, at, "req_1", Source.SYNTHESIZED, hint)
    fields, chunks = message_headers(head, len(body)), (Chunk(0.0, body),)
    plain = Reply(200, fields, chunks, Source.SYNTHESIZED, usage=(5, 7))
    made: Reply = MessageReply(body, head, (5, 7))
    if accounted:
        levels = rate_limits.charge(_ACCOUNT, None, at, requests=1, input_tokens=5, output_tokens=7)
        plain = rate_limits.with_fields(plain, rate_limits.fields_of(_ACCOUNT, levels))
        made = rate_limits.settled(rate_limits.settled(made, _ACCOUNT, levels), _ACCOUNT, levels)
    assert made == plain
    assert plain == made
    assert hash(made) == hash(plain)
    assert (made.headers, made.chunks, made.body) == (plain.headers, plain.chunks, plain.body)
    assert made.usage == plain.usage
    assert made.wire_head == wire_head_of(plain, method="POST")
    assert pickle.loads(pickle.dumps(made)) == plain
    changed = replace(made, status=500)
    assert type(changed) is Reply
    assert changed == replace(plain, status=500)
    more = made.with_headers((b"a", b"b"))
    assert more == plain.with_headers((b"a", b"b"))
    assert changed.wire_head is more.wire_head is None, "it would send the old fields"
