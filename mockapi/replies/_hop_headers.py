"""Header fields made right for this hop.

What described the connection to the recorder (RFC 9110, section 7.6.1) or the encoding of the
bytes on it says nothing true about the connection to this client: the body is kept decoded and
its framing is chosen here. Everything else stays as recorded, in its order.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from mockapi.eventstream import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockapi.exchange import Headers

HOP_BY_HOP = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
        "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
BODILESS = frozenset({204, 304})
"""Statuses whose replies have no body, whatever a recording says (RFC 9110, sections 15.3.5 and 15.4.5)."""

_FRAMING = frozenset({"transfer-encoding", "content-length"})
_DROPPED = HOP_BY_HOP | _FRAMING | {"content-encoding"}
_OURS = "x-mockapi-"  # says what this server did; what another one did stands beside it in no reply
_CHUNKED = (b"transfer-encoding", b"chunked")


def for_this_hop(fields: Iterable[tuple[str, str]], *, status: int, method: str, size: int) -> Headers:
    """Recorded header fields as they go out with a decoded body of `size` bytes.

    The framing field stands where the recording had its first one: chunked if it was chunked,
    else a content-length that is true; a recording without either (HTTP/2) gets chunked for an
    event stream and a content-length for the rest. A reply to HEAD, a 204 and a 304 get neither
    that would promise a body. Fields of mockapi's own are dropped: they are written by who replies.
    """
    lowered = [(name.lower(), value) for name, value in fields]
    values = dict(lowered)
    named = named_by_connection(lowered) if "connection" in values else ()
    framing = _framing(values, status=status, method=method, size=size)
    placed = False
    kept = []
    for lower, value in lowered:
        if lower in _FRAMING and not placed:
            placed = True
            kept.extend(framing)
        elif lower not in _DROPPED and lower not in named and not lower.startswith(_OURS):
            kept.append(wire_field(lower, value))
    if not placed:
        kept.extend(framing)
    return tuple(kept)


def named_by_connection(fields: Iterable[tuple[str, str]]) -> set[str]:
    """The fields, in lower case, that `connection` says are about this hop only (RFC 9110, 7.6.1)."""
    return {
        token.strip().lower()
        for name, value in fields
        if name.lower() == "connection"
        for token in value.split(",")
    }


@functools.lru_cache(maxsize=512)
def wire_field(name: str, value: str) -> tuple[bytes, bytes]:
    """A field as bytes; equal fields are one object, because most replies share most of theirs.

    The others, such as ids, come by once: a larger cache would only be filled with them.
    """
    return name.lower().encode("latin-1"), value.encode("latin-1", "replace")


def _framing(values: Mapping[str, str], *, status: int, method: str, size: int) -> list[tuple[bytes, bytes]]:
    if status in BODILESS:
        return []
    if method == "HEAD":
        length = values.get("content-length", "")
        encoded = "content-encoding" in values
        return [wire_field("content-length", length)] if length.isdigit() and not encoded else []
    if "transfer-encoding" in values:
        return [_CHUNKED]
    kind = values.get("content-type", "")
    if "content-length" not in values and ("event-stream" in kind or CONTENT_TYPE in kind):
        return [_CHUNKED]
    return [wire_field("content-length", str(size))]
