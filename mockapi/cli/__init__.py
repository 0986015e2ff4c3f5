"""The command line. Each command is a module of this package and is imported when it runs.

Exit codes: 0 all is well; 1 the command ran and found something wrong (a lint finding, a body
that would be refused); 2 it could not run: a bad option, a cassette that cannot be used, a port
that is taken; 130 Ctrl-C stopped it before its end. `mockapi exec` exits with its command's own
code, and commands that run until they are stopped have ended well.
"""

from __future__ import annotations

import importlib
import io
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from mockapi._garbage import take_for_old, unsearched
from mockapi._version import __version__
from mockapi.cli._output import echo, echo_lines
from mockapi.cli._streams import open_standard_streams
from mockapi.errors import MockapiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem

INTERRUPTED: Final = 130
"""The exit code of shells for what SIGINT ended."""

_COMMANDS = {
    "serve": ("mockapi.cli.serve", "Serve the Messages API from cassettes."),
    "record": ("mockapi.cli.record", "Pass requests on to an upstream and record the answers."),
    "exec": ("mockapi.cli.exec_", "Run a command whose API calls go to a server of its own."),
    "demo": ("mockapi.cli.demo", "See a first reply, streamed from a starter cassette."),
    "validate": ("mockapi.cli.validate", "Check request bodies as the API would, without a server."),
    "rules": ("mockapi.cli.rules", "List what the API refuses, rule by rule."),
    "reply": ("mockapi.cli.reply", "Write a synthesized reply to a request body."),
    "cassettes": ("mockapi.cli.cassettes", "Look at, check and mend recordings."),
    "twin": ("mockapi.cli.twin", "Learn from recordings how a twin for load tests answers."),
    "fuzz": ("mockapi.cli.fuzz", "Hunt for bugs in a stream parser or a client."),
    "conformance": ("mockapi.cli.conformance", "Judge a client, in any language, case by case."),
    "mcp": ("mockapi.cli.mcp", "Give a coding agent the tools to look into a server and its recordings."),
    "init": ("mockapi.cli.init", "Write the first files of a project that tests with mockapi."),
    "completion": ("mockapi.cli.completion", "Write what a shell needs to complete commands."),
}
"""Command to module and help line; the module's `command` is the click command."""


class LazyGroup(click.Group):
    """A group that knows its commands' help lines and imports a command only to run it."""

    def __init__(self, table: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order of the table: what is met first comes first."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in self._table:
            return None
        with unsearched():
            command = importlib.import_module(self._table[cmd_name][0]).command
            take_for_old()
        assert isinstance(command, click.Command)  # noqa: S101 - the table says so
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called; one that does not exist is told with the nearest that does."""
        name = args[0]
        if name not in self._table and not name.startswith("-") and not ctx.resilient_parsing:
            import difflib  # noqa: PLC0415 - only what is misspelled needs it, and start-up time is measured

            near = difflib.get_close_matches(name, self._table, 1)
            remedy = f"Did you mean `{ctx.command_path} {near[0]}`?" if near else ""
            ctx.fail(f"Unknown command {name!r}. {remedy}".rstrip())
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl-C ends it with a code of its own, not with that of a finding."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            echo("mockapi: interrupted.", err=True)
            sys.exit(INTERRUPTED)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands without importing them."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only shells need it

        commands = [
            CompletionItem(name, help=help_line)
            for name, (_, help_line) in self._table.items()
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in self._table.items()])


root = LazyGroup(
    _COMMANDS,
    name="mockapi",
    help=(
        "The Claude Messages API on your own machine: recorded traffic, replayed byte for byte.\n\n"
        "Exit codes: 0 all is well; 1 something was found wrong; 2 the command could not run; "
        "130 Ctrl-C stopped it before it was done."
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
root = click.version_option(__version__, prog_name="mockapi")(root)


def main() -> None:
    """The `mockapi` command."""
    open_standard_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Recordings hold any character; a terminal or a pipe that cannot shows an escape instead.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(root.main(prog_name="mockapi", standalone_mode=False))
    except click.ClickException as error:
        told = io.StringIO()
        error.show(file=told)
        echo_lines(told.getvalue(), err=True)  # printable: it quotes what was typed
        sys.exit(error.exit_code)
    except click.Abort:
        # Between commands, or at a prompt. Not click's 1, which here says that something was found wrong.
        echo("mockapi: interrupted.", err=True)
        sys.exit(INTERRUPTED)
    except MockapiError as error:
        for line in str(error).split("\n"):
            echo(f"mockapi: {line}", err=True)
        sys.exit(error.exit_code)
