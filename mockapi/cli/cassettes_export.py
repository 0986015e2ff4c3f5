"""`mockapi cassettes export`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mockapi import cassettes, storage
from mockapi._wording import counted
from mockapi.cli._bar import tracked
from mockapi.cli._output import echo
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVERY: Final = frozenset({"*"})


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CASSETTE|FOLDER...", type=click.Path())
@click.option("--har", is_flag=True, required=True, help="As HAR 1.2, the format of browsers and proxies.")
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False), help="Where files go.")
@click.option("--force", is_flag=True, help="Overwrite files that are there already.")
def command(paths: tuple[str, ...], har: bool, folder: str, force: bool) -> None:  # noqa: ARG001, FBT001 - HAR is the only format so far
    """Write recordings for other tools to read.

    One file a cassette, relative paths kept. `mockapi cassettes import` reads it back without a
    loss: what HAR has no place for stands in members whose names begin with `_mockapi`. Bodies and
    header fields are masked as recording masks them; an interaction with a secret in signed content,
    where nothing may be masked, is left out and told.
    """
    rules = replace(
        storage.working_project().rules,
        request_headers=_EVERY,
        response_headers=_EVERY,
        payload_limit=None,
    )
    files = _named(paths)
    interactions = 0
    for path, name in tracked(files, "Exporting"):
        target = Path(folder, name).with_suffix(".har")
        cassette = cassettes.load(storage.read_text(path), path)
        kept = list(_masked(cassette, rules))
        if target.exists() and not force:
            raise UsageError(f"{target} exists; --force overwrites it.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            storage.write_atomically(target, cassettes.to_har(kept), durable=False)
        except OSError as error:
            raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
        interactions += len(kept)
        echo(f"{path} -> {target}")
    echo(f"{counted(len(files), 'file')}, {counted(interactions, 'interaction')}", err=True)


def _masked(cassette: cassettes.Cassette, rules: cassettes.RedactionRules) -> Iterator[cassettes.Interaction]:
    for position, interaction in enumerate(cassette.interactions):
        redacted, signed = cassettes.redact(interaction, rules)
        if signed:
            left_out = f"{cassette.name}: interaction {position} is left out: it holds"
            echo(f"{left_out} {signed[0].kind} inside signed content.", err=True)
        else:
            yield redacted


def _named(paths: tuple[str, ...]) -> list[tuple[str, str]]:
    """Every cassette file with its name below the path that named it."""
    named: dict[str, str] = {}
    for path in paths:
        root = Path(path)
        for file in storage.find([path]):
            name = str(Path(file).relative_to(root)) if root.is_dir() else root.name
            other = next((known for known, its in named.items() if its == name and known != file), None)
            if other is not None:
                raise UsageError(f"{file} and {other} would both become {Path(name).with_suffix('.har')}.")
            named[file] = name
    return list(named.items())
