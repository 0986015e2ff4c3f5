"""What people are told when a server starts: what it plays, and how it answers the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi import storage
from mockapi._clock import wall
from mockapi._wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.replies.scripts import Script
    from mockapi.server._service import Service


def opening_notes(service: Service, script: Script | None) -> Iterator[str]:
    """A line for each thing worth knowing.

    Args:
        service: the state of the server.
        script: what the default session plays.
    """
    library, settings = service.library, service.sessions.default.settings
    interactions = counted(len(library.recordings), "interaction")
    yield f"playing {interactions} of {counted(len(library.cassettes), 'cassette')}"
    if service.paths and not library.cassettes and service.recorder is None:
        yield f"there is no .yaml or .yml file in {', '.join(service.paths)}"
    yield from storage.old_recordings(library.cassettes, storage.working_project(), wall())
    if settings.twin is not None:
        exchanges = counted(settings.twin.exchanges, "recorded exchange")
        speed = "max" if settings.speed is None else f"{settings.speed:g}"
        yield f"answering like {exchanges}, at a speed of {speed}"
    if script is not None:
        yield f"playing a script of {counted(len(script.replies), 'message')}"
