"""Standard streams that whoever started this process has closed, as `2>&-` does."""

from __future__ import annotations

import os
import sys
from typing import Final

_STREAMS: Final = {0: ("stdin", "r"), 1: ("stdout", "w"), 2: ("stderr", "w")}


def open_standard_streams() -> None:
    """Have those that are closed lead nowhere: the next file or socket would take their number."""
    for number, (name, mode) in _STREAMS.items():
        if not _is_open(number):
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it has the lowest number that is free
            if getattr(sys, name) is None:
                setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
