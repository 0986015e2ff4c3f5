"""The cassettes that are loaded: one immutable set at a time, replaced whole."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from mockapi.cassettes import Cassette, Index, Matching, Recording, Recordings
from mockapi.messages import IdFactory, IdKind
from mockapi.replies import StoredReply, recorded_reply, wire_head_of
from mockapi.sessions._played import PlayedRecordings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.exchange import Reply

_MAX_INDEXES = 16
_RECENT: Final = 256
"""Replies whose bodies are at hand: most of what is asked for is asked for again."""


class CassetteSet:
    """Loaded cassettes with their indexes. Sessions that ask alike share an index.

    Attributes:
        cassettes: in the order they are played.
        recordings: all interactions of all of them.
        played: those that answered a request, in any session.
    """

    def __init__(self, cassettes: Iterable[Cassette]) -> None:
        self.recordings = Recordings(cassettes)
        self.cassettes = self.recordings.cassettes
        self.played = PlayedRecordings(self.recordings)
        self._indexes: dict[Matching, Index] = {}
        self._indexing = threading.Lock()
        self._replies: list[StoredReply | None] = [None] * len(self.recordings)
        self._recent: list[StoredReply | None] = [None] * _RECENT
        self._paced: WeakValueDictionary[int, Reply] = WeakValueDictionary()
        self._ids = IdFactory(seed=0)

    def index(self, extra: Matching) -> Index:
        """The index under a session's added rules; the ones used last are kept.

        Making one takes a while with many recordings: ask in another thread first.
        """
        with self._indexing:
            found = self._indexes.pop(extra, None)
            if found is None:
                found = Index(self.recordings, extra)
                if len(self._indexes) >= _MAX_INDEXES:
                    del self._indexes[next(iter(self._indexes))]
            self._indexes[extra] = found
            return found

    def reply(self, recording: Recording) -> Reply:
        """What a recording plays when sent at once; made when first asked for, then kept."""
        number = recording.number
        found = self._replies[number]
        if found is None:
            made = self.reply_elsewhere(recording)
            if not isinstance(made, StoredReply):
                return made
            found = self._replies[number] = made
        if found.kept is None:
            place = number % _RECENT
            before = self._recent[place]
            if before is found:  # for the second time: it pays to have its body at hand
                found.keep()
            else:
                if before is not None and before.kept is not None:
                    before.let_go()
                self._recent[place] = found
        return found

    def reply_elsewhere(self, recording: Recording) -> Reply:
        """The same for another process, which keeps its own."""
        found = self._replies[recording.number]
        if found is not None:
            return found
        made = self._made(recording, paced=False)
        if not made.chunks:
            return made
        return StoredReply(made, wire_head_of(made, method=recording.target[0]), recording)

    def paced_reply(self, recording: Recording) -> Reply:
        """What a recording plays in its recorded chunks: one for all streams that play it at a time.

        Chunks take several times the memory of the body.
        """
        found = self._paced.get(recording.number)
        if found is None:
            found = self._paced[recording.number] = self._made(recording, paced=True)
        return found

    def _made(self, recording: Recording, *, paced: bool) -> Reply:
        self.played.add(recording)
        make_request_id = partial(self._ids.make, IdKind.REQUEST, recording.number)
        response = recording.response(in_chunks=paced)
        return recorded_reply(response, recording.target[0], make_request_id, paced=paced)
