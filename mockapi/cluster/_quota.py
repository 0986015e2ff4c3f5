"""How many sessions an owner has, over all workers; kept by the one that has the default session.

It asks everybody and has one session of an owner opened after the other. Nothing is written down, so nothing
is wrong when a worker ends: its sessions have ended with it, and count no more.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import orjson

from mockapi._clock import wall

if TYPE_CHECKING:
    from mockapi.cluster._peers import Peers
    from mockapi.server import Service


class Quota:
    """The quota of each owner.

    Args:
        peers: the other workers.
        service: the state of this one.
    """

    def __init__(self, peers: Peers, service: Service) -> None:
        self._peers = peers
        self._service = service
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return self._service.sessions.limits.per_owner is not None

    def turn(self, owner: str) -> asyncio.Lock:
        """What is held while a session of an owner is opened."""
        lock = self._turns.get(owner)
        if lock is None:
            lock = self._turns[owner] = asyncio.Lock()
        return lock

    async def check(self, owner: str) -> None:
        """Refuse one more session of an owner who has as many as one may have.

        Raises:
            QuotaError: it would be too many.
        """
        theirs = await self._peers.everywhere("owned", owner, is_told_only=True)
        counted = [await self.owned(owner), *theirs]
        ends = [end for _, end in counted if end is not None]
        first = min(ends) - wall() if ends else None
        self._service.sessions.limits.check(owner, sum(count for count, _ in counted), first)

    async def owned(self, owner: str) -> tuple[int, float | None]:
        """How many sessions an owner has at this worker, and when the first of them ends."""
        return self._service.sessions.owned(owner)


def owner_in(body: bytes) -> str:
    """The owner that a request to open a session names; "" for one that will be refused for its form."""
    try:
        options: Any = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return ""
    owner = options.get("owner") if isinstance(options, dict) else None
    return owner if isinstance(owner, str) else ""
