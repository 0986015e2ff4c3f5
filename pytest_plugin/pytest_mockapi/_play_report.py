"""The report of what a run played, and the command that drops what it did not."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockapi.cassettes import fingerprint, load
from mockapi.errors import MockapiError
from mockapi.storage import ReportedRecording, read_text, write_play_report

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pytest


def place_of(config: pytest.Config) -> Path | None:
    """Where the report goes: the file that was asked for, else pytest's cache; None if there is neither."""
    asked = config.getoption("--mockapi-report")
    if asked:
        return Path(asked)
    cache: Any = getattr(config, "cache", None)  # the plugin that makes it may be switched off
    try:
        return None if cache is None else Path(cache.mkdir("mockapi"), "played.json")
    except OSError:
        return None


def write(path: Path, loaded: Mapping[str, int], played: Collection[tuple[str, int]]) -> None:
    """Write the report.

    Args:
        path: of the file.
        loaded: cassettes and how many recordings each had when it was loaded.
        played: cassette and position of those that were played.

    Raises:
        UsageError: the file cannot be written.
    """
    sides: tuple[list[ReportedRecording], list[ReportedRecording]] = [], []
    for name, count in sorted(loaded.items()):
        try:
            interactions = load(read_text(name), name).interactions[:count]
        except MockapiError:
            continue  # it has gone since, or was changed into something else
        for position, interaction in enumerate(interactions):
            side = sides[0 if (name, position) in played else 1]
            side.append(ReportedRecording(name, position, fingerprint(interaction)))
    write_play_report(path, *sides)


def prune_command(path: Path | None, names: list[str]) -> str:
    """What to type to drop the unplayed recordings of these cassettes, and nothing else."""
    report = shlex.quote(str(path or "played.json"))
    prune = f"mockapi cassettes prune --report {report} --write {shlex.join(names)}"
    return prune if path is not None else f"pytest --mockapi-report={report}; {prune}"
