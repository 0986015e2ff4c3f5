"""One process of a node among all nodes: the ids and the address of its sessions, and the registry of all."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from mockapi.messages import IdFactory
from mockapi.nodes._liveness import Liveness
from mockapi.nodes._names import beginning_of
from mockapi.nodes._redis import Store
from mockapi.nodes._registry import SharedSessions

if TYPE_CHECKING:
    from mockapi.nodes._options import NodeOptions
    from mockapi.server import Service


class Membership:
    """What makes the sessions of a process those of a node.

    Args:
        options: what the node is told.
        service: the state of the process.
        store: what nodes share, if the process asks it already; else it is opened where there is one.
        worker: which of the node's workers this is; None for the only process.
        generation: how many workers had that number before it.

    Attributes:
        liveness: which nodes are there; None where they share nothing.

    Raises:
        UsageError: the client for Redis is not installed.
    """

    def __init__(
        self,
        options: NodeOptions,
        service: Service,
        *,
        store: Store | None = None,
        worker: int | None = None,
        generation: int = 0,
    ) -> None:
        service.advertised = options.advertise
        service.node = options.name
        service.ids = _ids_of(options.name, worker, generation)
        self._own_store = None if store is not None or options.state is None else Store(options.state)
        store = store or self._own_store
        self.liveness: Liveness | None = None
        self._sessions: SharedSessions | None = None
        if store is not None:
            part, beginning = "", beginning_of(options.name)
            if worker is not None:
                part = f"w{worker}"
                beginning += f"{part}."
            self.liveness = Liveness(
                store,
                options.name,
                part=part,
                address=options.advertise or "",
                tell=service.console.problem,
                tells_all=not worker,
            )
            self._sessions = SharedSessions(options, store, self.liveness, service, beginning)
            service.keeper.use_directory(self._sessions)

    async def start(self) -> None:
        """Join the other nodes; without Redis, as soon as it answers."""
        if self.liveness is not None:
            await self.liveness.start()

    async def settled(self) -> None:
        """Wait until the others can know what was closed here."""
        if self._sessions is not None:
            await self._sessions.settled()

    async def aclose(self) -> None:
        """Leave them."""
        if self._sessions is not None:
            await self._sessions.settled()
        if self.liveness is not None:
            await self.liveness.aclose()
        if self._own_store is not None:
            await self._own_store.aclose()


def _ids_of(node: str, worker: int | None, generation: int) -> IdFactory:
    """Ids that no other process of any node makes, nor one that it takes the place of."""
    who = f"{node}:{worker}:{generation}".encode()
    return IdFactory(seed=int.from_bytes(blake2b(who, digest_size=16, person=b"mockapi nodes").digest()))
