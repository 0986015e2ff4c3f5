"""What a run of recording did, and how it is told at the end: as lines, and as a page."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from mockapi._wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockapi.server.recording._options import RecordOptions


@dataclass(slots=True)
class RecordStats:
    """What a run did, for its summary.

    Attributes:
        replayed: requests answered by a recording.
        forwarded: requests that went to the upstream.
        recorded: interactions that were written.
        checked: recordings that were compared with a fresh answer.
        drifted: what differed, a pair of recording and lines each.
        unwritten: what kept interactions from being written, a line each.
        left_out: why replies were not recorded, a line each.
        refused: requests that the budget did not allow.
        renewed: how many recordings a new one has taken the place of.
    """

    replayed: int = 0
    forwarded: int = 0
    recorded: int = 0
    checked: int = 0
    drifted: list[tuple[str, list[str]]] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    refused: int = 0
    renewed: int = 0

    def add(self, other: RecordStats) -> None:
        """Add what another process has done."""
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))

    @property
    def found_something(self) -> bool:
        """Whether there is something that a person should look at."""
        return bool(self.drifted or self.unwritten or self.refused)


def summary(stats: RecordStats, options: RecordOptions, unused: Sequence[str]) -> Iterator[str]:
    """The lines that a run ends with.

    Args:
        stats: what was done.
        options: what was asked for.
        unused: recordings that answered nothing.
    """
    if options.mode == "verify":
        yield f"{stats.checked} recordings compared, {len(stats.drifted)} differ"
    else:
        yield f"{stats.replayed} replayed, {stats.recorded} recorded, {stats.forwarded} forwarded"
    for recording, lines in stats.drifted:
        yield f"  {recording}"
        yield from (f"    {line}" for line in lines)
    if stats.renewed:
        yield f"{counted(stats.renewed, 'older recording')} replaced"
    if stats.refused:
        yield f"{stats.refused} requests not forwarded: the budget of {options.budget} calls was spent"
    for name, lines in (("not recorded", stats.left_out), ("not written", stats.unwritten)):
        if lines:
            yield f"{name}: {len(lines)}"
            yield from (f"  {line}" for line in dict.fromkeys(lines))
    if unused and options.mode != "all":
        yield f"{len(unused)} unused recordings:"
        yield from (f"  {recording}" for recording in unused)


def markdown(stats: RecordStats, options: RecordOptions, unused: Sequence[str]) -> str:
    """The summary as a page, for the report of a nightly job."""
    lines = [f"## Recordings against {options.upstream}", ""]
    if options.mode == "verify":
        lines += [f"{stats.checked} compared, {len(stats.drifted)} differ.", ""]
    else:
        lines += [f"{stats.replayed} replayed, {stats.recorded} recorded.", ""]
    if stats.drifted:
        lines += ["| recording | what differs |", "| --- | --- |"]
        lines += [
            f"| {_cell(recording)} | {'<br>'.join(map(_cell, differences))} |"
            for recording, differences in stats.drifted
        ]
        lines.append("")
    for title, items in (
        ("Not recorded", stats.left_out),
        ("Not written", stats.unwritten),
        ("Nobody used", [*unused] if options.mode != "all" else []),
    ):
        if items:
            lines += [f"### {title}", "", *(f"- {_cell(item)}" for item in dict.fromkeys(items)), ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
