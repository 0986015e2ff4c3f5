"""Cassettes on disk: finding the files, reading their bytes, writing them whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mockapi.cassettes import MAX_BYTES
from mockapi.errors import CassetteError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SUFFIXES = (".yaml", ".yml")


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
        raise CassetteError([Problem(path, f"is not a path: {error}.", "Check the path.")]) from error
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
