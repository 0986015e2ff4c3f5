"""Recordings that two workers call by their numbers: the reply goes over once, from then on its number does.

Both have read the same cassettes, but each at its own time, and a file may have changed in between. So the
owner's reply goes over whole at first, with its number; where the other worker would play something else
for that number, it keeps the owner's.

An edition is one set of cassettes of the worker that asks. It says of which one it asks, so numbers mean the
same to both whatever either of them loads meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockapi.exchange import Reply
    from mockapi.sessions import CassetteSet


class Edition:
    """What the numbers of another worker mean to this one, while it has the same cassettes.

    Args:
        number: tells it from those before it.
        library: the cassettes of this worker.

    Attributes:
        number: as above.
        library: as above.
    """

    __slots__ = ("_others", "library", "number")

    def __init__(self, number: int, library: CassetteSet) -> None:
        self.number = number
        self.library = library
        self._others: dict[int, Reply] = {}

    def reply(self, number: int) -> Reply:
        """The reply that the owner calls by a number."""
        library = self.library
        return self._others.get(number) or library.reply(library.recordings[number])

    def learn(self, number: int, reply: Reply) -> Reply:
        """The owner says what it means by a number; the same reply, as it is kept here."""
        library = self.library
        if number < len(library.recordings):
            own = library.reply(library.recordings[number])
            if own == reply:
                self._others.pop(number, None)
                return own
        self._others[number] = reply
        return reply


class Named:
    """The recordings whose replies a worker has told another one with their numbers."""

    __slots__ = ("_edition", "_library", "_told")

    def __init__(self) -> None:
        self._edition = -1
        self._library: CassetteSet | None = None
        self._told = bytearray()
        """A byte for each number: a set of them would take fifty."""

    def knows(self, number: int, library: CassetteSet, edition: int) -> bool:
        """Whether a number was told before, of these cassettes and in this edition.

        Args:
            number: of a recording.
            library: the cassettes that it is of.
            edition: by which the other worker understands numbers.
        """
        if edition != self._edition or library is not self._library:
            self._edition, self._library = edition, library
            self._told = bytearray(len(library.recordings))
        return bool(self._told[number])

    def add(self, number: int) -> None:
        """A number is told, of what `knows` was asked of last."""
        self._told[number] = True
