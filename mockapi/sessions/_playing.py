"""A recording that another process sends, as the journal keeps it: how that went is told later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.sessions._entry import JournalEntry

if TYPE_CHECKING:
    from mockapi.cassettes import Recording
    from mockapi.sessions._asked import Asked
    from mockapi.sessions._library import CassetteSet


class Playing:
    """An exchange whose reply another process sends: what its entry is made of when somebody asks for that.

    Attributes:
        number: as its entry has it.
        at: as its entry has it.
        recording: as its entry has it.
        library: where the recording is.
        seconds: as its entry has it.
    """

    __slots__ = ("_asked", "_body", "_complete", "_entry", "at", "library", "number", "recording", "seconds")

    def __init__(
        self,
        number: int,
        at: float,
        asked: Asked,
        body: bytes | None,
        recording: Recording,
        library: CassetteSet,
    ) -> None:
        self.number = number
        self.at = at
        self._asked = asked
        self._body = body
        self.recording = recording
        self.library = library
        self.seconds: float | None = None
        self._complete = False
        self._entry: JournalEntry | None = None  # made before the end was told, which it has to be told too

    @property
    def size(self) -> int:
        """About how many bytes it keeps in memory."""
        return self._asked.size + len(self._body or b"")

    def made(self) -> JournalEntry:
        """The entry; until it has ended it is one and the same."""
        if self._entry is not None:
            return self._entry
        body = self.recording.request_body if self._body is None else self._body
        reply = self.library.reply(self.recording)
        entry = JournalEntry(self.number, self.at, self._asked.request(body), reply, self.recording, None)
        if self.seconds is None:
            self._entry = entry
        entry.seconds, entry.complete = self.seconds, self._complete
        return entry

    def ended(self, seconds: float | None, *, complete: bool) -> None:
        """The reply was sent; so it went.

        Args:
            seconds: from the whole request to the reply's last byte.
            complete: whether it was sent whole.
        """
        self.seconds, self._complete = seconds, complete
        entry, self._entry = self._entry, None
        if entry is not None:
            entry.seconds, entry.complete = seconds, complete
