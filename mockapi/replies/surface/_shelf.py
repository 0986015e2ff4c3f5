"""What a session keeps for the rest of the API: files and batches, as an immutable value.

The shelf is bounded by count; the oldest go first. Bytes are bounded by whoever keeps the blobs. An
object that was dropped is unknown afterwards, like one that never was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

from mockapi.exchange import Chunk, Reply, Source
from mockapi.messages import dump, error_body
from mockapi.replies.synthesis import object_headers

if TYPE_CHECKING:
    from mockapi.exchange import Headers, Request
    from mockapi.replies.surface._batches import Batch
    from mockapi.replies.surface._files import File

MAX_FILES: Final = 2_000
MAX_BATCHES: Final = 500
_Kept = TypeVar("_Kept")


class Blob(Protocol):
    """Bytes that somebody keeps."""

    @property
    def size(self) -> int:
        """How many."""
        ...

    def read(self) -> bytes:
        """All of them."""
        ...


class Refusal(Protocol):
    """Why the API would refuse a request."""

    @property
    def type(self) -> str:
        """The error type."""
        ...

    @property
    def message(self) -> str:
        """The API's words."""
        ...


Keep: TypeAlias = Callable[[bytes], Blob]
Judge: TypeAlias = "Callable[[Request], Refusal | None]"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files and batches, oldest first.

    Attributes:
        files: by id.
        batches: by id.
        made: how many objects there have been; their ids are made from it.
    """

    files: Mapping[str, File] = field(default_factory=dict)
    batches: Mapping[str, Batch] = field(default_factory=dict)
    made: int = 0

    def with_file(self, file: File) -> Shelf:
        """The shelf with a file added."""
        return replace(self, files=_added(self.files, file.id, file, MAX_FILES), made=self.made + 1)

    def with_batch(self, batch: Batch) -> Shelf:
        """The shelf with a batch added."""
        return replace(self, batches=_added(self.batches, batch.id, batch, MAX_BATCHES), made=self.made + 1)

    def changed(self, batch: Batch) -> Shelf:
        """The shelf with a batch in its new state."""
        return replace(self, batches={**self.batches, batch.id: batch})

    def without_file(self, id_: str) -> Shelf:
        """The shelf without a file."""
        return replace(self, files={key: file for key, file in self.files.items() if key != id_})

    def without_batch(self, id_: str) -> Shelf:
        """The shelf without a batch."""
        return replace(self, batches={key: batch for key, batch in self.batches.items() if key != id_})


@dataclass(frozen=True, slots=True)
class Scene:
    """What a reply depends on besides request and shelf.

    Attributes:
        at: seconds since 1970.
        request_id: of the reply.
        base_url: under which the client reached this session.
        seed: of the session.
        lenient: whether placeholder ids are taken for known ones.
        live: whether the API's behaviour counts where it is narrower than its documentation.
        keep: keeps bytes.
        judge: says whether the API would refuse a request; rows of batches are judged late.
    """

    at: float
    request_id: str
    base_url: str
    seed: int
    lenient: bool
    live: bool
    keep: Keep
    judge: Judge

    def json(self, value: Any, *more: tuple[bytes, bytes]) -> Reply:
        """A reply that is a JSON object."""
        return self.body(dump(value), "application/json", *more)

    def body(self, data: bytes, content_type: str, *more: tuple[bytes, bytes]) -> Reply:
        """A reply that is these bytes."""
        return self._reply(200, data, content_type, more, Source.SYNTHESIZED)

    def error(self, status: int, kind: str, message: str) -> Reply:
        """An error in the API's envelope."""
        data = error_body(kind, message, self.request_id)
        fields = ((b"x-should-retry", b"false"),)
        return self._reply(status, data, "application/json", fields, Source.INVALID)

    def not_found(self, message: str) -> Reply:
        """A 404 with the API's words."""
        return self.error(404, "not_found_error", message)

    def time(self) -> datetime:
        """`at` as a time."""
        return datetime.fromtimestamp(self.at, UTC)

    def _reply(self, status: int, data: bytes, content_type: str, more: Headers, source: Source) -> Reply:
        headers = object_headers(
            content_type=content_type,
            size=len(data),
            at=self.at,
            request_id=self.request_id,
            source=source,
            more=more,
        )
        return Reply(status, headers, (Chunk(0.0, data),), source)


def _added(kept: Mapping[str, _Kept], id_: str, item: _Kept, most: int) -> dict[str, _Kept]:
    added = {**kept, id_: item}
    while len(added) > most:
        del added[next(iter(added))]
    return added
