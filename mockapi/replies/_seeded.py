"""Seeded choices: they look random and are a function of a key.

Everything synthesized is a function of the request, the seed and the session's history. The
choices inside of it (which sentence, how long a piece, how many blanks) come from here: BLAKE2
over a key and a counter. The same key gives the same choices in every process and on every
Python; `random` would promise that only for part of its interface.
"""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct, unpack
from typing import TYPE_CHECKING, Final, TypeVar

from mockapi.messages import NONCE_BYTES, make_signature

if TYPE_CHECKING:
    from collections.abc import Sequence

_T = TypeVar("_T")
_KEYS: Final = blake2b(digest_size=32)
"""Copied, never changed: to set a hash up takes longer than to use it."""
_WORDS: Final = Struct(">16I")
"""A block as 32-bit words; the last one is drawn first."""


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

    def several_below(self, limit: int, count: int) -> list[int]:
        """What `below` gives in so many calls."""
        words = self._words
        if len(words) < count:
            blocks = self._blocks((count - len(words) + 15) // 16)
            blocks.reverse()
            words = [*unpack(f">{16 * len(blocks)}I", b"".join(blocks)), *words]
        rest = len(words) - count
        self._words, drawn = words[:rest], words[: rest - 1 if rest else None : -1]
        return [word * limit >> 32 for word in drawn]

    def cuts(self, sizes: Sequence[int], length: int) -> list[int]:
        """Where the pieces of a text of some length end, each of a size that `pick` chooses.

        The last may end behind the text.
        """
        words, count = self._words, len(sizes)
        ends = []
        place = 0
        while place < length:
            if not words:
                words = self._words = [*_WORDS.unpack(self._next_block())]
            place += sizes[words.pop() * count >> 32]
            ends.append(place)
        return ends

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
        return choices[self.below(len(choices))]

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
