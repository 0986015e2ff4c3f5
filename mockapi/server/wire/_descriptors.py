"""How many connections a process may have: each is a file descriptor, and systems give few unless asked."""

from __future__ import annotations

import contextlib
import sys
from typing import Final

_OPEN_MAX: Final = 10_240
"""What macOS takes at most where it says that there is no limit."""


def allow_connections() -> None:
    """Have as many descriptors as this process may give itself."""
    if sys.platform == "win32":  # its sockets are no descriptors
        return
    import resource  # noqa: PLC0415 - not on every system

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, _OPEN_MAX):
        if soft != hard and (limit > soft or limit == resource.RLIM_INFINITY):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
                return
