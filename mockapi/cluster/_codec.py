"""Requests and replies as workers hand them to one another.

Both are plain values (bytes, numbers, tuples), which marshal writes and reads in a third of the time that
pickle takes; both ends are the same interpreter. A reply is written apart: whoever sends it learns whether
it can be. Whatever is rarer is pickled.
"""

from __future__ import annotations

import marshal
from typing import Any, Final, TypeAlias
from weakref import WeakValueDictionary

from mockapi.exchange import Chunk, Ending, Reply, Request, Source

Flat: TypeAlias = tuple[Any, ...]

_SOURCES: Final = {str(source): source for source in Source}
_ENDINGS: Final = {str(ending): ending for ending in Ending}
PLAIN: Final = 2
"""The version of marshal's format that does not look for equal values: it is written and read faster."""
_CHUNKS: Final = 2
"""Where the chunks stand in the tuple of a reply."""


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


def written_reply(reply: Reply) -> bytes:
    """A reply as bytes.

    Raises:
        ValueError: it holds something else than plain values.
    """
    return marshal.dumps(flat_reply(reply), PLAIN)


def read_flat(written: bytes) -> Flat:
    """The tuple of a reply that was written."""
    # It comes from a process of the same server, started by the same supervisor.
    flat: Flat = marshal.loads(written)  # noqa: S302 - see above
    return flat


def reply_of(flat: Flat) -> Reply:
    """The reply of a tuple."""
    status, headers, chunks, source, ending, hold, usage = flat
    made = tuple(map(Chunk._make, chunks))
    return Reply(status, headers, made, _SOURCES[source], _ENDINGS[ending], hold, usage)


class SharedReplies:
    """Makes replies of tuples; of equal ones with many chunks one, for as long as somebody plays it."""

    def __init__(self) -> None:
        self._made: WeakValueDictionary[Flat, Reply] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._made)

    def reply_of(self, flat: Flat) -> Reply:
        """The reply of a tuple."""
        if len(flat[_CHUNKS]) <= 1:
            return reply_of(flat)
        found = self._made.get(flat)
        if found is None:
            found = self._made[flat] = reply_of(flat)
        return found
