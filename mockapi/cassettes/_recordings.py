"""All recordings of a library: objects only of those that somebody has asked for.

An object for each takes a tenth of a small library's memory, and forked processes, which write a reference
count into whatever they look at, would soon have them once each.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, overload

from mockapi.cassettes._recording import Recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockapi.cassettes._model import Cassette


class Recordings(Sequence[Recording]):
    """The interactions of cassettes in their places. Who asks for one again gets the same object.

    Args:
        cassettes: in the order they are played.

    Attributes:
        cassettes: in the order they are played.
    """

    __slots__ = ("_made", "_starts", "cassettes")

    def __init__(self, cassettes: Iterable[Cassette]) -> None:
        self.cassettes = tuple(cassettes)
        self._starts = array("I", accumulate((len(item.interactions) for item in self.cassettes), initial=0))
        self._made: dict[int, Recording] = {}

    @overload
    def __getitem__(self, index: int) -> Recording: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Recording, ...]: ...

    def __getitem__(self, index: int | slice) -> Recording | tuple[Recording, ...]:
        numbers = range(len(self))[index]
        return self.at(numbers) if isinstance(numbers, int) else tuple(map(self.at, numbers))

    def at(self, number: int) -> Recording:
        """The recording of a number, which there has to be."""
        made = self._made.get(number)
        if made is None:
            which = bisect_right(self._starts, number) - 1
            made = Recording(self.cassettes[which], number - self._starts[which], number)
            made = self._made.setdefault(number, made)  # of two threads that make one, the first
        return made

    def places(self) -> Iterator[tuple[Cassette, int]]:
        """The cassette and the position of each."""
        for cassette in self.cassettes:
            for position in range(len(cassette.interactions)):
                yield cassette, position

    def __len__(self) -> int:
        return self._starts[-1]
