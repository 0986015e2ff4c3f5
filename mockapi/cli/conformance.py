"""`mockapi conformance`: judge a client of the API, or an event-stream decoder, in any language."""

from __future__ import annotations

import difflib
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from mockapi import fuzzing
from mockapi.cli._ended import cleaned_up
from mockapi.cli._known_failures import read_known, write_known
from mockapi.cli._output import echo, echo_lines
from mockapi.cli._progress import Progress
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockapi.fuzzing import Case, ConformanceRun, Driver

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
    "litellm": ("litellm_client",),
    "langchain": ("langchain_client",),
    "pydantic-ai": ("pydantic_ai_client",),
    "instructor": ("instructor_client",),
    "aiohttp-sse-client": ("aiohttp_sse_client",),
}
_NODE = {
    "anthropic-ts-raw": ("anthropic_sdk.mjs", "raw"),
    "anthropic-ts-helper": ("anthropic_sdk.mjs", "helper"),
    "eventsource-parser": ("web_clients.mjs", "eventsource-parser"),
    "ai-sdk": ("web_clients.mjs", "ai-sdk"),
    "fetch-event-source": ("web_clients.mjs", "fetch-event-source"),
    "langchain-js": ("web_clients.mjs", "langchain-js"),
}


def driver_command(name: str) -> list[str]:
    """The command of a shipped driver, or of one that was given as a command line.

    Raises:
        UsageError: neither a driver nor a command has this name.
    """
    if name in _PYTHON:
        module, *mode = _PYTHON[name]
        return [sys.executable, "-m", f"{_MODULE}.{module}", *mode]
    if name in _NODE:
        script, how = _NODE[name]
        return ["node", str(Path(__file__).parent.parent / "fuzzing" / "drivers" / script), how]
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
    "--cases",
    "folder",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Cases of a folder instead of the table: as `mockapi conformance export` writes them, and your own.",
)
@click.option("--seconds", type=click.FloatRange(0), help="Stop after so many seconds in all.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Drivers side by side.")
@click.option(
    "--report",
    "form",
    type=click.Choice(["text", "json", "html", "junit", "sarif"]),
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
    folder: str | None,
    seconds: float | None,
    workers: int,
    form: str,
    everything: bool,  # noqa: FBT001 - a flag of the command line
    output: str | None,
    expect: str | None,
    write_expect: str | None,
) -> None:
    """Put every case before a client, and tell what it made of them.

    A run that is stopped, or whose time is up, reports what it has seen. Exits with 1 if a verdict is
    neither fine nor the one that is on file.
    """
    until = None if seconds is None else time.monotonic() + seconds
    known = read_known(expect) if expect is not None else {}
    cases = fuzzing.CASES if folder is None else fuzzing.read_cases(Path(folder))
    runs: list[ConformanceRun] = []
    with cleaned_up():
        try:
            for name in drivers:
                _add_run(runs, name, _Plan(cases, only, known, until, workers))
        except KeyboardInterrupt:
            _print(runs, form, output, everything=everything)
            raise
    _print(runs, form, output, everything=everything)
    if write_expect is not None:
        write_known(write_expect, {item.driver: item.findings for item in runs})
    elif any(item.surprises for item in runs):
        sys.exit(1)


@command.command()
@click.argument("folder", type=click.Path(file_okay=False), metavar="FOLDER")
def export(folder: str) -> None:
    """Write the table of cases into a folder, for programs in any language.

    Each case is a pair of files: NAME.sse has the bytes, NAME.json says what a correct client makes of
    them. The same version of mockapi writes the same files.
    """
    written = fuzzing.export(Path(folder))
    echo(f"{sum(path.suffix == '.json' for path in written) - 1} cases in {folder}")


class _Plan(NamedTuple):
    """What a driver is asked."""

    cases: Sequence[Case]
    only: Sequence[str]
    known: Mapping[str, Mapping[str, str]]
    until: float | None
    workers: int


def _add_run(runs: list[ConformanceRun], name: str, plan: _Plan) -> None:
    """Run the plan with a driver, and note what came of it, also where it is broken off."""
    drivers: list[Driver] = []
    try:
        drivers.append(fuzzing.Driver(driver_command(name)))
        first = drivers[0]
        cases = fuzzing.cases_for(first.sees, plan.only, plan.cases)
        if not cases:
            which = f"begins with {' or '.join(plan.only)}" if plan.only else "is of its level"
            raise UsageError(f"No case of this driver {which}.")
        drivers += [fuzzing.Driver(driver_command(name)) for _ in range(1, plan.workers)]
        fuzzing.run_conformance(
            first,
            cases,
            plan.known.get(first.name, {}),
            Progress(first.name),
            helpers=drivers[1:],
            until=plan.until,
            keep=runs.append,
        )
    finally:
        for driver in drivers:
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
    elif form == "junit":
        told = fuzzing.report.as_junit(runs)
    elif form == "sarif":
        told = fuzzing.report.as_sarif(runs)
    else:
        told = "\n".join(map(fuzzing.report.as_html, runs))
    if output is None:
        echo_lines(told)
        return
    try:
        Path(output).write_text(told, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The report cannot be written to {output}: {error.strerror}.") from error
