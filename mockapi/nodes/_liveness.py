"""Which nodes are there: each says so every second and a half, and counts as lost after five without."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from mockapi._wording import counted
from mockapi.nodes._manners_scripts import BEAT, LEAVE, LIVE
from mockapi.nodes._redis import StoreAwayError, StoreDoubtError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.nodes._redis import Store

EVERY: Final = 1.5
PATIENCE: Final = 5.0
"""Seconds of silence after which a node is lost."""
_MOST_LOST: Final = 100
"""Lost nodes whose return is told."""
_MILLI: Final = 1_000


class Liveness:
    """This process's word to Redis that it is there, and Redis's word who else is.

    Args:
        store: where it is said.
        name: of this node.
        part: which of the node's processes this is; "" for the only one.
        address: at which clients reach the node; "" if it has none of its own.
        tell: told when Redis goes and comes, and which nodes were lost and are back.
        tells_all: whether it is told also what every process of the node learns.

    Attributes:
        patience: seconds of silence after which a node is lost.
        since: when this process was first heard, in milliseconds by the clock of Redis; 0 before that.
        away: why Redis cannot be asked; None while it answers.
        joined: called when Redis does not know this process, or may have forgotten what it was told.
        beaten: called after each word that was heard.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        *,
        part: str = "",
        address: str = "",
        tell: Callable[[str], None],
        tells_all: bool = True,
    ) -> None:
        self._store = store
        self._line = store.line()
        self._name = name
        self._part = part
        self._address = address
        self._tell = tell
        self._tells_all = tells_all
        self._lost: set[str] = set()
        self._twins: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_told_away = False
        self.patience = PATIENCE
        self.since = 0
        self.away: str | None = "This node has not asked Redis yet."
        self.joined: Callable[[], Awaitable[None]] | None = None
        self.beaten: Callable[[], Awaitable[None]] | None = None

    async def start(self) -> None:
        """Say it for the first time, and go on; without Redis, until it is heard."""
        await self.beat()
        self._task = asyncio.ensure_future(self._go_on())

    async def aclose(self) -> None:
        """Say that this node goes, and with it its sessions."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self.away is None:
            with contextlib.suppress(StoreAwayError, StoreDoubtError):  # it will be missed
                await self.ask(LEAVE, "was stopped")

    async def live(self) -> tuple[str, ...]:
        """The names of the nodes that are live, this one among them.

        Raises:
            StoreAwayError: Redis cannot be asked.
            StoreDoubtError: its answer was lost.
        """
        names = await self.ask(LIVE, int(_MILLI * self.patience))
        return tuple(name.decode() for name in names)

    async def ask(self, script: str, *arguments: object) -> Any:
        """Have Redis run a script of this node's.

        Raises:
            StoreAwayError: Redis cannot be asked.
            StoreDoubtError: its answer was lost.
        """
        return await self._line.ask("EVAL", script, 0, self._store.address.prefix, self._name, *arguments)

    def failed(self, error: Exception) -> None:
        """Redis did not answer: until it is heard again nobody asks it for what cannot wait."""
        self.away = str(error)
        if not self._is_told_away:
            self._is_told_away = True
            self._tell_once(f"{error} Sessions go on; what all nodes share waits.")

    async def beat(self) -> None:
        """Say that this process is there, and hear who was lost."""
        was_away = self.away is not None
        try:
            patience = int(_MILLI * self.patience)
            answer = await self.ask(BEAT, self._part, self._address, patience, self.since, *self._lost)
            is_new, lost, was_lost, back, twins, now = answer
            self.since = self.since or int(now)
            self.away = None  # whoever opens a session from now on tells it, behind what `joined` tells
            if (is_new or was_away) and self.joined is not None:
                await self.joined()
            elif self.beaten is not None:
                await self.beaten()
        except (StoreAwayError, StoreDoubtError) as error:
            self.failed(error)
            return
        if self._is_told_away:
            self._is_told_away = False
            self._tell_once(f"Redis at {self._store.address.shown} answers again.")
        self._tell_of_others(lost, back, twins)
        if was_lost:
            self._tell(
                f"this node was not heard from for {self.patience:g} s and counted as lost: it is there"
                " again, and so are its sessions"
            )

    def _tell_of_others(self, lost: list[bytes], back: list[bytes], twins: list[bytes]) -> None:
        for name in map(bytes.decode, back):
            self._lost.discard(name)
            self._tell(f"node {name} is heard again, and its sessions are there again")
        for name, count in zip(map(bytes.decode, lost[::2]), lost[1::2], strict=True):
            if len(self._lost) < _MOST_LOST:
                self._lost.add(name)
            sessions = f", and {counted(int(count), 'session')} with it" if int(count) else ""
            self._tell(
                f"node {name} has not been heard from for {self.patience:g} s and counts as lost{sessions}"
            )
        for name in sorted({*map(bytes.decode, twins)} - self._twins):
            self._twins.add(name)
            self._tell_once(
                f"node {name} advertises the same address as this one, {self._address}: start each with an"
                " --advertise of its own, past any load balancer"
            )

    def _tell_once(self, text: str) -> None:
        """Tell what every process of the node learns: one of them does."""
        if self._tells_all:
            self._tell(text)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self.beat()
