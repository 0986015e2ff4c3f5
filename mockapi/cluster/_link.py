"""A worker's way to another: asks it for replies, and for anything else by name."""

from __future__ import annotations

import pickle
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from mockapi._clock import wall
from mockapi.cluster._codec import SharedReplies, flat_request, read_flat, written_reply
from mockapi.cluster._frames import Frames
from mockapi.cluster._named import Edition
from mockapi.server import Coming, OwnerLostError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from mockapi.cassettes import Interaction
    from mockapi.cluster._service import WorkerService
    from mockapi.exchange import Reply, Request
    from mockapi.server.recording import Address, Recorder
    from mockapi.server.wire import Awaited, Message
    from mockapi.sessions import Asked

ANSWER: Final = 0  # what does this session answer? -> REPLY, NAMED, or FORWARD
REPLY: Final = 1  # this, to be played; the epoch in which it is free, and the number it has, or None
FORWARD: Final = 2  # let the upstream answer
ENDED: Final = 3  # the reply was played; so it went
FORWARDED: Final = 4  # the upstream has answered this
KEEP: Final = 5  # write down what the upstream answered -> RESULT
CALL: Final = 6  # anything else, by name -> RESULT
RESULT: Final = 7  # of a call: what it returns, or what it raises
MESSAGE: Final = 8  # as ANSWER, for a message; whoever may not ask has been turned away
NAMED: Final = 9  # as REPLY, by its number
PLAYED: Final = 10  # as ENDED, of replies that were played whole

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
        remote = self._asked[number] = _Message(self, number, edition, asked, body)
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
        remote = self._asked[number] = _Question(self, number, edition, request)
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
        """Tell the other worker that a reply was played whole, with the next message.

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
        super().flush()
        if self._played:
            self._played = []

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


class Remote(Coming):
    """What another worker is asked for, and what it has answered.

    Attributes:
        number: by which both speak of it.
        edition: by which the other worker's names of recordings are understood.
        keeps: whether the owner writes down what the upstream answers.
    """

    __slots__ = ("_link", "edition", "keeps", "number")

    def __init__(self, link: Link, number: int, edition: Edition) -> None:
        super().__init__()
        self._link = link
        self.number = number
        self.edition = edition
        self.keeps = False

    async def forward(
        self,
        recorder: Recorder,
        request: Request,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
        *,
        request_id: str,
    ) -> None:
        """Let the upstream answer here, and the owner write it down."""
        at = wall()

        async def keep(interaction: Interaction, request: Request) -> None:
            try:
                await self._link.keep(self.number, interaction)
            except OwnerLostError as error:
                recorder.leave_out(request, str(error).rstrip("."))

        self.reply, self.complete = await recorder.forward(
            request, keep if self.keeps else None, scope, receive, send, request_id=request_id
        )
        self._link.send_later((FORWARDED, self.number, at, written_reply(self.reply), self.complete))

    def ended(self) -> None:
        """Tell the owner how it went."""
        if self.complete:
            self._link.tell_played(self.number, self.seconds)
        else:
            self._link.send_later((ENDED, self.number, self.complete, self.seconds))


class _Message(Remote):
    """One that asks for a message."""

    __slots__ = ("_asked", "_body")

    def __init__(self, link: Link, number: int, edition: Edition, asked: Asked, body: bytes) -> None:
        super().__init__(link, number, edition)
        self._asked = asked
        self._body = body

    @property
    def request(self) -> Request:
        """What came."""
        return self._asked.request(self._body)


class _Question(Remote):
    """One that asks for anything."""

    __slots__ = ("_request",)

    def __init__(self, link: Link, number: int, edition: Edition, request: Request) -> None:
        super().__init__(link, number, edition)
        self._request = request

    @property
    def request(self) -> Request:
        """What came."""
        return self._request
