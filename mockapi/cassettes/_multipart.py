"""Taking a multipart body apart, so that a random boundary does not make two uploads differ."""

from __future__ import annotations

import re
from typing import NamedTuple

_BOUNDARY = re.compile(r'multipart/[^;]+;.*?\bboundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))', re.IGNORECASE)


class MultipartPart(NamedTuple):
    """One part: its header lines, names in lower case and sorted, and its content."""

    headers: tuple[str, ...]
    content: bytes


def split_multipart(content_type: str, body: bytes) -> list[MultipartPart] | None:
    """The parts of a body in order, or None if it is not a well-formed multipart body (RFC 2046)."""
    pieces = cut_multipart(content_type, body)
    if pieces is None:
        return None
    parts = []
    for (_, head), (_, content) in zip(pieces[1::3], pieces[2::3], strict=False):
        lines = head.lstrip(b" \t").decode("utf-8", "replace").strip().split("\r\n")
        parts.append(MultipartPart(tuple(sorted(map(_normal, lines))), content))
    return parts


def cut_multipart(content_type: str, body: bytes) -> list[tuple[bool, bytes]] | None:
    """A body in pieces that add up to it, each with whether it is the content of a part.

    A delimiter, a head and a content take turns; a delimiter comes last. None as for
    `split_multipart`.
    """
    match = _BOUNDARY.match(content_type)
    if match is None:
        return None
    delimiter = b"\r\n--" + (match[1] or match[2]).encode("latin-1")
    pieces = (b"\r\n" + body).split(delimiter)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        return None
    cut = [(False, (pieces[0] + delimiter)[2:])]
    for piece in pieces[1:-1]:
        head, separator, content = piece.partition(b"\r\n\r\n")
        if not separator:
            return None
        cut += [(False, head + separator), (True, content), (False, delimiter)]
    cut[-1] = (False, delimiter + pieces[-1]) if len(cut) > 1 else (False, cut[0][1] + pieces[-1])
    return cut


def _normal(line: str) -> str:
    name, _, value = line.partition(":")
    return f"{name.strip().lower()}: {value.strip()}"
