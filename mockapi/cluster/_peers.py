"""The other workers, as one of them sees them: who has which session, and how to reach it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mockapi.cluster._link import Link
from mockapi.cluster._names import place_of
from mockapi.server import OwnerAwayError, OwnerLostError

if TYPE_CHECKING:
    from mockapi.cluster._free import FreeReplies
    from mockapi.cluster._names import Place
    from mockapi.cluster._plan import WorkerPlan
    from mockapi.cluster._service import WorkerService
    from mockapi.exchange import Request
    from mockapi.server import PassedOn
    from mockapi.server.recording import Address
    from mockapi.sessions import Asked, ServerSession

DEFAULT_OWNER = 0
"""The worker that has the default session."""
_MOST_KNOWN: Final = 4096


def door_of(folder: str, worker: int) -> Path:
    """Where a worker listens for the others."""
    return Path(folder) / f"{worker}.sock"


class Peers:
    """The other workers, once this one has taken its place.

    Args:
        plan: what every worker is told.
        service: the state of this one.
        free: what this one plays though another has the session.

    Attributes:
        own: the number of this one.
        others: the numbers of the others.
        links: the connections to them.
    """

    own: int
    others: tuple[int, ...]
    _owners: dict[int, _Peer]
    _node: str

    def __init__(self, plan: WorkerPlan, service: WorkerService, free: FreeReplies) -> None:
        self._plan = plan
        self._service = service
        self._free = free
        self._known: dict[str | None, _Peer | None] = {}  # owners, by ids that were asked for
        self.links: dict[int, Link] = {}
        self._connecting: dict[int, asyncio.Lock] = {}

    def take(self, place: Place) -> None:
        """See the others from one worker's place.

        Args:
            place: which one this is.
        """
        self.own, self._node = place.worker, place.node
        self.others = tuple(worker for worker in range(self._plan.workers) if worker != self.own)
        self._owners = {worker: _Peer(self, worker, self._free) for worker in self.others}

    def owner_of(self, id_: str | None) -> _Peer | None:
        """Who has the session of an id, None for the root URL's; None if this worker does, or would."""
        try:
            return self._known[id_]
        except KeyError:
            return self._read_owner(id_)

    def _read_owner(self, id_: str | None) -> _Peer | None:
        owner = self._owners.get(self.worker_of(id_))
        if id_ is None or place_of(id_, self._node) is not None:  # texts that clients made up may be long
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[id_] = owner
        return owner

    def worker_of(self, id_: str | None) -> int:
        """The number of the worker that has the session of an id; ours for what is no id of any."""
        if id_ is None or id_ == "default":
            return DEFAULT_OWNER
        place = place_of(id_, self._node)
        return self.own if place is None else place.worker

    def open_link(self, worker: int) -> Link | None:
        """The connection to a worker, if it stands."""
        link = self.links.get(worker)
        return link if link is not None and link.is_open else None

    async def link(self, worker: int) -> Link:
        """The connection to a worker.

        Raises:
            OwnerAwayError: it is being replaced.
        """
        async with self._connecting.setdefault(worker, asyncio.Lock()):
            link = self.open_link(worker)
            if link is None:
                name = f"Worker {worker}"
                path = str(door_of(self._plan.folder, worker))
                try:
                    loop = asyncio.get_running_loop()
                    make = partial(Link, name, self._service, self._free.learn)
                    _, link = await loop.create_unix_connection(make, path)
                except OSError:
                    raise OwnerAwayError(
                        f"{name} of this server, which has the session, has ended and is being replaced."
                    ) from None
                self.links[worker] = link
            return link

    async def call(self, worker: int, name: str, *arguments: Any) -> Any:
        """Have another worker do something.

        Raises:
            OwnerAwayError: nobody was asked.
            OwnerLostError: it ended meanwhile.
            Exception: what it raises there.
        """
        return await (self.open_link(worker) or await self.link(worker)).call(name, *arguments)

    async def everywhere(self, name: str, *arguments: Any, is_told_only: bool = False) -> list[Any]:
        """Have all other workers do something.

        Args:
            name: of what to do.
            arguments: for it.
            is_told_only: whether one that is being replaced is passed over.

        Raises:
            OwnerAwayError: one of them was not asked.
            OwnerLostError: one of them ended meanwhile.
            Exception: what one of them raises.
        """
        calls = (self.call(worker, name, *arguments) for worker in self.others)
        done = await asyncio.gather(*calls, return_exceptions=True)
        results: list[Any] = []
        for result in done:
            if isinstance(result, OwnerAwayError | OwnerLostError) and is_told_only:
                continue
            if isinstance(result, BaseException):
                raise result
            results.append(result)
        return results

    async def settle(self, but: int | None = None) -> None:
        """Wait until the others have told how the replies went that they have played of our sessions.

        Args:
            but: one that need not be asked.
        """
        calls = (self.call(worker, "tell_all", self.own) for worker in self.others if worker != but)
        await asyncio.gather(*calls, return_exceptions=True)

    async def tell_all(self, worker: int) -> None:
        """Let another worker hear all that it is still to be told; returns when it has heard it."""
        link = self.open_link(worker)
        if link is not None:
            await link.call("hear")

    def close(self) -> None:
        """End the connections."""
        for link in self.links.values():
            link.close()


class _Peer:
    """Another worker, as the owner of sessions."""

    session: ServerSession | None = None

    def __init__(self, peers: Peers, worker: int, free: FreeReplies) -> None:
        self._peers = peers
        self._worker = worker
        self._free = free

    def stand_in(self, request: Request) -> ServerSession | None:
        """This worker's own default session, where the reply is free; see `mockapi.server.Owner`."""
        return self._free.stand_in(request)

    def at_hand(self, asked: Asked, body: bytes, server: Address) -> PassedOn | None:
        """What a session of it answers; see `mockapi.server.Owner`."""
        link = self._peers.links.get(self._worker)
        return link.ask(asked, body, server) if link is not None and link.is_open else None

    async def answer(self, id_: str | None, request: Request, server: Address, hint: str) -> PassedOn:
        """What a session of it answers; see `mockapi.server.Owner`."""
        if id_ is None and not hint and (played := self._free.answer(request, server)) is not None:
            return played
        peers = self._peers
        link = peers.open_link(self._worker) or await peers.link(self._worker)
        return await link.answer(id_, request, server, hint)
