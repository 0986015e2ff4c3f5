"""Which recordings of a library were played, in any session.

A byte for each that there is: a set of those that were played would take fifty.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import compress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mockapi.cassettes import Recording


class PlayedRecordings(Collection["Recording"]):
    """Those that were played.

    Args:
        recordings: all that there are, each at its number.
    """

    __slots__ = ("_marks", "_recordings")

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._recordings = recordings
        self._marks = bytearray(len(recordings))

    def add(self, recording: Recording) -> None:
        """One of them was played."""
        self._marks[recording.number] = True

    def update(self, recordings: Iterable[Recording]) -> None:
        """Some of them were played."""
        for recording in recordings:
            self.add(recording)

    def __contains__(self, item: object) -> bool:
        number = getattr(item, "number", len(self._marks))
        return number < len(self._marks) and self._recordings[number] is item and bool(self._marks[number])

    def __iter__(self) -> Iterator[Recording]:
        numbers = compress(range(len(self._marks)), self._marks)
        return map(self._recordings.__getitem__, numbers)

    def __len__(self) -> int:
        return self._marks.count(True)
