"""One node at work, in the process that has its default session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.nodes._membership import Membership
from mockapi.nodes._redis import Store

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from mockapi.nodes._options import NodeOptions
    from mockapi.server import Owner, Service


class Node:
    """What makes a server one of several machines; an `Elsewhere` of that server.

    Args:
        options: what the node is told.
        service: the state of the server.

    Attributes:
        options: as they came.
        store: what nodes share; None if they share nothing.
        membership: its sessions among those of all nodes, and which nodes are live.

    Raises:
        UsageError: there is no client for Redis.
    """

    def __init__(self, options: NodeOptions, service: Service) -> None:
        self.options = options
        self.store = None if options.state is None else Store(options.state)
        self.membership = Membership(options, service, store=self.store)
        self._service = service

    async def start(self) -> None:
        """Join the others, before the first connection is taken; without Redis, that is done later."""
        await self.membership.start()

    async def aclose(self) -> None:
        """Leave them."""
        await self.membership.aclose()
        if self.store is not None:
            await self.store.aclose()

    def owner_of(self, _id: str | None) -> Owner | None:
        """Who has the session of an id, None for the root URL's; None if this process does, or would."""
        return None

    def around(self, control: ASGIApp) -> ASGIApp:
        """The control API of the whole server, made of this process's own."""
        return control
