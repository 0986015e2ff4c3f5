"""A Unix socket to listen on: a path that only its owner may use, and that is gone when the server is."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from typing import TYPE_CHECKING

from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BACKLOG = 2048
_OTHERS = 0o177  # bits of a mode: what is left is reading and writing for the owner


@contextlib.contextmanager
def listening_at(path: str) -> Iterator[socket.socket]:
    """A socket that listens at a path; a file that a server before left there is replaced.

    Raises:
        UsageError: somebody listens there, the path holds something else, or it cannot be made.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise UsageError("This system has no Unix sockets.")
    _clear(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(_OTHERS)
        try:
            sock.bind(path)
        finally:
            os.umask(before)
        sock.listen(_BACKLOG)
        made = os.stat(path)  # noqa: PTH116 - beside the other functions of os
    except (OSError, ValueError) as error:
        sock.close()
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"Cannot listen at {path}: {reason}.") from error
    sock.setblocking(False)
    try:
        yield sock
    finally:
        sock.close()
        with contextlib.suppress(OSError):
            if os.path.samestat(made, os.stat(path)):  # noqa: PTH116 - see above
                os.unlink(path)  # noqa: PTH108 - see above


def _clear(path: str) -> None:
    """Remove what a server that has ended without a word left at a path."""
    try:
        kind = os.lstat(path).st_mode
    except (OSError, ValueError):
        return  # nothing is there; what else is wrong with the path is told by who binds it
    if not stat.S_ISSOCK(kind):
        raise UsageError(f"{path} exists and is not a socket. Choose another path for --uds.")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.connect(path)
    except ConnectionRefusedError:
        pass  # nobody listens there any more
    except FileNotFoundError:
        return  # its server has ended just now
    except OSError as error:
        raise UsageError(f"Cannot listen at {path}: {error.strerror or error}.") from error
    else:
        raise UsageError(f"A server listens at {path} already. Choose another path for --uds.")
    try:
        os.unlink(path)  # noqa: PTH108 - beside the other functions of os
    except OSError as error:
        raise UsageError(
            f"The socket that an ended server left at {path} cannot be removed: {error.strerror}."
        ) from error
