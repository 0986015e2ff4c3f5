"""What a node does with the entries of the log, one by one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from mockapi.nodes import _log_entries as entries
from mockapi.nodes import _snapshot as snapshots
from mockapi.nodes._default_cassettes import Cassettes
from mockapi.nodes._default_order import Order
from mockapi.nodes._digest import plan_digest
from mockapi.nodes._log import BEGINNING
from mockapi.nodes._log_entries import Entry
from mockapi.nodes._replica import Replica

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi._files import Places
    from mockapi.nodes._default_marks import Live
    from mockapi.nodes._log import Log
    from mockapi.nodes._redis import Store
    from mockapi.replies.scripts import Script
    from mockapi.server import Service

_log = logging.getLogger(__name__)


class DefaultFollower:
    """Follows the log of the default session; see `Follower`.

    Args:
        service: the state of the server; its default session is the replica.
        store: where the log is.
        node: the name of this node.
        live: the names of the nodes that are live.
        script: what the session plays at its beginning.
        places: where files have to lie that another node names; None leaves them anywhere.

    Attributes:
        order: what this node adds to the log.
        replica: what it has come to here.
        cassettes: what is played.
        growth: of the log.
        control: does control requests here; set before the first entry comes.
        on_change: told of each change of the session; None tells nobody.
    """

    def __init__(
        self,
        service: Service,
        store: Store,
        node: str,
        live: Live,
        *,
        script: Script | None,
        places: Places | None,
    ) -> None:
        self.order = Order(store, node, live, self)
        self.replica = Replica(service, script, node, self._controlled)
        self.cassettes = Cassettes(service, self.replica, places)
        self.growth = snapshots.Growth()
        self.control: Callable[[Entry], Awaitable[int]] | None = None
        self.on_change: Callable[[], Awaitable[None]] | None = None
        self._node = node
        self._service = service
        self._plan = plan_digest(service.library, service.sessions.default.settings, script)

    async def began(self, log: Log, before: str) -> bytes:
        """An incarnation is joined: begin as the plan has it, or with the last snapshot."""
        if before not in {"", log.incarnation}:
            forgotten = f"Redis at {log.store.address.shown} has forgotten what the machines share"
            self._service.console.problem(f"{forgotten}: the default session starts anew")
            self.order.fail(f"{forgotten}.")
        self.order.outbox.forget()
        self.growth.clear()
        await self.replica.begin()
        if (different := await self.differences()) is not None:
            self.replica.fell_out("plan", different)
        snapshot = await snapshots.read(log)
        if snapshot is not None:
            await self.recall(snapshot)
        await self._changed()
        return BEGINNING if snapshot is None else snapshot.place

    async def recall(self, snapshot: snapshots.Snapshot) -> None:
        """Begin with a snapshot."""
        for change in snapshot.changes:
            kind = entries.LOAD if "load" in change else entries.CONTROL
            *said, body = change.get("control", (*change.get("load", ()), ""))
            token = self.order.log.new_token()
            await self._do(Entry(BEGINNING, kind, token, "", said, body.encode()))
        self.replica.recall(snapshot.memory)

    def remembered(self, place: bytes) -> snapshots.Snapshot:
        """What this replica remembers at a place in the log."""
        return snapshots.Snapshot(place, [*self.replica.changes], self.replica.memory())

    async def differences(self) -> str | None:
        """In what this node differs from those that were there before; None if in nothing.

        Raises:
            StoreAwayError: Redis cannot be asked.
            StoreDoubtError: its answer was lost.
        """
        store = self.order.log.store
        key = store.key("plan")
        flat = [text.decode() for text in await store.ask("HGETALL", key)]
        theirs = dict(zip(flat[::2], flat[1::2], strict=True))
        if not theirs:
            await store.ask("HSET", key, *(text for pair in self._plan.items() for text in pair))
            return None
        names = [name for name in {**self._plan, **theirs} if self._plan.get(name) != theirs.get(name)]
        if not names:
            return None
        version = f" (they have {theirs.get('version')})" if "version" in names else ""
        return (
            f"The nodes at {store.address.shown} play something else than this one: different are"
            f" {', '.join(names)}{version}. Nodes of one server have the same version, cassettes and"
            " settings; a server that takes the place of another has a name of its own: --state"
            f" {store.address.shown}?prefix=NAME."
        )

    async def apply(self, entry: Entry) -> None:
        """Do what an entry says."""
        try:
            result = await self._do(entry)
        except Exception as error:  # noqa: BLE001 - a defect, told as one; the log goes on
            _log.error("An entry of the log has met a defect of mockapi.", exc_info=error)
            result = error
        self.order.done(entry, result)
        if self.growth.add(entry) and self.order.log.why_down is None and self.replica.out_of_step is None:
            self.order.start(self._propose_snapshot())

    async def _do(self, entry: Entry) -> Any:
        match entry.kind:
            case entries.MARK:
                token, status, origin = entry.said
                self.order.marked(token, entry.node, status)
                if entry.node == origin:
                    self.replica.compare(token, status, origin)
            case entries.JOINED | entries.LEFT:
                self.order.came(entry)
            case entries.SETTLE:
                self.order.answer_settle(entry)
            case entries.SNAPSHOT:
                self._cut(entry)
            case entries.LOAD | entries.CONTROL:
                applies = self.cassettes.apply if entry.kind == entries.LOAD else self.replica.apply
                status = await applies(entry)
                await self._changed()
                self.order.mark(entry, status)
                return status
            case _:
                return await self.replica.apply(entry)
        return None

    def _cut(self, entry: Entry) -> None:
        """The log is cut short here: write down what it has come to, if that is this node's turn."""
        self.growth.clear()
        self.replica.merge()
        if entry.node == self._node and self.replica.out_of_step is None:
            self.order.start(snapshots.write(self.order.log, self.remembered(entry.id)))

    async def _propose_snapshot(self) -> None:
        if await snapshots.is_chosen(self.order.log):
            await self.order.log.append(entries.SNAPSHOT, None)

    async def _controlled(self, entry: Entry) -> int:
        assert self.control is not None  # noqa: S101 - it was set before the first entry came
        return await self.control(entry)

    async def _changed(self) -> None:
        if self.on_change is not None:
            await self.on_change()

    async def resumed(self) -> None:
        """The log can be asked (again)."""
        self.order.start(self.order.outbox.flush())

    def waited(self) -> None:
        """For a second nothing has come."""
        self.order.waited()

    def lost(self, why: str) -> None:
        """The log cannot be followed."""
        self.order.fail(why)
        self.order.start(self._changed())  # who plays without order stops doing so
