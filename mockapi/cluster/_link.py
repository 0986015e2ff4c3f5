"""A worker's way to another: asks it for replies, and for anything else by name."""

from __future__ import annotations

import pickle
from functools import partial
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
    from mockapi.exchange import Request
    from mockapi.server.recording import Address, Recorder
    from mockapi.server.wire import Message
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
        self._places: dict[Asked, int] = {}  # where the other worker keeps what clients ask again and again
        self._asked: dict[int, Remote] = {}
        self._calls: dict[int, asyncio.Future[Any]] = {}

    def ask(self, asked: Asked, request: Request, server: Address) -> Remote:
        """Have a session of the other worker answer a message; see `mockapi.server.Owner.at_hand`.

        Args:
            asked: the request but for its body.
            request: the whole one.
            server: the address at which it came.
        """
        remote = self._new(request)
        place, new = self._places.get(asked), None
        if place is None:
            if len(self._places) >= PLACES:
                self._places.clear()
            place = self._places[asked] = len(self._places)
            new = asked.session_id, asked.query, asked.headers
        self.send((MESSAGE, remote.number, remote.edition.number, place, new, request.body, server))
        return remote

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
        remote = self._new(request)
        future: asyncio.Future[bool] = self._loop.create_future()
        remote.then = partial(_settle, future, remote)
        edition = remote.edition.number
        self.send((ANSWER, remote.number, edition, id_, flat_request(request), server, hint))
        if not await future:
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

    def _new(self, request: Request) -> Remote:
        """What the answer to a request will be told to."""
        library = self._service.library
        if not self._edition.is_of(library):
            self._edition = Edition(self._edition.number + 1, library)
        number = next(self._numbers)
        remote = self._asked[number] = Remote(self, number, request, self._edition)
        return remote

    async def _called(self, kind: int, number: int, *parts: Any) -> Any:
        if self._loop is None or not self.is_open:
            raise self._ended()
        future = self._calls[number] = self._loop.create_future()
        self.send((kind, number, *parts))
        try:
            return await future
        finally:
            self._calls.pop(number, None)

    def taken(self, message: tuple[Any, ...]) -> None:
        """An answer has come."""
        kind, number, *parts = message
        if kind == RESULT:
            self._returned(number, *parts)
            return
        remote = self._asked[number]
        if kind == FORWARD:
            remote.keeps = parts[0]
        else:
            what, free, *named = parts
            if kind == NAMED:
                reply = remote.edition.reply(what)
            else:
                reply = self._replies.reply_of(read_flat(what))
                if named[0] is not None:
                    reply = remote.edition.learn(named[0], reply)
            if free is not None:
                self._learn(remote.request, free)
            remote.reply = reply
        del self._asked[number]  # where a defect is met before this, `lost` tells whoever waits
        remote.tell(is_answered=True)

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
            remote.tell(is_answered=False)

    def _ended(self) -> OwnerLostError:
        return OwnerLostError(f"{self._name} ended while it was asked.")


def _settle(future: asyncio.Future[bool], remote: Remote, is_answered: bool) -> None:  # noqa: FBT001 - as it comes
    """Wake whoever waits for an answer; one that nobody plays has ended."""
    if not future.done():
        future.set_result(is_answered)
    elif is_answered:
        remote.ended()


class Remote(Coming):
    """What another worker is asked for, and what it has answered.

    Attributes:
        number: by which both speak of it.
        request: what came.
        edition: by which the other worker's names of recordings are understood.
        keeps: whether the owner writes down what the upstream answers.
    """

    __slots__ = ("_link", "edition", "keeps", "number", "request")

    def __init__(self, link: Link, number: int, request: Request, edition: Edition) -> None:
        super().__init__(None)
        self._link = link
        self.number = number
        self.request = request
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
        if self._link.is_open:
            self._link.send_later((ENDED, self.number, self.complete, self.seconds))
