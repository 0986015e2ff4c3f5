"""A worker's way to another: asks it for replies, and for anything else by name."""

from __future__ import annotations

import pickle
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from mockapi.cluster._codec import SharedReplies, flat_request, read_flat
from mockapi.cluster._frames import Frames
from mockapi.cluster._kinds import (
    ANSWER,
    CALL,
    FORWARD,
    KEEP,
    MESSAGE,
    NAMED,
    PLAYED,
    REPLY,
    RESULT,
    TURNED_AWAY,
)
from mockapi.cluster._named import Edition
from mockapi.cluster._remote import Remote, RemoteAnswer, RemoteMessage
from mockapi.server import OwnerLostError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from mockapi.cassettes import Interaction
    from mockapi.cluster._service import WorkerService
    from mockapi.exchange import Reply, Request
    from mockapi.server.recording import Address
    from mockapi.server.wire import Awaited
    from mockapi.sessions import Asked

PLACES: Final = 256
"""What is kept at the other end of what clients ask again and again."""


class Link(Frames):
    """The connection to the door of another worker.

    Args:
        name: of the other worker, for messages.
        service: the state of this one.
        learn: told of requests whose replies are free, with the epoch; see `FreeReplies`.
    """

    def __init__(self, name: str, service: WorkerService, learn: Callable[[Request, int], None]) -> None:
        super().__init__()
        self._name = name
        self._service = service
        self._learn = learn
        self._numbers = count()
        self._replies = SharedReplies()
        self._edition = Edition(0, service.library)
        # Where the other worker keeps what clients ask again and again, and of which address it thinks there.
        self._places: dict[Asked, tuple[int, Address]] = {}
        self._asked: dict[int, Remote] = {}
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._played: list[Any] = []  # a number and seconds of each reply that the next message tells of
        self._takes: dict[int, Callable[..., None]] = {
            NAMED: self._named,
            REPLY: self._replied,
            FORWARD: self._to_forward,
            TURNED_AWAY: self._turned_away,
            RESULT: self._returned,
        }

    def ask(self, asked: Asked, body: bytes, server: Address) -> Remote:
        """Have a session of the other worker answer a message; see `mockapi.server.Owner.at_hand`.

        Args:
            asked: the request but for its body.
            body: all of it.
            server: the address at which it came.
        """
        number, edition = next(self._numbers), self._current_edition()
        remote = self._asked[number] = RemoteMessage(self, number, edition, asked, body)
        known, new = self._places.get(asked), None
        if known is None or known[1] != server:
            known = self._new_place(asked, server)
            new = asked.session_id, asked.query, asked.headers, server
        self.send((MESSAGE, number, edition.number, known[0], new, body))
        return remote

    def _new_place(self, asked: Asked, server: Address) -> tuple[int, Address]:
        """Where the other worker is to keep what a client asks, and the address that stands there."""
        if len(self._places) >= PLACES:
            self._places.clear()
        number = self._places.pop(asked, (len(self._places),))[0]
        place = self._places[asked] = number, server
        return place

    async def answer(self, id_: str | None, request: Request, server: Address, hint: str) -> Remote:
        """What a session of the other worker answers.

        Args:
            id_: of the session; None for the root URL's.
            request: what came.
            server: the address at which it came.
            hint: what its sender should know, whatever the answer is.

        Raises:
            OwnerLostError: the other worker ended meanwhile.
        """
        if self._loop is None or not self.is_open:
            raise self._ended()
        number, edition = next(self._numbers), self._current_edition()
        remote = self._asked[number] = RemoteAnswer(self, number, edition, request)
        waiting = remote.connection = _Waiting(self._loop.create_future())
        self.send((ANSWER, number, edition.number, id_, flat_request(request), server, hint))
        await waiting.future
        if remote.is_lost:
            raise self._ended()
        return remote

    async def call(self, name: str, *arguments: Any) -> Any:
        """Have the other worker do something; what it returns.

        Args:
            name: of what to do.
            arguments: for it.

        Raises:
            OwnerLostError: the other worker ended meanwhile.
            Exception: what it raises there.
        """
        return await self._called(CALL, next(self._numbers), name, pickle.dumps(arguments))

    async def keep(self, answered: int, interaction: Interaction) -> None:
        """Have the other worker write down what its session records; returns when that was tried."""
        await self._called(KEEP, next(self._numbers), answered, pickle.dumps(interaction))

    def _current_edition(self) -> Edition:
        library, edition = self._service.library, self._edition
        if edition.library is not library:
            edition = self._edition = Edition(edition.number + 1, library)
        return edition

    async def _called(self, kind: int, number: int, *parts: Any) -> Any:
        if self._loop is None or not self.is_open:
            raise self._ended()
        future = self._calls[number] = self._loop.create_future()
        self.send((kind, number, *parts))
        try:
            return await future
        finally:
            self._calls.pop(number, None)

    def tell_played(self, number: int, seconds: float | None) -> None:
        """Tell the other worker that a reply of its was played whole, with the next message.

        It may be heard before what was said before, with the first reply of which the message tells.

        Args:
            number: of what it was asked for.
            seconds: from the whole request to the reply's last byte.
        """
        played = self._played
        if not played:
            self.send_later((PLAYED, played))
        played += number, seconds

    def flush(self) -> None:
        """Let everything leave that was said."""
        self._played = []  # what it held leaves now, and what comes next needs a message of its own
        super().flush()

    def taken(self, messages: list[tuple[Any, ...]]) -> None:
        """Answers have come."""
        takes = self._takes
        for message in messages:
            takes[message[0]](*message[1:])

    def _named(self, number: int, recording: int, free: int | None) -> None:
        remote = self._asked[number]
        self._answered(remote, remote.edition.reply(recording), free)

    def _replied(self, number: int, written: bytes, free: int | None, recording: int | None) -> None:
        remote = self._asked[number]
        reply = self._replies.reply_of(read_flat(written))
        self._answered(remote, reply if recording is None else remote.edition.learn(recording, reply), free)

    def _turned_away(self, number: int, written: bytes) -> None:
        self._asked[number].is_turned_away = True
        self._replied(number, written, None, None)

    def _answered(self, remote: Remote, reply: Reply, free: int | None) -> None:
        remote.reply = reply
        if free is not None:
            self._learn(remote.request, free)
        del self._asked[remote.number]  # where a defect is met before this, `lost` tells whoever waits
        remote.connection.has_come(remote)

    def _to_forward(self, number: int, keeps: bool) -> None:  # noqa: FBT001 - as it comes
        remote = self._asked.pop(number)
        remote.keeps = keeps
        remote.connection.has_come(remote)

    def _returned(self, number: int, is_done: bool, pickled: bytes) -> None:  # noqa: FBT001 - as it comes
        future = self._calls.get(number)
        if future is None or future.done():
            return
        # The other end is a process of the same server, started by the same supervisor.
        value = pickle.loads(pickled)  # noqa: S301 - see above
        if is_done:
            future.set_result(value)
        else:
            future.set_exception(value)

    def lost(self) -> None:
        """The other worker has ended: nobody knows what it has done of what it was asked."""
        for future in self._calls.values():
            if not future.done():
                future.set_exception(self._ended())
        lost, self._asked = self._asked, {}
        for remote in lost.values():
            remote.is_lost = True
            remote.connection.has_come(remote)
        self._takes.clear()  # each of them holds the link

    def _ended(self) -> OwnerLostError:
        return OwnerLostError(f"{self._name} ended while it was asked.")


class _Waiting:
    """A task that waits for an answer, as the connection of any other waits for it."""

    def __init__(self, future: asyncio.Future[None]) -> None:
        self.future = future

    def has_come(self, awaited: Awaited) -> None:
        """Wake the task; what nobody plays has ended."""
        if not self.future.done():
            self.future.set_result(None)
        elif isinstance(awaited, Remote) and not awaited.is_lost:
            awaited.ended()
