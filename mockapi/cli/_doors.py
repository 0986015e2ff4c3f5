"""The options that say who may use which door of a server, and what they come to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import click

from mockapi import server
from mockapi._files import read_file
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_VARIABLE: Final = "MOCKAPI_CONTROL_TOKEN"
_MAX_BYTES: Final = 64 * 1024


def door_options(option: Callable[..., Callable[[Any], Any]]) -> tuple[Callable[[Any], Any], ...]:
    """The options; `option` makes one."""
    return (
        option(
            "--allow-host",
            multiple=True,
            metavar="NAME",
            help="A Host, besides loopback, under which the control API answers callers on this machine.",
        ),
        option(
            "--allow-folder",
            multiple=True,
            type=click.Path(),
            help="A folder, besides those of the cassettes, that requests to the control API may have read.",
        ),
        option(
            "--control-token-file",
            type=click.Path(dir_okay=False),
            help="A file whose only line is the token that opens the control API to browsers and other"
            f" machines; or say it in {_VARIABLE}. Else one is made.",
        ),
        option(
            "--api-key-file",
            type=click.Path(dir_okay=False),
            help="A file with the API keys that are valid, one a line; others get 401.  [default: any key]",
        ),
    )


def read_access(values: dict[str, Any]) -> server.Access:
    """What the options, and the environment, come to.

    Raises:
        UsageError: a file that cannot be read, or one that holds something else.
    """
    keys = values["api_key_file"]
    folders = tuple(values["allow_folder"])
    if not values["cassettes"] and not values["record_to"] and not folders:
        folders = (".",)  # the starter cassettes are played, which nobody has named
    return server.access_of(
        values["allow_host"],
        read_token(values["control_token_file"]),
        () if keys is None else _lines(keys, "--api-key-file"),
        folders,
    )


def read_token(path: str | None) -> str | None:
    """The control token that a file or the environment holds; None without one.

    Raises:
        UsageError: both do, or what is there is another thing.
    """
    said = os.environ.get(_VARIABLE)
    if path is None:
        if said is None:
            return None
        if not server.TOKEN.fullmatch(said):
            raise UsageError(f"{_VARIABLE} must hold a token: visible ASCII characters without blanks.")
        return said
    if said is not None:
        raise UsageError(f"Two control tokens: --control-token-file and {_VARIABLE}. Say one of them.")
    lines = _lines(path, "--control-token-file")
    if len(lines) != 1:
        raise UsageError(f"--control-token-file {path} has {len(lines)} lines: it holds one token.")
    return lines[0]


def _lines(path: str, option: str) -> tuple[str, ...]:
    """The secrets of a file; no message quotes any of it."""
    try:
        text = read_file(path, _MAX_BYTES).decode("ascii")
    except OSError as error:
        raise UsageError(f"{option} {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{option} {path} is not ASCII text.") from error
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not lines:
        raise UsageError(f"{option} {path} is empty.")
    for number, line in enumerate(lines, 1):
        if not server.TOKEN.fullmatch(line):
            raise UsageError(f"{option} {path}: line {number} has blanks or characters that are not visible.")
    return lines
