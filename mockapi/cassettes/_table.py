"""Recordings by the key of their requests: numbers in arrays, and objects only of what was asked for.

A dictionary with an object for each recording takes more memory than most recordings do, and to look
something up writes into the objects that are met. So processes that were forked would have it once each. An
array of slots, each with a number, is read without writing anything.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from mockapi.cassettes._key import line_of, request_key
from mockapi.cassettes._packed import KEY_BYTES, as_request
from mockapi.cassettes._recording import RecordingSequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._model import Matching
    from mockapi.cassettes._recordings import Recordings
    from mockapi.exchange import Request


class Slots:
    """Numbers by hashes: open addressing, at most half full.

    Args:
        count: how many there will be.
    """

    __slots__ = ("_mask", "_slots")

    def __init__(self, count: int) -> None:
        size = 1 << (2 * count).bit_length()
        self._slots = array("I", bytes(4 * size))
        self._mask = size - 1

    def put(self, mark: int, number: int) -> None:
        """Add a number."""
        at = mark & self._mask
        while self._slots[at]:
            at = at + 1 & self._mask
        self._slots[at] = number + 1

    def at(self, mark: int) -> Iterator[int]:
        """The numbers that may be of a hash, and others."""
        at = mark & self._mask
        while number := self._slots[at]:
            yield number - 1
            at = at + 1 & self._mask


def mark_of(key: bytes) -> int:
    """The hash of a key."""
    return int.from_bytes(key[:8], "little")


class Arranged(NamedTuple):
    """The recordings of a table, those of one key side by side.

    Attributes:
        members: where each stands among all that there are.
        starts: where in `members` those of each key begin, and where the last ones end.
        keys: one after the other.
        by_key: the numbers of keys.
        by_text: places in `members`, by the hash of `request_line` and body; None of a key without JSON.
        sizes: of the bodies of `members` in canonical form, -1 without one; None where nothing can be told
            by them.
    """

    members: array[int]
    starts: array[int]
    keys: bytes
    by_key: Slots
    by_text: Slots
    sizes: array[int] | None


class Table:
    """The sequences under one set of rules.

    Args:
        matching: the rules.
        recordings: all that there are; a table has some of them.
        arranged: which.
    """

    def __init__(
        self,
        matching: Matching,
        recordings: Recordings,
        arranged: Arranged,
    ) -> None:
        self._matching = matching
        self._recordings = recordings
        self._members, self._starts, self._keys, self._by_key, self._by_text, self._sizes = arranged
        self._quotes: dict[int, set[int] | None] = dict.fromkeys(self._sizes or ())
        """How many the bodies of each size have, as soon as somebody asks for one."""
        self._found: dict[int, RecordingSequence] = {}
        self._sequences: dict[int, RecordingSequence] = {}

    def find(self, request: Request) -> RecordingSequence | None:
        """The sequence of a request."""
        line, body = line_of(request.method, request.path, request.query), request.body
        text = hash((line, body))
        known = self._found.get(text)
        if known is not None and known.begins_with(line, body):
            request.spelled_as = known.first
            return known
        for member in self._by_text.at(text):
            recording = self._recordings.at(self._members[member])
            if recording.has_request(body) and line_of(*recording.target) == line:
                found = self._sequence(bisect_right(self._starts, member) - 1)
                if found.first is recording:
                    self._found[text] = found
                request.spelled_as = recording
                return found
        if self._sizes is not None and request.known is None:
            written = request.canonical
            if written is not None and len(written) not in self._quotes:
                return None  # as nearly always where it is not there: without a digest of it
        key = request_key(request, self._matching)
        for number in self._by_key.at(mark_of(key)):
            if self._keys[KEY_BYTES * number : KEY_BYTES * (number + 1)] == key:
                return self._sequence(number)
        return None

    def _sequence(self, number: int) -> RecordingSequence:
        start, end = self._starts[number], self._starts[number + 1]
        if end - start == 1:  # as most are: nobody is in the midst of one recording
            return RecordingSequence(self._recordings.at(self._members[start]))
        found = self._sequences.get(number)
        if found is None:
            members = tuple(map(self._recordings.at, self._members[start:end]))
            made = RecordingSequence(members[0], members)
            found = self._sequences.setdefault(number, made)  # of two threads that make one, the first
        return found

    def may_have(self, request: Request) -> bool:
        """Whether a recording may be this request, redacted: as far as its size and its quotes tell.

        A mask is as long as what it masks, and keeps its quotes. It may stand in a name, and then the
        members of an object have another order: so the quotes are counted, wherever they are. Nearly all
        requests that were never recorded are known here, and nobody has to look for secrets in them.
        Payloads are kept as digests, which are shorter.
        """
        if self._sizes is None or request.known is not None or b'"base64"' in request.body:
            return True  # what is known was worked out elsewhere, because the body is large
        written = request.canonical
        if written is None:
            return True
        size = len(written)
        if size not in self._quotes:
            return False
        counts = self._quotes[size]
        if counts is None:
            counts = self._quotes[size] = self._counted(size)
        return written.count(b'"') in counts

    def _counted(self, size: int) -> set[int]:
        numbers = [
            number for number, other in zip(self._members, self._sizes or (), strict=True) if other == size
        ]
        written = (as_request(self._recordings[number].interaction).canonical for number in numbers)
        return {text.count(b'"') for text in written if text is not None}
