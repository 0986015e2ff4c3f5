"""One node at work, in the process that has its replica of the default session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi import cassettes
from mockapi.errors import UsageError
from mockapi.nodes._default import DefaultSession
from mockapi.nodes._default_control import DefaultControl
from mockapi.nodes._membership import Membership
from mockapi.nodes._redis import Store, StoreAwayError, StoreDoubtError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from mockapi._files import Places
    from mockapi.nodes._options import NodeOptions
    from mockapi.replies.scripts import Script
    from mockapi.server import Access, Owner, Service


class Node:
    """What makes a server one of several machines; an `Elsewhere` of that server.

    Args:
        options: what the node is told.
        service: the state of the server.
        script: what the default session plays at its beginning.
        places: where files have to lie that another node names; None leaves them anywhere.
        access: what opens the node's doors; None compares that with no other node.
        worker: which of the node's workers this is; None for the only process.
        generation: how many workers had that number before it.

    Attributes:
        options: as they came.
        store: what nodes share; None if they share nothing.
        membership: its sessions among those of all nodes, and which nodes are live.
        default: the default session; None if it is this node's own.

    Raises:
        UsageError: the client for Redis is not installed.
    """

    def __init__(
        self,
        options: NodeOptions,
        service: Service,
        *,
        script: Script | None = None,
        places: Places | None = None,
        access: Access | None = None,
        worker: int | None = None,
        generation: int = 0,
    ) -> None:
        self.options = options
        self.store = None if options.state is None else Store(options.state)
        self.membership = Membership(options, service, store=self.store, worker=worker, generation=generation)
        self.default: DefaultSession | None = None
        liveness = self.membership.liveness
        if self.store is not None and liveness is not None:
            cassettes.DEFAULT.prepare()  # what goes into the log is looked through for keys
            self.default = DefaultSession(
                service, self.store, options, liveness, script=script, places=places, access=access
            )

    async def start(self) -> None:
        """Join the others, before the first connection is taken; without Redis, that is done later.

        Raises:
            UsageError: this node plays something else than they do.
        """
        if self.default is not None:
            try:
                different = await self.default.follower.plan.settle()
            except (StoreAwayError, StoreDoubtError):
                different = None  # it is asked again when Redis is there
            if different is not None:
                raise UsageError(different)
        await self.membership.start()
        if self.default is not None:
            await self.default.start()

    async def aclose(self) -> None:
        """Leave them."""
        if self.default is not None:
            await self.default.aclose()
        await self.membership.aclose()
        if self.store is not None:
            await self.store.aclose()

    def owner_of(self, id_: str | None) -> Owner | None:
        """Who has the session of an id, None for the root URL's; None if this process does, or would."""
        return self.default if id_ is None or id_ == "default" else None

    def around(self, control: ASGIApp) -> ASGIApp:
        """The control API of the whole server, made of this process's own."""
        if self.default is None:
            return control
        shared = DefaultControl(control, self.default)
        self.default.follower.control = shared.apply
        return shared
