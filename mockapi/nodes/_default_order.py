"""A node's part in the order of things: what it adds to the log, and waits for.

What is added comes back in its turn; then this node's replica has done it, and whoever added it gets what
came of it. What is lost on the way is in doubt, and never added again.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from mockapi.nodes import _log_entries as entries
from mockapi.nodes._default_marks import Marks
from mockapi.nodes._default_outbox import Outbox
from mockapi.nodes._log import Log
from mockapi.nodes._redis import StoreAwayError, StoreDoubtError
from mockapi.server import OwnerAwayError, OwnerUnsureError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from mockapi.nodes._default_marks import Live
    from mockapi.nodes._log import Follower
    from mockapi.nodes._log_entries import Entry
    from mockapi.nodes._redis import Store

_TO_SETTLE: Final = 1.0


class Order:
    """What this node adds to the log.

    Args:
        store: where the log is.
        node: the name of this node.
        live: the names of the nodes that are live.
        follower: does what the log says.

    Attributes:
        log: what concerns the default session, in order.
        outbox: what is told to it later.
        gather: has processes beside this one tell what they have played; None if there are none.
    """

    def __init__(self, store: Store, node: str, live: Live, follower: Follower) -> None:
        self.log = Log(store, node, follower)
        self.outbox = Outbox(self.log)
        self.gather: Callable[[], Awaitable[None]] | None = None
        self._node = node
        self._marks = Marks(live, node)
        self._own: dict[str, asyncio.Future[Any]] = {}
        self._added: set[str] = set()
        self._overdue: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def aclose(self) -> None:
        """Tell what is left to tell, and follow no more."""
        await self.outbox.aclose()
        with contextlib.suppress(StoreAwayError, StoreDoubtError):  # it will be missed
            await self.log.append(entries.LEFT, None)
        await self.log.aclose()
        self.fail("This node is ending.")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- what is added -------------------------------------------------------------------------------

    async def add(self, kind: str, said: Any, body: bytes = b"", token: str | None = None) -> Any:
        """Add an entry; what this node's replica makes of it when its turn comes.

        Raises:
            OwnerAwayError: it was not added.
            OwnerUnsureError: nobody knows whether it was, or what comes of it.
        """
        token = token or self.log.new_token()
        future = self._own[token] = asyncio.get_running_loop().create_future()
        try:
            with told():
                try:
                    await self.log.append(kind, said, body, token)
                    self._added.add(token)
                except StoreDoubtError:
                    if not future.done():
                        raise
                return await future  # in doubt or not, it has come back
        finally:
            self._own.pop(token, None)
            self._added.discard(token)
            if future.done() and not future.cancelled():
                future.exception()  # it was raised above, or something else was

    async def everywhere(
        self, kind: str, said: list[Any], body: bytes, token: str, seconds: float
    ) -> list[str]:
        """Add an entry that all nodes have to do; the live ones that have not done it in time.

        Raises:
            OwnerAwayError: it was not added.
            OwnerUnsureError: nobody knows whether it was.
        """
        self._marks.expect(token)
        try:
            with told():
                await self.tell_all()
            await self.add(kind, said, body, token)
            return await self._marks.missing(token, seconds)
        finally:
            self._marks.forget(token)

    async def settle(self) -> None:
        """Wait until this node has done what the log has, and the log has what nodes had still to tell.

        Raises:
            OwnerAwayError: Redis cannot be asked.
            OwnerUnsureError: its answer was lost.
        """
        with told():
            await self.tell_all()
            has_others = bool(await self._marks.others())
        if has_others:
            token = self.log.new_token()
            self._marks.expect(token)
            try:
                await self.add(entries.SETTLE, None, token=token)
                await self._marks.missing(token, _TO_SETTLE)
            finally:
                self._marks.forget(token)
        await self.add(entries.SEAL, None)

    async def tell_all(self) -> None:
        """Let the log have what this node has still to tell.

        Raises:
            StoreAwayError: Redis cannot be asked.
            StoreDoubtError: its answer was lost.
        """
        if self.gather is not None:
            await self.gather()
        await self.outbox.flush()

    # --- what comes back -----------------------------------------------------------------------------

    def done(self, entry: Entry, result: Any) -> None:
        """This node's replica has done an entry; an exception is what it has met."""
        self._marks.passes(entry.milliseconds)
        future = self._own.get(entry.token)
        if future is None or future.done():
            return
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

    def fail(self, why: str) -> None:
        """The log cannot be followed: nobody knows what comes of what was added and has not come back."""
        for future in self._own.values():
            if not future.done():
                future.set_exception(StoreDoubtError(why))

    def waited(self) -> None:
        """For a second nothing has come: what was added before that does not come any more."""
        for token in self._overdue & self._added:
            future = self._own.get(token)
            if future is not None and not future.done():
                where = self.log.store.address.shown
                future.set_exception(StoreDoubtError(f"Redis at {where} has lost what was added to the log."))
        self._overdue = {*self._added}

    def came(self, entry: Entry) -> None:
        """A node has joined, or has left."""
        self._marks.passes(entry.milliseconds)
        if entry.kind == entries.JOINED:
            self._marks.joined(entry.node)
        else:
            self._marks.left(entry.node)

    def marked(self, token: str, node: str, status: int) -> None:
        """A node has done an entry."""
        self._marks.made(token, node, status)

    def mark(self, entry: Entry, status: int) -> None:
        """Tell all that this node has done an entry."""
        self.start(self.log.append(entries.MARK, [entry.token, status, entry.node]))

    def answer_settle(self, entry: Entry) -> None:
        """Tell what there is to tell, and then that this was done."""

        async def tell() -> None:
            await self.tell_all()
            self.mark(entry, 0)

        if entry.node != self._node:
            self.start(tell())

    def start(self, work: Awaitable[Any]) -> None:
        """Do something that nothing waits for; without Redis it is left."""

        async def tried() -> None:
            with contextlib.suppress(StoreAwayError, StoreDoubtError, OwnerAwayError, OwnerUnsureError):
                await work

        task = asyncio.ensure_future(tried())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Trouble with Redis as a server tells it of the owner of a session."""
    try:
        yield
    except StoreAwayError as error:
        raise OwnerAwayError(f"The default session is shared by several machines. {error}") from error
    except StoreDoubtError as error:
        raise OwnerUnsureError(str(error)) from error
