"""Cassettes on disk: finding the files, reading them fast, writing them whole or not at all.

Reading YAML is the dear part of a start, so a loaded file is kept as a frame in the user's cache
folder, under the digest of the file's own content: a changed file has another name there, so an
entry can be stale only in the sense of being unused. The folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mockapi._version import __version__
from mockapi.cassettes import FRAME_VERSION, MAX_BYTES, Cassette, load, pack, unpack
from mockapi.errors import CassetteError, Problem
from mockapi.server._clock import wall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SUFFIXES = (".yaml", ".yml")
_KEEP_SECONDS = 30 * 24 * 3600


def folders() -> dict[str, str]:
    """The folders of this process that substitutions know by name, as far as there are any."""
    found = {}
    sources: dict[str, Callable[[], Path | str]] = {
        "home": Path.home,
        "cwd": Path.cwd,
        "tmp": tempfile.gettempdir,
    }
    for name, source in sources.items():
        # A user without a home, a working folder that was deleted, no place for temporary files.
        with contextlib.suppress(OSError, RuntimeError):
            found[name] = str(source())
    return found


def find(paths: Iterable[str]) -> list[str]:
    """The cassette files that paths name: files as they are, folders searched for YAML, sorted.

    Raises:
        CassetteError: for every path that does not exist or cannot be searched.
    """
    found: list[str] = []
    problems: list[Problem] = []
    for path in paths:
        # os.path: pathlib raises for a name that is too long or lies in a closed folder.
        if not os.path.isdir(path):  # noqa: PTH112 - see above
            found.append(path)
            continue
        errors: list[OSError] = []
        inside = [
            str(Path(folder, file))
            for folder, _, files in os.walk(path, onerror=errors.append)
            for file in files
            if file.endswith(SUFFIXES)
        ]
        problems.extend(
            Problem(str(error.filename), f"cannot be searched: {error.strerror}.", "Check its permissions.")
            for error in errors
        )
        found.extend(sorted(inside))
    if problems:
        raise CassetteError(problems)
    return list(dict.fromkeys(found))


def read_text(path: str) -> bytes:
    """The bytes of a cassette file.

    Raises:
        CassetteError: it cannot be read, is a folder, or is too large to be a cassette.
    """
    try:
        with open(path, "rb", opener=_open_regular) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                raise CassetteError(
                    [
                        Problem(
                            path,
                            f"{size:,} bytes; a cassette has at most {MAX_BYTES:,}.",
                            "Split it, or check that it is one.",
                        )
                    ]
                )
            return file.read()
    except FileNotFoundError as error:
        raise CassetteError([Problem(path, "there is no such file or folder.", "Check the path.")]) from error
    except IsADirectoryError as error:
        raise CassetteError([Problem(path, "is a folder, not a cassette file.", "Name a file.")]) from error
    except ValueError as error:  # a NUL in the name
        raise CassetteError([Problem(path, f"is no path: {error}.", "Check the path.")]) from error
    except OSError as error:
        remedy = "Check its permissions." if isinstance(error, PermissionError) else "Check the file."
        raise CassetteError([Problem(path, f"cannot be read: {error.strerror}.", remedy)]) from error


def _open_regular(path: str, flags: int) -> int:
    """Open a file and nothing else: a pipe or a device might never end, or never begin."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        kind = errno.EISDIR if stat.S_ISDIR(os.fstat(handle).st_mode) else errno.EINVAL
        os.close(handle)
        raise OSError(kind, "it is a pipe or a device, not a file")
    return handle


class CassetteReader:
    """Reads cassette files through the cache.

    Args:
        cache: the cache folder; None reads without one.
    """

    def __init__(self, cache: Path | None) -> None:
        self._folders = folders()
        self._cache = cache
        known = "\n".join([__version__, str(FRAME_VERSION), *self._folders.values()])
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


def write_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile.

    Args:
        path: the file; its folder exists.
        data: all of its content.
        durable: wait until the disk has it; a cache entry need not.

    Raises:
        OSError: it could not be written; what was there before is untouched.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def iter_texts(paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every cassette file, for tools that look at the text itself."""
    for path in find(paths):
        yield path, read_text(path)
