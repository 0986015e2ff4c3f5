"""`mockapi exec`: a server for the time of one command."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from mockapi import server, testing
from mockapi._environment import EXEC_URL, client_environment
from mockapi.cli._ended import cleaned_up, heeded
from mockapi.cli._options import read_options, server_options
from mockapi.cli._project_options import ServerCommand, was_said
from mockapi.cli._recording import tell_summary
from mockapi.cli._report import write_report
from mockapi.errors import UsageError

_PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_NOBODY_ASKED = (
    "The command has made no request to this server. Does its client read ANTHROPIC_BASE_URL, and does"
    " nothing in it take the variable away? Tests that use the fixture messages_api have a server of"
    " their own."
)


_FOR_OTHERS = {
    "uds": "The command finds the server by a URL, and a Unix socket has none: leave --uds out.",
    "root_path": "The command asks the server itself, with no proxy between: leave --root-path out.",
}
"""Options of a server that others find; why this one's client cannot."""


class _WithCommand(ServerCommand):
    """A click command whose arguments end at `--`; what follows is somebody else's command line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Split at the first `--`.

        Raises:
            UsageError: the dashes are missing, and it is plain where they belong.
        """
        if "--" in args:
            at = args.index("--")
            args, ctx.obj = args[:at], args[at + 1 :]
        elif not ctx.resilient_parsing and (start := self._command_in(args)) is not None:
            meant = shlex.join([*args[:start], "--", *args[start:]])
            raise UsageError(f"The command to run comes after two dashes: {ctx.command_path} {meant}")
        return super().parse_args(ctx, args)

    def _command_in(self, args: list[str]) -> int | None:
        """Where the first word stands that is a command of the system and cannot be meant for us."""
        if {"-h", "--help"} & set(args):
            return None
        flags = {
            name
            for option in self.params
            if isinstance(option, click.Option) and option.is_flag
            for name in option.opts
        }
        for at, word in enumerate(args):
            before = args[at - 1] if at else ""
            is_value = before.startswith("-") and "=" not in before and before not in flags
            if word.startswith("-") or is_value or Path(word).is_dir():
                continue
            if shutil.which(word) is not None:
                return at
        return None

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """What click cannot know stands behind what it does."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND [ARG]..."]


@click.command(cls=_WithCommand)
@server_options
@click.pass_context
@cleaned_up()
def command(ctx: click.Context, /, **values: Any) -> None:
    """Run a command whose API calls go to a server of its own.

    The server listens on a free port, unless --port says otherwise, while the command runs.
    ANTHROPIC_BASE_URL and its kin point there, ANTHROPIC_API_KEY is a test key, tokens and profiles
    are taken away, and loopback is added to NO_PROXY. Signals reach the command; its exit code is
    the exit code.
    """
    if not ctx.obj:
        raise UsageError("Missing command. Put it after two dashes: mockapi exec -- pytest")
    if not was_said(ctx, "port"):
        values["port"] = 0
    for name, why in _FOR_OTHERS.items():
        if not was_said(ctx, name):
            values[name] = None  # the project's file says it of a server that stands for itself
        elif values[name]:
            raise UsageError(why)
    options = read_options(values)
    console = server.Console(verbose=options.verbose, rules=options.settings.matching.redaction)
    listener = options.listener
    if listener.has_strangers(options.access):
        console.token(options.access.token)
    with (
        listener.listening() as sock,
        listener.tls() as tls,
        testing.Server(
            options.paths,
            settings=options.settings,
            listening=sock,
            console=console,
            allowed_hosts=options.access.allowed_hosts,
            recording=options.recording,
            control_token=options.access.token,
            api_keys=options.access.api_keys,
            allowed_folders=options.access.folders,
            tls=tls or False,
        ) as running,
    ):
        running.service.takes_unversioned_paths = True
        if options.script is not None:
            running.call(running.service.sessions.default.play, options.script)
        environment = client_environment(os.environ, running.base_url) | {EXEC_URL: running.base_url}
        if tls is not None:
            environment |= tls.variables(os.environ)
        if options.access.api_keys:  # the test key would not be one of them
            environment["ANTHROPIC_API_KEY"] = options.access.api_keys[0]
        code = _run(ctx.obj, environment)
        if options.report is not None:
            running.call(write_report, running.service, options.report)
    tell_summary(running.service)
    if not running.service.asked:
        running.service.console.note(_NOBODY_ASKED, masks=False)
    sys.exit(code)


def _run(arguments: list[str], environment: dict[str, str]) -> int:
    """Run a command to its end and give its exit code, as a shell would."""
    children: list[subprocess.Popen[bytes]] = []
    early: list[int] = []
    in_terminal = _is_in_terminal()

    def pass_on(received: int, _frame: object) -> None:
        if received == signal.SIGINT and in_terminal:
            return  # Ctrl-C has reached the child by itself
        if children:
            children[0].send_signal(received)
        else:
            early.append(received)

    # Before the child starts, so that no signal goes unheard; a handler is not inherited, as an
    # ignored signal is, and what was ignored when we started stays so for the child.
    for number in heeded(*_PASSED_ON):
        signal.signal(number, pass_on)
    try:
        child = subprocess.Popen(arguments, env=environment)  # noqa: S603 - running it is the purpose
    except FileNotFoundError as error:
        raise UsageError(f"Unknown program {arguments[0]!r}.") from error
    except OSError as error:
        raise UsageError(f"{arguments[0]!r} cannot be run: {error.strerror}.") from error
    children.append(child)
    for received in early:
        child.send_signal(received)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _is_in_terminal() -> bool:
    """Whether a terminal sends its signals to this process, and so to the command too."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
