"""Reading cassettes fast: through a cache of what was parsed before.

Reading YAML is the dear part of a start, so a loaded file is kept in packed form in the user's cache
folder, under the digest of the file's own content: a changed file has another name there, so an
entry can be stale only in the sense of being unused. The folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mockapi._clock import wall
from mockapi._version import __version__
from mockapi.cassettes import CACHE_VERSION, Cassette, load, pack, unpack
from mockapi.errors import CassetteError
from mockapi.storage._files import find, folders, read_text, write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockapi.errors import Problem

_KEEP_SECONDS = 30 * 24 * 3600


class CassetteReader:
    """Reads cassette files through the cache.

    Args:
        cache: the cache folder; None reads without one.
    """

    def __init__(self, cache: Path | None) -> None:
        self._folders = folders()
        self._cache = cache
        known = "\n".join([__version__, str(CACHE_VERSION), *self._folders.values()])
        self._salt = hashlib.sha256(known.encode())
        self._wrote = False

    def read(self, path: str) -> Cassette:
        """The cassette of a file.

        Raises:
            CassetteError: with every problem of the file.
        """
        text = read_text(path)
        entry = self._entry(text)
        if entry is not None:
            cassette = _cached(entry, path)
            if cassette is not None:
                return cassette
        cassette = load(text, path, folders=self._folders)
        if entry is not None:
            self._keep(entry, cassette)
        return cassette

    def read_all(
        self, paths: Iterable[str], progress: Callable[[int, int], None] | None = None
    ) -> list[Cassette]:
        """The cassettes of all files that the paths name.

        Args:
            paths: files and folders.
            progress: called with how many of how many files are read.

        Raises:
            CassetteError: with every problem of every file.
        """
        files = find(paths)
        cassettes: list[Cassette] = []
        problems: list[Problem] = []
        for number, file in enumerate(files, 1):
            try:
                cassettes.append(self.read(file))
            except CassetteError as error:
                problems.extend(error.problems)
            if progress is not None:
                progress(number, len(files))
        if self._wrote and self._cache is not None:
            _sweep(self._cache)
            self._wrote = False
        if problems:
            raise CassetteError(problems)
        return cassettes

    def _entry(self, text: bytes) -> Path | None:
        # Small files too: the first that is not found there brings PyYAML in, a tenth of a start.
        if self._cache is None:
            return None
        digest = self._salt.copy()
        digest.update(text)
        name = digest.hexdigest()
        return self._cache / name[:2] / name[2:]

    def _keep(self, entry: Path, cassette: Cassette) -> None:
        # A cache that cannot be written costs time, not the start.
        with contextlib.suppress(OSError):
            entry.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(entry, pack(cassette), durable=False)
            self._wrote = True


def _cached(entry: Path, name: str) -> Cassette | None:
    try:
        return unpack(entry.read_bytes(), name)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _sweep(cache: Path) -> None:
    """Drop what was written long ago: an entry in use is written again at the next start."""
    oldest = wall() - _KEEP_SECONDS
    for entry in cache.glob("??/*"):
        with contextlib.suppress(OSError):
            if entry.stat().st_mtime < oldest:
                entry.unlink()


def cache_folder() -> Path | None:
    """The user's cache folder for cassettes; None where MOCKAPI_CACHE is `off`.

    MOCKAPI_CACHE may name another folder.
    """
    chosen = os.environ.get("MOCKAPI_CACHE", "")
    if chosen == "off":
        return None
    if chosen:
        return Path(chosen)
    import platformdirs  # noqa: PLC0415 - only where the environment does not say

    return Path(platformdirs.user_cache_dir("mockapi", appauthor=False)) / "cassettes"
