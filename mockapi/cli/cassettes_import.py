"""`mockapi cassettes import`."""

from __future__ import annotations

import os
import sys
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockapi import cassettes, storage
from mockapi._files import read_file
from mockapi.cassettes import importers
from mockapi.cli import INTERRUPTED
from mockapi.cli._bar import tracked
from mockapi.cli._import_pytest import advice, laid_out
from mockapi.cli._import_report import ReportRow, Result, show
from mockapi.cli._import_shared import SharedRequests
from mockapi.cli._import_sources import REPLIES, Found, ImportSource, find
from mockapi.cli._output import echo
from mockapi.errors import MockapiError, UsageError

if TYPE_CHECKING:
    from mockapi.cassettes import Cassette, Matching, RedactionRules
    from mockapi.cassettes.importers import Imported

_JOINED = "the reply of a stub"
_NO_REQUEST = (
    f"a reply without its request: WireMock keeps requests in `mappings/`, beside this `{REPLIES}/`, and no"
    " stub there that was read names this file. Import the folder above both, or restore `mappings/`."
)


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
@click.option(
    "--pytest",
    "for_pytest",
    is_flag=True,
    help="Lay cassettes out for the pytest plugin, a folder a test module and a file a test, and say what to"
    " change in the tests.",
)
def command(
    sources: tuple[str, ...],
    folder: str,
    force: bool,  # noqa: FBT001 - click hands options by name
    hosts: tuple[str, ...],
    matching: str | None,
    for_pytest: bool,  # noqa: FBT001 - as above
) -> None:
    """Bring recordings of other tools.

    Reads VCR.py and pytest-recording, VCR of Ruby, R and PHP, go-vcr, Betamax, cassetter, HAR (browsers,
    mitmproxy), Polly.js, nock, MSW, httprr, txtar, dd-trace, WireMock, MockServer, Mockoon, Hoverfly,
    aimock fixtures, and plain .sse and .json replies; the format is detected by content. Folders are
    searched and relative paths kept. Exchanges with other hosts are left out; what is
    kept is redacted like what is recorded. Exit code 1 if a file failed, and the rest is imported.
    """
    rules = cassettes.Matching()
    if matching is not None:
        rules = cassettes.read_matching(matching, "--matching", storage.folders())
    found = find(sources)
    layout = laid_out(found.sources) if for_pytest else None
    if layout is not None:
        found.sources = layout.sources
    files = [part for source in found.sources for part in source.parts or (source,)]
    originals = frozenset(os.path.realpath(source.path) for source in files)
    project = storage.working_project()
    run = _Run(Path(folder), hosts, project.rules, originals, force=force, matching=rules)
    rows: list[ReportRow] = []
    # What a stub answers is known when the stubs were read: replies that lie apart come last.
    in_order = sorted(found.sources, key=lambda source: source.is_reply)
    try:
        for source in tracked(in_order, "Importing"):
            rows += run.take(source)
    except KeyboardInterrupt:
        show(rows, run.passed_by(found), folder)
        done = f"interrupted after {len(rows)} of {len(files)} files; the same command does the rest"
        echo(f"mockapi: {done}.", err=True)
        sys.exit(INTERRUPTED)
    totals = show(rows, run.passed_by(found), folder)
    if layout is not None:
        for line in advice(layout, run.written, run.elsewhere, folder):
            echo(line, err=True)
    elif warning := run.shared.warning():
        echo(f"Note: {warning}.", err=True)
    if totals.failed:
        sys.exit(1)


@dataclass(slots=True)
class _Run:
    """One run of the command: where to, what is taken and masked, what was written and joined so far."""

    folder: Path
    hosts: tuple[str, ...]
    rules: RedactionRules
    originals: frozenset[str]
    _: KW_ONLY
    force: bool
    matching: Matching
    written: dict[str, Path] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    elsewhere: dict[str, list[str]] = field(default_factory=dict)
    shared: SharedRequests = field(default_factory=SharedRequests)

    def take(self, source: ImportSource) -> list[ReportRow]:
        """Import a file, or files that answer together; whatever goes wrong is in the rows."""
        if source.parts:
            return self._take_mappings(source)
        shown = str(source.path)
        try:
            data = storage.read_text(shown)
        except MockapiError as error:
            return [ReportRow(shown, Result.FAILED, causes=(str(error),))]
        imported = importers.import_recording(
            data,
            source.name,
            hosts=self.hosts,
            rules=self.rules,
            beside=_Beside(source.path.parent, self.joined),
        )
        if source.is_reply:
            return [self._without_request(source, imported)]
        return [self._row(source, imported)]

    def _take_mappings(self, source: ImportSource) -> list[ReportRow]:
        """Import WireMock's stubs as one, and every other file between them by itself."""
        shown = str(source.path)
        try:
            parts = {_below(part, source): storage.read_text(str(part.path)) for part in source.parts}
        except MockapiError as error:
            return [ReportRow(shown, Result.FAILED, causes=(str(error),))]
        beside = _Beside(source.path.absolute().parent, self.joined)
        imported, others = importers.import_mappings(
            parts, source.name, hosts=self.hosts, rules=self.rules, beside=beside
        )
        alone = [part for part in source.parts if _below(part, source) in others]
        rows = [row for part in alone for row in self.take(part)]
        if imported is None:
            return rows
        stubs = len(source.parts) - len(alone)
        return [self._row(source, imported, f"{shown} ({stubs} files)"), *rows]

    def _without_request(self, source: ImportSource, imported: Imported) -> ReportRow:
        """The row of a reply that WireMock keeps apart from its request: never imported alone."""
        shown = str(source.path)
        told = replace(imported, cassette=None, left_out=(), broken=())
        if os.path.realpath(source.path) in self.joined:
            return ReportRow(shown, Result.LEFT_OUT, imported=replace(told, left_out=((_JOINED, 1),)))
        if imported.cassette is None and not imported.broken:
            return ReportRow(shown, Result.LEFT_OUT, imported=replace(imported, cassette=None))
        return ReportRow(shown, Result.FAILED, imported=told, causes=(_NO_REQUEST,))

    def _row(self, source: ImportSource, imported: Imported, shown: str = "") -> ReportRow:
        """Write the cassette of a file, if there is one; the file's row."""
        shown = shown or str(source.path)
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
        hosts = [
            reason.removeprefix("host ") for reason, _ in imported.left_out if reason.startswith("host ")
        ]
        self.elsewhere[imported.name] = hosts
        self.shared.add(replace(imported.cassette, matching=asked), imported.name)
        result = Result.PARTLY if imported.broken else Result.IMPORTED
        return ReportRow(shown, result, target=str(target), imported=told, causes=imported.broken)

    def passed_by(self, found: Found) -> list[Path]:
        """What was not looked at, without files that turned out to be a stub's reply."""
        files = [path for path in found.skipped if os.path.realpath(path) not in self.joined]
        return [*files, *found.closed]

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


def _below(part: ImportSource, folder: ImportSource) -> str:
    """The path of a file below its folder of mappings."""
    return part.path.absolute().relative_to(folder.path.absolute()).as_posix()


@dataclass(frozen=True, slots=True)
class _Beside:
    """Reads the files that a recording keeps bodies in, and remembers which: they lie below one folder."""

    root: Path
    read: set[str]

    def __call__(self, name: str) -> bytes | None:
        path = os.path.realpath(self.root / name)
        if not Path(path).is_relative_to(os.path.realpath(self.root)):
            return None
        try:
            data = storage.read_text(path)
        except MockapiError:
            return None
        self.read.add(path)
        return data
