"""Cassettes that are to take the place of those that are played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockapi._files import Places
    from mockapi.sessions import CassetteSet


@dataclass(slots=True)
class LoadedCassettes:
    """Cassettes on their way from files to the server.

    Attributes:
        paths: files and folders.
        inside: where they have to lie, if a request names them.
        library: what was read; None before it is.
    """

    paths: tuple[str, ...]
    inside: Places | None = None
    library: CassetteSet | None = None
