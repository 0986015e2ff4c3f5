"""Taking a multipart body apart, so that a random boundary does not make two uploads differ."""

from __future__ import annotations

import re
from typing import NamedTuple

_BOUNDARY = re.compile(r'multipart/[^;]+;.*?\bboundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))', re.IGNORECASE)


class Part(NamedTuple):
    """One part: its header lines, names in lower case and sorted, and its content."""

    headers: tuple[str, ...]
    content: bytes


def split_multipart(content_type: str, body: bytes) -> list[Part] | None:
    """The parts of a body in order, or None if it is no well-formed multipart body (RFC 2046)."""
    match = _BOUNDARY.match(content_type)
    if match is None:
        return None
    delimiter = b"\r\n--" + (match[1] or match[2]).encode("latin-1")
    pieces = (b"\r\n" + body).split(delimiter)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        return None
    parts = []
    for piece in pieces[1:-1]:
        head, separator, content = piece.lstrip(b" \t").partition(b"\r\n\r\n")
        if not separator:
            return None
        lines = head.decode("utf-8", "replace").strip().split("\r\n")
        parts.append(Part(tuple(sorted(map(_normal, lines))), content))
    return parts


def _normal(line: str) -> str:
    name, _, value = line.partition(":")
    return f"{name.strip().lower()}: {value.strip()}"
