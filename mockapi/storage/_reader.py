"""Reading cassettes fast, through a cache of what was parsed before, and within bounds."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mockapi import cassettes
from mockapi.errors import CassetteError, Problem
from mockapi.storage._cache import CassetteCache
from mockapi.storage._files import find, folders, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from mockapi._files import Places
    from mockapi.cassettes import Cassette

_HEAD: Final = re.compile(rb"^mockapi_cassette:", re.MULTILINE)
_HEAD_BYTES: Final = 4096


class CassetteReader:
    """Reads cassette files through the cache.

    Args:
        cache: the cache folder; None reads without one.
    """

    def __init__(self, cache: Path | None) -> None:
        self._folders = folders()
        self._cache = None if cache is None else CassetteCache(cache, self._folders.values())

    def read(self, path: str, inside: Places | None = None) -> Cassette:
        """The cassette of a file.

        Args:
            path: of the file.
            inside: where it has to lie, if somebody else names it; nothing is then told of a file
                that is not a cassette.

        Raises:
            CassetteError: with every problem of the file.
        """
        text = read_text(path, inside)
        # Small files too: the first that is not found there brings PyYAML in, a tenth of a start.
        entry = None if self._cache is None else self._cache.entry(text)
        if self._cache is not None and entry is not None:
            cassette = self._cache.read(entry, path)
            if cassette is not None:
                return cassette
        try:
            cassette = cassettes.load(text, path, folders=self._folders)
        except CassetteError as error:
            if inside is None or _HEAD.search(text, 0, _HEAD_BYTES):
                raise
            problem = Problem(path, "is not a cassette.", "A cassette begins with `mockapi_cassette: 1`.")
            raise CassetteError([problem]) from error
        cassette = replace(cassette, interactions=cassettes.packed(cassette.interactions, cassette.matching))
        if self._cache is not None and entry is not None:
            self._cache.keep(entry, cassette)
        return cassette

    def read_all(
        self,
        paths: Iterable[str],
        progress: Callable[[int, int], None] | None = None,
        inside: Places | None = None,
    ) -> list[Cassette]:
        """The cassettes of all files that the paths name.

        Args:
            paths: files and folders.
            progress: called with how many of how many files are read.
            inside: as in `read`.

        Raises:
            CassetteError: with every problem of every file.
        """
        files = find(paths, inside)
        loaded: list[Cassette] = []
        problems: list[Problem] = []
        for number, file in enumerate(files, 1):
            try:
                loaded.append(self.read(file, inside))
            except CassetteError as error:
                problems.extend(error.problems)
            if progress is not None:
                progress(number, len(files))
        if self._cache is not None:
            self._cache.sweep()
        if problems:
            raise CassetteError(problems)
        return loaded
