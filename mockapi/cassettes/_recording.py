"""Recordings in their places, and those of one question in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockapi._printable import encodable
from mockapi.cassettes._key import line_of
from mockapi.cassettes._packed import PackedInteractions, body_at

if TYPE_CHECKING:
    from mockapi.cassettes._model import Cassette, Interaction, RecordedResponse
    from mockapi.cassettes._packed import Place, Target


@dataclass(slots=True, eq=False)
class Recording:
    """One interaction in its place. Compared by identity.

    Treat it as immutable: to make one that is frozen takes twice as long, and its first play pays for it.

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
        """The interaction itself, made anew: ask once, and keep it for as long as it is needed."""
        return self.cassette.interactions[self.position]

    def response(self, *, in_chunks: bool = True) -> RecordedResponse:
        """The response alone, made anew.

        Args:
            in_chunks: whether with its chunks, which who sends it at once does not need.
        """
        interactions = self.cassette.interactions
        if isinstance(interactions, PackedInteractions):
            return interactions.response(self.position, in_chunks=in_chunks)
        return interactions[self.position].response

    @property
    def target(self) -> Target:
        """Method, path and query of the request."""
        interactions = self.cassette.interactions
        if isinstance(interactions, PackedInteractions):
            return interactions.target(self.position)
        request = interactions[self.position].request
        return request.method, request.path, request.query

    @property
    def request_body(self) -> bytes:
        """The body of the request."""
        return body_at(self.request_place)

    @property
    def request_place(self) -> Place:
        """Where the body of the request is."""
        interactions = self.cassette.interactions
        if isinstance(interactions, PackedInteractions):
            return interactions.request_place(self.position)
        body = interactions[self.position].request.body
        return body, 0, len(body)

    def has_request(self, body: bytes) -> bool:
        """Whether the body of the request is spelled like this."""
        data, start, end = self.request_place
        return end - start == len(body) and data.startswith(body, start)  # no copy is made

    @property
    def response_place(self) -> Place:
        """Where the body of the response is."""
        interactions = self.cassette.interactions
        if isinstance(interactions, PackedInteractions):
            return interactions.response_place(self.position)
        body = interactions[self.position].response.body
        return body, 0, len(body)

    def __str__(self) -> str:
        return f"{encodable(self.cassette.name)}#{self.position}"


class RecordingSequence:
    """The recordings that share a key, in recorded order. Several are compared by identity.

    Args:
        first: the first of them.
        several: all of them, where there are several.

    Attributes:
        first: the first of them, and nearly always the only one.
        several: all of them; empty where there is one.
    """

    __slots__ = ("_data", "_line", "_size", "_start", "first", "several")

    def __init__(self, first: Recording, several: tuple[Recording, ...] = ()) -> None:
        self.first = first
        self.several = several
        self._line = line_of(*first.target)
        self._data, self._start, end = first.request_place
        self._size = end - self._start

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """All of them."""
        return self.several or (self.first,)

    def begins_with(self, line: bytes, body: bytes) -> bool:
        """Whether the first of them has this request, as `request_line` has it, spelled like this."""
        return (
            self._line == line
            and self._size == len(body)
            and self._data.startswith(body, self._start)  # no copy is made
        )
