"""`mockapi validate`: what the API would refuse, in files, before anybody pays for it."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from mockapi import validation
from mockapi._files import MIB, read_file
from mockapi.cli import _payloads
from mockapi.cli._output import echo
from mockapi.cli._rule_options import read_named, rule_options
from mockapi.errors import UsageError
from mockapi.validation import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cli._payloads import PayloadVerdict
    from mockapi.validation import Evidence, Profile

_MAX_BYTES = 1024 * MIB
_SUFFIXES = (".json", ".jsonl", ".ndjson")


def _option(*names: str, **more: Any) -> Callable[[Any], Any]:
    """An option; the betas that are taken may stand in the environment for every command."""
    return click.option(*names, envvar="MOCKAPI_BETAS" if "--betas" in names else None, **more)


def _rule_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(rule_options(_option)):
        command = option(command)
    return command


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE|FOLDER|-]...", type=click.Path(allow_dash=True))
@click.option(
    "--header",
    "-H",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="A header the bodies are sent with. Without any: a valid key and anthropic-version: 2023-06-01.",
)
@click.option(
    "--endpoint", default="/v1/messages", show_default=True, metavar="PATH", help="Where they are posted to."
)
@click.option(
    "--mode",
    type=click.Choice([mode for mode in get_args(Mode) if mode != "off"]),
    default="strict",
    show_default=True,
    help="lenient looks at the shape only.",
)
@_rule_options
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, for programs, or as annotations of a GitHub workflow.",
)
def command(
    files: tuple[str, ...], headers: tuple[str, ...], endpoint: str, output: str, **options: Any
) -> None:
    """Say what the API would refuse in request bodies, without sending them.

    A FILE holds one JSON body, a JSON array of bodies, or one body a line (JSON Lines), as itself
    or as the `params` of a row of a batch; of a FOLDER all .json, .jsonl and .ndjson files are read.
    - or nothing is standard input. All faults are named, the one the API would name first, with line,
    JSON pointer and rule. Exit code 1 if any body would be refused, 2 if a file cannot be read.
    What a message quotes of a body is not masked.
    """
    if not endpoint.startswith("/"):
        raise UsageError(f"--endpoint {endpoint}: write the path alone, as in /v1/messages.")
    fields = dict(_header(text) for text in headers)
    settings = _settings(**options)
    verdicts: list[PayloadVerdict] = []
    for name in [file for named in files or ("-",) for file in _files(named)]:
        text = sys.stdin.buffer.read() if name == "-" else _read(name)
        shown = "<stdin>" if name == "-" else name
        verdicts += _payloads.judge(shown, text, fields, endpoint, settings)
    for line in _payloads.FORMATS[output](verdicts):
        echo(line)
    refused = sum(1 for verdict in verdicts if verdict.findings)
    bodies = f"{len(verdicts)} {'body' if len(verdicts) == 1 else 'bodies'}"
    echo(f"{bodies}, {refused or 'none'} would be refused", err=True)
    if refused:
        sys.exit(1)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise UsageError(f"--header {text!r}: write it as 'name: value'.")
    return name.strip().lower(), value.strip()


def _files(name: str) -> list[str]:
    """The file itself, or the files of a folder and all folders in it, hidden ones left out.

    Raises:
        UsageError: a folder without any.
    """
    if not Path(name).is_dir():
        return [name]
    found = sorted(
        str(path)
        for path in Path(name).rglob("*")
        if path.suffix in _SUFFIXES and not any(part.startswith(".") for part in path.relative_to(name).parts)
    )
    if not found:
        raise UsageError(f"{name} has no file whose name ends in {', '.join(_SUFFIXES)}.")
    return found


def _read(name: str) -> bytes:
    try:
        return read_file(name, _MAX_BYTES)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from error


def _settings(
    *,
    rules: Profile,
    mode: Mode,
    disable_rule: tuple[str, ...],
    as_of: str | None,
    models: str | None,
    betas: str | None,
    evidence: Evidence,
) -> validation.ValidationSettings:
    try:
        day = None if as_of is None else date.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError(f"--as-of {as_of}: write the day as YYYY-MM-DD.") from error
    return replace(
        read_named(models, betas),
        mode=mode,
        rules=rules,
        disabled=validation.rule_ids(disable_rule),
        as_of=day,
        evidence=evidence,
    )
