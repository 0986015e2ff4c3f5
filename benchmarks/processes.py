"""Processes as /proc shows them: who started whom, and what memory they hold together."""

from __future__ import annotations

import re
from pathlib import Path


def children_of(pid: int) -> list[int]:
    """The process ids of a process's children, in the order of their start."""
    parents = {int(status.parent.name): _text(status) for status in Path("/proc").glob("[0-9]*/status")}
    return sorted(child for child, text in parents.items() if f"\nPPid:\t{pid}\n" in text)


def family_of(pid: int) -> list[int]:
    """A process with all that descend from it."""
    family = [pid]
    for member in family:
        family += children_of(member)
    return family


def pss_bytes(pid: int) -> int:
    """The memory of a process; what several share counts for each of them by its part."""
    match = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert match is not None
    return int(match[1]) * 1024


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended
        return ""
