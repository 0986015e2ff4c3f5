"""`mockapi cassettes import`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from mockapi.cli._bar import tracked
from mockapi.cli._import_report import Result, Row, show
from mockapi.errors import MockapiError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_SUFFIXES = frozenset({".yaml", ".yml", ".json", ".har", ".zhar", ".toml", ".httprr", ".sse", ".gz", ".zz"})
_NOT_ENTERED = frozenset({"node_modules", "__pycache__"})


class Source(NamedTuple):
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
def command(sources: tuple[str, ...], folder: str, force: bool, hosts: tuple[str, ...]) -> None:  # noqa: FBT001
    """Bring recordings of other tools.

    Reads VCR.py and pytest-recording, Ruby VCR, R vcr, go-vcr, cassetter, HAR (browsers, mitmproxy,
    Polly.js), httprr, aimock fixtures, and plain .sse and .json replies; the format is detected.
    Folders are searched and relative paths kept. Exchanges with other hosts are left out; what is
    kept is redacted like what is recorded. Exit code 1 if a file failed, and the rest is imported.
    """
    found, not_looked_at = find(sources)
    target = Path(folder)
    written: dict[str, Path] = {}
    rows = [_import(source, target, written, hosts, force=force) for source in tracked(found, "Importing")]
    if show(rows, not_looked_at, folder).failed:
        sys.exit(1)


def find(sources: Iterable[str]) -> tuple[list[Source], int]:
    """The files to import, sorted folder by folder, and how many others lie between them.

    Raises:
        UsageError: a source that does not exist.
    """
    found: list[Source] = []
    others = 0
    for named in sources:
        root = Path(named)
        if not root.exists():
            raise UsageError(f"{named}: there is no such file or folder.")
        if not root.is_dir():
            found.append(Source(root, root.name, named=True))
            continue
        for place, folders, files in os.walk(root):
            folders[:] = sorted(name for name in folders if name[0] != "." and name not in _NOT_ENTERED)
            for file in sorted(files):
                path = Path(place, file)
                if path.suffix.lower() in _SUFFIXES:
                    found.append(Source(path, str(path.relative_to(root)), named=False))
                else:
                    others += 1
    return found, others


def _import(
    source: Source, folder: Path, written: dict[str, Path], hosts: tuple[str, ...], *, force: bool
) -> Row:
    from mockapi.cassettes import dump
    from mockapi.cassettes.importers import import_recording
    from mockapi.server._store import read_text

    shown = str(source.path)
    try:
        data = read_text(shown)
    except MockapiError as error:
        return Row(shown, Result.FAILED, causes=(str(error),))
    imported = import_recording(data, source.name, hosts=hosts)
    # The row lives to the end of the run; the cassette must not.
    told = replace(imported, cassette=None)
    if imported.cassette is None:
        causes = imported.broken
        if source.named and not imported.format and not causes:
            causes = (imported.left_out[0][0],)
        return Row(shown, Result.FAILED if causes else Result.LEFT_OUT, imported=told, causes=causes)
    target = folder / imported.name
    try:
        before = written.get(imported.name)
        if before is not None:
            raise UsageError(
                f"two recordings of one name: {target} was just made from {before}."
                " Import them into two folders."
            )
        _write(target, dump(imported.cassette), force=force)
    except MockapiError as error:
        return Row(shown, Result.FAILED, imported=told, causes=(*imported.broken, str(error)))
    written[imported.name] = source.path
    result = Result.PARTLY if imported.broken else Result.IMPORTED
    return Row(shown, result, target=str(target), imported=told, causes=imported.broken)


def _write(target: Path, text: bytes, *, force: bool) -> None:
    from mockapi.server._store import write_atomically

    try:
        if not force and target.exists() and target.read_bytes() != text:
            raise UsageError(f"{target} exists and is another cassette; --force overwrites it.")
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, text, durable=False)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
