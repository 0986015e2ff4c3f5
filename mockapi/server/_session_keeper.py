"""Opening and closing the sessions of a server: quotas first, cassettes aside, ends told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from mockapi._clock import wall
from mockapi.errors import UsageError
from mockapi.server._expiry import Expiry
from mockapi.sessions import CassetteSet, ServerSession, default_on_unmatched

if TYPE_CHECKING:
    from mockapi._files import Places
    from mockapi.server._directory import Directory
    from mockapi.sessions import SessionOptions, SessionRegistry, Settings
    from mockapi.storage import CassetteReader


class KeepsSessions(Protocol):
    """A service, as its keeper of sessions sees it."""

    sessions: SessionRegistry
    library: CassetteSet
    reader: CassetteReader
    on_unmatched: str

    def check(self, settings: Settings) -> None:
        """Refuse settings that need what the service does not have."""
        ...

    def new_session_id(self) -> str:
        """An id for a session that is opened here."""
        ...


class SessionKeeper:
    """Opens and closes sessions.

    Args:
        service: whose.

    Attributes:
        directory: the list of the sessions of all machines; None where this is the only one.
    """

    def __init__(self, service: KeepsSessions) -> None:
        self._service = service
        self._expiry = Expiry(lambda: service.sessions)
        self.directory: Directory | None = None

    def use_directory(self, directory: Directory) -> None:
        """Write down in a list of all machines what is opened and what ends."""
        self.directory = directory
        self._service.sessions.on_end = lambda session: directory.release(session.id, session.owner)

    def open(self, options: SessionOptions) -> ServerSession:
        """Open a session; see `Service.open_session`."""
        return self._opened(self._service.new_session_id(), options, self._library_for(options))

    async def open_aside(self, options: SessionOptions, inside: Places) -> ServerSession:
        """Open a session; see `Service.open_session_aside`."""
        service, directory = self._service, self.directory
        service.check(options.settings)
        service.sessions.admit(options.owner, wall())  # before anything is read for it
        id_ = service.new_session_id()
        if directory is not None:
            await directory.claim(id_, options, self._lifetime(options))
        try:
            return self._opened(id_, options, await asyncio.to_thread(self._library_for, options, inside))
        except BaseException:
            if directory is not None:
                directory.release(id_, options.owner)
            raise

    def close(self, session: ServerSession) -> None:
        """Close a session; see `Service.close_session`."""
        sessions = self._service.sessions
        if session is sessions.default:
            raise UsageError("The default session belongs to the server; reset it instead.")
        sessions.close(session)

    def _lifetime(self, options: SessionOptions) -> float | None:
        return options.lifetime or self._service.sessions.limits.lifetime

    def _library_for(self, options: SessionOptions, inside: Places | None = None) -> CassetteSet:
        service = self._service
        library = service.library
        if options.cassettes is not None:
            library = CassetteSet(service.reader.read_all(options.cassettes, inside=inside))
        library.index(options.settings.effective_matching)
        return library

    def _opened(self, id_: str, options: SessionOptions, library: CassetteSet) -> ServerSession:
        service = self._service
        service.check(options.settings)
        service.sessions.admit(options.owner, wall())
        if options.cassettes is None:
            library = service.library  # another set may have been loaded meanwhile
        unsaid = default_on_unmatched(options.cassettes) if options.cassettes else service.on_unmatched
        session = ServerSession(
            id_,
            options.settings,
            library,
            name=options.name,
            own_cassettes=options.cassettes,
            on_unmatched=options.settings.on_unmatched or unsaid,
            owner=options.owner,
            lifetime=self._lifetime(options),
        )
        service.sessions.add(session)
        self._expiry.look()
        return session
