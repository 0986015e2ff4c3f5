"""A reply written out for the wire but for its body, for replies that are sent whole, again and again.

An HTTP server checks and assembles every header field for each response. For a recorded reply
that takes longer than all else, and comes out the same each time.
"""

from __future__ import annotations

import http
from dataclasses import replace
from typing import TYPE_CHECKING

from mockapi.exchange import Ending, Frame
from mockapi.replies._headers import BODILESS

if TYPE_CHECKING:
    from mockapi.exchange import Reply

_CHUNKED = (b"transfer-encoding", b"chunked")


def framed(reply: Reply, *, method: str) -> Reply:
    """The same reply with its `frame`, or the reply as it is where it can have none.

    It has none where the body is not sent whole and at once, where there is none to send, and
    where the server has to look at the fields: for a framing that is missing or untrue, for
    `connection`, for what no header can carry.

    Args:
        reply: a reply, its fields right for this hop.
        method: of the request that it answers.
    """
    frame = _frame(reply) if method != "HEAD" and reply.status not in BODILESS else None
    if frame is None:
        return reply
    made = replace(reply)
    object.__setattr__(made, "frame", frame)
    return made


def _frame(reply: Reply) -> Frame | None:
    chunks = reply.chunks
    if reply.ending is not Ending.CLEAN or reply.hold or len(chunks) != 1 or chunks[0].delay:
        return None
    lines = [b"%b: %b\r\n" % field for field in reply.headers]
    names = [name for name, _ in reply.headers]
    head = b"".join([_status_line(reply.status), *lines, b"\r\n"])
    if b"connection" in names or head.count(b"\n") != len(lines) + 2 or head.count(b"\r") != len(lines) + 2:
        return None
    size = len(chunks[0].data)
    framing = [field for field in reply.headers if field[0] in {b"transfer-encoding", b"content-length"}]
    if framing == [_CHUNKED]:
        return Frame(head + b"%x\r\n" % size, b"\r\n0\r\n\r\n")
    return Frame(head, b"") if framing == [(b"content-length", b"%d" % size)] else None


def _status_line(status: int) -> bytes:
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:  # the API uses 529, which has no name
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode("ascii")
