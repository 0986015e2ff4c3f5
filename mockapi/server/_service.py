"""What all doors of one server share: cassettes, sessions, console, and the ids of its own replies."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from mockapi import server
from mockapi.errors import TooSlowError, UsageError
from mockapi.messages import IdFactory, IdKind
from mockapi.server import recording as recorders
from mockapi.server._metrics import Totals
from mockapi.server._misses import Explainer
from mockapi.server._pages import Uninvited
from mockapi.server._session_keeper import SessionKeeper
from mockapi.server._validators import Validators
from mockapi.server.aside import Helpers
from mockapi.server.wire import Lateness
from mockapi.sessions import (
    CALLS_OUT,
    DEFAULT,
    CassetteSet,
    ServerSession,
    SessionRegistry,
    default_on_unmatched,
    make_ready,
    new_id,
)
from mockapi.storage import CassetteReader, cache_folder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from mockapi._files import Places
    from mockapi.cassettes import Index, Matching
    from mockapi.server._console import Console
    from mockapi.server._loading import LoadedCassettes
    from mockapi.server._metrics import Metrics
    from mockapi.server.recording import Recorder, RecordOptions
    from mockapi.sessions import SessionLimits, SessionOptions, Settings


class Service:
    """The state of a server.

    Attributes:
        asked: how many requests have come.
        uninvited: pages that may not use it.
        validators: what the API would refuse.
        closes_root_connections: whether a connection to the root URL ends with its first reply, so that
            no client writes a request to one whose event loop has ended.
        metrics: what is counted for Prometheus; None counts nothing.
        explainer: looks into misses.
        ids: make the `request-id` of replies that are no recordings; no other process makes the same.
        in_order: has cassettes loaded on all machines of the server; None where this is the only one.
        on_unmatched: what answers a request that nothing matches, where a session does not say.
        keeper: opens and closes sessions.
        advertised: the address at which clients reach this very server; None leaves it to their Host.
        node: the name of this machine, which the ids of its sessions begin with; None if it is the only one.
        is_draining: whether the server only finishes what is in flight, and refuses what is asked.
        takes_unversioned_paths: whether `/messages` is answered as `/v1/messages`, because clients of both
            kinds were given the same base URL.

    Args:
        paths: files and folders of cassettes.
        settings: how the default session answers; others start from it.
        console: where people are told things.
        progress: called while cassettes load, with how many of how many files are read.
        recording: where requests may be forwarded to, and what becomes of the answers; None never
            calls out.
        metrics: where to count for Prometheus, if anywhere.
        limits: what holds for the sessions that are opened.
        library: what the paths name, where it has been read.

    Raises:
        CassetteError: with every problem of every file.
        UsageError: the settings ask for an upstream, and none is configured.
    """

    def __init__(
        self,
        paths: Iterable[str],
        settings: Settings,
        console: Console,
        progress: Callable[[int, int], None] | None = None,
        recording: RecordOptions | None = None,
        metrics: Metrics | None = None,
        limits: SessionLimits | None = None,
        library: CassetteSet | None = None,
    ) -> None:
        self.paths = tuple(paths)
        self.console = console
        self.lateness = Lateness()
        self.metrics = metrics
        self.asked = 0
        self.closes_root_connections = self.is_draining = self.takes_unversioned_paths = False
        self.in_order: Callable[[LoadedCassettes], Awaitable[None]] | None = None
        self.advertised: str | None = None
        self.node: str | None = None
        self.helpers = Helpers()
        self.reader = CassetteReader(cache_folder())
        self.library = CassetteSet(self.reader.read_all(self.paths, progress)) if library is None else library
        if console.verbose or not self.library.recordings:  # else the first miss loads it, on another thread
            console.prepare()
        self.recorder = None if recording is None else self._make_recorder(recording)
        self.check(settings)
        self.on_unmatched = settings.on_unmatched or default_on_unmatched(self.paths)
        self.sessions = SessionRegistry(
            ServerSession(DEFAULT, settings, self.library, on_unmatched=self.on_unmatched), limits, metrics
        )
        self.keeper = SessionKeeper(self)
        self.ids = IdFactory(seed=1)
        self._replies = 0
        self.explainer = Explainer()
        self.validators = Validators()
        self._loading = asyncio.Lock()
        self._readying: dict[Index, asyncio.Future[None]] = {}
        self._inside: Places | None = None
        self.uninvited = Uninvited(console.problem)

    def _make_recorder(self, options: RecordOptions) -> Recorder:
        return recorders.Recorder(options, self.console, self.helpers)

    def check(self, settings: Settings) -> None:
        """Refuse settings that need an upstream, or a place for recordings, where there is none.

        Raises:
            UsageError: with the option that names one.
        """
        to = None if self.recorder is None else self.recorder.options.to
        asks = settings.on_unmatched in CALLS_OUT or settings.record_mode == "all"
        if asks and self.recorder is None:
            raise UsageError("Requests can be forwarded only to an upstream: name it with --upstream URL.")
        if to is None and (settings.on_unmatched == "record" or settings.record_mode == "all"):
            raise UsageError("What is recorded needs a place: name it with --record-to PATH.")

    def next_request_id(self) -> str:
        """A `request-id` for a reply that is not a recording."""
        self._replies += 1
        return self.ids.make(IdKind.REQUEST, self._replies)

    def new_session_id(self) -> str:
        """An id for a session that is opened here."""
        return new_id() if self.node is None else f"{self.node}.{new_id()}"

    def open_session(self, options: SessionOptions) -> ServerSession:
        """Open a session.

        Raises:
            CassetteError: cassettes of its own that cannot be used.
            QuotaError: its owner has as many as one may have.
        """
        return self.keeper.open(options)

    async def open_session_aside(self, options: SessionOptions, inside: Places) -> ServerSession:
        """Open a session as `open_session` does; streams in flight do not wait for its cassettes.

        Args:
            options: what a request asks for.
            inside: where cassettes of its own have to lie.
        """
        return await self.keeper.open_aside(options, inside)

    def close_session(self, session: ServerSession) -> None:
        """Close a session.

        Raises:
            UsageError: the default session cannot be closed.
        """
        self.keeper.close(session)

    async def reload(self) -> None:
        """Read the same cassettes again.

        Raises:
            CassetteError: as `load`.
        """
        await self.load(self.paths, self._inside)

    async def load(self, paths: Iterable[str], inside: Places | None = None) -> None:
        """Replace the server's cassettes; sessions that play them start over with the new ones.

        Requests are answered from the old ones until the new ones are read. A second call waits
        for the first.

        Args:
            paths: files and folders.
            inside: where they have to lie, if a request names them.

        Raises:
            CassetteError: with every problem; what was loaded before stays in use.
        """
        async with self._loading:
            loaded = server.LoadedCassettes(tuple(paths), inside)
            if self.in_order is None:
                await self.replace(loaded)
            else:
                await self.in_order(loaded)

    async def replace(self, loaded: LoadedCassettes) -> None:
        """Read cassettes, unless that is done, and play them here.

        Raises:
            CassetteError: with every problem; what was loaded before stays in use.
        """
        if loaded.library is None:
            await self.read(loaded)
        self.use(loaded)

    async def read(self, loaded: LoadedCassettes) -> None:
        """Read cassettes that are to be played, with the indexes that sessions will ask.

        Raises:
            CassetteError: with every problem.
        """
        playing = [item for item in self.sessions if item.library is self.library]
        rules = dict.fromkeys(item.settings.effective_matching for item in playing)
        loaded.library = await asyncio.to_thread(self._loaded, loaded.paths, tuple(rules), loaded.inside)

    def use(self, loaded: LoadedCassettes) -> None:
        """Play what was read: sessions that play the server's cassettes start over."""
        assert loaded.library is not None  # noqa: S101 - `read` comes first
        replaced, self.library, self.paths = self.library, loaded.library, loaded.paths
        self._inside = loaded.inside
        for session in self.sessions:
            if session.library is replaced:
                session.use(loaded.library)

    def _loaded(self, paths: Iterable[str], rules: Iterable[Matching], inside: Places | None) -> CassetteSet:
        library = CassetteSet(self.reader.read_all(paths, inside=inside))
        for matching in rules:
            library.index(matching)
        return library

    async def changed(self) -> None:
        """Hear that the default session has changed, where that concerns other processes."""

    async def make_ready(self, index: Index) -> None:
        """Have what is recorded redacted elsewhere, once: streams in flight do not wait for it."""
        pending = self._readying.get(index)
        if pending is None:
            pending = self._readying[index] = asyncio.ensure_future(make_ready(index, self.helpers.run))
            pending.add_done_callback(lambda _: self._readying.pop(index))
        with contextlib.suppress(TooSlowError):  # whoever looks a request up meets it, and tells
            await asyncio.shield(pending)

    def totals(self) -> Totals:
        """The numbers of this server as they are now."""
        library = self.library
        return Totals(
            sessions=len(self.sessions),
            cassettes=len(library.cassettes),
            interactions=len(library.recordings),
            journal_bytes=sum(session.journal.size for session in self.sessions),
            lateness=self.lateness,
        )

    async def aclose(self) -> None:
        """Finish what is still being recorded or compared, and end the helper processes."""
        if self.recorder is not None:
            await self.recorder.aclose()
        self.helpers.close()
