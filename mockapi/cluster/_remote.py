"""A reply that another worker is asked for: played here, told of there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from mockapi.cluster._codec import written_reply
from mockapi.cluster._kinds import ENDED, FORWARDED
from mockapi.server import Coming, OwnerLostError

if TYPE_CHECKING:
    from mockapi.cassettes import Interaction
    from mockapi.cluster._named import Edition
    from mockapi.exchange import Reply, Request
    from mockapi.server.recording import Keep, Recorder
    from mockapi.sessions import Asked


class Telling(Protocol):
    """The connection to the worker that is asked."""

    def send_later(self, message: tuple[Any, ...]) -> None:
        """Say something that is in no hurry."""

    def tell_played(self, number: int, seconds: float | None) -> None:
        """Say that a reply of that worker was played whole; it may be heard before what was said before."""

    async def keep(self, answered: int, interaction: Interaction) -> None:
        """Have it written down what its session records."""


class Remote(Coming):
    """What another worker is asked for, and what it has answered.

    Attributes:
        number: by which both speak of it.
        edition: by which the other worker's names of recordings are understood.
        keeps: whether the owner writes down what the upstream answers.
    """

    keeps = False
    _is_forwarded = False

    def __init__(self, link: Telling, number: int, edition: Edition) -> None:
        self._link = link
        self.number = number
        self.edition = edition

    def keeper(self, recorder: Recorder) -> Keep | None:
        """Has the owner write down what the upstream answers here."""
        if not self.keeps:
            return None

        async def keep(interaction: Interaction, request: Request) -> None:
            try:
                await self._link.keep(self.number, interaction)
            except OwnerLostError as error:
                recorder.leave_out(request, str(error).rstrip("."))

        return keep

    def upstream_answered(self, request: Request, reply: Reply, at: float, *, complete: bool) -> None:  # noqa: ARG002 - the owner has the request
        """Tell the owner what the upstream has answered here."""
        self.reply, self.complete = reply, complete
        self._link.send_later((FORWARDED, self.number, at, written_reply(reply), complete))
        self._is_forwarded = True

    def ended(self) -> None:
        """Tell the owner how it went; of what the upstream answered, behind its answer."""
        if self.complete and not self._is_forwarded:
            self._link.tell_played(self.number, self.seconds)
        else:
            self._link.send_later((ENDED, self.number, self.complete, self.seconds))


class RemoteMessage(Remote):
    """One that asks for a message."""

    def __init__(self, link: Telling, number: int, edition: Edition, asked: Asked, body: bytes) -> None:
        # Not through its base: one is made for every request that another worker answers.
        self._link = link
        self.number = number
        self.edition = edition
        self._asked = asked
        self._body = body

    @property
    def request(self) -> Request:
        """What came."""
        return self._asked.request(self._body)


class RemoteAnswer(Remote):
    """One that asks for anything."""

    def __init__(self, link: Telling, number: int, edition: Edition, request: Request) -> None:
        super().__init__(link, number, edition)
        self._request = request

    @property
    def request(self) -> Request:
        """What came."""
        return self._request
