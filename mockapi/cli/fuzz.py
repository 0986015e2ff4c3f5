"""`mockapi fuzz`: hunt for a stream that a parser or a client gets wrong."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockapi import fuzzing
from mockapi.cli._ended import cleaned_up
from mockapi.cli._output import Styled, echo
from mockapi.cli.conformance import driver_command
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.fuzzing import Finding, Hunt, Subject

_SECONDS = 60.0
_PAUSE = 2.0
_SHOWN = 2000
_CHUNKS = 20


@click.command()
@click.option(
    "--target",
    metavar="MODULE:FUNCTION",
    help="A Python function from chunks of bytes to events or to a message.",
)
@click.option("--driver", metavar="NAME|COMMAND", help="A client, as in `mockapi conformance run`.")
@click.option(
    "--seconds",
    type=click.FloatRange(0),
    help=f"Stop after so many seconds  [default: {_SECONDS:g}, unless --examples is given]",
)
@click.option("--examples", type=click.IntRange(0), help="Stop after so many generated streams.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the generated streams."
)
@click.option("--skip-table", is_flag=True, help="Go straight to generated streams.")
@click.option(
    "--save",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Write the smallest failure there: a cassette, and for a target a test.",
)
def command(
    target: str | None,
    driver: str | None,
    seconds: float | None,
    examples: int | None,
    seed: int,
    skip_table: bool,  # noqa: FBT001 - a flag of the command line
    save: str | None,
) -> None:
    """Hunt for a stream that a parser or a client gets wrong.

    First the cases of the table, then generated streams, until something is found or the budget is
    used up; the table is looked at to its end unless a case has failed by then. Exits with 1 if
    something was found; the smallest stream that shows it is printed.
    """
    if (target is None) == (driver is None):
        raise UsageError("Give one of --target and --driver: what is to be hunted.")
    _need_hypothesis()

    if seconds is None and examples is None:
        seconds = _SECONDS
    with cleaned_up(), _subject(target, driver) as subject:
        found = fuzzing.hunt(
            subject, seed=seed, examples=examples, seconds=seconds, table=not skip_table, progress=_Teller()
        )
    _tell(found)
    if found.failures:
        if save is not None:
            _keep(found.failures[0], target, Path(save))
        sys.exit(1)


def _need_hypothesis() -> None:
    try:
        import hypothesis  # noqa: F401, PLC0415 - an extra: only whether it is there
    except ImportError as error:
        raise UsageError("mockapi fuzz needs Hypothesis: pip install 'messages-mockapi[fuzz]'.") from error


@contextlib.contextmanager
def _subject(target: str | None, driver: str | None) -> Iterator[Subject]:
    subject: Subject
    if target is not None:
        subject = fuzzing.TargetSubject(target)
        try:
            yield subject
        finally:
            subject.stop()
        return

    with fuzzing.CaseServer() as stage:
        subject = fuzzing.DriverSubject(fuzzing.Driver(driver_command(driver or "")), stage)
        try:
            yield subject
        finally:
            subject.stop()


class _Teller:
    """Progress on stderr, now and then."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, found: Hunt) -> None:
        now = time.monotonic()
        if now - self._told >= _PAUSE:
            self._told = now
            echo(f"{found.examples:,} streams in {found.seconds:.0f} s, seed {found.seed}", err=True)


def _tell(found: Hunt) -> None:
    speed = f"{found.examples:,} streams in {found.seconds:.1f} s"
    if not found.failures:
        echo(f"Nothing found: {speed}. To go on from here: --seed {found.seed}.")
        return
    first, *others = found.failures
    echo(Styled(f"{first.verdict}: {first.case.id}", bold=True))
    echo(f"  rule      {first.case.why}")
    echo(f"  expected  {first.expected}")
    echo(f"  seen      {first.seen}")
    _show(first)
    if others:
        echo(f"Larger cases that are not fine, {len(others)}:")
        for finding in others:
            echo(f"  {finding.verdict:<11}  {finding.case.id}")
    if found.left_out:
        echo(f"The time was up: {found.left_out} cases of the table were not looked at.")
    echo(f"{speed}. To repeat: --seed {found.seed}.")


def _show(finding: Finding) -> None:
    size = 0
    for number, chunk in enumerate(finding.case.chunks()):
        size += len(chunk)
        if size > _SHOWN or number >= _CHUNKS:
            count = sum(1 for _ in finding.case.chunks())
            echo(f"  ...       {finding.case.size:,} bytes in {count:,} chunks")
            return
        echo(f"  {'stream    ' if not number else '          '}{chunk!r}")


def _keep(finding: Finding, target: str | None, folder: Path) -> None:
    if finding.case.size > fuzzing.MAX_KEPT:
        echo(f"Not saved: {finding.case.size:,} bytes; the case is {finding.case.id} of the table.")
        return
    files = {"failure.yaml": fuzzing.as_cassette(finding)}
    if target is not None:
        files["test_failure.py"] = fuzzing.as_test(finding, target).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
            echo(f"Saved {folder / name}")
    except OSError as error:
        raise UsageError(f"Nothing can be saved in {folder}: {error.strerror}.") from error
