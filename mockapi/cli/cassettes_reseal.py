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
        echo(reseal_file(file))


def reseal_file(file: str) -> str:
    """Seal a cassette anew; what was done to it, in a line.

    Raises:
        CassetteError: the file cannot be used.
        UsageError: it cannot be written.
    """
    text, changed = cassettes.reseal(storage.read_text(file), file)
    if not changed:
        return f"{file}: every digest is true already"
    try:
        storage.write_atomically(Path(file), storage.with_schema_line(Path(file), text))
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error
    return f"{file}: sealed anew: interaction {', '.join(map(str, changed))}"
