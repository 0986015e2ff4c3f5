"""Targets for the hunt: functions from chunks to events or to a message, most of them broken."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tests.support import broken_clients, broken_sse
from tests.support.good_parsers import by_character

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NUMBER = 5
_HOARD: list[bytes] = []

only_lf = broken_sse.OnlyLF()


def truncates_silently(chunks: Iterable[bytes]) -> dict[str, Any]:
    """A message, whole or not."""
    return broken_clients.TruncatesSilently()(chunks)


def hangs(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """For ever, where a retry comes first."""
    chunks = list(chunks)
    while chunks and chunks[0].startswith(b"retry"):
        pass
    yield from by_character(chunks)


def exits(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """Without a word, where a retry comes first."""
    chunks = list(chunks)
    if chunks and chunks[0].startswith(b"retry"):
        os._exit(7)
    yield from by_character(chunks)


def hoards(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """Everything that ever came."""
    for chunk in chunks:
        _HOARD.append(bytes(bytearray(chunk)))
        yield from by_character((chunk,))


def silent(chunks: Iterable[bytes]) -> list[Any]:
    """Nothing."""
    return [None for chunk in chunks if not chunk]
