"""Seeded choices: they look random and are a function of a key.

Everything synthesized is a function of the request, the seed and the session's history. The
choices inside of it (which sentence, how long a piece, how many blanks) come from here: BLAKE2
over a key and a counter. The same key gives the same choices in every process and on every
Python; `random` would promise that only for part of its interface.
"""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING, Final, TypeVar

from mockapi.messages import NONCE_BYTES, make_signature

if TYPE_CHECKING:
    from collections.abc import Sequence

_T = TypeVar("_T")
_KEYS: Final = blake2b(digest_size=32)
"""Copied, never changed: to set a hash up takes longer than to use it."""
_WORDS: Final = Struct(">16I")
"""A block as 32-bit words; the last one is drawn first."""
_FIRST_FOUR_BITS: Final = bytes([byte >> 4 for byte in range(256)])
"""Of each byte."""


class SeededChoices:
    """A stream of choices.

    Args:
        key: what the choices are a function of.
    """

    __slots__ = ("_block", "_key", "_words")

    def __init__(self, key: bytes) -> None:
        hashed = _KEYS.copy()
        hashed.update(key)
        self._key = hashed.digest()
        self._block = 0
        self._words: list[int] = []

    def fork(self, label: str) -> SeededChoices:
        """A stream of its own for a part, so that parts do not disturb each other's choices."""
        return SeededChoices(self._key + label.encode())

    def below(self, limit: int) -> int:
        """0 to `limit` - 1; `limit` is at most 2 to the power of 32."""
        if not self._words:
            self._words = [*_WORDS.unpack(self._next_block())]
        return self._words.pop() * limit >> 32

    def nibbles(self, count: int) -> bytes:
        """What `below(16)` gives in so many calls: the first four bits of each word."""
        words = self._words
        begun = bytes([word >> 28 for word in words[: -count - 1 : -1]])
        del words[len(words) - len(begun) :]
        blocks, rest = divmod(count - len(begun), 16)
        # Of whole blocks without making numbers of their words, which takes twice as long.
        whole = b"".join([block[-4::-4] for block in self._blocks(blocks)]).translate(_FIRST_FOUR_BITS)
        if not rest:
            return begun + whole
        self._words = [*_WORDS.unpack(self._next_block())]
        return begun + whole + self.nibbles(rest)

    def pieces(self, text: str, sizes: Sequence[int]) -> list[str]:
        """A text in pieces, each of a size that `pick` chooses; the last one is what is left."""
        words, count, length = self._words, len(sizes), len(text)
        found = []
        place = 0
        while place < length:
            if not words:
                words = self._words = [*_WORDS.unpack(self._next_block())]
            end = place + sizes[words.pop() * count >> 32]
            found.append(text[place:end])
            place = end
        return found

    def between(self, low: int, high: int) -> int:
        """`low` to `high`, both included; any size of integers."""
        span = high - low + 1
        if span <= 1 << 32:
            return low + self.below(span)
        return low + self.number(span.bit_length() + 32) % span

    def chance(self, percent: int) -> bool:
        """True in about `percent` of a hundred cases."""
        return self.below(100) < percent

    def fraction(self) -> float:
        """Above 0 and below 1."""
        return (self.below(1 << 32) + 0.5) / (1 << 32)

    def pick(self, choices: Sequence[_T]) -> _T:
        """One of them."""
        if not self._words:
            self._words = [*_WORDS.unpack(self._next_block())]
        return choices[self._words.pop() * len(choices) >> 32]  # as `below`, without a call of it

    def number(self, bits: int) -> int:
        """An integer of at most that many bits."""
        return int.from_bytes(self.take((bits + 7) // 8)) & ((1 << bits) - 1)

    def take(self, size: int) -> bytes:
        """That many bytes."""
        self._words = []
        if size <= _WORDS.size:
            return self._next_block()[:size]
        return b"".join(self._blocks(-(-size // _WORDS.size)))[:size]

    def signature(self, nonce: bytes | None = None) -> str:
        """A signature of thinking, or the data of redacted thinking; `nonce` makes it one of a content."""
        nonce = nonce or self.take(NONCE_BYTES)
        return make_signature(nonce, self.take(self.between(80, 380)))

    def _next_block(self) -> bytes:
        block = blake2b(self._block.to_bytes(8), key=self._key).digest()
        self._block += 1
        return block

    def _blocks(self, count: int) -> list[bytes]:
        """The next blocks: as `_next_block`, with the key taken in once."""
        first = self._block
        self._block += count
        keyed = blake2b(key=self._key)
        blocks = []
        for number in range(first, first + count):
            hashed = keyed.copy()
            hashed.update(number.to_bytes(8))
            blocks.append(hashed.digest())
        return blocks
