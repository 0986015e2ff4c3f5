"""`mockapi cassettes migrate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockapi import cassettes, storage
from mockapi._wording import counted
from mockapi.cli._output import Styled, echo
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from mockapi.cassettes import Migrated


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CASSETTE|FOLDER...", type=click.Path())
@click.option("--model", "models", multiple=True, metavar="OLD=NEW", help="Rename a model.")
@click.option("--tool", "tools", multiple=True, metavar="OLD=NEW", help="Rename a tool.")
@click.option(
    "--path",
    "members",
    multiple=True,
    metavar="JSONPATH=NAME",
    help="Rename what a JSON path selects in request bodies, such as $.metadata.user=user_id.",
)
@click.option("--replies", is_flag=True, help="Rename models and tools in replies too.")
@click.option(
    "--write", is_flag=True, help="Do it without asking; elsewhere than on a terminal, do it at all."
)
def command(
    paths: tuple[str, ...],
    models: tuple[str, ...],
    tools: tuple[str, ...],
    members: tuple[str, ...],
    replies: bool,  # noqa: FBT001 - click passes it by name
    write: bool,  # noqa: FBT001 - as above
) -> None:
    """Carry recordings over a rename in your program.

    Shows what would change in each request, then asks. Changed interactions match the renamed
    requests and are marked `edited`; replies keep their bytes unless --replies is given.
    What stood in a file is written again and not masked; `lint` looks for secrets.
    """
    renames = cassettes.Renames(
        dict(_pair(item, "--model") for item in models),
        dict(_pair(item, "--tool") for item in tools),
        dict(_pair(item, "--path") for item in members),
        in_replies=replies,
    )
    if not (renames.models or renames.tools or renames.members):
        raise UsageError("Nothing to rename: give --model, --tool or --path.")
    changed: dict[str, bytes] = {}
    total = 0
    for path, text in storage.iter_texts(paths):
        migrated, changes = cassettes.migrate(cassettes.load(text, path), renames)
        if changes:
            changed[path] = storage.with_schema_line(Path(path), cassettes.dump(migrated))
            total += len(changes)
            _show(path, changes)
    echo(f"{counted(total, 'interaction')} in {counted(len(changed), 'file')} would change", err=True)
    if not changed:
        return
    if not write:
        if not _asks():
            echo("Nothing was written; --write does it.", err=True)
            return
        if not click.confirm("Write them?", err=True):
            return
    for path, text in changed.items():
        try:
            storage.write_atomically(Path(path), text)
        except OSError as error:
            raise UsageError(f"{path} cannot be changed: {error.strerror}.") from error
    echo(f"{counted(total, 'interaction')} changed and marked edited", err=True)


def _asks() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _pair(text: str, option: str) -> tuple[str, str]:
    old, equals, new = text.rpartition("=")
    if not (old and equals and new):
        raise UsageError(f"{option} {text}: give the old and the new name, as OLD=NEW.")
    return old, new


def _show(path: str, changes: list[Migrated]) -> None:
    for change in changes:
        echo(Styled(f"{path}#{change.position}", bold=True))
        for item in change.differences:
            _side("-", item.path, item.recorded)
            _side("+", item.path, item.received)
        for old, new in change.reply:
            _side("-", "reply", old)
            _side("+", "reply", new)


def _side(sign: str, place: str, text: str | None) -> None:
    if text is not None:
        echo(Styled(f"  {sign} {place}: {text}", fg="red" if sign == "-" else "green"))
