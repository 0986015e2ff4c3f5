"""Which file a recording goes to."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mockapi.storage import SUFFIXES, CassetteFile

if TYPE_CHECKING:
    from mockapi.sessions import ServerSession
    from mockapi.storage import Elsewhere

_FULL_FILE = 1024 * 1024  # bytes: every write copies the file, and people read it

_MOST_FILES = 999
_NUMBERED = re.compile(r"recorded-([0-9]{3})\.yaml")


class CassetteFiles:
    """The files of one run; a path is opened once.

    Args:
        to: file or folder that recordings go to, unless a session names a file of its own.
        work_out: runs what is dear of writing.
    """

    def __init__(self, to: str | None, work_out: Elsewhere | None = None) -> None:
        self._to = to
        self._work_out = work_out
        self._opened: dict[Path, CassetteFile] = {}

    def opened(self, path: Path) -> CassetteFile:
        """The file at a path."""
        return self._opened.setdefault(path, CassetteFile(path, self._work_out))

    def covers(self, session: ServerSession, cassette: str) -> bool:
        """Whether a cassette is the file, or lies in the folder, that a session records to."""
        place = Path(cassette).resolve()
        to = Path(session.record_to or str(self._to)).resolve()
        return to == place or to in place.parents

    def of(self, session: ServerSession) -> CassetteFile:
        """The file for what a session records: its own, the one that was named, or one in the folder."""
        if session.record_to is not None:
            return self.opened(Path(session.record_to))
        to = Path(str(self._to))
        if to.suffix in SUFFIXES:
            return self.opened(to)
        if session.name is not None:
            name = re.sub(r"[^\w.-]+", "-", session.name, flags=re.ASCII).strip("-.")[:120] or session.id
            return self.opened(to / f"{name}.yaml")
        for number in range(1, _MOST_FILES):
            path = to / f"recorded-{number:03d}.yaml"
            with contextlib.suppress(OSError):
                if path.stat().st_size >= _FULL_FILE:
                    continue
            return self.opened(path)
        return self.opened(to / f"recorded-{_MOST_FILES}.yaml")

    def following(self, file: CassetteFile) -> CassetteFile | None:
        """The next file for what does not fit into one; None if that has a name of its own, or is new."""
        numbered = _NUMBERED.fullmatch(file.path.name)
        if numbered is None or file.path.parent != Path(str(self._to)) or not file.path.exists():
            return None
        number = int(numbered[1]) + 1
        path = file.path.with_name(f"recorded-{number:03d}.yaml")
        return self.opened(path) if number <= _MOST_FILES else None
