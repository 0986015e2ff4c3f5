"""A worker's way to another: asks it for replies, and for anything else by name."""

from __future__ import annotations

import pickle
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from mockapi._clock import wall
from mockapi.cluster._codec import SharedReplies, flat_reply, flat_request
from mockapi.cluster._frames import Frames
from mockapi.server import OwnerLostError, PassedOn

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from mockapi.cassettes import Interaction
    from mockapi.exchange import Reply, Request
    from mockapi.server.recording import Address, Recorder
    from mockapi.server.wire import Message

ANSWER: Final = 0  # what does this session answer? -> REPLY, or FORWARD
REPLY: Final = 1  # this, to be played; and the epoch in which it is free, or None
FORWARD: Final = 2  # let the upstream answer
ENDED: Final = 3  # the reply was played; so it went
FORWARDED: Final = 4  # the upstream has answered this
KEEP: Final = 5  # write down what the upstream answered -> RESULT
CALL: Final = 6  # anything else, by name -> RESULT
RESULT: Final = 7  # of a call: what it returns, or what it raises


class Link(Frames):
    """The connection to the door of another worker.

    Args:
        name: of the other worker, for messages.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._numbers = count()
        self._replies = SharedReplies()
        self._waiting: dict[int, asyncio.Future[Any]] = {}

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
        remote: Remote = await self._asked(ANSWER, id_, flat_request(request), server, hint)
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
        return await self._asked(CALL, name, pickle.dumps(arguments))

    async def keep(self, answered: int, interaction: Interaction) -> None:
        """Have the other worker write down what its session records; returns when that was tried."""
        await self._asked(KEEP, answered, pickle.dumps(interaction))

    async def _asked(self, kind: int, *parts: Any) -> Any:
        if self._loop is None or not self.is_open:
            raise self._ended()
        number = next(self._numbers)
        future = self._waiting[number] = self._loop.create_future()
        self.send((kind, number, *parts))
        try:
            return await future
        finally:
            self._waiting.pop(number, None)

    def taken(self, message: tuple[Any, ...]) -> None:
        """An answer has come."""
        kind, number, *parts = message
        future = self._waiting.get(number)
        if future is None or future.done():
            if kind in {REPLY, FORWARD}:  # nobody plays it: its client has left
                self.send_later((ENDED, number, False, None))
            return
        if kind == REPLY:
            future.set_result(Remote(self, number, self._replies.reply_of(parts[0]), free=parts[1]))
        elif kind == FORWARD:
            future.set_result(Remote(self, number, None, keeps=parts[0]))
        else:
            # The other end is a process of the same server, started by the same supervisor.
            value = pickle.loads(parts[1])  # noqa: S301 - see above
            if parts[0]:
                future.set_result(value)
            else:
                future.set_exception(value)

    def lost(self) -> None:
        """The other worker has ended: nobody knows what it has done of what it was asked."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(self._ended())

    def _ended(self) -> OwnerLostError:
        return OwnerLostError(f"{self._name} ended while it was asked.")


class Remote(PassedOn):
    """What another worker has answered.

    Attributes:
        free: the epoch in which whoever gets the same request may answer so by itself; None if not.
    """

    __slots__ = ("_keeps", "_link", "_number", "free")

    def __init__(
        self,
        link: Link,
        number: int,
        reply: Reply | None,
        *,
        keeps: bool = False,
        free: int | None = None,
    ) -> None:
        super().__init__(reply)
        self.free = free
        self._link = link
        self._number = number
        self._keeps = keeps

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
                await self._link.keep(self._number, interaction)
            except OwnerLostError as error:
                recorder.leave_out(request, str(error).rstrip("."))

        self.reply, self.complete = await recorder.forward(
            request, keep if self._keeps else None, scope, receive, send, request_id=request_id
        )
        self._link.send_later((FORWARDED, self._number, at, flat_reply(self.reply), self.complete))

    def ended(self) -> None:
        """Tell the owner how it went."""
        if self._link.is_open:
            self._link.send_later((ENDED, self._number, self.complete, self.seconds))
