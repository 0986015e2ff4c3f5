"""The memory of a session: its exchanges, bounded by count and bytes.

Nearly every reply is a recording, or made up, and was sent whole; and hardly an entry is ever looked at. Such
an exchange is kept as a tuple of what it was made of, and becomes an entry when somebody asks for it: to make
one each time would be a tenth of what a recorded reply costs. Where another process sends the recording it is
a `Playing`, whose end that process tells.

Such exchanges are counted from here, too, where somebody counts: some hundreds of them together, before they
have to go, so that none of them pays for it when it comes.
"""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias
from weakref import WeakValueDictionary

from mockapi.sessions._entry import JournalEntry
from mockapi.sessions._playing import Playing

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Iterator

    from mockapi.cassettes import Miss, Recording
    from mockapi.exchange import Reply, Request
    from mockapi.sessions._asked import Asked
    from mockapi.sessions._library import CassetteSet
    from mockapi.validation import Refusal

MAX_ENTRIES: Final = 10_000
MAX_BYTES: Final = 64 * 1024 * 1024
_COUNTED_TOGETHER: Final = 256
_NOBODY_COUNTS: Final = -1

_Replayed: TypeAlias = "tuple[int, float, float, Asked, bytes | None, Recording, CassetteSet]"
"""Number, moment, seconds until it was sent, what was asked, its body unless the recording has it, the
recording, and where that is."""
_Made: TypeAlias = "tuple[int, float, float, Asked, bytes, Reply]"
"""Number, moment, seconds until it was sent, what was asked, its body, and the reply that was made up."""
_Kept: TypeAlias = "JournalEntry | Playing | _Replayed | _Made"


class Counts(Protocol):
    """Who counts the replies that were sent whole and at once. Their seconds are zero or more."""

    def replayed(self, seconds: list[float]) -> None:
        """Recordings with status 200 were sent, each in so many seconds."""

    def made(self, replies: list[Reply], seconds: list[float]) -> None:
        """These replies were made up, and sent in so many seconds."""


class Journal:
    """The entries of a session, oldest first. Beyond the bounds the oldest are dropped.

    Their numbers have no gaps. What `add_replayed` and `add_made` have written down is counted here; how
    everything else went is known later, to whoever has sent it.

    Attributes:
        count: the number of the last entry there was.
        dropped: how many entries had to go.
        cleared: the number of the last entry that was there when all were forgotten.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._entries: deque[_Kept] = deque()
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self.dropped = 0
        self.count = 0
        self.cleared = 0
        self._merged = 0
        self._counts: Counts | None = None
        # What `dropped` has come to when an entry that is still to be counted would be the next to go.
        self._due = _NOBODY_COUNTS
        self._made: WeakValueDictionary[int, JournalEntry] = WeakValueDictionary()
        self._making = threading.Lock()

    def add(
        self,
        at: float,
        request: Request,
        reply: Reply,
        recording: Recording | None,
        miss: asyncio.Future[Miss] | None,
        refusal: Refusal | None = None,
    ) -> JournalEntry:
        """Write down an exchange as it begins."""
        self.count += 1
        entry = JournalEntry(self.count, at, request.without_parsed(), reply, recording, miss, refusal)
        self._keep(entry, entry.size)
        return entry

    def add_replayed(
        self,
        at: float,
        seconds: float,
        asked: Asked,
        body: bytes | None,
        recording: Recording,
        library: CassetteSet,
    ) -> None:
        """Write down an exchange that is over: a recording was sent whole.

        Args:
            at: when, in seconds since 1970.
            seconds: from the whole request to the reply's last byte.
            asked: what came, but for its body.
            body: of the request; None if it is that of the recording, byte for byte.
            recording: what answered; with status 200, where somebody counts.
            library: where that is.
        """
        self.count = number = self.count + 1
        size = asked.size if body is None else asked.size + len(body)  # as `_size_of` has it
        self._keep((number, at, seconds, asked, body, recording, library), size)

    def add_made(self, at: float, seconds: float, asked: Asked, body: bytes, reply: Reply) -> None:
        """Write down an exchange that is over: a reply that was made up was sent whole.

        Args:
            at: as for `add_replayed`.
            seconds: as for `add_replayed`.
            asked: as for `add_replayed`.
            body: of the request.
            reply: what answered.
        """
        self.count = number = self.count + 1
        size = asked.size + len(body) + len(reply.body)  # as `_size_of` has it
        self._keep((number, at, seconds, asked, body, reply), size)

    def add_playing(
        self,
        at: float,
        asked: Asked,
        body: bytes | None,
        recording: Recording,
        library: CassetteSet,
    ) -> Playing:
        """Write down an exchange as it begins: another process sends a recording whole.

        Args:
            at: as for `add_replayed`.
            asked: as for `add_replayed`.
            body: as for `add_replayed`.
            recording: as for `add_replayed`.
            library: as for `add_replayed`.

        Returns:
            What is to be told how it went.
        """
        self.count = number = self.count + 1
        playing = Playing(number, at, asked, body, recording, library)
        self._keep(playing, asked.size if body is None else asked.size + len(body))  # its `size`
        return playing

    def merge(self, more: Iterable[JournalEntry]) -> None:
        """Add entries that were written elsewhere, by time, among those that came since this was done last.

        All of these are numbered anew; nobody may have seen their numbers.
        """
        self.add_up()
        own = list(self.after(self._merged))  # those of one moment stay in their order
        for _ in own:
            self._bytes -= _size_of(self._entries.pop())
        self.count -= len(own)
        for entry in sorted((*more, *own), key=attrgetter("at")):
            self.count += 1
            entry.number = self.count
            self._keep(entry, entry.size)
        self._merged = self.count

    def _keep(self, entry: _Kept, size: int) -> None:
        entries = self._entries
        entries.append(entry)
        self._bytes += size
        while len(entries) > self._max_entries or (self._bytes > self._max_bytes and len(entries) > 1):
            if self.dropped == self._due:
                self._count(_COUNTED_TOGETHER)
            self._bytes -= _size_of(entries.popleft())
            self.dropped += 1

    def count_for(self, counts: Counts | None) -> None:
        """Have all counted that is kept, and that comes; None: nothing any more."""
        self._counts = counts
        self._due = _NOBODY_COUNTS if counts is None else self.dropped

    def add_up(self) -> int:
        """Have counted what is still to be counted; how many entries that was to look at."""
        return self._count(len(self._entries))

    def _count(self, most: int) -> int:
        """Have the next ones counted of those that are still to be counted; how many were looked at."""
        counts = self._counts
        begin = self._due - self.dropped
        if counts is None or begin >= len(self._entries):
            return 0
        batch = list(islice(self._entries, begin, begin + most))
        self._due += len(batch)
        replayed = [kept[2] for kept in batch if isinstance(kept, tuple) and len(kept) == 7]
        if replayed:
            counts.replayed(replayed)
        if len(replayed) < len(batch):
            made = [kept for kept in batch if isinstance(kept, tuple) and len(kept) == 6]
            counts.made([kept[5] for kept in made], [kept[2] for kept in made])
        return len(batch)

    @property
    def size(self) -> int:
        """About how many bytes the entries keep in memory."""
        return self._bytes

    def entries(self) -> list[JournalEntry]:
        """A copy of the entries, for threads other than the server's."""
        while True:
            try:
                kept = list(self._entries)
            except RuntimeError:  # it grew meanwhile; a lock would cost every request more
                continue
            return [self._made_of(entry) for entry in kept]

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._empty()
        self.cleared = self.count

    def begin_anew(self, count: int = 0, cleared: int = 0) -> None:
        """Forget all entries, and go on where another journal is.

        Args:
            count: of that one.
            cleared: of that one; the entries behind it count as dropped.
        """
        self._empty()
        self.count, self.cleared, self._merged = count, cleared, 0
        self.dropped = count - cleared
        if self._counts is not None:
            self._due = self.dropped
        with self._making:
            self._made.clear()

    def _empty(self) -> None:
        self.add_up()
        self._entries.clear()
        self._bytes = 0
        if self._counts is not None:
            self._due = self.dropped

    def settle(self) -> None:
        """Make entries of all that is kept: the library that it is made of is not to be kept for its sake."""
        self.add_up()
        self._entries = deque(map(self._made_of, self._entries))
        self._bytes = sum(map(_size_of, self._entries))

    def find(self, number: int) -> JournalEntry | None:
        """The entry of a number, if it is still kept."""
        place = number - 1 - (self.count - len(self._entries))
        return self._made_of(self._entries[place]) if 0 <= place < len(self._entries) else None

    def after(self, number: int) -> Iterator[JournalEntry]:
        """The entries behind a number, oldest first; the older ones are not looked at."""
        older = number - (self.count - len(self._entries))
        return map(self._made_of, islice(self._entries, max(0, older), None))

    def is_being_answered(self, since: float) -> bool:
        """Whether a reply to a request that has come since then is still being sent."""
        return any(
            not isinstance(kept, tuple) and kept.seconds is None and kept.at > since for kept in self._entries
        )

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[JournalEntry]:
        return self.after(self.count - len(self._entries))

    def _made_of(self, kept: _Kept) -> JournalEntry:
        """An entry; whoever asks for it again while somebody has it gets the same one."""
        if isinstance(kept, JournalEntry):
            return kept
        number = kept[0] if isinstance(kept, tuple) else kept.number
        with self._making:
            entry = self._made.get(number)
            if entry is None:
                entry = self._made[number] = _entry_of(kept) if isinstance(kept, tuple) else kept.made()
        return entry


def _entry_of(kept: _Replayed | _Made) -> JournalEntry:
    if len(kept) == 6:
        number, at, seconds, asked, body, reply = kept
        entry = JournalEntry(number, at, asked.request(body), reply, None, None)
    else:
        number, at, seconds, asked, own, recording, library = kept
        request = asked.request(recording.request_body if own is None else own)
        entry = JournalEntry(number, at, request, library.reply(recording), recording, None)
    entry.seconds, entry.complete = seconds, True
    return entry


def _size_of(kept: _Kept) -> int:
    """About how many bytes it keeps in memory."""
    if not isinstance(kept, tuple):
        return kept.size
    size = kept[3].size + len(kept[4] or b"")
    return size + len(kept[5].body) if len(kept) == 6 else size
