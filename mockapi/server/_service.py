"""What all doors of one server share: cassettes, sessions, console, and the ids of its own replies."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mockapi.cassettes import explain_miss
from mockapi.errors import UsageError
from mockapi.exchange import Source
from mockapi.messages import IdFactory, Kind
from mockapi.server._answer import DOUBLED_VERSION, answer
from mockapi.server._clock import wall
from mockapi.server._library import CassetteSet
from mockapi.server._sessions import DEFAULT, Session, Sessions, new_id
from mockapi.server._store import CassetteReader, cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockapi.cassettes import Miss
    from mockapi.exchange import Request
    from mockapi.server._console import Console
    from mockapi.server._journal import Entry
    from mockapi.server._settings import SessionOptions, Settings

_MAX_EXPLAINING = 100  # misses looked into at once; a client in a loop must not fill the memory


class Service:
    """The state of a server.

    Args:
        paths: files and folders of cassettes.
        settings: how the default session answers; others start from it.
        console: where people are told things.
        progress: called while cassettes load, with how many of how many files are read.

    Raises:
        CassetteError: with every problem of every file.
    """

    def __init__(
        self,
        paths: Iterable[str],
        settings: Settings,
        console: Console,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.paths = tuple(paths)
        self.console = console
        self.reader = CassetteReader(cache_folder())
        self.library = CassetteSet(self.reader.read_all(self.paths, progress))
        self.sessions = Sessions(Session(DEFAULT, settings, self.library))
        self._ids = IdFactory(seed=1)
        self._replies = 0
        self._explaining = 0

    def next_request_id(self) -> str:
        """A `request-id` for a reply that is not a recording."""
        self._replies += 1
        return self._ids.make(Kind.REQUEST, self._replies)

    def open_session(self, options: SessionOptions) -> Session:
        """Open a session.

        Raises:
            CassetteError: cassettes of its own that cannot be used.
        """
        library = self.library
        if options.cassettes is not None:
            library = CassetteSet(self.reader.read_all(options.cassettes))
        session = Session(
            new_id(), options.settings, library, name=options.name, own_cassettes=options.cassettes
        )
        self.sessions.add(session)
        return session

    def close_session(self, session: Session) -> None:
        """Close a session.

        Raises:
            UsageError: the default session cannot be closed.
        """
        if session is self.sessions.default:
            raise UsageError("The default session belongs to the server; reset it instead.")
        self.sessions.close(session)

    def load(self, paths: Iterable[str]) -> None:
        """Replace the server's cassettes; sessions that play them start over with the new ones.

        Raises:
            CassetteError: with every problem; what was loaded before stays in use.
        """
        paths = tuple(paths)
        library = CassetteSet(self.reader.read_all(paths))
        replaced, self.library, self.paths = self.library, library, paths
        for session in self.sessions:
            if session.library is replaced:
                session.use(library)

    def answer(self, request: Request, session: Session) -> Entry:
        """Find the reply to a request and write both down; the reply is still to be played."""
        session.last_used = now = wall()
        reply, recording = answer(request, session, self.next_request_id)
        miss = None
        if recording is None:
            if reply.source is Source.UNMATCHED:
                miss = self._explain(request, session)
            elif request.path.startswith(DOUBLED_VERSION):
                self.console.doubled_version(request)
        return session.journal.add(now, request, reply, recording, miss)

    def _explain(self, request: Request, session: Session) -> asyncio.Future[Miss] | None:
        """Look into a miss on another thread: streams in flight must not wait for it."""
        if self._explaining >= _MAX_EXPLAINING:
            return None
        self._explaining += 1
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(
            None, explain_miss, request, session.index.recordings, session.settings.effective_matching
        )

        def done(finished: asyncio.Future[Miss]) -> None:
            self._explaining -= 1
            if not finished.cancelled() and finished.exception() is None:
                self.console.miss(request, finished.result(), session)

        future.add_done_callback(done)
        return future
