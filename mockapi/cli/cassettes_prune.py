"""`mockapi cassettes prune`."""

from __future__ import annotations

from pathlib import Path

import click

from mockapi import cassettes, storage
from mockapi._wording import counted
from mockapi.cli._output import echo
from mockapi.errors import UsageError


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CASSETTE|FOLDER...", type=click.Path())
@click.option(
    "--report",
    "reports",
    multiple=True,
    required=True,
    type=click.Path(),
    help="What was played, as --report of `serve` and `exec`, or --mockapi-report of pytest, wrote it;"
    " give all of them.",
)
@click.option("--write", is_flag=True, help="Do it; without this, only say what would be done.")
def command(paths: tuple[str, ...], reports: tuple[str, ...], write: bool) -> None:  # noqa: FBT001
    """Drop unused recordings.

    An interaction stays if any of the reports says that it was played. A cassette that is left
    with none is deleted. Without --write nothing is changed.
    What stays is written as it stood and not masked; `lint` looks for secrets.
    """
    played = storage.read_played(reports)
    total = 0
    for path, text in storage.iter_texts(paths):
        cassette, dropped = cassettes.pruned(cassettes.load(text, path), played)
        if not dropped:
            continue
        total += len(dropped)
        which = ", ".join(map(str, dropped))
        echo(f"{path}: " + ("delete: unused" if not cassette.interactions else f"drop {which}"))
        if not write:
            continue
        try:
            if cassette.interactions:
                written = storage.with_schema_line(Path(path), cassettes.dump(cassette))
                storage.write_atomically(Path(path), written)
            else:
                Path(path).unlink()
        except OSError as error:
            raise UsageError(f"{path} cannot be changed: {error.strerror}.") from error
    done = "dropped" if write else "would be dropped; --write does it"
    echo(f"{counted(total, 'interaction')} {done}", err=True)
