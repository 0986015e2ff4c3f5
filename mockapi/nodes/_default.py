"""The default session of a server of several machines: one session, whichever node a request reaches.

A request is added to the log; every node's replica does what the log says, in its order; what this node's
replica has answered to the request is played to its client.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from mockapi.nodes import _log_entries as entries
from mockapi.nodes._default_follower import DefaultFollower
from mockapi.nodes._default_marks import BehindError
from mockapi.nodes._default_replies import Free, Ordered
from mockapi.nodes._log_forwarded import told_reply
from mockapi.nodes._replica import Asked
from mockapi.server import OwnerAwayError
from mockapi.server.wire import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi import sessions
    from mockapi._files import Places
    from mockapi.exchange import Reply, Request
    from mockapi.nodes._liveness import Liveness
    from mockapi.nodes._options import NodeOptions
    from mockapi.nodes._redis import Store
    from mockapi.replies.scripts import Script
    from mockapi.server import Access, LoadedCassettes, Service
    from mockapi.server.recording import Address
    from mockapi.sessions import JournalEntry

MAX_BODY: Final = 32 * 1024 * 1024
_TO_START: Final = 10.0
"""Seconds in which a node catches up before it takes connections all the same."""
_TO_CHANGE: Final = 2.0
_TO_LOAD: Final = 30.0


class DefaultSession:
    """The default session, as one node has it; an `Owner` for the server.

    Args:
        service: the state of the server; its default session is the replica.
        store: what nodes share.
        options: what the node is told.
        liveness: which nodes are live, and whether Redis hears this one.
        script: what the session plays at its beginning.
        places: where files have to lie that another node names; None leaves them anywhere.
        access: what opens the node's doors; None compares that with no other node.

    Attributes:
        session: this node's replica.
        follower: does what the log says.
        order: what this node adds to the log.
    """

    def __init__(
        self,
        service: Service,
        store: Store,
        options: NodeOptions,
        liveness: Liveness,
        *,
        script: Script | None = None,
        places: Places | None = None,
        access: Access | None = None,
    ) -> None:
        self.session = service.sessions.default
        self.follower = DefaultFollower(
            service, store, options.name, liveness.live, script=script, places=places, access=access
        )
        self._liveness = liveness
        self.order = self.follower.order
        self._replica = self.follower.replica
        self._name = options.name
        self._service = service
        service.in_order = self._load

    async def start(self) -> None:
        """Follow the log; returns when this node has caught up, or cannot."""
        await self.order.log.start(_TO_START)

    async def aclose(self) -> None:
        """Tell what is left to tell, and follow no more."""
        await self.order.aclose()

    @property
    def why_away(self) -> str | None:
        """Why the session cannot be asked here; None while it can."""
        why_down = self.order.log.why_down
        if why_down is not None:
            return f"The default session is shared by several machines. {why_down}"
        return self._replica.out_of_step

    def health(self) -> dict[str, str]:
        """Whether the session can be asked here, for everybody: where Redis is and what it says is not.

        A Redis that is full, or a replica, lets the log be followed and nothing be added.
        """
        can_be_asked = self.why_away is None and self._liveness.away is None
        return {"node": self._name, "status": "ok" if can_be_asked else "away"}

    # --- requests --------------------------------------------------------------------------------------

    def stand_in(self, _request: Request) -> None:
        """No session: what is played here has to be told to the log; see `mockapi.server.Owner`."""

    def at_hand(self, asked: sessions.Asked, body: bytes, server: Address) -> Free | None:
        """A recording that needs no order; see `mockapi.server.Owner`."""
        self._check()
        return self._free(asked.request(body), server)

    async def answer(self, _id: str | None, request: Request, server: Address, hint: str) -> Ordered | Free:
        """What the session answers; see `mockapi.server.Owner`."""
        self._check()
        if not hint and (free := self._free(request, server)) is not None:
            return free
        if len(request.body) > MAX_BODY:
            raise Refused(
                413,
                "request_too_large",
                "A request to the default session of several machines has at most 32 MiB: open a session"
                " with POST /_mockapi/sessions.",
            )
        token, shared = self.order.log.new_token(), entries.as_shared(request)
        self._replica.asked[token] = Asked(shared, server)
        try:
            said = [entries.told_request(shared), hint]
            answered: JournalEntry | None = await self.order.add(entries.ASK, said, shared.body, token)
        finally:
            self._replica.asked.pop(token, None)
        known = self._replica.free
        is_free = bool(known) and not hint and self.session.index.alone(shared) in known
        return Ordered(self, token, answered, is_free=is_free)

    def _free(self, request: Request, server: Address) -> Free | None:
        """A recording that answers a request whatever else happens."""
        free, session = self._replica.free, self.session
        if not free or (recording := session.index.alone(request)) not in free or recording is None:
            return None
        service = self._service
        service.asked += 1
        if service.recorder is not None:
            service.recorder.replayed(request, recording, session, server)
        return Free(self, request, recording, session.library.reply(recording))

    def ended(self, token: str, entry: JournalEntry, seconds: float | None, *, complete: bool) -> None:
        """A reply was played; so it went."""
        self.order.outbox.ended(token, seconds, complete=complete)
        if self._service.console.verbose:
            entry.complete, entry.seconds = complete, seconds
            self._service.console.request(entry, self.session)

    def show(self, made: Callable[[], JournalEntry]) -> None:
        """Tell people what was played, where they want to know of every request; see `Teller`."""
        if self._service.console.verbose:
            self._service.console.request(made(), self.session)

    @property
    def playing(self) -> str:
        """Which cassettes are played, as all nodes call them."""
        return self._replica.playing

    def played(
        self,
        request: Request,
        at: float,
        number: int,
        playing: str,
        seconds: float | None,
        *,
        complete: bool,
    ) -> None:
        """A recording was played without the log; see `Outbox.played`."""
        shared = entries.as_shared(request)
        self.order.outbox.played(shared, at, number, playing, seconds, complete=complete)

    def forwarded(
        self,
        token: str,
        request: Request,
        reply: Reply,
        at: float,
        *,
        seconds: float | None,
        complete: bool,
        is_kept: bool,
    ) -> None:
        """The upstream has answered what stands in the log."""
        rules = self.session.settings.matching.redaction

        async def tell() -> None:
            told, body = await asyncio.to_thread(told_reply, entries.as_shared(request), reply, at, rules)
            await self.order.log.append(entries.FORWARDED, [token, told, complete, seconds, is_kept], body)

        self.order.start(tell())

    # --- control requests ------------------------------------------------------------------------------

    async def settled(self) -> None:
        """Wait until this node knows all that has happened in the session.

        Raises:
            OwnerAwayError: Redis cannot be asked.
            OwnerUnsureError: its answer was lost.
        """
        self._check()
        await self.order.settle()

    async def change(self, token: str, said: list[Any], body: bytes) -> list[str]:
        """Have all nodes do a control request; the live ones that have not done it in time.

        Raises:
            OwnerAwayError: it was not done.
            OwnerUnsureError: nobody knows whether it was.
        """
        return await self.order.everywhere(entries.CONTROL, said, body, token, _TO_CHANGE)

    async def _load(self, loaded: LoadedCassettes) -> None:
        """Have all nodes play other cassettes, or none."""
        if self.order.log.why_down is not None:
            self._check()
        token = self.order.log.new_token()
        cassettes = self.follower.cassettes
        try:
            said = await cassettes.read(token, loaded)
            missing = await self.order.everywhere(entries.LOAD, said, b"", token, _TO_LOAD)
        finally:
            cassettes.forget(token)
        if missing:
            raise BehindError("They are played", missing)
        if tuple(said[0]) == self._replica.paths:
            store = self.order.log.store
            await store.ask("HSET", store.key("plan"), "cassettes", said[1])

    def _check(self) -> None:
        if (why := self.why_away) is not None:
            raise OwnerAwayError(why)
