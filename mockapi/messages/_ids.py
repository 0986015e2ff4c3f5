"""Ids of the API's shapes, made from a seed.

An id is a prefix, "_01" and a 128-bit number in 22 digits of base 58. Two kinds of numbers occur
in recorded traffic. Most are random in all bits. Those of the newer objects are UUIDs of version
7, a millisecond time in the upper 48 bits: they begin "011C" through 2025 and 2026 and sort by
time (each recorded one decodes to a version 7 UUID of the recording's day). Message batches have
version 4.

Here the random bits come from BLAKE2 over seed, kind and number, so an id is a pure function of
the three, the same in every process and Python. The time of an ordered id is a fixed day plus one
second per number: no clock is asked, and ids of one seed sort by their number.
"""

from __future__ import annotations

import enum
from hashlib import blake2b
from typing import Final, NamedTuple

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Base 58: no 0, O, I, l. A pattern for ids is `_01[1-9A-HJ-NP-Za-km-z]{22}`."""

_PAIRS: Final = tuple(first + second for first in ALPHABET for second in ALPHABET)
_PAIR, _QUAD = 58**2, 58**4
_FIRST_MILLISECOND: Final = 1_790_812_800_000  # 2026-10-01T00:00:00Z


class IdKind(enum.StrEnum):
    """What an id is of; the value is its prefix."""

    MESSAGE = "msg"
    TOOL_USE = "toolu"
    SERVER_TOOL_USE = "srvtoolu"
    MCP_TOOL_USE = "mcptoolu"
    REQUEST = "req"
    BATCH = "msgbatch"
    FILE = "file"
    CONTAINER = "container"
    COMPLETION = "compl"

    __hash__ = str.__hash__  # Enum's own is written in Python, and ids are made for every reply


# A UUID (RFC 9562) has 48 bits of time or chance, 4 of version, 12 of chance, 2 of variant, 62 of chance.
_48_BITS: Final = (1 << 48) - 1
_VERSION_BITS: Final = 0xF << 76 | 0b11 << 62
_RANDOM_BITS: Final = ((1 << 80) - 1) & ~_VERSION_BITS
_VERSION_7: Final = 7 << 76 | 0b10 << 62
_VERSION_4: Final = 4 << 76 | 0b10 << 62


class _Form(NamedTuple):
    """How the ids of a kind are made.

    Attributes:
        label: what is hashed before the number.
        beginning: of the id.
        chance: the bits that are by chance.
        fixed: those that are the same in all.
        is_ordered: whether the upper ones are a time.
    """

    label: bytes
    beginning: str
    chance: int = (1 << 128) - 1
    fixed: int = 0
    is_ordered: bool = False


_ORDERED: Final = frozenset({IdKind.MESSAGE, IdKind.REQUEST, IdKind.FILE, IdKind.CONTAINER})
_VERSIONED: Final = frozenset({IdKind.BATCH})


def _form(kind: IdKind) -> _Form:
    form = _Form(b"%b:" % kind.encode(), f"{kind}_01")
    if kind in _ORDERED:
        return form._replace(chance=_RANDOM_BITS, fixed=_VERSION_7, is_ordered=True)
    if kind in _VERSIONED:
        return form._replace(chance=form.chance & ~_VERSION_BITS, fixed=_VERSION_4)
    return form


_FORMS: Final = {kind: _form(kind) for kind in IdKind}
"""Looked up rather than worked out: each reply has two ids and more."""

_HASH: Final = blake2b(digest_size=16, person=b"mockapi ids")
"""Copied, never changed: to set a hash up takes longer than to use it."""


class IdFactory:
    """Ids from a seed.

    Args:
        seed: any integer; two seeds share no id.
    """

    __slots__ = ("_hash",)

    def __init__(self, seed: int) -> None:
        self._hash = _HASH.copy()
        self._hash.update(b"%d:" % seed)

    def make(self, kind: IdKind, number: int) -> str:
        """The id of the `number`-th object of a kind, the same each time."""
        label, beginning, chance, fixed, is_ordered = _FORMS[kind]
        hashed = self._hash.copy()
        hashed.update(label + b"%d" % number)
        bits = int.from_bytes(hashed.digest()) & chance | fixed
        if is_ordered:
            bits |= (_FIRST_MILLISECOND + 1000 * number & _48_BITS) << 80
        return beginning + _base58(bits)


def _base58(number: int) -> str:
    # By what is one digit to Python: dividing by more costs more than dividing once more. And without a
    # loop, which would cost more than the divisions: each reply has two ids and more.
    number, sixth = divmod(number, _QUAD)
    number, fifth = divmod(number, _QUAD)
    number, fourth = divmod(number, _QUAD)
    number, third = divmod(number, _QUAD)
    first, second = divmod(number, _QUAD)
    return (
        f"{_PAIRS[first]}"
        f"{_PAIRS[second // _PAIR]}{_PAIRS[second % _PAIR]}{_PAIRS[third // _PAIR]}{_PAIRS[third % _PAIR]}"
        f"{_PAIRS[fourth // _PAIR]}{_PAIRS[fourth % _PAIR]}{_PAIRS[fifth // _PAIR]}{_PAIRS[fifth % _PAIR]}"
        f"{_PAIRS[sixth // _PAIR]}{_PAIRS[sixth % _PAIR]}"
    )
