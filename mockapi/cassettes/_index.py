"""Finding the recording of a request: dictionaries by key, never a scan.

Cassettes may each have matching rules of their own, so the index holds one table per distinct
set of rules; nearly always that is one. A `Track` is all recordings of one key in recorded
order: the same question asked again is answered by the next of them, and how far a session has
come is the session's to remember.

Exact tables (only substitutions apply) are asked before validation, looser ones (ignored paths,
the last turn only, renamed ids) after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockapi.cassettes._key import request_key
from mockapi.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes._model import Cassette, Interaction, Matching

_Table = dict[bytes, "Track"]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One interaction in its place. Compared by identity.

    Attributes:
        cassette: where it stands.
        position: its place there, from 0.
        number: its place among all that are loaded, from 0.
    """

    cassette: Cassette
    position: int
    number: int

    @property
    def interaction(self) -> Interaction:
        """The interaction itself."""
        return self.cassette.interactions[self.position]

    def __str__(self) -> str:
        return f"{self.cassette.name}#{self.position}"


class Track:
    """The recordings that share a key, in recorded order. Compared by identity."""

    __slots__ = ("recordings",)

    def __init__(self) -> None:
        self.recordings: list[Recording] = []


class Index:
    """Recordings by key.

    Args:
        recordings: in the order they are to be played.
        extra: rules of the session, added to those of every cassette.
    """

    def __init__(self, recordings: Iterable[Recording], extra: Matching | None = None) -> None:
        self.recordings = tuple(recordings)
        self._exact: dict[Matching, _Table] = {}
        self._looser: dict[Matching, _Table] = {}
        for recording in self.recordings:
            matching = recording.cassette.matching
            self._add(recording, matching.with_added(extra) if extra else matching)

    def _add(self, recording: Recording, matching: Matching) -> None:
        request = as_request(recording.interaction)
        _put(self._exact, matching.exact_part, request, recording)
        if not matching.is_exact:
            _put(self._looser, matching, request, recording)

    def find_exact(self, request: Request) -> Track | None:
        """The recordings that answered exactly this request."""
        return _find(self._exact, request)

    def find_looser(self, request: Request) -> Track | None:
        """The recordings of a request that differs only in what the rules leave out."""
        return _find(self._looser, request)


def as_request(interaction: Interaction) -> Request:
    """The recorded request as the value that an incoming one becomes."""
    recorded = interaction.request
    headers = tuple(
        (name.lower().encode("latin-1"), value.encode("utf-8")) for name, value in recorded.headers
    )
    return Request(recorded.method, recorded.path, recorded.query, headers, recorded.body)


def _put(tables: dict[Matching, _Table], matching: Matching, request: Request, recording: Recording) -> None:
    table = tables.setdefault(matching, {})
    table.setdefault(request_key(request, matching), Track()).recordings.append(recording)


def _find(tables: dict[Matching, _Table], request: Request) -> Track | None:
    for matching, table in tables.items():
        track = table.get(request_key(request, matching))
        if track is not None:
            return track
    return None
