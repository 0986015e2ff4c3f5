"""The report of what a server played."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockapi.server import Service
    from mockapi.storage import ReportedRecording


def write_report(service: Service, path: str) -> None:
    """Write which interactions were played and which were not.

    Raises:
        UsageError: the file cannot be written.
    """
    from mockapi.cassettes import fingerprint
    from mockapi.storage import ReportedRecording, write_play_report

    played: list[ReportedRecording] = []
    not_played: list[ReportedRecording] = []
    for recording in service.library.recordings:
        side = played if recording in service.library.played else not_played
        mark = fingerprint(recording.interaction)
        side.append(ReportedRecording(recording.cassette.name, recording.position, mark))
    write_play_report(Path(path), played, not_played)
