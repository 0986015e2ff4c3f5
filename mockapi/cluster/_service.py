"""The state of a worker: that of a server, and what it has to know of being one of several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mockapi._clock import wall
from mockapi.cluster._names import place_of
from mockapi.messages import IdFactory
from mockapi.server import LoadedCassettes, Service, recording
from mockapi.sessions import SessionRegistry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.cluster._names import Place
    from mockapi.cluster._plan import WorkerPlan
    from mockapi.server import Console, Settings
    from mockapi.server.recording import Recorder, RecordOptions
_EPOCHS: Final = 1_000_000_000
"""More than one worker counts: those of the next one with its number come after them."""
_MOST_WORKERS: Final = 1_000
"""More than there are, so that no two make the same ids; neither do those that have had one number."""


class WorkerRegistry(SessionRegistry):
    """The sessions of a worker, and what became of those of the workers before it.

    Attributes:
        place: of the worker.
    """

    place: Place

    def why_gone(self, id_: str) -> str | None:
        """Why there is no session of an id any more; None if nobody knows that there was one."""
        own, place = self.place, place_of(id_, self.place.node)
        if place is None or place.worker != own.worker or place.generation >= own.generation:
            return super().why_gone(id_)
        return f"The session {id_} ended when its worker did: worker {place.worker} has been replaced since."


class WorkerService(Service):
    """The state of a worker; it takes its place before it answers anything.

    Args:
        plan: what every worker is told.
        console: where people are told things.
        options: the other ones of any service.

    Attributes:
        sessions: those of this worker.
        others: has the other workers do something, by name; None while there are none.
        epoch: counts the changes of the default session, where this worker has that.
        loads: how often other cassettes were loaded since the server began.
    """

    sessions: WorkerRegistry

    def __init__(self, plan: WorkerPlan, console: Console, **options: Any) -> None:
        self._shared = Path(plan.folder)
        self.others: Callable[..., Awaitable[Any]] | None = None
        self._coming: LoadedCassettes | None = None
        self.loads = 0
        self.epoch = 0
        super().__init__(plan.paths, plan.settings, console, recording=plan.recording, **options)
        self.sessions = WorkerRegistry(self.sessions.default, plan.limits, self.metrics)

    def take(self, place: Place) -> None:
        """Be the state of one worker from now on.

        Args:
            place: which one.
        """
        self.sessions.place = place
        self.epoch = place.generation * _EPOCHS
        self.ids = IdFactory(seed=1 + place.worker + place.generation * _MOST_WORKERS)
        default = self.sessions.default
        default.opened = default.last_used = wall()

    def _make_recorder(self, options: RecordOptions) -> Recorder:
        from mockapi.cluster._budget import SharedBudget  # noqa: PLC0415 - httpx is dear, and few ask an upstream

        budget = SharedBudget(options.budget, self._shared / "budget")
        return recording.Recorder(options, self.console, self.helpers, budget)

    def new_session_id(self) -> str:
        """An id that says where its session is."""
        return self.sessions.place.new_id()

    async def replace(self, loaded: LoadedCassettes) -> None:
        """Have all workers play other cassettes, or none: all read them before the first one plays them."""
        if loaded.library is None:
            await self.read(loaded)
        if self.others is not None:
            await self.others("read_cassettes", loaded.paths, loaded.inside)
        self.use(loaded)
        self.loads += 1
        if self.others is not None:
            await self.others("use_cassettes", is_told_only=True)

    async def changed(self) -> None:
        """Tell the others that the default session has changed: nothing of it is free any more."""
        self.epoch += 1
        if self.others is not None:
            await self.others("forget", self.epoch, self.sessions.default.settings, is_told_only=True)

    async def read_cassettes(self, paths: tuple[str, ...], inside: Any) -> None:
        """Read cassettes that another worker will have us play.

        Raises:
            CassetteError: with every problem.
        """
        self._coming = None
        loaded = LoadedCassettes(paths, inside)
        await self.read(loaded)
        self._coming = loaded

    async def use_cassettes(self) -> None:
        """Play what was read."""
        if self._coming is not None:
            self.use(self._coming)
            self.loads += 1
        self._coming = None

    async def playing(self) -> tuple[tuple[str, ...], Any, int, int, Settings]:
        """The cassettes, where they have to lie, and the loads; the default session's epoch and settings.

        It waits while other cassettes are loaded.
        """
        async with self._loading:
            return self.paths, self._inside, self.loads, self.epoch, self.sessions.default.settings

    async def catch_up(self, paths: tuple[str, ...], inside: Any, loads: int) -> None:
        """Play what the other workers play, if it was loaded since the server began."""
        if loads != self.loads:
            async with self._loading:
                loaded = LoadedCassettes(paths, inside)
                await self.read(loaded)
                self.use(loaded)
                self.loads = loads
