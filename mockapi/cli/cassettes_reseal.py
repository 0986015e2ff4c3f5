"""`mockapi cassettes reseal`."""

from __future__ import annotations

from pathlib import Path

import click

from mockapi import cassettes, storage
from mockapi.cli._output import echo
from mockapi.errors import UsageError


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="CASSETTE...", type=click.Path())
def command(files: tuple[str, ...]) -> None:
    """Accept an edit: make the digests true again.

    For a response body that was changed on purpose. The interaction is marked `edited`, recorded
    chunks are cut anew, and the file is written in the usual form: comments are not kept.
    The edit itself is not masked; `lint` looks for secrets.
    """
    for file in files:
        text, changed = cassettes.reseal(storage.read_text(file), file)
        if not changed:
            echo(f"{file}: every digest is true already")
            continue
        try:
            storage.write_atomically(Path(file), storage.with_schema_line(Path(file), text))
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}.") from error
        which = ", ".join(map(str, changed))
        echo(f"{file}: sealed anew: interaction {which}")
