"""Two workers in one process: one has sessions, and the other asks it over a link."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import orjson

from mockapi.cassettes import DEFAULT
from mockapi.cluster import WorkerPlan
from mockapi.cluster._door import Door
from mockapi.cluster._link import Link
from mockapi.cluster._names import Place
from mockapi.cluster._remote import Remote
from mockapi.cluster._service import WorkerService
from mockapi.server import Console, Service, Settings, access_of, build_app
from mockapi.sessions import CassetteSet, ServerSession

if TYPE_CHECKING:
    from typing import Self

    from mockapi.server.recording import Address
    from mockapi.server.wire import Awaited
    from mockapi.sessions import Asked

SERVER = ("127.0.0.1", 4010)


def with_session(service: Service, settings: Settings) -> Service:
    """A service with a session that tests know."""
    unmatched = settings.on_unmatched or "fail"
    service.sessions.add(ServerSession("s", settings, service.library, on_unmatched=unmatched))
    own = CassetteSet(service.library.cassettes)
    service.sessions.add(ServerSession("own", settings, own, on_unmatched=unmatched))
    return service


def worker(cassette: str, number: int) -> WorkerService:
    """The state of a worker."""
    plan = WorkerPlan(
        workers=2,
        paths=(cassette,),
        settings=Settings(on_unmatched="fail"),
        access=access_of(),
        rules=DEFAULT,
    )
    service = WorkerService(plan, Console(quiet=True))
    service.take(Place(number, 0))
    return service


class Connection:
    """What waits for a reply."""

    def __init__(self, future: asyncio.Future[Remote]) -> None:
        self._future = future

    def has_come(self, awaited: Awaited) -> None:
        """The reply, or word that the other worker has ended."""
        assert isinstance(awaited, Remote)
        if awaited.is_lost:
            self._future.cancel()
        else:
            self._future.set_result(awaited)


class Linked:
    """A worker that has a session, and another one that asks it over a link."""

    def __init__(self, cassette: str, settings: Settings) -> None:
        self._owner = with_session(worker(cassette, 0), settings)
        self._other = worker(cassette, 1)
        self.learnt: list[tuple[bytes, int]] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        api = build_app(self._owner, access_of()).api
        _, self._door = await loop.create_connection(lambda: self._let_in(api), sock=theirs)
        _, self._link = await loop.create_connection(self._asks, sock=ours)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._door.close()
        self._link.close()
        await self._owner.aclose()
        await self._other.aclose()

    def _let_in(self, api: Any) -> Door:
        assert isinstance(self._owner, WorkerService)
        return Door(self._owner, api, self._do, set())

    def _asks(self) -> Link:
        return Link("Worker 0", self._other, lambda request, epoch: self.learnt.append((request.body, epoch)))

    async def _do(self, name: str, *_: Any) -> str:
        """What a call does: it is heard behind all that was told before."""
        return name

    def begun(self, asked: Asked, body: bytes, server: Address = SERVER) -> asyncio.Future[Remote]:
        """A request that is on its way, without a task."""
        remote = self._link.ask(asked, body, server)
        future: asyncio.Future[Remote] = asyncio.get_running_loop().create_future()

        remote.connection = Connection(future)
        return future

    async def answered(self, asked: Asked, body: bytes) -> Remote:
        """A request by the way of those that need a task."""
        return await self._link.answer(asked.session_id, asked.request(body), SERVER, "")

    async def heard(self) -> None:
        """Return when the owner has heard all."""
        assert await self._link.call("hear") == "hear"

    def lose(self) -> None:
        """End the connection as a worker's end does."""
        self._door.close()

    async def journal(self) -> list[dict[str, Any]]:
        """What the owner has written down."""
        return await written(self._owner)


async def written(service: Service) -> list[dict[str, Any]]:
    """A session's journal, but for the moments."""
    session = service.sessions.get("s")
    assert session is not None
    await asyncio.gather(*(entry.miss for entry in session.journal if entry.miss is not None))
    entries = [entry.as_json() for entry in session.journal]
    for entry in entries:
        assert (entry["reply"]["seconds"] is None) != entry["reply"]["complete"]
        del entry["at"], entry["reply"]["seconds"]
    return [orjson.loads(orjson.dumps(entry)) for entry in entries]
