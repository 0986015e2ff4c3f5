"""The program of a worker: a server on a socket that it has inherited, for the sessions that are its own."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import os
import pickle
import shutil
import socket
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mockapi import cassettes, inspector, nodes, server, storage
from mockapi._wording import counted
from mockapi.cluster._control import WholeServer
from mockapi.cluster._door import Door
from mockapi.cluster._free import FreeReplies
from mockapi.cluster._messages import DRAINED, FAILED, FINISH, LOADED, OUTCOME, REPORT, SERVE, SERVING, STOP
from mockapi.cluster._peers import DEFAULT_OWNER, Peers, door_of
from mockapi.cluster._plan import Outcome
from mockapi.cluster._service import WorkerService
from mockapi.cluster._sharing import Loads, SharingServer
from mockapi.errors import MockapiError
from mockapi.server import wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from multiprocessing.connection import Connection

    from mockapi.cluster._names import Place
    from mockapi.cluster._plan import WorkerPlan
    from mockapi.nodes import DefaultSession
    from mockapi.sessions import CassetteSet

_LAST_SECONDS: Final = 5.0


def prepare(plan: WorkerPlan) -> None:
    """Import what a worker would import later: what is imported before it is forked is there once.

    Raises:
        UsageError: Redis cannot be asked as the plan has it. Told here, it is told once.
    """
    # A face imports a file when a name of it is first asked for.
    _ = (
        *(server.build_app, server.RoutedApp, server.console_of, server.JSONConsole, server.tell_opening),
        *(storage.ReportedRecording, storage.old_recordings, storage.working_project),
        *(cassettes.fingerprint, cassettes.for_matching, inspector.Feed, wire.without_doubles),
    )
    if plan.recording is not None:
        importlib.import_module("mockapi.cluster._budget")
    if plan.recording is not None or plan.node is not None:
        plan.rules.prepare()
    if plan.node is not None:
        _ = nodes.Node, nodes.Membership
        if plan.node.state is not None:
            nodes.Store(plan.node.state)  # imports its client
    with contextlib.suppress(ImportError):
        importlib.import_module("uvloop")
    asyncio.set_event_loop(None)  # makes what keeps the loops


def _console(plan: WorkerPlan) -> server.Console:
    if plan.log_format is None:
        return server.Console(quiet=True)
    return server.console_of(plan.log_format, verbose=plan.verbose, rules=plan.rules)


class Worker:
    """A worker: it is made once, and each process that is forked from it serves in a place of its own.

    What is made before the fork is in memory once, and so is all that only its making looks at.

    Args:
        plan: what every worker is told.
        library: what is played.

    Raises:
        MockapiError: what the plan names cannot be used.
    """

    _place: Place
    _channel: Connection
    _member: nodes.Node | nodes.Membership | None = None
    _default: DefaultSession | None = None

    def __init__(self, plan: WorkerPlan, library: CassetteSet) -> None:
        self._plan = plan
        metrics = server.Metrics() if plan.has_metrics else None
        service = WorkerService(plan, _console(plan), library=library, metrics=metrics)
        self._service = service
        self._free = FreeReplies(service)
        self._peers = Peers(plan, service, self._free)
        self._whole = WholeServer(self._peers, service)
        service.others = self._peers.everywhere
        self._app = server.build_app(service, plan.access, plan.root_path, elsewhere=self._whole)
        self._running = SharingServer(
            self._app,
            partial(self._say, SERVING),
            tell=service.console.problem,
            tls=None if plan.pem is None else wire.tls_of(plan.pem, plan.folder),
            drain=plan.drain,
            on_drain=self._draining,
        )
        self._is_orphan = False
        self._doors: set[Door] = set()
        self._told = {name: asyncio.Event() for name in (SERVE, FINISH)}
        self._reporting: asyncio.Task[None] | None = None
        self._does: dict[str, Callable[..., Awaitable[Any]]] = {
            "hear": self._hear,
            "tell_all": self._peers.tell_all,
            "control": self._whole.control,
            "open_session": self._whole.open_session,
            "owned": self._whole.quota.owned,
            "numbers": self._whole.numbers,
            "state": self._whole.state,
            "played": self._whole.played,
            "playing": service.playing,
            "read_cassettes": service.read_cassettes,
            "use_cassettes": service.use_cassettes,
            "forget": self._free.forget,
            "hand_over": self._free.hand_over,
        }

    def serve(self, place: Place, channel: Connection, listening: int, *, tells: bool) -> None:
        """Serve until the supervisor says otherwise, or is gone.

        Args:
            place: which worker this is.
            channel: to the supervisor.
            listening: the socket that clients come to.
            tells: whether it tells people what is played.
        """
        self._channel = channel
        try:
            self._work(place, listening, tells=tells)
        except MockapiError as error:  # such as of nodes that play something else
            self._say(FAILED, error)
        except FileNotFoundError:
            # Where the supervisor has ended, another worker has removed what they share. One that is just
            # being forked may hold the connection open for a moment.
            if not channel.poll(_LAST_SECONDS):
                raise

    def _work(self, place: Place, listening: int, *, tells: bool) -> None:
        self._take(place)
        if tells:
            server.tell_opening(self._service, self._plan.script)
        if self._plan.script is not None and place.worker == DEFAULT_OWNER:
            self._service.sessions.default.play(self._plan.script)
        gc.freeze()  # as one process does; see `mockapi serve`
        gc.set_threshold(50_000, 20, 100)
        with contextlib.closing(socket.socket(fileno=listening)) as sock:
            loop = server.event_loop()
            asyncio.set_event_loop(loop)
            try:
                loop.run_until_complete(self._run(sock))
                loop.run_until_complete(loop.shutdown_default_executor())
            finally:
                asyncio.set_event_loop(None)
                loop.close()

    def _take(self, place: Place) -> None:
        """Be one worker from now on.

        Raises:
            MockapiError: it cannot be one of a node.
        """
        plan, service = self._plan, self._service
        self._place = place
        service.take(place)
        self._peers.take(place)
        self._running.loads = Loads(Path(plan.folder, "connections"), plan.workers, place.worker)
        if plan.node is None:
            return
        worker, generation, _ = place
        if worker != DEFAULT_OWNER:
            self._member = nodes.Membership(plan.node, service, worker=worker, generation=generation)
            return
        # The one with the default session follows the log of all machines.
        node = nodes.Node(
            plan.node,
            service,
            script=plan.script,
            places=server.places_of(service, plan.access),
            access=plan.access,
            worker=worker,
            generation=generation,
        )
        self._whole.join(node)
        self._member, self._default = node, node.default

    async def _run(self, sock: socket.socket) -> None:
        """Open the door, serve, and stay for the others until all have served what was in flight."""
        loop = asyncio.get_running_loop()
        path = door_of(self._plan.folder, self._place.worker)
        path.unlink(missing_ok=True)  # of the worker before this one
        await self._catch_up()  # the first one to come finds what the others play
        door = await loop.create_unix_server(self._let_in, path)
        await self._catch_up()  # and what was loaded until this could be told of it
        if self._member is not None:
            await self._member.start()
        loop.add_reader(self._channel.fileno(), self._listen)
        # libuv made it otherwise, and of what is longer than a socket holds the rest would be lost.
        os.set_blocking(self._channel.fileno(), True)
        self._say(LOADED)
        await self._told[SERVE].wait()
        if not self._told[FINISH].is_set():
            watching = await self._watched()
            await self._running.serve(sockets=[sock])
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)
            self._say(DRAINED)
        await self._told[FINISH].wait()
        loop.remove_reader(self._channel.fileno())
        if self._member is not None:
            await self._member.aclose()
        await self._service.aclose()
        self._peers.close()
        door.close()
        for connection in tuple(self._doors):
            connection.close()
        if self._is_orphan:  # the supervisor would have done it
            shutil.rmtree(self._plan.folder, ignore_errors=True)

    async def _watched(self) -> list[asyncio.Task[None]]:
        """Watch files, if that is wanted: whoever has the default session does it for all."""
        if self._plan.watch is None or self._place.worker != DEFAULT_OWNER:
            return []
        return await self._plan.watch(self._service)

    def _let_in(self) -> Door:
        return Door(self._service, self._app.api, self._do, self._doors, self._default)

    async def _do(self, name: str, *arguments: Any) -> Any:
        return await self._does[name](*arguments)

    async def _hear(self) -> None:
        """Nothing but an answer: what was told before it on the same connection has been heard."""

    async def _catch_up(self) -> None:
        """Play what the others play, if this worker takes the place of one that has ended."""
        if self._place.generation == 0:
            return
        if self._place.worker == DEFAULT_OWNER:  # its default session starts anew, as the plan has it
            await self._service.changed()
        for worker in self._peers.others:
            with contextlib.suppress(server.OwnerAwayError, server.OwnerLostError):
                paths, inside, loads, epoch, settings = await self._peers.call(worker, "playing")
                await self._service.catch_up(paths, inside, loads)
                if self._place.worker != DEFAULT_OWNER:
                    await self._free.forget(epoch, settings)
                return

    def _draining(self, in_flight: int) -> None:
        self._service.is_draining = True
        self._service.console.note(
            f"worker {self._place.worker} is ending: {counted(in_flight, 'request')} in flight may take"
            f" up to {self._plan.drain:g} s; a second signal ends at once"
        )

    def _say(self, name: str, value: Any = None) -> None:
        with contextlib.suppress(OSError):  # nobody is left to hear it, which `_listen` learns
            # As `send` would, without its way of pickling that Python has to run in each process.
            self._channel.send_bytes(pickle.dumps((name, value)))

    def _listen(self) -> None:
        """Do what the supervisor says; without one, end."""
        try:
            said = self._channel.recv()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._channel.fileno())
            self._is_orphan = True
            self._running.stop()
            self._running.stop()
            for event in self._told.values():
                event.set()
            return
        if said == STOP:
            self._running.stop()
        elif said == REPORT:
            self._reporting = asyncio.ensure_future(self._report())
        else:
            self._told[said].set()
            if said == FINISH:
                self._told[SERVE].set()

    async def _report(self) -> None:
        service, library = self._service, self._service.library
        if service.recorder is not None:
            await service.recorder.aclose()
        outcome = Outcome(
            None if service.recorder is None else service.recorder.stats,
            [
                storage.ReportedRecording(
                    item.cassette.name, item.position, cassettes.fingerprint(item.interaction)
                )
                for item in library.recordings
            ],
            await self._whole.played(),
        )
        self._say(OUTCOME, outcome)
