"""The report of which recordings were played: written at the end of a run, read by `cassettes prune`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson

from mockapi._files import read_file
from mockapi._printable import encodable
from mockapi.cassettes import MAX_BYTES
from mockapi.errors import UsageError
from mockapi.storage._files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class ReportedRecording(NamedTuple):
    """A recording as reports name it.

    Attributes:
        cassette: the file.
        interaction: its place there, from 0.
        fingerprint: tells it from all others, wherever it stands.
    """

    cassette: str
    interaction: int
    fingerprint: str


def write_play_report(
    path: Path, played: Iterable[ReportedRecording], not_played: Iterable[ReportedRecording]
) -> None:
    """Write which recordings were played and which were not.

    Raises:
        UsageError: the file cannot be written.
    """
    sides = {"played": played, "not_played": not_played}
    report = {"mockapi_report": 1} | {
        side: [item._asdict() | {"cassette": encodable(item.cassette)} for item in recordings]
        for side, recordings in sides.items()
    }
    text = orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    try:
        write_atomically(path, text)
    except OSError as error:
        raise UsageError(f"The report cannot be written to {path}: {error.strerror}.") from error


def read_played(paths: Iterable[str]) -> set[str]:
    """The fingerprints of all recordings that any of the reports says was played.

    Raises:
        UsageError: a file that is not a report.
    """
    played: set[str] = set()
    for path in paths:
        try:
            report = orjson.loads(read_file(path, MAX_BYTES))
            played.update(item["fingerprint"] for item in report["played"])
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise UsageError(
                f"{path} is not a report; `mockapi serve --report FILE`, `mockapi exec --report FILE` and"
                " `pytest --mockapi-report=FILE` write one."
            ) from error
    return played
