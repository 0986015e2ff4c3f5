"""A reply that another process has been asked for: the connection waits for it without a task."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from mockapi.replies import with_wire_head
from mockapi.server.wire import Awaited, framed, reset

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.exchange import Reply, Request
    from mockapi.server._elsewhere import Coming, PassedOn
    from mockapi.server.wire import Framed

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]
    Plays = Callable[[Scope, Receive, Send], Awaitable[None]]


class Endpoint(Protocol):
    """What plays the replies of other processes, and tells these how they went."""

    async def play_passed_on(
        self, passed_on: PassedOn, request: Request, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Play a reply that another process has given."""

    def passed_on_played(self, passed_on: PassedOn, scope: Scope) -> None:
        """Tell whoever has given a reply how it went."""

    def fails(self, defect: Exception) -> Plays:
        """An application that tells of a defect."""


class AwaitedReply(Awaited):
    """A reply that another process has been asked for.

    Args:
        endpoint: plays what takes time, and tells that process how the reply went.
        coming: what it has been asked for.
        request: what came.
        scope: of the ASGI request.
    """

    __slots__ = ("_coming", "_endpoint", "_is_lost", "_request", "_scope")

    def __init__(self, endpoint: Endpoint, coming: Coming, request: Request, scope: Scope) -> None:
        self._endpoint = endpoint
        self._coming = coming
        self._request = request
        self._scope = scope
        self._is_lost = False
        coming.then = self._come

    def _come(self, is_answered: bool) -> None:  # noqa: FBT001 - all there is to be told
        self._is_lost = not is_answered
        self.connection.has_come(self)

    def found(self, *, takes_frame: bool) -> bytes | Framed | Plays:
        """The reply, as it is to be sent."""
        coming, endpoint = self._coming, self._endpoint
        if self._is_lost:
            return _reset
        try:
            reply = None
            if takes_frame and coming.reply is not None:
                reply = whole(_with_head(coming.reply))
            if reply is None:
                return partial(endpoint.play_passed_on, coming, self._request)
            coming.complete = True
            endpoint.passed_on_played(coming, self._scope)
        except Exception as defect:  # noqa: BLE001 - told by what tells all of them
            return endpoint.fails(defect)
        return reply


def _with_head(reply: Reply) -> Reply:
    """A reply to a message as it is, with its head where none was written out for it yet."""
    return with_wire_head(reply, method="POST") if reply.wire_head is None else reply


async def _reset(scope: Scope, receive: Receive, _send: Send) -> None:
    """End a connection as a process that had both it and the session would have ended it."""
    await reset(scope, receive)


def whole(reply: Reply) -> bytes | Framed | None:
    """A reply as it goes over the wire; None where the HTTP server or time has a part in that."""
    head = reply.wire_head
    return None if head is None else framed(head.before, reply.chunks[0].data, head.after)
