"""Reading a file that a person or a request names: the one opener, for all of them.

A name may stand for anything: a pipe that never begins, a device that never ends, a link that leads
elsewhere. So a file is opened without waiting, looked at once it is open, and read up to a bound. For a
request it must also lie in one of the places that were named when the server started, links resolved:
who may ask a server must not read with its eyes.

What cannot be read is an OSError whose `strerror` completes "it cannot be read: …" and quotes nothing of
the file. Reading blocks: in an event loop it belongs on a thread.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

MIB: Final = 1024 * 1024
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # opening a pipe would wait for its other end
    | getattr(os, "O_NOCTTY", 0)  # a terminal must not become ours
    | getattr(os, "O_BINARY", 0)
)
OUTSIDE: Final = "it lies outside the folders that were named when the server started"
_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)


class Places:
    """The folders and files that requests may have read.

    Args:
        paths: folders, with all that lies in them, and single files.
    """

    def __init__(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        self._real = tuple(os.path.realpath(path) for path in paths)

    def has(self, path: str | os.PathLike[str]) -> bool:
        """Whether it lies in one of the places. A name that is not a path is for the opener to judge."""
        try:
            self.real(path)
        except PermissionError:
            return False
        except OSError:
            return True
        return True

    def real(self, path: str | os.PathLike[str]) -> str:
        """The real path of what lies in one of the places, whether it exists or not.

        Raises:
            OSError: it lies elsewhere, or is not a path.
        """
        try:
            real = os.path.realpath(path)
        except ValueError:
            raise OSError(errno.EINVAL, "that is not a path") from None
        for place in self._real:
            if real == place or real.startswith(place.rstrip(os.sep) + os.sep):
                return real
        raise PermissionError(errno.EACCES, OUTSIDE)


class FileTooLargeError(OSError):
    """A file has more bytes than it may have.

    Attributes:
        size: how many it has, at least.
    """

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(errno.EFBIG, f"it has {size:,} bytes, and at most {limit:,} are read")
        self.size = size


def read_file(path: str | os.PathLike[str], limit: int, inside: Places | None = None) -> bytes:
    """The bytes of a regular file.

    Args:
        path: its name.
        limit: the most bytes that it may have.
        inside: where it has to lie; None is anywhere.

    Raises:
        OSError: it cannot be read, is not a regular file, is too large, or lies elsewhere.
    """
    with open_file(path, inside) as file:
        size = file.status.st_size  # 0 of what the system makes up while it is read
        data = file.read(limit + 1) if size <= limit else b""
    if max(size, len(data)) > limit:
        raise FileTooLargeError(max(size, len(data)), limit)
    return data


def open_file(path: str | os.PathLike[str], inside: Places | None = None) -> OpenFile:
    """A regular file, opened for reading; see `read_file`.

    Raises:
        OSError: as `read_file`, the size aside.
    """
    try:
        handle = os.open(path, _FLAGS) if inside is None else os.open(inside.real(path), _FLAGS | _NOFOLLOW)
    except ValueError:  # NUL, or what the file system's encoding cannot say
        raise OSError(errno.EINVAL, "that is not a path") from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file")
    return OpenFile(handle, status)


class OpenFile:
    """An open regular file; a context manager.

    Attributes:
        status: what the system said of it once it was open.
    """

    def __init__(self, handle: int, status: os.stat_result) -> None:
        self._handle = handle
        self.status = status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def read(self, most: int) -> bytes:
        """Up to so many bytes, all if the file has fewer."""
        pieces: list[bytes] = []
        while most > 0 and (piece := os.read(self._handle, min(most, self.status.st_size + 1, 64 * MIB))):
            pieces.append(piece)
            most -= len(piece)
        return b"".join(pieces) if len(pieces) != 1 else pieces[0]
