"""What a session keeps for the rest of the API: files and batches, as an immutable value.

The store is bounded by count; the oldest go first. Bytes are bounded by whoever keeps the blobs. A
resource that was dropped is unknown afterwards, like one that never was.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.replies.endpoints._records import Batch, File

MAX_FILES: Final = 2_000
MAX_BATCHES: Final = 500
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class ResourceStore:
    """Files and batches, oldest first.

    Attributes:
        files: by id.
        batches: by id.
        made: how many objects there have been; their ids are made from it.
    """

    files: Mapping[str, File] = field(default_factory=dict)
    batches: Mapping[str, Batch] = field(default_factory=dict)
    made: int = 0

    def with_file(self, file: File) -> ResourceStore:
        """The store with a file added."""
        return replace(self, files=_added(self.files, file.id, file, MAX_FILES), made=self.made + 1)

    def with_batch(self, batch: Batch) -> ResourceStore:
        """The store with a batch added."""
        return replace(self, batches=_added(self.batches, batch.id, batch, MAX_BATCHES), made=self.made + 1)

    def changed(self, batch: Batch) -> ResourceStore:
        """The store with a batch in its new state."""
        return replace(self, batches={**self.batches, batch.id: batch})

    def without_file(self, id_: str) -> ResourceStore:
        """The store without a file."""
        return replace(self, files={key: file for key, file in self.files.items() if key != id_})

    def without_batch(self, id_: str) -> ResourceStore:
        """The store without a batch."""
        return replace(self, batches={key: batch for key, batch in self.batches.items() if key != id_})


def _added(kept: Mapping[str, _Kept], id_: str, item: _Kept, most: int) -> dict[str, _Kept]:
    added = {**kept, id_: item}
    while len(added) > most:
        del added[next(iter(added))]
    return added
