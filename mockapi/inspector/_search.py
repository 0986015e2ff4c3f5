"""Looking for words in exchanges: anywhere in the bodies of request and reply, within bounds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_SEARCHED: Final = 1024 * 1024
"""Bytes of a body that are looked at, as many as the page shows."""

_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_SAID: Final = re.compile(r'"(?:text|thinking|partial_json)": ?("(?:[^"\\]|\\.)*")')


def words_of(text: str) -> list[str]:
    """The words that somebody looks for: all of them have to be there, in whatever case.

    Args:
        text: as it was entered.
    """
    return text.casefold().split()


def mentions(words: Sequence[str], bodies: Iterable[bytes], also: str = "") -> bool:
    """Whether each word stands in one of some bodies.

    Args:
        words: as `words_of` gives them.
        bodies: of a request and of its reply.
        also: further words to look through, such as a summary.
    """
    left = [word for word in words if word not in also.casefold()]
    for body in bodies:
        if not left:
            break
        found = _searched(body[:MOST_SEARCHED])
        left = [word for word in left if word not in found]
    return not left


def _searched(body: bytes) -> str:
    """The text of a body, without JSON's escapes of letters; of a stream also what its pieces add up to."""
    text = body.decode("utf-8", "replace")
    if body.startswith((b"event:", b"data:")):
        text += "".join(map(_unescaped, _SAID.findall(text)))
    elif "\\u" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return text.casefold()


def _unescaped(piece: str) -> str:
    try:
        return str(orjson.loads(piece))
    except orjson.JSONDecodeError:
        return piece
