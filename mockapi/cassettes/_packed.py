"""Interactions as bytes: read once, made into values one by one when somebody asks for them.

A recording as Python objects takes four times the memory of what it says, and each look at it writes
reference counts into that memory. Processes that were forked share memory only for as long as nobody writes
there. So here one object holds a whole cassette:

    blob       of each interaction its facts (JSON), the body of the request, the body of the response. A
               bytearray, because its count of references is not in the page where its bytes begin
    offsets    where each of these three begins, and where the last one ends
    targets    method, path and query: most interactions share them
    fields     header fields that several interactions share
    large      bodies that are objects of their own: whoever plays one copies nothing
    keys       of the requests, where these are compared as they are
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from operator import eq
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload

import orjson

from mockapi.cassettes._key import canonical_size, request_key
from mockapi.cassettes._model import (
    Fields,
    Interaction,
    Matching,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
)
from mockapi.exchange import Ending, Request

if TYPE_CHECKING:
    from collections.abc import Iterable

Target = tuple[str, str, str]
"""Method, path and query of a request."""

Place = tuple[bytes | bytearray, int, int]
"""Where a body is: in what, from where to where."""

LARGE: Final = 16 * 1024
"""Bytes from which a body is an object of its own: to write its count then costs little of what it holds."""
KEY_BYTES: Final = 16
_PLAIN: Final = Matching()


class Keys(NamedTuple):
    """What requests are found by under rules that leave them as they are.

    Attributes:
        digests: one after the other.
        sizes: of the bodies in canonical form; -1 for one that is not JSON.
    """

    digests: bytes
    sizes: array[int]


class Parts(NamedTuple):
    """All that packed interactions consist of."""

    blob: bytearray
    offsets: array[int]
    places: array[int]
    targets: list[Target]
    fields: list[tuple[str, str]]
    large: dict[int, bytes]
    keys: Keys | None


class PackedInteractions(Sequence[Interaction]):
    """The interactions of a cassette. Each look makes the value anew."""

    __slots__ = ("_blob", "_fields", "_large", "_offsets", "_places", "_targets", "keys")

    def __init__(self, parts: Parts) -> None:
        self._blob, self._offsets, self._places, self._targets, self._fields, self._large, self.keys = parts

    @property
    def parts(self) -> Parts:
        """What they consist of."""
        return Parts(
            *(self._blob, self._offsets, self._places, self._targets, self._fields, self._large), self.keys
        )

    def target(self, position: int) -> Target:
        """Method, path and query of a request."""
        return self._targets[self._places[position]]

    def request_place(self, position: int) -> Place:
        """Where the body of a request is."""
        large = self._large.get(2 * position) if self._large else None
        at = 3 * position + 1
        return (large, 0, len(large)) if large else (self._blob, self._offsets[at], self._offsets[at + 1])

    def response_place(self, position: int) -> Place:
        """Where the body of a response is."""
        large = self._large.get(2 * position + 1) if self._large else None
        at = 3 * position + 2
        return (large, 0, len(large)) if large else (self._blob, self._offsets[at], self._offsets[at + 1])

    @overload
    def __getitem__(self, index: int) -> Interaction: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Interaction, ...]: ...

    def __getitem__(self, index: int | slice) -> Interaction | tuple[Interaction, ...]:
        positions = range(len(self._places))[index]
        return self._made(positions) if isinstance(positions, int) else tuple(map(self._made, positions))

    def response(self, position: int, *, in_chunks: bool) -> RecordedResponse:
        """A response by itself.

        Args:
            position: of the interaction.
            in_chunks: whether with its chunks: those of a long stream take longer than all the rest.
        """
        _, status, fields, ending, chunks, _ = self._facts(position)
        return self._response(position, status, fields, chunks if in_chunks else (), ending)

    def _made(self, position: int) -> Interaction:
        request_fields, status, fields, ending, chunks, about = self._facts(position)
        body = body_at(self.request_place(position))
        return Interaction(
            RecordedRequest(*self.target(position), self._headers(request_fields), body),
            self._response(position, status, fields, chunks, ending),
            *about,
        )

    def _facts(self, position: int) -> list[Any]:
        """As `_facts_of` has made them."""
        start, end = self._offsets[3 * position], self._offsets[3 * position + 1]
        facts: list[Any] = orjson.loads(self._blob[start:end])
        return facts

    def _response(
        self, position: int, status: int, fields: list[Any], chunks: Sequence[Any], ending: str
    ) -> RecordedResponse:
        return RecordedResponse(
            status,
            self._headers(fields),
            body_at(self.response_place(position)),
            tuple(map(RecordedChunk, chunks[::2], chunks[1::2])) if chunks else (),
            Ending(ending),
        )

    def _headers(self, kept: list[Any]) -> Fields:
        shared = self._fields
        return tuple([shared[item] if type(item) is int else (item[0], item[1]) for item in kept])

    def __len__(self) -> int:
        return len(self._places)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PackedInteractions | tuple):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> Any:
        return PackedInteractions, (self.parts,)


def body_at(place: Place) -> bytes:
    """The body in a place; one that is an object of its own is not copied."""
    data, start, end = place
    return bytes(data[start:end])


def packed(interactions: Sequence[Interaction], matching: Matching) -> PackedInteractions:
    """Interactions as bytes.

    Args:
        interactions: of one cassette.
        matching: its rules.

    Raises:
        TypeError: a text in them cannot be written as UTF-8.
    """
    if isinstance(interactions, PackedInteractions):
        return interactions
    shared = _shared(interactions)
    targets: dict[Target, int] = {}
    places, offsets = array("I"), array("Q", [0])
    pieces: list[bytes] = []
    large: dict[int, bytes] = {}
    one: dict[bytes, bytes] = {}
    at = 0
    for position, item in enumerate(interactions):
        request, response = item.request, item.response
        places.append(targets.setdefault((request.method, request.path, request.query), len(targets)))
        bodies = []
        for number, body in enumerate((request.body, response.body)):
            if len(body) >= LARGE:
                large[2 * position + number] = one.setdefault(body, body)
            bodies.append(body if len(body) < LARGE else b"")
        for piece in (orjson.dumps(_facts_of(item, shared)), *bodies):
            pieces.append(piece)
            at += len(piece)
            offsets.append(at)
    keys = _keys(interactions) if matching.exact_part == _PLAIN else None
    return PackedInteractions(
        Parts(bytearray().join(pieces), offsets, places, list(targets), list(shared), large, keys)
    )


def _shared(interactions: Iterable[Interaction]) -> dict[tuple[str, str], int]:
    """The header fields that occur more than once, with their numbers."""
    counts = Counter(
        chain.from_iterable((*item.request.headers, *item.response.headers) for item in interactions)
    )
    several = (field for field, count in counts.items() if count > 1)
    return {field: number for number, field in enumerate(several)}


def _facts_of(item: Interaction, shared: dict[tuple[str, str], int]) -> list[Any]:
    """All of an interaction that is neither a body nor a target."""
    response = item.response
    return [
        [shared.get(field, field) for field in item.request.headers],
        response.status,
        [shared.get(field, field) for field in response.headers],
        response.ending,
        [*chain.from_iterable(response.chunks)],
        [item.recorded_at, item.origin, item.edited],
    ]


def _keys(interactions: Iterable[Interaction]) -> Keys:
    digests = bytearray()
    sizes = array("q")
    for item in interactions:
        request = as_request(item)
        digests += request_key(request, _PLAIN)
        size = canonical_size(request)
        sizes.append(-1 if size is None else size)
    return Keys(bytes(digests), sizes)


def as_request(interaction: Interaction) -> Request:
    """The recorded request as the value that an incoming one becomes."""
    recorded = interaction.request
    headers = tuple(
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in recorded.headers
    )
    return Request(recorded.method, recorded.path, recorded.query, headers, recorded.body)
