"""What processes have used of the processor and of memory, where the system shows that of others."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Usage(NamedTuple):
    """What processes have used so far; None where the system does not tell.

    Attributes:
        seconds: of the processor.
        peak: the most memory that each of them has had, added up, in bytes.
    """

    seconds: float | None
    peak: int | None


def usage_of(numbers: Iterable[int]) -> Usage:
    """What these processes have used; one that has ended is left out."""
    seconds: list[float] = []
    peaks: list[int] = []
    for number in numbers:
        with contextlib.suppress(OSError, ValueError, IndexError):
            status = Path(f"/proc/{number}/status").read_text(encoding="utf-8", errors="replace")
            peaks += [
                int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")
            ]
            fields = _fields(number)
            seconds.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return Usage(sum(seconds) if seconds else None, sum(peaks) if peaks else None)


def group_of(leader: int) -> list[int]:
    """The processes of a group, as far as the system shows them; at least its leader."""
    found = [leader]
    for shown in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            number = int(shown.name)
            if number != leader and int(_fields(number)[2]) == leader:
                found.append(number)
    return found


def _fields(number: int) -> list[str]:
    """The fields of a process behind its name, which may hold anything: state, parent, group, ..."""
    return (
        Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    )
