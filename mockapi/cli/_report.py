"""The report of what a server played."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mockapi import cassettes, storage

if TYPE_CHECKING:
    from mockapi.cluster import Outcome
    from mockapi.server import Service


def write_report(service: Service, path: str) -> None:
    """Write which interactions were played and which were not.

    Raises:
        UsageError: the file cannot be written.
    """
    played: list[storage.ReportedRecording] = []
    not_played: list[storage.ReportedRecording] = []
    for recording in service.library.recordings:
        side = played if recording in service.library.played else not_played
        mark = cassettes.fingerprint(recording.interaction)
        side.append(storage.ReportedRecording(recording.cassette.name, recording.position, mark))
    storage.write_play_report(Path(path), played, not_played)


def write_outcome(outcome: Outcome, path: str) -> None:
    """Write which interactions the workers of a server played and which they did not.

    Raises:
        UsageError: the file cannot be written.
    """
    played = [item for item in outcome.recordings if item[:2] in outcome.played]
    not_played = [item for item in outcome.recordings if item[:2] not in outcome.played]
    storage.write_play_report(Path(path), played, not_played)
