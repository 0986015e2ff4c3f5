"""`mockapi twin learn`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mockapi import cassettes, storage
from mockapi._wording import counted
from mockapi.cassettes import importers
from mockapi.cli._bar import tracked
from mockapi.cli._import_sources import find
from mockapi.cli._output import echo
from mockapi.cli._paths import FileToWrite
from mockapi.errors import MockapiError, UsageError
from mockapi.replies import twin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockapi.cassettes import Interaction
    from mockapi.cli._import_sources import ImportSource
    from mockapi.replies.twin import TwinProfile

_ENOUGH: Final = 100
"""Replies from which on the rare cases of a distribution are more than a guess."""


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FOLDER|FILE...", type=click.Path())
@click.option(
    "--output", type=FileToWrite(), metavar="PROFILE", help="Where the profile goes; stdout if not given."
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="In recordings of other tools, a host to take besides the API's own; * stands for any part.",
)
def command(sources: tuple[str, ...], output: str | None, hosts: tuple[str, ...]) -> None:
    """Write a small profile of recorded traffic.

    Reads cassettes, and what `mockapi cassettes import` reads. The profile holds sizes, times, kinds of
    replies, errors and cache hits as numbers, names of models and types of errors, and nothing that was
    said. `mockapi serve --twin PROFILE` answers like it.

    Files that cannot be read are told and left out. Ends with exit code 2 if no exchange is left to learn
    from.
    """
    reader = _Reader(hosts)
    found = find(sources).sources
    if not found:
        raise UsageError(f"There is no recording in {', '.join(sources)}: a twin is learned from cassettes.")
    profile = twin.learn_twin(
        interaction for source in tracked(found, "Reading") for interaction in reader.interactions(source)
    )
    text = twin.dump_twin(profile)
    if output is None:
        click.echo(text, nl=False)
    else:
        try:
            storage.write_atomically(Path(output), text.encode())
        except OSError as error:
            raise UsageError(f"{output} cannot be written: {error.strerror}.") from error
    for line in _told(profile, output):
        echo(line, err=True)


class _Reader:
    """Reads recordings, and tells what it leaves out."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = tuple(hosts)
        self._cassettes = storage.CassetteReader(storage.cache_folder())

    def interactions(self, source: ImportSource) -> Iterator[Interaction]:
        """The interactions of a file, or of files that answer together."""
        if source.parts:
            for part in source.parts:
                yield from self.interactions(part)
            return
        path = str(source.path)
        try:
            text = storage.read_text(path)
            if cassettes.VERSION_KEY.encode() in text[:_HEAD]:
                yield from self._cassettes.read(path).interactions
                return
        except MockapiError as error:
            for line in str(error).split("\n"):
                echo(f"left out: {line}", err=True)
            return
        imported = importers.import_recording(text, source.name, hosts=self._hosts)
        for cause in imported.broken:
            echo(f"left out: {path}: {cause}", err=True)
        if imported.cassette is not None:
            yield from imported.cassette.interactions


_HEAD: Final = 4096


def _told(profile: TwinProfile, output: str | None) -> Iterator[str]:
    """What was learned, in words, and what is too little to go by."""
    replies = profile.replies
    failed = sum(error.share for error in profile.errors)
    yield (
        f"learned from {counted(profile.exchanges, 'exchange')}: {counted(replies.replies, 'whole message')},"
        f" {replies.streamed:.0%} of them streamed; errors in {failed:.1%}"
    )
    if replies.streams is None and replies.whole is None:
        yield "nothing was timed in these recordings: the twin answers at once"
    if replies.replies < _ENOUGH:
        yield (
            f"that is little to learn from: the twin repeats what these {replies.replies} replies have;"
            f" record {_ENOUGH} or more for rare cases to count"
        )
    if output is not None:
        yield f"{output} is for `mockapi serve --twin {output}`"
