r"""Texts within a text: what its percent-encoding means, and what the escapes of JSON in it mean.

    ?token%3Dabc          a URL in a URL, a form that was posted
    "{\"api_key\":\"…\"}"  JSON that stands in a string of JSON that stands in a string

A view is read, masked and written back in the spelling of the text: as many characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from mockapi.cassettes._jsonscan import decoded, respelled

if TYPE_CHECKING:
    from collections.abc import Callable

DEEPEST = 4
"""Levels of encoding that are read: each makes its text shorter."""

_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
# Other escapes hide nothing: patterns expect `\n` and `\"` where they matter.
_TELLING_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}|\\/|\\\\[u/\"\\]")


def masked_views(text: str, mask: Callable[[str], str], depth: int = 0) -> str:
    """The text with secrets masked that only show when it is decoded.

    Args:
        text: what stands there.
        mask: masks a decoded text; the same if nothing is to mask.
        depth: how often the text has been decoded already.
    """
    if depth >= DEEPEST:
        return text
    if "\\" in text and _TELLING_ESCAPE.search(text):
        meaning = decoded(text)
        safe = masked_views(mask(meaning), mask, depth + 1)
        if safe != meaning:
            text = respelled(text, safe)
    if "%" in text and _PERCENT.search(text):
        text = _percent_masked(text, mask, depth)
    return text


def _percent_masked(text: str, mask: Callable[[str], str], depth: int) -> str:
    # Byte by byte, as Latin-1: what is masked is ASCII, and each character stays one.
    if not text.isascii():
        return "".join(
            piece if not piece.isascii() else masked_views(piece, mask, depth)
            for piece in re.split(r"([^\x00-\x7f]+)", text)
        )
    meaning = unquote_to_bytes(text).decode("latin-1")
    safe = masked_views(mask(meaning), mask, depth + 1)
    if safe == meaning:
        return text
    return "".join(
        piece if before == after else _percent(after) if len(piece) == 3 else after
        for piece, before, after in zip(_ENCODED.findall(text), meaning, safe, strict=True)
    )


def _percent(char: str) -> str:
    return f"%{ord(char if ord(char) < 0x100 else '*'):02X}"


def may_hide(text: str) -> bool:
    """Whether a text may mean something else than what it shows."""
    return ("%" in text and _PERCENT.search(text) is not None) or _TELLING_ESCAPE.search(text) is not None
