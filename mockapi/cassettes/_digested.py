"""Bodies whose large payloads are replaced by what is kept of them; see `_payloads`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.cassettes._jsonscan import Role, replaced, scan
from mockapi.cassettes._multipart import cut_multipart
from mockapi.cassettes._payloads import stand_in

if TYPE_CHECKING:
    from mockapi.cassettes._jsonscan import Scan


def digested_json(text: str, limit: int, scanned: Scan | None = None) -> str:
    """A request body with every base64 payload of at least `limit` characters replaced."""
    leaves, types = scanned or scan(text)
    return replaced(
        text,
        (
            (leaf.start, leaf.end, stand_in(text[leaf.start : leaf.end].encode("utf-8", "surrogateescape")))
            for leaf in leaves
            if leaf.end - leaf.start >= limit
            and leaf.role is Role.STRING
            and leaf.name == "data"
            and types.get(leaf.owner) == "base64"
        ),
    )


def digested_multipart(content_type: str, body: bytes, limit: int) -> bytes:
    """A multipart body with the content of every part of at least `limit` bytes replaced."""
    pieces = cut_multipart(content_type, body)
    if pieces is None:
        return body
    return b"".join(
        stand_in(piece).encode() if is_content and len(piece) >= limit else piece
        for is_content, piece in pieces
    )
