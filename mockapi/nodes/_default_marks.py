"""Waiting until all nodes that are live have done what an entry of the log asks them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from mockapi._clock import monotonic
from mockapi.nodes._redis import StoreAwayError, StoreDoubtError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Live = Callable[[], Awaitable[tuple[str, ...]]]

_LOOK: Final = 0.5
"""Seconds until it is asked anew which nodes are live."""
_NEW: Final = 5_000
"""Milliseconds for which a node that has joined counts as live though nothing else says so yet."""


class BehindError(Exception):
    """All nodes shall do something, and live ones have not done it in time; str() says who, and what to do.

    Args:
        what: has happened here.
        nodes: that have not done it.
    """

    def __init__(self, what: str, nodes: Sequence[str]) -> None:
        who = f"the node {nodes[0]} has" if len(nodes) == 1 else f"the nodes {', '.join(nodes)} have"
        super().__init__(
            f"{what} here, and {who} not done it within the time. Do not repeat it: whoever has not done it"
            " does so as soon as it can, before it answers for the default session."
        )


class Marks:
    """What nodes say of entries: that they have done them, and with which status.

    Args:
        live: the names of the nodes that are live.
        own: the name of this one.
    """

    def __init__(self, live: Live, own: str) -> None:
        self._live = live
        self._own = own
        self._made: dict[str, dict[str, int]] = {}
        self._news: dict[str, asyncio.Event] = {}
        self._joined: dict[str, int] = {}
        self._now = 0

    def expect(self, token: str) -> None:
        """An entry is about to be added that others have to do."""
        self._made[token] = {}
        self._news[token] = asyncio.Event()

    def forget(self, token: str) -> None:
        """Nobody waits for an entry any more."""
        self._made.pop(token, None)
        self._news.pop(token, None)

    def made(self, token: str, node: str, status: int) -> None:
        """A node has done an entry."""
        marks = self._made.get(token)
        if marks is not None:
            marks[node] = status
            self._news[token].set()

    def passes(self, milliseconds: int) -> None:
        """The log has come to a time, by the clock of Redis."""
        self._now = milliseconds

    def joined(self, node: str) -> None:
        """A node takes part from now on."""
        self._joined[node] = self._now

    def left(self, node: str) -> None:
        """A node does not take part any more."""
        self._joined.pop(node, None)

    async def others(self) -> set[str]:
        """The other nodes that are live."""
        self._joined = {node: at for node, at in self._joined.items() if self._now - at < _NEW}
        return {*await self._live(), *self._joined} - {self._own}

    async def missing(self, token: str, seconds: float) -> list[str]:
        """Wait for the marks of the other live nodes; those that have not made theirs in time."""
        deadline = monotonic() + seconds
        news = self._news[token]
        try:
            while True:
                news.clear()
                missing = await self.others() - self._made[token].keys()
                left = deadline - monotonic()
                if not missing or left <= 0:
                    return sorted(missing)
                try:
                    await asyncio.wait_for(news.wait(), min(left, _LOOK))
                except TimeoutError:
                    continue  # who is live may have changed
        except (StoreAwayError, StoreDoubtError):
            return []  # whoever has to know meets it by itself
