"""Bytes that a session keeps: small ones in memory, large ones on disk, together within a bound.

Each large one is a file in a folder of its own under the temporary folder, gone with the last
reference to it, and with the process at the latest.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

IN_MEMORY = 64 * 1024
"""Up to this many bytes stay in memory."""
MAX_BYTES = 4 * 1024**3
"""What one session keeps, on disk and in memory together."""


class StorageFull(Exception):  # noqa: N818 - what the client is told
    """The session keeps as much as it may."""


class _Blob:
    """Bytes in memory or in a file."""

    __slots__ = ("__weakref__", "_data", "_path", "size")

    def __init__(self, size: int, data: bytes, path: Path | None) -> None:
        self.size = size
        self._data = data
        self._path = path

    def read(self) -> bytes:
        """All bytes."""
        return self._data if self._path is None else self._path.read_bytes()


class Blobs:
    """The blobs of one session.

    Args:
        max_bytes: how much they may be together.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max = max_bytes
        self._folder: Path | None = None
        self._made = 0
        self.total = 0

    def keep(self, data: bytes) -> _Blob:
        """Keep bytes for as long as the blob is referred to.

        Raises:
            StorageFull: there is no room.
            OSError: the disk cannot take them.
        """
        size = len(data)
        if self.total + size > self._max:
            raise StorageFull
        path = None
        if size > IN_MEMORY:
            path, data = self._written(data), b""
        blob = _Blob(size, data, path)
        self.total += size
        weakref.finalize(blob, self._dropped, size, path).atexit = False
        return blob

    def _written(self, data: bytes) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="mockapi-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._made += 1
        path = self._folder / str(self._made)
        path.write_bytes(data)
        return path

    def _dropped(self, size: int, path: Path | None) -> None:
        self.total -= size
        if path is not None:
            path.unlink(missing_ok=True)
