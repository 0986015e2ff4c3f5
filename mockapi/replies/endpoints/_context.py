"""What an endpoint's reply depends on besides the request and the session's resources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from mockapi.exchange import Chunk, Reply, Source
from mockapi.messages import dump, error_body, error_details
from mockapi.replies._reply_headers import object_headers

if TYPE_CHECKING:
    from mockapi.exchange import Headers, Request
    from mockapi.replies.synthesis import GenerationInput, Plan
    from mockapi.validation import Refusal


class Blob(Protocol):
    """Bytes that somebody keeps."""

    @property
    def size(self) -> int:
        """How many."""
        ...

    def read(self) -> bytes:
        """All of them."""
        ...


Keep: TypeAlias = Callable[[bytes], Blob]
Validate: TypeAlias = "Callable[[Request], Refusal | None]"
RowScript: TypeAlias = "Callable[[GenerationInput, str], Plan | Reply | None]"


def unscripted(_material: GenerationInput, _custom_id: str) -> None:
    """No row has a scripted reply."""


@dataclass(frozen=True, slots=True)
class EndpointContext:
    """What a reply depends on besides the request and the resource store.

    Attributes:
        at: seconds since 1970.
        request_id: of the reply.
        base_url: under which the client reached this session.
        seed: of the session.
        lenient: whether placeholder ids are taken for known ones.
        live: whether the API's behaviour counts where it is narrower than its documentation.
        keep: keeps bytes.
        validate: the API's refusal of a request, or None; for the rows of batches, when their turn comes.
        scripted: the plan of a row's scripted reply by its custom id, an error in the API's envelope,
            or None where it has neither.
    """

    at: float
    request_id: str
    base_url: str
    seed: int
    lenient: bool
    live: bool
    keep: Keep
    validate: Validate
    scripted: RowScript = unscripted

    def json(self, value: Any, *more: tuple[bytes, bytes]) -> Reply:
        """A reply that is a JSON object."""
        return self.body(dump(value), "application/json", *more)

    def body(self, data: bytes, content_type: str, *more: tuple[bytes, bytes]) -> Reply:
        """A reply that is these bytes."""
        return self._reply(200, data, content_type, more, Source.SYNTHESIZED)

    def error(self, status: int, kind: str, message: str, code: str | None = None) -> Reply:
        """An error in the API's envelope; with a code it has details, by which clients choose exceptions."""
        data = error_body(kind, message, self.request_id, error_details(code))
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
