"""Which plan the nodes of a server play: all the same one, that of whoever was there first.

The plan stays in Redis when its nodes have ended. A node with another one takes their place once none of them
is live: the default session begins anew, and one of them that comes back finds itself different.
"""

from __future__ import annotations

import asyncio
import secrets
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mockapi._clock import monotonic
from mockapi.nodes._liveness import PATIENCE
from mockapi.nodes._manners_scripts import AGREE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockapi.nodes._redis import Store

_MILLI: Final = 1_000
_LOOKS: Final = 10
"""How often a node that waits looks, while another one is silent until it is lost."""
_WAITS: Final = 1.2
"""How long it waits, in times of that silence: nodes that were killed are found in it."""


class Plan:
    """What this node plays, and whether the others play the same.

    Args:
        store: where the plan of all is.
        node: the name of this node.
        read: digests of what it plays, by what people call the parts; they are made when they are first
            needed, as a worker that takes another's place plays what that one played last.
        note: tells people what has come of it.
        doors: digests, made with a salt, of what else has to be alike; it takes a moment.

    Attributes:
        patience: seconds of silence after which a node is lost.
    """

    def __init__(
        self,
        store: Store,
        node: str,
        read: Callable[[], Mapping[str, str]],
        note: Callable[[str], None],
        doors: Callable[[str], Mapping[str, str]] = lambda _: {},
    ) -> None:
        self._store = store
        self._node = node
        self._read = read
        self._changed: dict[str, str] = {}
        self._note = note
        self._doors = doors
        self._salt = secrets.token_hex(16)
        self._salted: tuple[str, Mapping[str, str]] | None = None
        self.patience = PATIENCE

    @cached_property
    def _first(self) -> Mapping[str, str]:
        return self._read()

    def change(self, part: str, digest: str) -> None:
        """All nodes play something else in a part, from now on."""
        self._changed[part] = digest

    async def settle(self) -> str | None:
        """Agree with the others, or outlive them: who is just ending has some seconds for it.

        Returns:
            In what this node differs from nodes that stay; None if it takes part.

        Raises:
            StoreAwayError: Redis cannot be asked.
            StoreDoubtError: its answer was lost.
        """
        wait = _WAITS * self.patience
        deadline = monotonic() + wait
        is_told = False
        while (different := await self.agree(may_begin=True)) is not None and monotonic() < deadline:
            if not is_told:
                is_told = True
                where = self._store.address.shown
                self._note(f"other nodes at {where} differ from this one: {wait:g} s are left to them to end")
            await asyncio.sleep(self.patience / _LOOKS)
        return different

    async def agree(self, *, may_begin: bool) -> str | None:
        """Agree with the others, at once.

        Args:
            may_begin: whether the session begins anew if this node differs, and no other one is live.

        Returns:
            In what this node differs; None if it takes part.

        Raises:
            StoreAwayError: Redis cannot be asked.
            StoreDoubtError: its answer was lost.
        """
        address = self._store.address
        while True:
            parts = {"salt": self._salt, **self._first, **self._changed, **await self._of_doors()}
            told = (text for pair in parts.items() for text in pair)
            arguments = (address.prefix, self._node, int(_MILLI * self.patience), int(may_begin), *told)
            outcome, odd, nodes, last = await self._store.ask("EVAL", AGREE, 0, *arguments)
            if outcome != b"salted":
                break
            self._salt = last.decode()
        if outcome == b"anew":
            self._note(
                f"the nodes that were at {address.shown} before played something else, and none of them is"
                " live: the default session begins anew"
            )
        if outcome != b"differs":
            return None
        names = [name.decode() for name in odd]
        theirs = f" (they have {last.decode()})" if "version" in names else ""
        who = f" ({', '.join(sorted(node.decode() for node in nodes))})" if nodes else ""
        return (
            f"The nodes at {address.shown} differ from this one{who}: different are"
            f" {', '.join(names)}{theirs}. Nodes of one server have the same version, cassettes, settings,"
            " control token, API keys and limits of sessions. Stop those and start this one again, or give"
            " this server a name of its own: --state"
            f" {address.shown}?prefix=NAME."
        )

    async def _of_doors(self) -> Mapping[str, str]:
        """What else has to be alike, worked out once for a salt, on a thread."""
        if self._salted is None or self._salted[0] != self._salt:
            self._salted = self._salt, await asyncio.to_thread(self._doors, self._salt)
        return self._salted[1]
