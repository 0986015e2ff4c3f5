"""The command line as click has it: its commands, and arguments as they read them.

A command's parent says how its help option is called, and click keeps the first answer for good: so nobody
asks a command without its parent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mockapi.cli import root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and every group, with the words that call it behind `mockapi`."""
    yield from _below(root, ())


def _below(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _below(found, (*path, name))


def parsed(words: Sequence[str]) -> dict[str, Any]:
    """The parameters that a command takes from the words behind `mockapi`.

    Raises:
        click.UsageError: it does not take them.
    """
    command, context, rest = _found(words)
    return command.make_context(command.name, rest, parent=context).params


def check(words: Sequence[str]) -> None:
    """Refuse words behind `mockapi` with an option that no command has; what they name need not exist.

    Raises:
        click.UsageError: there is no such command, or option.
    """
    command, context, rest = _found(words)
    command.make_parser(click.Context(command, parent=context)).parse_args(rest)


def _found(words: Sequence[str]) -> tuple[click.Command, click.Context, list[str]]:
    command: click.Command = root
    context = click.Context(root, **root.context_settings)
    rest = list(words)
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        if found is None:
            raise click.UsageError(f"There is no command {rest[0]!r}.")
        command, rest = found, rest[1:]
    return command, context, rest
