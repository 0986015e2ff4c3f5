"""The budget of calls to the upstream that all workers share: a number in a file, under a lock.

The kernel takes the lock from a process that ends, so a worker that is killed neither holds up the others
nor gives back what it has used.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Final

from mockapi.server.recording import Budget

if TYPE_CHECKING:
    from pathlib import Path

_MODE: Final = 0o600


class SharedBudget(Budget):
    """How often the upstream may be asked, by all workers together.

    Args:
        calls: so many times; None for any number.
        path: of the file with the number of calls so far; it need not exist yet.
    """

    def __init__(self, calls: int | None, path: Path) -> None:
        super().__init__(None)
        self._calls = calls
        self._path = path

    def take(self) -> bool:
        """Whether it may be asked once more; then that counts."""
        if self._calls is None:
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, _MODE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            used = int(os.read(handle, 32) or b"0")
            if used >= self._calls:
                return False
            os.pwrite(handle, b"%d" % (used + 1), 0)  # a number never gets shorter
        finally:
            os.close(handle)
        return True
