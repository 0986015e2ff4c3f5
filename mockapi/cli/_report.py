"""The report of what a server played: written at the end of a run, read by `cassettes prune`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.server import Service


def write_report(service: Service, path: str) -> None:
    """Write which interactions were played and which were not.

    Raises:
        UsageError: the file cannot be written.
    """
    from mockapi.cassettes import fingerprint
    from mockapi.storage import write_atomically

    sides: dict[str, list[Any]] = {"played": [], "not_played": []}
    for recording in service.library.recordings:
        side = "played" if recording in service.library.played else "not_played"
        sides[side].append(
            {
                "cassette": recording.cassette.name,
                "interaction": recording.position,
                "fingerprint": fingerprint(recording.interaction),
            }
        )
    text = orjson.dumps(
        {"mockapi_report": 1, **sides}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    try:
        write_atomically(Path(path), text)
    except OSError as error:
        raise UsageError(f"The report cannot be written to {path}: {error.strerror}.") from error


def read_played(paths: Iterable[str]) -> set[str]:
    """The fingerprints of all interactions that any of the reports says was played.

    Raises:
        UsageError: a file that is no report.
    """
    played: set[str] = set()
    for path in paths:
        try:
            report = orjson.loads(Path(path).read_bytes())
            played.update(item["fingerprint"] for item in report["played"])
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise UsageError(f"{path} is no report; `mockapi serve --report FILE` writes one.") from error
    return played
