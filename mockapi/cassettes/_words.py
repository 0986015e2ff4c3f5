"""Which words stand in a text: asked once, so that dozens of patterns need not be tried."""

from __future__ import annotations

from typing import NamedTuple

_LETTERS = bytes(code if chr(code).isalpha() and code < 0x80 else 0x20 for code in range(256))
_ESCAPES = b"nrtbf"


class Words(NamedTuple):
    """The words of a text.

    Attributes:
        each: the runs of ASCII letters in lower case.
        joined: all of them in one text, for who asks for a part of one.
    """

    each: frozenset[bytes]
    joined: str


def words_of(text: str) -> Words:
    r"""The words of a text; of `\nword`, an escape and a word, also the word alone."""
    words = set(text.lower().encode("utf-8", "surrogatepass").translate(_LETTERS).split())
    if "\\" in text:
        words.update([word[1:] for word in words if word[0] in _ESCAPES])
    return Words(frozenset(words), b" ".join(words).decode())


def word_set(words: str) -> frozenset[bytes]:
    """Words of a row as they are compared."""
    return frozenset(words.encode().split())
