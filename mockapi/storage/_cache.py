"""The cache of loaded cassettes: packed frames in a folder that only its user can read or write.

Reading YAML is the dear part of a start, so a loaded file is kept in packed form, under the digest of
the file's own content: a changed file has another name there, so an entry can be stale only in the sense
of being unused. The folder may be deleted at any time.

An entry answers requests, and holds what may be a private recording. So within the folder that was
chosen each user has one of their own, mode 0700, with entries of mode 0600. A folder of somebody else, or
one that others can enter, is left alone, and so is an entry that the user's own secret has not sealed: a
cache that cannot be trusted costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from mockapi._clock import wall
from mockapi._files import read_file
from mockapi._version import __version__
from mockapi.cassettes import CACHE_VERSION, MAX_BYTES, pack, unpack
from mockapi.storage._files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes import Cassette

_KEEP_SECONDS: Final = 30 * 24 * 3600
_MAX_ENTRY: Final = 4 * MAX_BYTES  # base64 and JSON make some cassettes larger than their text
_KEY: Final = "key"
_KEY_BYTES: Final = 32
_PRIVATE: Final = 0o700
_OTHERS: Final = 0o077
"""What group and others may do with a file."""


class CacheEntry(NamedTuple):
    """Where a cassette's frame is kept, and what seals it."""

    path: Path
    key: bytes


class CassetteCache:
    """Frames of cassettes, kept from one start to the next.

    Args:
        folder: the folder that was chosen; users have their own ones in it.
        known: what a loaded cassette depends on besides its text.
    """

    def __init__(self, folder: Path, known: Iterable[str]) -> None:
        self._folder = folder / _whose()
        self._secret: bytes | None = None
        self._wrote = False
        # Entries hold keys of requests, and releases of orjson may write a number in different ways.
        versions = [__version__, str(CACHE_VERSION), orjson.__version__]
        self._salt = hashlib.sha256("\n".join([*versions, *known]).encode())

    def entry(self, text: bytes) -> CacheEntry | None:
        """The entry of a text; None where there is no cache that can be trusted."""
        if self._secret is None:
            # What cannot be made or read costs time, not the start.
            with contextlib.suppress(OSError):
                self._secret = _secret_of(self._folder)
        if self._secret is None:
            return None
        digest = self._salt.copy()
        digest.update(text)
        name = digest.hexdigest()
        key = hashlib.blake2b(name.encode(), key=self._secret, digest_size=32).digest()
        return CacheEntry(self._folder / name[:2] / name[2:], key)

    def read(self, entry: CacheEntry, name: str) -> Cassette | None:
        """The cassette of an entry under a file's name; None if there is none that can be trusted."""
        try:
            return unpack(read_file(entry.path, _MAX_ENTRY), name, entry.key)
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def keep(self, entry: CacheEntry, cassette: Cassette) -> None:
        """Write an entry, if it can be written."""
        with contextlib.suppress(OSError):
            entry.path.parent.mkdir(mode=_PRIVATE, exist_ok=True)
            write_atomically(entry.path, pack(cassette, entry.key), durable=False, mode=0o600)
            self._wrote = True

    def sweep(self) -> None:
        """After new ones were written, drop what was written long ago: what is in use is written again."""
        if not self._wrote:
            return
        self._wrote = False
        oldest = wall() - _KEEP_SECONDS
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


def _whose() -> str:
    return f"user-{os.getuid()}" if hasattr(os, "getuid") else "user"


def _secret_of(folder: Path) -> bytes | None:
    """The secret that seals the entries of a folder, made with the folder; None if either is not private.

    Raises:
        OSError: they can be neither read nor made.
    """
    folder.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=_PRIVATE)
    if not _is_private(folder.lstat(), stat.S_IFDIR):
        return None
    path = folder / _KEY
    with contextlib.suppress(FileNotFoundError):
        return _read_key(path)
    write_atomically(path, secrets.token_bytes(_KEY_BYTES), durable=False, mode=0o600)
    # Of two processes that made one at once, the later one's stands.
    return _read_key(path)


def _read_key(path: Path) -> bytes | None:
    key = read_file(path, _KEY_BYTES)
    return key if len(key) == _KEY_BYTES and _is_private(path.lstat(), stat.S_IFREG) else None


def _is_private(status: os.stat_result, kind: int) -> bool:
    """Whether it is of a kind, this user's own, and closed to everybody else."""
    if stat.S_IFMT(status.st_mode) != kind:
        return False
    return os.name != "posix" or (status.st_uid == os.getuid() and not status.st_mode & _OTHERS)


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
