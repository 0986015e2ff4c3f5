"""`--watch`: what the server plays is read again when its files change.

What cannot be used is told, and what was loaded before stays in use. Sessions that play the server's
cassettes start over with the new ones; sessions with cassettes of their own keep those. Files are
watched through their folders: editors put a new file in the place of the old one, and a watch on the
old one would hear nothing of it.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockapi import messages, storage
from mockapi._printable import encodable
from mockapi._wording import counted
from mockapi.cli._script import read_script
from mockapi.errors import MockapiError, UsageError
from mockapi.server import OwnerAwayError, OwnerLostError
from mockapi.storage import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.server import Service

_QUIET_MS = 100
"""How long nothing may change before what has changed is read: one save is often several changes."""


@dataclass(frozen=True, slots=True)
class WatchedFiles:
    """What a server was told to play.

    Attributes:
        cassettes: files and folders.
        script: of the default session.
        models: that are known besides those of the catalogue.
        betas: that are taken besides.
    """

    cassettes: tuple[str, ...]
    script: str | None
    models: str | None
    betas: str | None

    def named(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.cassettes, *filter(None, (self.script, self.models, self.betas)))

    def places(self) -> tuple[set[Path], set[Path]]:
        """The folders that are watched with all in them, and those of which some files are watched."""
        whole = {Path(path).resolve() for path in self.cassettes if Path(path).is_dir()}
        files = [path for path in self.named() if path and not Path(path).is_dir()]
        return whole, {Path(path).resolve().parent for path in files}


def check_watchable(files: WatchedFiles, record_to: str | None) -> None:
    """Say at the start what would keep changes from being watched.

    Raises:
        UsageError: there is nothing to watch, what is watched is recorded to or has a name that cannot be
            watched, or a package is missing.
    """
    if not files.named():
        raise UsageError(
            "--watch: there is nothing to watch. Name cassettes, a --script, --models or --betas."
        )
    odd = next((path for path in files.named() if not _is_utf8(path)), None)
    if odd is not None:
        raise UsageError(f"--watch: {odd} has a name that is not UTF-8, which cannot be watched. Rename it.")
    if record_to is not None:
        raise UsageError(
            "--watch does not go with --record-to: what is recorded in a run is not played in the same run."
        )
    try:
        import watchfiles  # noqa: F401, PLC0415 - an extra, and only this option needs it
    except ImportError as error:
        raise UsageError("--watch needs watchfiles: pip install 'messages-mockapi[watch]'.") from error


def _is_utf8(path: str) -> bool:
    return encodable(os.path.abspath(path)) == os.path.abspath(path)  # noqa: PTH100 - may be a link


async def begin_watching(service: Service, files: WatchedFiles) -> list[asyncio.Task[None]]:
    """Read again what changes, until the tasks are cancelled; what changes from now on is not missed."""
    whole, some = files.places()
    targets = _Targets(files)
    tasks = [
        asyncio.create_task(_follow(service, targets, places, recursive=recursive))
        for places, recursive in ((whole, True), (some, False))
        if places
    ]
    await asyncio.sleep(0)  # each task's first step sets up its watch
    return tasks


class _Targets:
    """The watched files by their real paths, as changes name them.

    Attributes:
        files: as the user named them.
        cassettes: files and folders of them.
    """

    def __init__(self, files: WatchedFiles) -> None:
        self.files = files
        self.cassettes = {Path(path).resolve() for path in files.cassettes}
        self._script = None if files.script is None else Path(files.script).resolve()
        self._models = None if files.models is None else Path(files.models).resolve()
        self._betas = None if files.betas is None else Path(files.betas).resolve()

    def changed(self, paths: set[Path]) -> tuple[bool, bool, bool, bool]:
        """Whether there are cassettes, the script, the models, and the betas among these paths."""
        cassettes = any(path in self.cassettes or self._may_hold_cassettes(path) for path in paths)
        return cassettes, self._script in paths, self._models in paths, self._betas in paths

    def _may_hold_cassettes(self, path: Path) -> bool:
        """Whether a path in a watched folder is a cassette, or a folder.

        What is written into a new folder before the system watches that one too is never told.
        """
        is_candidate = path.suffix in SUFFIXES or (not path.suffix and not path.is_file())
        return is_candidate and not self.cassettes.isdisjoint(path.parents)


async def _follow(service: Service, targets: _Targets, places: Iterable[Path], *, recursive: bool) -> None:
    import watchfiles  # noqa: PLC0415 - as above

    while True:
        try:
            async for changes in watchfiles.awatch(
                *places, watch_filter=None, step=_QUIET_MS, recursive=recursive
            ):
                await _read_again(service, targets, {Path(path) for _, path in changes})
        except OSError as error:  # such as the system's limit of watches
            service.console.problem(f"Changes are no longer watched for: {error}.")
        except ExceptionGroup as group:
            if group.split(RuntimeError)[1] is not None:
                raise
            # A file whose name is not UTF-8 has changed, and watchfiles cannot tell which.
            await _read_again(service, targets, targets.cassettes)
            continue
        return


async def _read_again(service: Service, targets: _Targets, paths: set[Path]) -> None:
    """Read the cassettes, the script, the models and the betas, those of them that have changed."""
    cassettes, script, models, betas = targets.changed(paths)
    try:
        if cassettes:
            await service.reload()
            await service.changed()
            library = service.library
            interactions = counted(len(library.recordings), "interaction")
            count = counted(len(library.cassettes), "cassette")
            service.console.note(f"reloaded {interactions} of {count}", masks=False)
        if script and targets.files.script is not None:
            read = read_script(targets.files.script)
            service.sessions.default.play(read)
            await service.changed()
            count = counted(len(read.replies), "message")
            service.console.note(f"reloaded the script: {count}", masks=False)
        if models and targets.files.models is not None:
            known = messages.catalogue.read_models(Path(targets.files.models))
            await _use(service, counted(len(known), "model"), models=known)
        if betas and targets.files.betas is not None:
            taken = storage.read_betas(Path(targets.files.betas))
            await _use(service, counted(len(taken), "beta"), betas=taken)
    except (OwnerAwayError, OwnerLostError) as error:
        service.console.problem(f"{error} What was loaded before stays in use until something changes again.")
    except MockapiError as error:
        for line in str(error).splitlines():
            service.console.problem(line)
        service.console.problem("What was loaded before stays in use.")


async def _use(service: Service, what: str, **changes: Any) -> None:
    """Judge by the models or betas that were read."""
    session = service.sessions.default
    session.settings = replace(session.settings, validation=replace(session.settings.validation, **changes))
    await service.changed()
    service.console.note(f"reloaded {what}; sessions opened from now on know them", masks=False)
