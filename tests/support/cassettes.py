"""Interactions and cassettes to test with: small builders, and strategies for every corner."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from mockapi.cassettes import (
    Cassette,
    Interaction,
    Matching,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    Recordings,
    Substitution,
)
from mockapi.exchange import Ending, Request

HELLO = {"model": "claude-sonnet-5", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
STREAM = (("content-type", "text/event-stream; charset=utf-8"),)


def as_json(value: Any) -> bytes:
    """A value as a client would send it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def asked(body: Any = HELLO, *, path: str = "/v1/messages", **more: Any) -> Request:
    """An incoming request; a body that is no bytes is sent as JSON."""
    return Request("POST", path, body=body if isinstance(body, bytes) else as_json(body), **more)


def said(words: str) -> dict[str, Any]:
    """A request's body in which the user says something."""
    return {**HELLO, "messages": [{"role": "user", "content": words}]}


def interaction(body: Any = HELLO, reply: bytes = b"{}", **response: Any) -> Interaction:
    """An interaction of POST /v1/messages."""
    sent = body if isinstance(body, bytes) else as_json(body)
    return Interaction(
        RecordedRequest("POST", "/v1/messages", body=sent),
        RecordedResponse(response.pop("status", 200), body=reply, **response),
    )


def cassette(*bodies: Any, matching: Matching | None = None, name: str = "test.yaml") -> Cassette:
    """A cassette of requests; the replies are numbered."""
    interactions = (interaction(body, b"%d" % number) for number, body in enumerate(bodies))
    return Cassette(name, tuple(interactions), matching or Matching())


def recordings(*cassettes: Cassette) -> Recordings:
    """All interactions of some cassettes, in their places."""
    return Recordings(cassettes)


# Strategies -----------------------------------------------------------------------------------

# What breaks emitters: ends of lines of all kinds, blanks at the edges, marks, words that YAML reads.
_TRICKY = (
    "\n", "\r", "\r\n", "\t", " ", "  ", "\u2028", "\u2029", "\u0085", "\ufeff", "\ufffe", "\x00", "\x7f",
    "\x1b", "\x9f", "é", "😀", "\U0010ffff", '"', "'", "\\", ":", ": ", " #", "- ", "? ", "|", ">", "%", "@",
    "`", "&a", "*a", "!t", "[", "]", "{", "}", ",", "---", "...", "null", "~", "true", "no", "1", "1.5",
    "1e3", "0x1f", "0o17", ".inf", "1:30", "2026-01-01", "=", "<<", "word", "two words",
)  # fmt: skip
texts = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.lists(st.sampled_from(_TRICKY), max_size=6).map("".join),
    st.lists(st.sampled_from(["", " ", "a", "  b", "c  ", '"d"']), max_size=5).map("\n".join),
)
"""Texts of any kind, those that trip YAML first of all."""

numbers = st.one_of(
    st.integers(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False)
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
json_bodies = (st.lists(json_values, max_size=3) | st.dictionaries(texts, json_values, max_size=4)).map(
    as_json
)

bodies = st.one_of(
    st.just(b""),
    st.binary(max_size=60),
    texts.map(str.encode),
    json_bodies,
    st.integers(180, 1100).map(lambda depth: b"[" * depth + b"]" * depth),
)
"""Bodies: none, binary, text of any kind, JSON of any depth."""

header_names = st.from_regex(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}", fullmatch=True)
header_values = st.text(
    st.characters(max_codepoint=255, exclude_categories=["Cc"]) | st.just("\t"), max_size=20
)
fields = st.lists(st.tuples(header_names, header_values), max_size=4).map(tuple)
delays = st.floats(0, 1e6, allow_nan=False)


@st.composite
def responses(draw: st.DrawFn) -> RecordedResponse:
    """Responses with chunks that add up."""
    body = draw(bodies)
    chunks: list[RecordedChunk] = []
    if draw(st.booleans()):
        cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=4)))
        edges = [0, *cuts, len(body)]
        chunks = [RecordedChunk(draw(delays), b - a) for a, b in pairwise(edges)]
    return RecordedResponse(
        draw(st.integers(200, 599)), draw(fields), body, tuple(chunks), draw(st.sampled_from(Ending))
    )


interactions = st.builds(
    Interaction,
    st.builds(
        RecordedRequest,
        st.sampled_from(["GET", "POST", "HEAD", "DELETE"]),
        st.sampled_from(["/v1/messages", "/", "/v1/files/%C3%A9", "/v1/models/a b"]),
        st.sampled_from(["", "beta=true", "limit=2&after_id=x", "ids%5B%5D=1"]),
        fields,
        bodies,
    ),
    responses(),
    st.none() | texts,
    st.none() | texts,
    st.booleans(),
)

matchings = st.builds(
    Matching,
    substitutions=st.lists(
        st.builds(Substitution, texts, st.sampled_from([r"\d+", "run-[a-z]+", "Zürich"])), max_size=2
    ).map(tuple),
    headers=st.lists(st.sampled_from(["anthropic-beta", "anthropic-version"]), unique=True).map(tuple),
    ignore=st.lists(st.sampled_from(["$.metadata", "$..cache_control", "$.tools[0]"]), unique=True).map(
        tuple
    ),
    compare=st.sampled_from(["all", "last-turn", "last-text", "stream", "uri"]),
    rename_tool_ids=st.booleans(),
)
