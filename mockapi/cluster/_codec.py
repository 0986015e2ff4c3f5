"""Requests and replies as workers hand them to one another.

Both are plain values (bytes, numbers, tuples), which marshal writes and reads in a third of the time that
pickle takes; both ends are the same interpreter. Whatever is rarer is pickled.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from mockapi.exchange import Chunk, Ending, Reply, Request, Source

Flat: TypeAlias = tuple[Any, ...]

_SOURCES: Final = {str(source): source for source in Source}
_ENDINGS: Final = {str(ending): ending for ending in Ending}


def flat_request(request: Request) -> Flat:
    """A request as a plain tuple."""
    base_url = None if request.known is None else request.known.get("base_url")
    return (request.method, request.path, request.query, tuple(request.headers), request.body, base_url)


def request_of(flat: Flat) -> Request:
    """The request of a tuple."""
    method, path, query, headers, body, base_url = flat
    request = Request(method, path, query, headers, body)
    if base_url is not None:
        request.known = {"base_url": base_url}
    return request


def flat_reply(reply: Reply) -> Flat:
    """A reply as a plain tuple."""
    return (
        reply.status,
        reply.headers,
        tuple(map(tuple, reply.chunks)),
        str(reply.source),
        str(reply.ending),
        reply.hold,
        reply.usage,
    )


def reply_of(flat: Flat) -> Reply:
    """The reply of a tuple."""
    status, headers, chunks, source, ending, hold, usage = flat
    made = tuple(map(Chunk._make, chunks))
    return Reply(status, headers, made, _SOURCES[source], _ENDINGS[ending], hold, usage)
