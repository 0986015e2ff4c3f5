"""The registry of the sessions of all nodes, in Redis: whose they are, where they are, until when.

A node answers for its own sessions without asking anybody. It writes down what it opens and closes, and asks
where somebody comes with the id of another node's session. Of what a session does nothing is written here.

Without Redis sessions are opened all the same, and quotas count on each node alone. When it answers again,
whatever it holds by then, each node tells it all of its sessions anew.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import orjson

from mockapi._clock import monotonic, wall
from mockapi.nodes._manners_scripts import CLOSE, DAY, FIND, OPEN, TELL_ALL, USED
from mockapi.nodes._names import beginning_of, node_of
from mockapi.nodes._redis import StoreAwayError, StoreDoubtError
from mockapi.server import Whereabouts

if TYPE_CHECKING:
    from mockapi.nodes._liveness import Liveness
    from mockapi.nodes._options import NodeOptions
    from mockapi.nodes._redis import Store
    from mockapi.server import Service
    from mockapi.sessions import ServerSession, SessionOptions

_KEPT: Final = 1.0
"""Seconds for which it is remembered where a session is."""
_MOST_KEPT: Final = 1_000
_USE_EVERY: Final = 10.0
"""Seconds between two words about which sessions were used."""
_TELL_EVERY: Final = DAY / 4
"""Seconds between two words about all sessions, which Redis would forget after a day."""
_MILLI: Final = 1_000
_UNKNOWN: Final = -2
"""What Redis says to a node that it does not know, or no more."""

_Record = tuple[str, str, str, bytes]
"""A session for Redis: id, owner, when it ends, what it is."""


class SharedSessions:
    """The sessions of this process among those of all nodes; a `Directory`.

    Args:
        options: what the node is told.
        store: where the registry is.
        liveness: says who is there.
        service: whose sessions these are.
        beginning: of the ids of this process's sessions.
    """

    def __init__(
        self, options: NodeOptions, store: Store, liveness: Liveness, service: Service, beginning: str = ""
    ) -> None:
        self._name = options.name
        self._address = options.advertise
        self._beginning = beginning or beginning_of(options.name)
        self._store = store
        self._line = store.line()
        self._liveness = liveness
        self._service = service
        self._opening: dict[str, _Record] = {}
        self._found: dict[str, tuple[float, Whereabouts]] = {}
        self._closed: dict[str, str] = {}
        self._closing: asyncio.Task[None] | None = None
        self._used_told = wall()
        self._tells_again = False
        self._all_told = monotonic()
        liveness.joined = self._tell_twice
        liveness.beaten = self._tell_news

    async def settled(self) -> None:
        """Wait until what was closed has been told."""
        if self._closing is not None:
            await self._closing

    # --- own sessions ------------------------------------------------------------------------------

    async def claim(self, id_: str, options: SessionOptions, lifetime: float | None) -> None:
        """A session is about to be opened here; see `mockapi.server.Directory`."""
        now = wall()
        ends = None if lifetime is None else now + lifetime
        record = _record(id_, options.owner, ends, self._told(options.name, options.owner, lifetime, now))
        limits = self._service.sessions.limits
        count, first = await self._told_opening(limits.per_owner or 0, record)
        if count >= 0:
            self._opening.pop(id_, None)
            end = float(first)
            limits.check(options.owner, int(count), None if end == float("inf") else end / _MILLI - now)

    async def _told_opening(self, quota: int, record: _Record) -> tuple[int, bytes]:
        """What Redis says to an opening; as if there were no quota where it says nothing."""
        self._opening[record[0]] = record  # it is told with all others if Redis comes back meanwhile
        if self._liveness.away is not None:
            return _UNKNOWN, b""
        try:
            count, first = await self._ask(OPEN, quota, *record)
            if count == _UNKNOWN:  # Redis has begun anew since it heard this node
                del self._opening[record[0]]  # what is told by the beat would count twice
                await self._liveness.beat()
                self._opening[record[0]] = record
                count, first = await self._ask(OPEN, quota, *record)
        except (StoreAwayError, StoreDoubtError) as error:
            self._liveness.failed(error)
            return _UNKNOWN, b""
        return int(count), first

    def release(self, id_: str, owner: str) -> None:
        """A session of this node has ended, or was not opened after all."""
        self._opening.pop(id_, None)
        self._closed[id_] = owner
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())

    async def _close(self) -> None:
        try:
            while self._closed and self._liveness.away is None:
                closed, self._closed = self._closed, {}
                told = ((id_, owner, self._why_gone(id_)) for id_, owner in closed.items())
                await self._ask(CLOSE, *(part for parts in told for part in parts))
        except (StoreAwayError, StoreDoubtError) as error:
            self._liveness.failed(error)
        finally:
            self._closed = {}  # or `tell_all` leaves them out
            self._closing = None

    def _why_gone(self, id_: str) -> str:
        """Why a session has ended, for other nodes; "" for one that was never open."""
        return self._service.sessions.why_gone(id_) or ""

    async def _tell_twice(self) -> None:
        """Tell all sessions, and again with the next word.

        What was sent over a connection that was given up may be done late, when Redis stood still: behind
        what is told now, but not behind what is told then.
        """
        self._tells_again = True
        await self.tell_all()

    async def _tell_news(self) -> None:
        if self._tells_again or monotonic() - self._all_told > _TELL_EVERY:
            await self.tell_all()
            self._tells_again = False
        await self._tell_used()

    async def tell_all(self) -> None:
        """Tell Redis all sessions of this process, whatever it knew before.

        Raises:
            StoreAwayError: Redis cannot be asked.
            StoreDoubtError: its answer was lost.
        """
        self._all_told = monotonic()
        sessions = self._service.sessions
        records = dict(self._opening)
        records |= {item.id: self._described(item) for item in sessions if item is not sessions.default}
        await self._ask(TELL_ALL, self._beginning, *(part for record in records.values() for part in record))

    async def _tell_used(self) -> None:
        """Tell now and then when sessions were used; opened ones are settled by then."""
        since, now = self._used_told, wall()
        if now - since < _USE_EVERY:
            return
        self._used_told = now
        sessions = self._service.sessions
        for id_ in [id_ for id_ in self._opening if sessions.get(id_) is not None]:
            del self._opening[id_]
        used = [item for item in sessions if item.last_used >= since and item is not sessions.default]
        if used:
            told = ((item.id, item.owner, f"{item.last_used:.3f}", _score(item.end)) for item in used)
            await self._ask(USED, *(part for parts in told for part in parts))

    def _described(self, session: ServerSession) -> _Record:
        told = self._told(session.name, session.owner, session.lifetime, session.opened)
        return _record(session.id, session.owner, session.end, told)

    def _told(self, name: str | None, owner: str, lifetime: float | None, opened: float) -> dict[str, Any]:
        return {"name": name, "owner": owner, "lifetime": lifetime, "opened": opened, "node": self._name}

    # --- others' sessions --------------------------------------------------------------------------

    async def find(self, id_: str) -> Whereabouts | None:
        """Where a session is that is not here; None for an id that would be this node's own."""
        node = node_of(id_)
        if node is None or node == self._name:
            return None
        kept = self._found.get(id_)
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        found = await self._asked_for(id_, node)
        if found.status != 503:
            if len(self._found) >= _MOST_KEPT:
                self._found.clear()
            self._found[id_] = monotonic() + _KEPT, found
        return found

    async def _asked_for(self, id_: str, node: str) -> Whereabouts:
        cannot = f"The session {id_} is of another node, {node}, and nobody can be asked where that is: "
        if self._liveness.away is not None:
            return Whereabouts(503, cannot + self._liveness.away, node)
        try:
            liveness = self._liveness
            patience = int(_MILLI * liveness.patience)
            answer = await self._ask(FIND, node, id_, liveness.since, patience)
            has_it, address, is_known, gone, ended, is_heard = answer
        except (StoreAwayError, StoreDoubtError) as error:
            self._liveness.failed(error)
            return Whereabouts(503, cannot + str(error), node)
        if has_it and address and address.decode() == self._address and not is_heard:
            return Whereabouts(
                503,
                f"The session {id_} was at another node, {node}, which had the address of this one and has"
                f" not been heard from since this one started. It counts as lost after"
                f" {liveness.patience:g} s, and its sessions with it.",
                node,
            )
        if has_it and address and address.decode() == self._address:
            return Whereabouts(
                421,
                f"The session {id_} is at another node, {node}, which advertises the same address as this"
                f" one, {self._address}: start each with an --advertise of its own, past any load balancer.",
                node,
            )
        if has_it and address:
            base_url = f"{address.decode()}/s/{id_}"
            return Whereabouts(
                421, f"The session {id_} is at another node: its base URL is {base_url}", node, base_url
            )
        if has_it:
            return Whereabouts(
                421,
                f"The session {id_} is at another node, {node}, which has no address of its own: start that"
                " with --advertise URL.",
                node,
            )
        if ended is not None:
            why = ended.decode() or f"The session {id_} has ended; its node, {node}, goes on."
            return Whereabouts(410, why, node, is_closed=True)
        if gone:
            return Whereabouts(410, f"The session {id_} ended with its node: {node} {gone.decode()}.", node)
        if is_known:
            return Whereabouts(404, f"The session {id_} is not there: its node, {node}, has none such.", node)
        return Whereabouts(404, f"Unknown session {id_!r}: nobody knows its node, {node}.", node)

    async def others(self) -> tuple[list[dict[str, Any]], str | None]:
        """The sessions of other nodes, and why there may be more; None if these are all."""
        if self._liveness.away is not None:
            return [], self._liveness.away
        try:
            keys = map(self._store.key, ("sessions", "used", "addresses"))
            asked = (self._line.ask("HGETALL", key) for key in keys)
            all_of_them, used, addresses = await asyncio.gather(*asked)
        except (StoreAwayError, StoreDoubtError) as error:
            self._liveness.failed(error)
            return [], str(error)
        when = dict(_pairs(used))
        where = dict(_pairs(addresses))
        listed = []
        for id_, record in _pairs(all_of_them):
            told = orjson.loads(record)
            if told["node"] == self._name:
                continue
            address = where.get(told["node"].encode(), b"").decode()
            last_used = float(when[id_]) if id_ in when else told["opened"]
            base_url = f"{address}/s/{id_.decode()}" if address else None
            listed.append({"id": id_.decode(), **told, "last_used": last_used, "base_url": base_url})
        return listed, None

    async def _ask(self, script: str, *arguments: Any) -> list[Any]:
        answer: list[Any] = await self._line.ask(
            "EVAL", script, 0, self._store.address.prefix, self._name, *arguments
        )
        return answer


def _record(id_: str, owner: str, end: float | None, told: dict[str, Any]) -> _Record:
    return id_, owner, _score(end), orjson.dumps(told)


def _score(end: float | None) -> str:
    """When a session ends, in milliseconds since 1970."""
    return "+inf" if end is None else str(int(end * _MILLI))


def _pairs(flat: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Names and values, as Redis answers them."""
    return list(zip(flat[::2], flat[1::2], strict=True))
