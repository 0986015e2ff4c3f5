"""Cassettes on disk: finding the files, reading their bytes, writing them whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockapi._files import OUTSIDE, FileTooLargeError, read_file
from mockapi.cassettes import MAX_BYTES
from mockapi.errors import CassetteError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mockapi._files import Places

SUFFIXES = (".yaml", ".yml")
_VERSIONS: Final = ".."
"""How the folders begin in which Kubernetes keeps the files of a ConfigMap, such as `..2026_11_22_10_15.1`.

The names beside them are links to those files, and each recording is to be played once."""


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


def find(paths: Iterable[str], inside: Places | None = None) -> list[str]:
    """The cassette files that paths name: files as they are, folders searched for YAML, sorted.

    Args:
        paths: files and folders.
        inside: where they have to lie; None is anywhere.

    Raises:
        CassetteError: for every path that does not exist or cannot be searched.
    """
    found: list[str] = []
    problems: list[Problem] = []
    for path in paths:
        if inside is not None and not inside.has(path):  # even whether it exists is not told
            problems.append(_outside(path))
            continue
        # os.path: pathlib raises for a name that is too long or lies in a closed folder.
        if not os.path.isdir(path):  # noqa: PTH112 - see above
            found.append(path)
            continue
        errors: list[OSError] = []
        below: list[str] = []
        for folder, inner, files in os.walk(path, onerror=errors.append):
            inner[:] = [name for name in inner if not name.startswith(_VERSIONS)]
            below.extend(str(Path(folder, file)) for file in files if file.endswith(SUFFIXES))
        problems.extend(
            Problem(str(error.filename), f"cannot be searched: {error.strerror}.", "Check its permissions.")
            for error in errors
        )
        found.extend(sorted(below))
    if problems:
        raise CassetteError(problems)
    return list(dict.fromkeys(found))


def read_text(path: str, inside: Places | None = None) -> bytes:
    """The bytes of a cassette file.

    Args:
        path: of the file.
        inside: where it has to lie; None is anywhere.

    Raises:
        CassetteError: it cannot be read, is a folder, lies elsewhere, or is too large to be a cassette.
    """
    try:
        return read_file(path, MAX_BYTES, inside)
    except OSError as error:
        raise CassetteError([_unreadable(path, error)]) from error


def _unreadable(path: str, error: OSError) -> Problem:
    if isinstance(error, FileNotFoundError):
        return Problem(path, "there is no such file or folder.", "Check the path.")
    if isinstance(error, IsADirectoryError):
        return Problem(path, "is a folder, not a cassette file.", "Name a file.")
    if error.strerror == OUTSIDE:
        return _outside(path)
    if isinstance(error, FileTooLargeError):
        cause = f"{error.size:,} bytes; a cassette has at most {MAX_BYTES:,}."
        return Problem(path, cause, "Split it, or check that it is one.")
    remedy = "Check its permissions." if isinstance(error, PermissionError) else "Check the file."
    return Problem(path, f"cannot be read: {error.strerror}.", remedy)


def _outside(path: str) -> Problem:
    return Problem(path, f"cannot be read: {OUTSIDE}.", "Name its folder with --allow-folder.")


def write_atomically(path: Path, data: bytes, *, durable: bool = True, mode: int = 0o666) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile.

    Args:
        path: the file; its folder exists.
        data: all of its content.
        durable: wait until the disk has it; a cache entry need not.
        mode: permissions of a file that is new, as far as the umask leaves them.

    Raises:
        OSError: it could not be written; what was there before is untouched.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
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
