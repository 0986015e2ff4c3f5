"""Replies of the upstream as the log tells of them: masked as a cassette would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi import cassettes, inspector
from mockapi.errors import MockapiError
from mockapi.exchange import Chunk, Ending, Reply, Source
from mockapi.sessions import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.cassettes import RedactionRules
    from mockapi.exchange import Request


def told_reply(request: Request, reply: Reply, at: float, rules: RedactionRules) -> tuple[list[Any], bytes]:
    """What is said of a reply, and its body.

    Args:
        request: what came.
        reply: what the upstream has answered.
        at: when.
        rules: what is masked.
    """
    entry = JournalEntry(0, at, request, reply, None, None)
    try:
        masked = cassettes.redact_interaction(inspector.interaction_of(entry), rules).response
    except MockapiError:  # nobody knows what is secret in it
        return [reply.status, [], [], str(reply.source), str(reply.ending)], b""
    chunks = [[chunk.delay, chunk.size] for chunk in masked.chunks]
    fields = [text for field in masked.headers for text in field]
    if (source := reply.header("x-mockapi-source")) is not None and "x-mockapi-source" not in fields:
        fields += ["x-mockapi-source", source]
    return [masked.status, fields, chunks, str(reply.source), str(reply.ending)], masked.body


def reply_of(told: Sequence[Any], body: bytes) -> Reply:
    """The reply that was told of."""
    status, fields, sizes, source, ending = told
    texts = iter([text.encode("latin-1", "replace") for text in fields])
    chunks = []
    start = 0
    for delay, size in sizes or [[0.0, len(body)]]:
        chunks.append(Chunk(delay, body[start : start + size]))
        start += size
    if start < len(body):
        chunks.append(Chunk(0.0, body[start:]))
    headers = tuple(zip(texts, texts, strict=True))
    return Reply(status, headers, tuple(chunks), Source(source), Ending(ending))
