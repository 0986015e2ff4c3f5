"""`mockapi cassettes import`."""

from __future__ import annotations

import os
import sys
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from mockapi import cassettes, storage
from mockapi._files import read_file
from mockapi.cassettes import importers
from mockapi.cli import INTERRUPTED
from mockapi.cli._bar import tracked
from mockapi.cli._import_report import ReportRow, Result, show
from mockapi.cli._output import echo
from mockapi.errors import MockapiError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes import Cassette, Matching, RedactionRules

_SUFFIXES = frozenset({".yaml", ".yml", ".json", ".har", ".zhar", ".toml", ".httprr", ".sse", ".gz"})
_NOT_ENTERED = frozenset({"node_modules", "__pycache__"})


class ImportSource(NamedTuple):
    """A file to import: where it is, its path below what the user named, and whether it was named itself."""

    path: Path
    name: str
    named: bool


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE|FOLDER...", type=click.Path())
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False), help="Where cassettes go.")
@click.option("--force", is_flag=True, help="Overwrite cassettes that are there already.")
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A host to take besides the API's own, such as a gateway's; * stands for any part.",
)
@click.option(
    "--matching",
    metavar="RULES",
    help="What counts when they are played, written into each cassette: uri (method and URI, as VCR.py"
    " does), another value of `compare`, or rules as in a cassette.",
)
def command(
    sources: tuple[str, ...],
    folder: str,
    force: bool,  # noqa: FBT001 - click hands options by name
    hosts: tuple[str, ...],
    matching: str | None,
) -> None:
    """Bring recordings of other tools.

    Reads VCR.py and pytest-recording, Ruby VCR, R vcr, go-vcr, cassetter, HAR (browsers, mitmproxy,
    Polly.js), httprr, aimock fixtures, and plain .sse and .json replies; the format is detected.
    Folders are searched and relative paths kept. Exchanges with other hosts are left out; what is
    kept is redacted like what is recorded. Exit code 1 if a file failed, and the rest is imported.
    """
    rules = cassettes.Matching()
    if matching is not None:
        rules = cassettes.read_matching(matching, "--matching", storage.folders())
    found, not_looked_at = find(sources)
    originals = frozenset(os.path.realpath(source.path) for source in found)
    project = storage.working_project()
    run = _Run(Path(folder), hosts, project.rules, originals, force=force, matching=rules)
    rows: list[ReportRow] = []
    try:
        rows.extend(run.take(source) for source in tracked(found, "Importing"))
    except KeyboardInterrupt:
        show(rows, not_looked_at, folder)
        done = f"interrupted after {len(rows)} of {len(found)} files; the same command does the rest"
        echo(f"mockapi: {done}.", err=True)
        sys.exit(INTERRUPTED)
    if show(rows, not_looked_at, folder).failed:
        sys.exit(1)


def find(sources: Iterable[str]) -> tuple[list[ImportSource], int]:
    """The files to import, sorted folder by folder, and how many others lie between them.

    A file that is found twice under one name counts once. A folder that cannot be searched is
    among them, for its row to say so.

    Raises:
        UsageError: a source that does not exist.
    """
    found: list[ImportSource] = []
    others = 0
    closed: list[OSError] = []
    for named in sources:
        root = Path(named)
        # os.path: pathlib raises for what lies in a closed folder, and takes an empty name for this one.
        if not os.path.exists(named):  # noqa: PTH110 - see above
            raise UsageError(f"{named or 'an empty name'}: there is no such file or folder.")
        if not root.is_dir():
            found.append(ImportSource(root, root.name, named=True))
            continue
        for place, folders, files in os.walk(root, onerror=closed.append):
            folders[:] = sorted(name for name in folders if name[0] != "." and name not in _NOT_ENTERED)
            for file in sorted(files):
                path = Path(place, file)
                if path.suffix.lower() in _SUFFIXES:
                    found.append(ImportSource(path, str(path.relative_to(root)), named=False))
                else:
                    others += 1
    found.extend(ImportSource(Path(error.filename), error.filename, named=True) for error in closed)
    once = {(os.path.realpath(source.path), source.name): source for source in reversed(found)}
    return list(reversed(once.values())), others


@dataclass(slots=True)
class _Run:
    """One run of the command: where to, what is taken and masked, and what was written so far."""

    folder: Path
    hosts: tuple[str, ...]
    rules: RedactionRules
    originals: frozenset[str]
    _: KW_ONLY
    force: bool
    matching: Matching
    written: dict[str, Path] = field(default_factory=dict)

    def take(self, source: ImportSource) -> ReportRow:
        """Import a file; whatever goes wrong is in the row."""
        shown = str(source.path)
        try:
            data = storage.read_text(shown)
        except MockapiError as error:
            return ReportRow(shown, Result.FAILED, causes=(str(error),))
        imported = importers.import_recording(data, source.name, hosts=self.hosts, rules=self.rules)
        # The row lives to the end of the run; the cassette must not.
        told = replace(imported, cassette=None)
        if imported.cassette is None:
            causes = imported.broken
            if source.named and not imported.format and not causes:
                causes = (imported.left_out[0][0],)
            return ReportRow(
                shown, Result.FAILED if causes else Result.LEFT_OUT, imported=told, causes=causes
            )
        target = self.folder / imported.name
        try:
            asked = imported.cassette.matching.with_added(self.matching)
            self._write(target, replace(imported.cassette, matching=asked))
        except MockapiError as error:
            return ReportRow(shown, Result.FAILED, imported=told, causes=(*imported.broken, str(error)))
        self.written[imported.name] = source.path
        result = Result.PARTLY if imported.broken else Result.IMPORTED
        return ReportRow(shown, result, target=str(target), imported=told, causes=imported.broken)

    def _write(self, target: Path, cassette: Cassette) -> None:
        before = self.written.get(cassette.name)
        if before is not None:
            raise UsageError(
                f"two recordings of one name: {target} was just made from {before}."
                " Import them into two folders."
            )
        text = cassettes.dump(cassette)
        try:
            storage.make_folder(target.parent)
            text = storage.with_schema_line(target, text)
            there = read_file(target, cassettes.MAX_BYTES) if target.exists() else text
            if there != text and self._is_original(target, there):
                raise UsageError(f"{target} is itself to be imported: choose another folder for --to.")
            if there != text and not self.force:
                raise UsageError(f"{target} exists and is another cassette; --force overwrites it.")
            storage.write_atomically(target, text, durable=False)
        except OSError as error:
            raise UsageError(f"{target} cannot be written: {error.strerror}.") from error

    def _is_original(self, target: Path, text: bytes) -> bool:
        """Whether a file is a recording that was named, and not a cassette of an earlier import beside it."""
        return os.path.realpath(target) in self.originals and not _is_cassette(text)


def _is_cassette(text: bytes) -> bool:
    """Whether a text begins as cassettes do, a comment for editors aside."""
    lines = text[:1000].splitlines()
    return any(line.startswith(b"mockapi_cassette:") for line in lines[:2])
