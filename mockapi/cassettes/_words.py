"""Which words stand in a text: asked once, so that dozens of patterns need not be tried."""

from __future__ import annotations

_LETTERS = bytes(code if chr(code).isalpha() and code < 0x80 else 0x20 for code in range(256))
_ESCAPES = b"nrtbf"


Words = set[bytes]


def words_of(text: str) -> Words:
    r"""The runs of ASCII letters of a text in lower case; of `\nword`, an escape, also the word alone."""
    words = set(text.lower().encode("utf-8", "surrogatepass").translate(_LETTERS).split())
    words.update([word[1:] for word in words if word[0] in _ESCAPES])
    return words


def word_set(words: str) -> frozenset[bytes]:
    """Words of a row as they are compared."""
    return frozenset(words.encode().split())
