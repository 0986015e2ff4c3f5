"""What people are told when a server starts: what it plays, and how it answers the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi import storage
from mockapi._clock import wall
from mockapi._wording import counted

if TYPE_CHECKING:
    from mockapi.replies.scripts import Script
    from mockapi.server._service import Service


def tell_opening(service: Service, script: Script | None) -> None:
    """Tell each thing worth knowing in a line.

    Args:
        service: the state of the server.
        script: what the default session plays.
    """
    console, library, settings = service.console, service.library, service.sessions.default.settings
    interactions = counted(len(library.recordings), "interaction")
    console.note(f"playing {interactions} of {counted(len(library.cassettes), 'cassette')}", masks=False)
    if service.paths and not library.cassettes and service.recorder is None:
        console.note(f"there is no .yaml or .yml file in {', '.join(service.paths)}")
    for line in storage.old_recordings(library.cassettes, storage.working_project(), wall()):
        console.note(line)
    if settings.twin is not None:
        exchanges = counted(settings.twin.exchanges, "recorded exchange")
        speed = "max" if settings.speed is None else f"{settings.speed:g}"
        console.note(f"answering like {exchanges}, at a speed of {speed}", masks=False)
    if script is not None:
        console.note(f"playing a script of {counted(len(script.replies), 'message')}", masks=False)
