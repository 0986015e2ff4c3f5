"""`mockapi conformance`: judge a client of the API, or an event-stream decoder, in any language."""

from __future__ import annotations

import difflib
import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockapi import fuzzing, jsontext
from mockapi._files import MIB, read_file
from mockapi.cli._ended import cleaned_up
from mockapi.cli._output import echo_lines
from mockapi.cli._progress import Progress
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockapi.fuzzing import ConformanceRun

_MAX_EXPECTED = 64 * MIB
_MODULE = "mockapi.fuzzing.drivers"
_PYTHON = {
    "anthropic-raw": ("anthropic_sdk", "raw"),
    "anthropic-raw-async": ("anthropic_sdk", "raw-async"),
    "anthropic-helper": ("anthropic_sdk", "helper"),
    "anthropic-helper-async": ("anthropic_sdk", "helper-async"),
    "httpx": ("plain_httpx",),
    "httpx-sse": ("httpx_sse_client",),
    "sseclient-py": ("sseclient_py_client",),
    "openai-decoder": ("openai_decoder",),
}
_NODE = {"anthropic-ts-raw": "raw", "anthropic-ts-helper": "helper"}


def driver_command(name: str) -> list[str]:
    """The command of a shipped driver, or of one that was given as a command line.

    Raises:
        UsageError: neither a driver nor a command has this name.
    """
    if name in _PYTHON:
        module, *mode = _PYTHON[name]
        return [sys.executable, "-m", f"{_MODULE}.{module}", *mode]
    if name in _NODE:
        script = Path(__file__).parent.parent / "fuzzing" / "drivers" / "anthropic_sdk.mjs"
        return ["node", str(script), _NODE[name]]
    command = shlex.split(name)
    names = [*_PYTHON, *_NODE]
    if not command:
        raise UsageError(f"--driver is a command, or one of {', '.join(names)}.")
    if shutil.which(command[0]) is None and not Path(command[0]).exists():
        near = difflib.get_close_matches(name, names, 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"--driver {name}: there is no such driver, nor a command {command[0]!r}."
            f" {hint}The drivers are {', '.join(names)}."
        )
    return command


@click.group()
def command() -> None:
    """Judge a client of the API, or an event-stream decoder, in any language."""


@command.command()
@click.option(
    "--driver",
    "drivers",
    multiple=True,
    required=True,
    metavar="NAME|COMMAND",
    help=f"A program around the client: {', '.join([*_PYTHON, *_NODE])}, or a command of your own.",
)
@click.option("--only", multiple=True, metavar="PREFIX", help="Cases whose ids begin so.")
@click.option(
    "--report",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="What to print.",
)
@click.option("--all", "everything", is_flag=True, help="In the text, what is fine too.")
@click.option("--output", type=click.Path(dir_okay=False), help="Write the report to this file.")
@click.option("--expect", type=click.Path(dir_okay=False), help="A file of known failures.")
@click.option(
    "--write-expect", type=click.Path(dir_okay=False), help="Write the failures of this run as known."
)
def run(
    drivers: Sequence[str],
    only: Sequence[str],
    form: str,
    everything: bool,  # noqa: FBT001 - a flag of the command line
    output: str | None,
    expect: str | None,
    write_expect: str | None,
) -> None:
    """Put every case before a client, and tell what it made of them.

    Exits with 1 if a verdict is neither fine nor the one that is on file.
    """
    known = _read(expect) if expect is not None else {}
    runs: list[ConformanceRun] = []
    for name in drivers:
        with cleaned_up():
            runs.append(_run_of(name, only, known))
    _print(runs, form, output, everything=everything)
    if write_expect is not None:
        _write(write_expect, runs)
    elif any(item.surprises for item in runs):
        sys.exit(1)


def _run_of(name: str, only: Sequence[str], known: Mapping[str, Mapping[str, str]]) -> ConformanceRun:
    driver = fuzzing.Driver(driver_command(name))
    try:
        cases = fuzzing.cases_for(driver.sees, only)
        if not cases:
            raise UsageError(f"No case of this driver begins with {' or '.join(only)}.")
        return fuzzing.run_conformance(driver, cases, known.get(driver.name, {}), Progress(driver.name))
    finally:
        driver.stop()


def _print(runs: Sequence[ConformanceRun], form: str, output: str | None, *, everything: bool) -> None:
    if form == "text":
        told = "\n".join(fuzzing.report.as_text(item, everything=everything) for item in runs)
    elif form == "json":
        told = (
            fuzzing.report.as_json(runs[0])
            if len(runs) == 1
            else f"[{','.join(map(fuzzing.report.as_json, runs))}]\n"
        )
    else:
        told = "\n".join(map(fuzzing.report.as_html, runs))
    if output is None:
        echo_lines(told)
        return
    try:
        Path(output).write_text(told, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The report cannot be written to {output}: {error.strerror}.") from error


def _read(path: str) -> Mapping[str, Mapping[str, str]]:
    try:
        value: Any = jsontext.parse(read_file(path, _MAX_EXPECTED))
        return {driver: dict(cases) for driver, cases in value["known_failures"].items()}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is not a file of known failures; --write-expect makes one.") from error


def _write(path: str, runs: Sequence[ConformanceRun]) -> None:
    failures = {
        item.driver: {
            finding.case.id: str(finding.verdict) for finding in item.findings if not finding.verdict.is_fine
        }
        for item in runs
    }
    try:
        Path(path).write_text(json.dumps({"known_failures": failures}, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
