"""What an import tells: a table on a terminal, a line a file elsewhere, and what it adds up to."""

from __future__ import annotations

import enum
import shlex
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockapi._printable import printable
from mockapi.cassettes import importers
from mockapi.cli._output import echo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mockapi.cassettes.importers import Imported


class Result(enum.StrEnum):
    """What became of a file."""

    IMPORTED = "imported"
    LEFT_OUT = "left out"
    PARTLY = "in part"
    FAILED = "failed"


_COLOURS = {Result.IMPORTED: "green", Result.LEFT_OUT: "yellow", Result.PARTLY: "red", Result.FAILED: "red"}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A file and what became of it.

    Attributes:
        source: the path as found.
        target: the cassette that was written, empty if none was.
        imported: the report of the importer, without the cassette; None if the file could not even be read.
        causes: why it failed, all of them.
    """

    source: str
    result: Result
    target: str = ""
    imported: Imported | None = None
    causes: tuple[str, ...] = ()

    @property
    def notes(self) -> str:
        """Causes, what was left out, and what the source had lost, in words."""
        parts = list(_by_cause(self.causes))
        if self.imported is not None:
            reasons = [f"{reason} ({count})" for reason, count in self.imported.left_out]
            if reasons:
                prefix = "" if self.result is Result.LEFT_OUT else "left out: "
                parts.append(prefix + ", ".join(reasons))
            if self.target and self.imported.lost:
                parts.append(f"lost before: {', '.join(self.imported.lost)}")
        return "; ".join(part.rstrip(".") for part in parts)


def _by_cause(causes: Iterable[str]) -> Iterator[str]:
    """Each cause once, behind all the places that have it."""
    places: dict[str, list[str]] = {}
    for cause in causes:
        place, colon, words = cause.partition(": ")
        places.setdefault(colon + words, []).append(place)
    return (", ".join(where) + words for words, where in places.items())


@dataclass(slots=True)
class Totals:
    """What the rows add up to."""

    results: Counter[Result] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    streams: int = 0

    def add(self, row: ReportRow) -> None:
        """Count a row."""
        self.results[row.result] += 1
        if row.imported is None:
            return
        if row.target:
            self.kept += row.imported.kept
            self.streams += row.imported.streams
        self.left_out.update(dict(row.imported.left_out))

    @property
    def failed(self) -> int:
        """Files of which something that should have been kept was not."""
        return self.results[Result.FAILED] + self.results[Result.PARTLY]


def show(rows: list[ReportRow], passed_by: list[Path], folder: str) -> Totals:
    """Print everything; the totals."""
    totals = Totals()
    for row in rows:
        totals.add(row)
    if sys.stdout.isatty():
        _table(rows)
    else:
        for row in rows:
            echo(_line(row))
    _losses(rows)
    counts = ", ".join(f"{totals.results[result]} {result}" for result in Result if totals.results[result])
    echo(f"{len(rows)} files: {counts or 'nothing found'}", err=True)
    echo(f"{totals.kept} interactions kept, {totals.streams} of them streams", err=True)
    for reason, count in totals.left_out.most_common():
        echo(f"left out: {count} x {reason}", err=True)
    _passed_by(passed_by)
    if totals.kept:
        echo(f"Play them: mockapi serve {shlex.quote(folder)}", err=True)
    return totals


def _passed_by(paths: list[Path]) -> None:
    """What was not looked at, with its name: one line for each folder."""
    if not paths:
        return
    echo(
        f"not looked at: {len(paths)} files and folders that have no recordings' endings or first bytes",
        err=True,
    )
    names: dict[Path, list[str]] = {}
    for path in paths:
        names.setdefault(path.parent, []).append(f"{path.name}/" if path.is_dir() else path.name)
    for folder, inside in names.items():
        echo(f"  {folder}: {', '.join(inside)}", err=True)


def _line(row: ReportRow) -> str:
    kept = ""
    if row.imported is not None and row.target:
        streams = f" ({row.imported.streams} streams)" if row.imported.streams else ""
        kept = f" {row.imported.kept} interactions{streams} of {row.imported.format} -> {row.target}"
    notes = f"; {row.notes}" if row.notes else ""
    return f"{row.source}: {row.result}{kept}{notes}"


def _table(rows: list[ReportRow]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it, and it is slow to import
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, justify in (("File", "left"), ("Format", "left"), ("Kept", "right"), ("Streams", "right")):
        table.add_column(title, justify=justify, overflow="fold")  # type: ignore[arg-type] # literals
    table.add_column("Result")
    table.add_column("Notes", overflow="fold")
    for row in rows:
        imported = row.imported
        table.add_row(
            Text(printable(row.source)),
            imported.format if imported else "",
            str(imported.kept) if imported and row.target else "",
            str(imported.streams) if imported and row.target and imported.streams else "",
            Text(row.result, style=_COLOURS[row.result]),
            Text(printable(row.notes)),
        )
    Console().print(table)


def _losses(rows: list[ReportRow]) -> None:
    """What each loss means, once."""
    lost = {loss for row in rows if row.imported and row.target for loss in row.imported.lost}
    if lost:
        echo("What the sources had lost before they were imported:", err=True)
    for loss in importers.Loss:
        if loss in lost:
            echo(f"  {loss}: {importers.LOSSES[loss]}", err=True)
