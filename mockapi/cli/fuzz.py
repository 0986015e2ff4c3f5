"""`mockapi fuzz`: hunt for a stream that a parser or a client gets wrong."""

from __future__ import annotations

import contextlib
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockapi import fuzzing
from mockapi.cli._ended import cleaned_up
from mockapi.cli._known_failures import read_known, write_known
from mockapi.cli._output import Styled, echo
from mockapi.cli.conformance import driver_command
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockapi.fuzzing import Finding, Hunt, Subject

_SECONDS = 60.0
_SEEDS = 2**32
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
    "--seed", type=click.IntRange(0), help="Of the generated streams  [default: a fresh one, printed]"
)
@click.option("--skip-table", is_flag=True, help="Go straight to generated streams.")
@click.option(
    "--exclude",
    multiple=True,
    metavar="ID",
    help="Leave out a case, or all of GROUP/; fuzz/FEATURE leaves a feature out of generated streams.",
)
@click.option("--expect", type=click.Path(dir_okay=False), help="A file of known failures.")
@click.option(
    "--write-expect", type=click.Path(dir_okay=False), help="Write the failures of this hunt as known."
)
@click.option(
    "--database",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Keep generated failures there, and look at them first the next time.",
)
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
    seed: int | None,
    skip_table: bool,  # noqa: FBT001 - a flag of the command line
    exclude: Sequence[str],
    expect: str | None,
    write_expect: str | None,
    database: str | None,
    save: str | None,
) -> None:
    """Hunt for streams that a parser or a client gets wrong.

    First the cases of the table, then generated streams, until the budget is used up. A failure does
    not end the hunt: it goes on without what makes that stream unusual. Exits with 1 if something was
    found that is not on file; the smallest stream that shows it is printed.
    """
    if seconds is None and examples is None:
        seconds = _SECONDS
    until = None if seconds is None else time.monotonic() + seconds  # what is imported below counts, too

    if (target is None) == (driver is None):
        raise UsageError("Give one of --target and --driver: what is to be hunted.")
    _need_hypothesis()
    known = read_known(expect) if expect is not None else {}
    store = None if database is None else Path(database)
    with cleaned_up(), _subject(target, driver) as subject:
        found = fuzzing.hunt(
            subject,
            seed=secrets.randbelow(_SEEDS) if seed is None else seed,
            examples=examples,
            seconds=None if until is None else max(0.0, until - time.monotonic()),
            table=not skip_table,
            known=known.get(subject.name, {}),
            exclude=exclude,
            before=[] if store is None else fuzzing.kept_failures(store, subject.sees),
            progress=_Teller(),
        )
    _tell(found)
    if store is not None:
        fuzzing.keep_failures(store, found)
    if save is not None and found.failures:
        _keep(found.failures[0], target, Path(save))
    if write_expect is not None:
        write_known(write_expect, {subject.name: [*found.failures, *found.known]})
    elif found.failures or found.mended:
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
    for finding in found.mended:
        echo(f"On file as a failure, and fine: {finding.case.id}")
    if found.known:
        echo(f"Failures that are on file, {len(found.known)}.")
    if found.failures:
        first, *others = found.failures
        echo(Styled(f"{first.verdict}: {first.case.id}", bold=True))
        echo(f"  rule      {first.case.why}")
        echo(f"  expected  {first.expected}")
        echo(f"  seen      {first.seen}")
        _show(first)
        if others:
            echo(f"More streams that are not fine, {len(others)}:")
            for finding in others:
                echo(f"  {finding.verdict:<11}  {finding.case.id}")
    if found.left_out:
        echo(f"The time was up: {found.left_out} cases of the table were not looked at.")
    if found.failures:
        echo(f"{speed}. To repeat: --seed {found.seed}.")
    else:
        echo(f"Nothing found: {speed}. To go on from here: --seed {found.seed}.")


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
