"""What a node does with the entries of the log, one by one."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from mockapi.nodes import _log_entries as entries
from mockapi.nodes import _snapshot as snapshots
from mockapi.nodes._default_cassettes import Cassettes
from mockapi.nodes._default_order import Order
from mockapi.nodes._digest import plan_digest
from mockapi.nodes._doors import door_digests
from mockapi.nodes._log import BEGINNING
from mockapi.nodes._log_entries import Entry
from mockapi.nodes._plan import Plan
from mockapi.nodes._replica import Replica

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi._files import Places
    from mockapi.nodes._default_marks import Live
    from mockapi.nodes._log import Log
    from mockapi.nodes._redis import Store
    from mockapi.replies.scripts import Script
    from mockapi.server import Access, Service

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
        access: what opens the node's doors; None compares that with no other node.

    Attributes:
        order: what this node adds to the log.
        replica: what it has come to here.
        cassettes: what is played.
        growth: of the log.
        plan: what all nodes have to have alike.
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
        access: Access | None,
    ) -> None:
        self.order = Order(store, node, live, self)
        self.replica = Replica(service, script, node, self._controlled)
        self.cassettes = Cassettes(service, self.replica, places)
        self.growth = snapshots.Growth()
        self.control: Callable[[Entry], Awaitable[int]] | None = None
        self.on_change: Callable[[], Awaitable[None]] | None = None
        self._node = node
        self._service = service
        settings = service.sessions.default.settings
        self.plan = Plan(
            store,
            node,
            lambda: plan_digest(service.library, settings, script),
            service.console.note,
            partial(door_digests, access, service.sessions.limits),
        )

    async def agree(self) -> None:
        """This node joins: it takes the place of nodes with another plan if none of them is live."""
        await self.plan.agree(may_begin=True)

    async def began(self, log: Log, before: str) -> bytes:
        """An incarnation is joined: begin as the plan has it, or with the last snapshot."""
        is_another = before not in {"", log.incarnation}
        if is_another:
            self.order.fail(f"What the machines share in Redis at {log.store.address.shown} has begun anew.")
        self.order.outbox.forget()
        self.growth.clear()
        await self.replica.begin()
        snapshot = await snapshots.read(log)
        if snapshot is not None:
            await self.recall(snapshot)
        if (different := await self.plan.agree(may_begin=False)) is not None:
            self.replica.fell_out("plan", f"{different} It is tried again when those have ended.")
        elif is_another:
            self._service.console.problem(
                f"Redis at {log.store.address.shown} has forgotten what the machines share: the default"
                " session starts anew"
            )
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
                if entry.kind == entries.LOAD and status == 200:
                    self._reloaded(*entry.said)
                await self._changed()
                self.order.mark(entry, status)
                return status
            case _:
                return await self.replica.apply(entry)
        return None

    def _reloaded(self, paths: list[str], digest: str) -> None:
        """Files that are this node's own say something else than at its start: so does its plan."""
        if tuple(paths) == self.replica.paths:
            self.plan.change("cassettes", digest)

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
        if "plan" in self.replica.odd:  # whoever plays something else may have ended
            self.order.start(self._try_again())

    async def _try_again(self) -> None:
        """Take part after all, if the others play what this node does by now, or none of them is live."""
        if await self.plan.agree(may_begin=True) is None:
            self.order.log.begin_again()

    def lost(self, why: str) -> None:
        """The log cannot be followed."""
        self.order.fail(why)
        self.order.start(self._changed())  # who plays without order stops doing so
