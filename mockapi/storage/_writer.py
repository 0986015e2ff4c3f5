"""Adding interactions to cassette files: whole or not at all, by several processes at once.

Whoever writes holds a lock on the folder, reads what others wrote meanwhile, and puts the new
file in the place of the old one in a single step. So a killed process loses at most what was
still in its memory, and half a file is never seen. What a killed process left behind (a
temporary file) is removed by the next writer: under the lock it cannot belong to another.

An addition is put at the end of the text, so that comments stay and a write costs no more than
copying the file. What somebody else wrote is trusted to take an addition there only after it
was tried.
"""

from __future__ import annotations

import contextlib
import glob
import os
import tempfile
from collections import defaultdict
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockapi._files import read_file
from mockapi.cassettes import (
    MAX_BYTES,
    Cassette,
    as_read,
    check_size,
    dump,
    dump_more,
    fingerprint,
    load,
    long_bodies,
)
from mockapi.errors import CassetteError
from mockapi.storage._files import SUFFIXES, folders, write_atomically
from mockapi.storage._schema_line import make_folder, with_schema_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockapi.cassettes import Interaction

GIT_ATTRIBUTES = """\
# Recordings are kept to the byte: no line-ending conversion, no trimming of blanks.
*.yaml -text -whitespace
*.yml -text -whitespace
"""
_HEAD = b"mockapi_cassette: 1\ninteractions:\n"


class CassetteFile:
    """One cassette file that interactions are added to.

    Args:
        path: the file; it and its folder need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._name = str(path)
        self._text = b""
        self._stamp: tuple[int, int, int] | None = None
        self._said: set[str] = set()
        self._theirs: Cassette | None = Cassette(self._name, ())

    def add(
        self, interactions: Sequence[Interaction], renewed: Sequence[tuple[str, Interaction]] = ()
    ) -> None:
        """Add interactions at the end of the file, and put others in the place of those that stand there.

        Args:
            interactions: what to add.
            renewed: the fingerprint of an interaction, and what takes its place; if somebody has
                taken that out meanwhile, the new one is added at the end.

        Raises:
            OSError: it could not be written; the file is as before.
            UnwritableError: with the addition, nobody could read it; the file is as before.
            CassetteError: the file is not a cassette.
        """
        self._prepare_folder()
        with locked(self.path.parent):
            self._clean()
            stamp = _stamp(self.path)
            if stamp != self._stamp:
                self._read(exists=stamp is not None)
            said = set(self._said)
            text = self._renewed(interactions, renewed, said)
            if text is None:
                text = self._with([*(item for _, item in renewed), *interactions], said)
            check_size(text, self._name)
            write_atomically(self.path, text)
            self._text, self._said, self._theirs = text, said, None
            self._stamp = _stamp(self.path)

    def _prepare_folder(self) -> None:
        folder = self.path.parent
        make_folder(folder)
        attributes = folder / ".gitattributes"
        is_fresh = not any(entry.suffix in SUFFIXES for entry in folder.iterdir())
        if is_fresh and not attributes.exists():
            write_atomically(attributes, GIT_ATTRIBUTES.encode())

    def _clean(self) -> None:
        for left in self.path.parent.glob(f".{glob.escape(self.path.name)}.*.tmp"):
            with contextlib.suppress(OSError):
                left.unlink()

    def _read(self, *, exists: bool) -> None:
        """Take in what somebody else wrote."""
        self._text = read_file(self.path, MAX_BYTES) if exists else b""
        self._theirs = self._loaded(self._text) if self._text else Cassette(self._name, ())
        self._said = long_bodies(self._theirs.interactions)

    def _loaded(self, text: bytes) -> Cassette:
        return load(text, self._name, folders=folders())

    def _with(self, interactions: Sequence[Interaction], said: set[str]) -> bytes:
        """The text with an addition, its digests of long bodies noted in `said`."""
        so_far = self._text or with_schema_line(self.path, _HEAD)
        newline = b"" if so_far.endswith(b"\n") else b"\n"
        text = so_far + newline + dump_more(interactions, self._name, said)
        if self._theirs is None or not self._text:
            return text
        both = (*self._theirs.interactions, *interactions)
        try:
            if self._loaded(text).interactions == tuple(map(as_read, both)):
                return text
        except CassetteError:
            pass  # it is written in another way, and is written anew
        return self._rewritten(self._theirs, both, said)

    def _renewed(
        self,
        interactions: Sequence[Interaction],
        renewed: Sequence[tuple[str, Interaction]],
        said: set[str],
    ) -> bytes | None:
        """The text with what is renewed in its place, and with an addition; None if nothing is replaced."""
        if not renewed or not self._text:
            return None
        before = self._loaded(self._text)
        fresh: dict[str, list[Interaction]] = defaultdict(list)
        for old, new in renewed:
            fresh[old].append(new)
        kept = []
        replaced = 0
        for item in before.interactions:
            waiting = fresh.get(fingerprint(item))
            replaced += bool(waiting)
            kept.append(waiting.pop(0) if waiting else item)
        if not replaced:
            return None
        homeless = [item for waiting in fresh.values() for item in waiting]
        return self._rewritten(before, (*kept, *homeless, *interactions), said)

    def _rewritten(self, before: Cassette, interactions: Sequence[Interaction], said: set[str]) -> bytes:
        said.clear()
        said |= long_bodies(interactions)
        return with_schema_line(self.path, dump(replace(before, interactions=tuple(interactions))))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever a file is written anew; None without a file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against other writers, threads and processes alike; a dead one holds nothing.

    On POSIX the folder itself is locked, so that no lock file is left in it. Elsewhere a file in
    the temporary folder stands for it.
    """
    if os.name == "posix":
        import fcntl  # noqa: PLC0415 - POSIX only

        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
        return
    import msvcrt  # noqa: PLC0415 - Windows only

    name = sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    handle = os.open(Path(tempfile.gettempdir(), f"mockapi-{name}.lock"), os.O_RDWR | os.O_CREAT)
    try:
        lock: Any = msvcrt
        lock.locking(handle, lock.LK_LOCK, 1)
        yield
    finally:
        os.close(handle)
