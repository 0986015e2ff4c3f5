"""Adding interactions to cassette files: whole or not at all, by several processes at once.

Whoever writes holds a lock on the folder, reads what others wrote meanwhile, and puts the new
file in the place of the old one in a single step. So a killed process loses at most what was
still in its memory, and half a file is never seen. What a killed process left behind (a
temporary file) is removed by the next writer: under the lock it cannot belong to another.

What is worked out of values and texts, and takes long where they are large, is a pure function that
`Elsewhere` may run in another process; here are the files.

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
from typing import TYPE_CHECKING, Any, TypeAlias

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
    from collections.abc import Callable, Iterator, Sequence

    from mockapi.cassettes import Interaction

GIT_ATTRIBUTES = """\
# Recordings are kept to the byte: no line-ending conversion, no trimming of blanks.
*.yaml -text -whitespace
*.yml -text -whitespace
"""
Elsewhere: TypeAlias = "Callable[..., Any]"
"""Runs a pure function where that holds up nobody: called with about how many bytes it has to look at,
the function, and its arguments."""

_HEAD = b"mockapi_cassette: 1\ninteractions:\n"


class CassetteFile:
    """One cassette file that interactions are added to.

    Args:
        path: the file; it and its folder need not exist yet.
        work_out: runs what is dear; by default here.
    """

    def __init__(self, path: Path, work_out: Elsewhere | None = None) -> None:
        self.path = path
        self._work_out = work_out or _here
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
            OSError: it could not be written; the file is as before. So it is with whatever else is raised.
            UnwritableError: with the addition, nobody could read it; the file is as before.
            CassetteError: the file is not a cassette.
        """
        self._prepare_folder()
        with locked(self.path.parent):
            self._clean()
            stamp = _stamp(self.path)
            if stamp != self._stamp:
                self._read(exists=stamp is not None)
            text, said = self._renewed(interactions, renewed) or self._with(
                [*(item for _, item in renewed), *interactions], self._said
            )
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
        self._theirs, self._said = Cassette(self._name, ()), set()
        if self._text:
            size = len(self._text)
            self._theirs, self._said = self._work_out(size, _loaded, self._text, self._name, folders())

    def _with(self, interactions: Sequence[Interaction], said: set[str]) -> tuple[bytes, set[str]]:
        """The text with an addition, and the digests of its long bodies."""
        so_far = self._text or with_schema_line(self.path, _HEAD)
        newline = b"" if so_far.endswith(b"\n") else b"\n"
        added, said = self._work_out(_size(interactions), dump_more, interactions, self._name, said)
        text: bytes = so_far + newline + added
        if self._theirs is None or not self._text:
            return text, said
        both = (*self._theirs.interactions, *interactions)
        if self._work_out(len(text), _reads_as, text, self._name, folders(), both):
            return text, said
        return self._rewritten(self._theirs, both)  # it is written in another way, and is written anew

    def _renewed(
        self, interactions: Sequence[Interaction], renewed: Sequence[tuple[str, Interaction]]
    ) -> tuple[bytes, set[str]] | None:
        """The text with what is renewed in its place, and with an addition; None if nothing is replaced."""
        if not renewed or not self._text:
            return None
        size = len(self._text)
        before, _ = self._work_out(size, _loaded, self._text, self._name, folders())
        found = self._work_out(size, _with_renewed, before, renewed)
        return None if found is None else self._rewritten(before, (*found, *interactions))

    def _rewritten(self, before: Cassette, interactions: Sequence[Interaction]) -> tuple[bytes, set[str]]:
        after = replace(before, interactions=tuple(interactions))
        text, said = self._work_out(_size(interactions), _dumped, after)
        return with_schema_line(self.path, text), said


def _here(_size: int, function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def _size(interactions: Sequence[Interaction]) -> int:
    return sum(len(item.request.body) + len(item.response.body) for item in interactions)


def _loaded(text: bytes, name: str, known_folders: dict[str, str]) -> tuple[Cassette, set[str]]:
    """The cassette of a text, and the digests of its long bodies."""
    cassette = load(text, name, folders=known_folders)
    return cassette, long_bodies(cassette.interactions)


def _reads_as(
    text: bytes, name: str, known_folders: dict[str, str], interactions: Sequence[Interaction]
) -> bool:
    """Whether a text is a cassette of these interactions."""
    try:
        return load(text, name, folders=known_folders).interactions == tuple(map(as_read, interactions))
    except CassetteError:
        return False


def _with_renewed(
    before: Cassette, renewed: Sequence[tuple[str, Interaction]]
) -> tuple[Interaction, ...] | None:
    """A cassette's interactions with the renewed ones in their places, those without one at the end."""
    fresh: dict[str, list[Interaction]] = defaultdict(list)
    for old, new in renewed:
        fresh[old].append(new)
    kept = []
    replaced = 0
    for item in before.interactions:
        waiting = fresh.get(fingerprint(item))
        replaced += bool(waiting)
        kept.append(waiting.pop(0) if waiting else item)
    homeless = [item for waiting in fresh.values() for item in waiting]
    return (*kept, *homeless) if replaced else None


def _dumped(cassette: Cassette) -> tuple[bytes, set[str]]:
    """The text of a cassette, and the digests of its long bodies."""
    return dump(cassette), long_bodies(cassette.interactions)


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
