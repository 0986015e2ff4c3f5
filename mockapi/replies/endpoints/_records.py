"""The resources that a session keeps, as immutable values that describe themselves as the API does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mockapi.exchange import Headers
    from mockapi.replies.endpoints._context import Blob, EndpointContext

_OUTCOMES: Final = ("processing", "succeeded", "errored", "canceled", "expired")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch.

    Attributes:
        id: of it.
        created: when it came.
        headers: of the request that it came with, under which its rows are judged.
        rows: the rows that are still to be worked on, in slices, one for each look.
        results: the lines that are done.
        counts: of the rows by outcome.
        cancelled: when it was cancelled.
        ended: when it ended.
    """

    id: str
    created: datetime
    headers: Headers
    rows: tuple[Blob, ...]
    results: tuple[Blob, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    cancelled: datetime | None = None
    ended: datetime | None = None

    @property
    def status(self) -> str:
        """Where it is: in_progress, canceling or ended."""
        if self.ended is not None:
            return "ended"
        return "in_progress" if self.cancelled is None else "canceling"

    def described(self, context: EndpointContext) -> dict[str, Any]:
        """The batch as the API tells it."""
        url = f"{context.base_url}/v1/messages/batches/{self.id}/results"
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": self.status,
            "request_counts": {outcome: self.counts.get(outcome, 0) for outcome in _OUTCOMES},
            "ended_at": _microseconds(self.ended),
            "created_at": _microseconds(self.created),
            "expires_at": _microseconds(self.created + timedelta(days=1)),
            "archived_at": None,
            "cancel_initiated_at": _microseconds(self.cancelled),
            "results_url": url if self.ended is not None else None,
        }


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file.

    Attributes:
        id: of it.
        name: as it was uploaded.
        mime_type: as the upload said.
        created: when.
        expires: when it goes; None keeps it.
        content: its bytes.
    """

    id: str
    name: str
    mime_type: str
    created: datetime
    expires: datetime | None
    content: Blob | None

    def has_expired(self, context: EndpointContext) -> bool:
        """Whether its time is over."""
        return self.expires is not None and self.expires <= context.time()

    def described(self, context: EndpointContext) -> dict[str, Any]:
        """The metadata, as the API has it."""
        shown: dict[str, Any] = {
            "type": "file",
            "id": self.id,
            "size_bytes": self.content.size if self.content else 0,
            "created_at": _milliseconds(self.created),
            "filename": self.name,
            "mime_type": self.mime_type,
            "downloadable": not context.live,
        }
        if self.expires is not None:
            shown["expires_at"] = _milliseconds(self.expires)
        return shown


def _microseconds(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S.%f}+00:00"


def _milliseconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}000Z"
