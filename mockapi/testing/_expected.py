"""Misses that a test wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.exchange import Source

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from mockapi.sessions import Journal


class ExpectedMiss:
    """A stretch of a session in which misses are wanted: from its making to its exit, if it has one.

    Args:
        journal: of the session.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._after = journal.count
        self._until: int | None = None

    def covers(self, number: int) -> bool:
        """Whether the entry of this number lies in it."""
        return number > self._after and (self._until is None or number <= self._until)

    def is_met(self) -> bool:
        """Whether there was a miss."""
        return any(
            entry.reply.source is Source.UNMATCHED and self.covers(entry.number)
            for entry in self._journal.entries()
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._until = self._journal.count
