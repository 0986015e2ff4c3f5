"""Making tables of recordings."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from mockapi import jsontext
from mockapi.cassettes._key import canonical_size, line_of, request_key, request_line
from mockapi.cassettes._packed import KEY_BYTES, PackedInteractions, as_request, body_at
from mockapi.cassettes._table import Arranged, Slots, Table, mark_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.cassettes._model import Interaction, Matching
    from mockapi.cassettes._packed import Keys
    from mockapi.cassettes._recordings import Recordings
    from mockapi.exchange import Request


class TableBuilder:
    """A table to be.

    Args:
        matching: its rules.
        recordings: all that there are; a table has some of them.
    """

    def __init__(self, matching: Matching, recordings: Recordings) -> None:
        self._matching = matching
        self._recordings = recordings
        self._takes_keys = matching.is_plain and not matching.headers
        self._sizes = array("i") if matching.is_plain and matching.redaction.is_plain else None
        self._keys: dict[bytes, int] = {}
        self._numbers = array("I")
        """Of their keys, one for each recording that was added."""
        self._indexes = array("I")
        self._texts: list[int | None] = []

    def add(self, interactions: Sequence[Interaction], position: int, index: int) -> None:
        """Put a recording behind those of the same key.

        Args:
            interactions: of its cassette.
            position: its place there.
            index: where it stands among all.
        """
        if self._takes_keys and isinstance(interactions, PackedInteractions) and interactions.keys:
            self._add_packed(interactions, interactions.keys, position, index)
            return
        request = as_request(interactions[position])
        # The key of a body that is not JSON depends on its content type too.
        is_told_by_text = not self._matching.headers and not isinstance(request.parsed, jsontext.NotJSON)
        text = hash((request_line(request), request.body)) if is_told_by_text else None
        self._add(request, index, text)

    def _add_packed(self, interactions: PackedInteractions, keys: Keys, position: int, index: int) -> None:
        """As `add`, where all that counts has been worked out before."""
        size = keys.sizes[position]
        text = None
        if size >= 0:
            body = body_at(interactions.request_place(position))
            text = hash((line_of(*interactions.target(position)), body))
        if self._sizes is not None:
            self._sizes.append(size)
        digest = keys.digests[KEY_BYTES * position : KEY_BYTES * (position + 1)]
        self._keep(digest, index, text)

    def add_redacted(self, request: Request, index: int) -> None:
        """Put the recording at an index behind those of the same key, as if this had been its request."""
        self._add(request, index, None)

    def _add(self, request: Request, index: int, text: int | None) -> None:
        if self._sizes is not None:
            size = canonical_size(request)
            self._sizes.append(-1 if size is None else size)
        self._keep(request_key(request, self._matching), index, text)

    def _keep(self, key: bytes, index: int, text: int | None) -> None:
        self._numbers.append(self._keys.setdefault(key, len(self._keys)))
        self._indexes.append(index)
        self._texts.append(text)

    def table(self) -> Table:
        """The table of what was added."""
        order: Sequence[int] = range(len(self._numbers))
        if len(self._keys) < len(order):
            order = sorted(order, key=self._numbers.__getitem__)  # those of one key stay in their order
        members, starts = array("I"), array("I")
        sizes = None if self._sizes is None else array("i", map(self._sizes.__getitem__, order))
        by_text = Slots(len(order))
        seen: set[int | None] = set()
        for place, at in enumerate(order):
            if self._numbers[at] == len(starts):
                starts.append(place)
                seen = {None}
            members.append(self._indexes[at])
            text = self._texts[at]
            if text is not None and text not in seen:  # of those of a key with one text, the first
                seen.add(text)
                by_text.put(text, place)
        starts.append(len(order))
        by_key = Slots(len(self._keys))
        for key, number in self._keys.items():
            by_key.put(mark_of(key), number)
        arranged = Arranged(members, starts, b"".join(self._keys), by_key, by_text, sizes)
        return Table(self._matching, self._recordings, arranged)
