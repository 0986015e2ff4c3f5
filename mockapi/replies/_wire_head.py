"""A reply written out for the wire but for its body, for replies that are sent whole.

An HTTP server checks and assembles every header field for each response, one at a time. Here all are
checked at once, which takes a fraction of that; and for a recorded reply, sent again and again, only
the first time.
"""

from __future__ import annotations

import functools
import http
from typing import TYPE_CHECKING

from mockapi.exchange import Ending, WireHead
from mockapi.replies._hop_headers import BODILESS

if TYPE_CHECKING:
    from mockapi.exchange import Reply

_CHUNKED = (b"transfer-encoding", b"chunked")
_SERVERS = frozenset({b"transfer-encoding", b"content-length", b"connection"})
"""The fields with which a server has to do; only one of the first two makes a frame."""


def wire_head_of(reply: Reply, *, method: str) -> WireHead | None:
    """The head of a reply on the wire; None where the server has to write it.

    That is where the body is empty or not sent whole and at once, and
    where the server has to look at the fields: for a framing that is missing or untrue, for
    `connection`, for what no header can carry.

    Args:
        reply: a reply, its fields right for this hop.
        method: of the request that it answers.
    """
    chunks = reply.chunks
    if (
        method == "HEAD"
        or reply.status in BODILESS
        or reply.ending is not Ending.CLEAN
        or reply.hold
        or len(chunks) != 1
        or chunks[0].delay
    ):
        return None
    if not reply.headers:
        return None
    fields = [*map(b": ".join, reply.headers)]
    head = b"\r\n".join((_status_line(reply.status), *fields, b""))
    if head.count(b"\n") != len(fields) + 1 or head.count(b"\r") != len(fields) + 1:
        return None  # a value that no header can carry
    size = len(chunks[0].data)
    framing = [field for field in reply.headers if field[0] in _SERVERS]
    if framing == [_CHUNKED]:
        return WireHead(b"%b\r\n%x\r\n" % (head, size), b"\r\n0\r\n\r\n")
    return WireHead(head + b"\r\n", b"") if framing == [(b"content-length", b"%d" % size)] else None


@functools.lru_cache(maxsize=64)
def _status_line(status: int) -> bytes:
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:  # the API uses 529, which has no name
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}".encode("ascii")
