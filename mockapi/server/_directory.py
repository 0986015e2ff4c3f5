"""Where sessions of other machines are: what a server asks of whoever keeps the list of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mockapi.sessions import SessionOptions


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is known of a session that this server does not have.

    Attributes:
        status: 421 for one that is elsewhere, 410 for one that has ended, 404 for one that nobody knows,
            503 where nobody can be asked.
        message: the same for people, with what to do.
        node: where it is, or was.
        base_url: where its clients go; None if that is not known.
        is_closed: whether only the session has ended, and its node goes on: what concerns it in the control
            API is 404, as it is there.
    """

    status: int
    message: str
    node: str
    base_url: str | None = None
    is_closed: bool = False

    def as_json(self) -> dict[str, str]:
        """What the control API tells programs of it."""
        told = {"node": self.node}
        if self.base_url is not None:
            told["base_url"] = self.base_url
        return told


class Directory(Protocol):
    """The list of the sessions of all machines."""

    async def claim(self, id_: str, options: SessionOptions, lifetime: float | None) -> None:
        """A session is about to be opened here; without the list it is opened all the same.

        Args:
            id_: of the session.
            options: that it is opened with.
            lifetime: seconds without use after which it ends.

        Raises:
            QuotaError: its owner has as many as one may have, on all machines.
        """
        ...

    def release(self, id_: str, owner: str) -> None:
        """A session of this server has ended, or was not opened after all."""
        ...

    async def find(self, id_: str) -> Whereabouts | None:
        """Where a session is that is not here; None for an id that would be this server's own."""
        ...

    async def others(self) -> tuple[list[dict[str, Any]], str | None]:
        """The sessions of other machines, and why there may be more; None if these are all."""
        ...
