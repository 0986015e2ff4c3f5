"""A reply that another process has been asked for: the connection waits for it without a task."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from mockapi.replies import wire_head_of
from mockapi.server._elsewhere import PassedOn
from mockapi.server.wire import Awaited, framed, reset

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.exchange import Reply, Request
    from mockapi.server.wire import Awaiting, Framed

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


class Coming(PassedOn, Awaited):
    """An exchange that another process has been asked for, and has not answered yet.

    Attributes:
        connection: what waits for the reply.
        is_lost: whether the other process has ended: there is no answer.
        endpoint: plays what takes time, and tells the other process how the reply went.
        scope: of the ASGI request.
    """

    connection: Awaiting
    endpoint: Endpoint
    scope: Scope
    is_lost = False

    @property
    def request(self) -> Request:
        """What came; made when it is asked for, as it seldom is."""
        raise NotImplementedError

    def found(self, *, takes_frame: bool) -> bytes | Framed | Plays:
        """The reply, as it is to be sent."""
        if self.is_lost:
            return _reset
        reply = self.reply
        try:
            whole = whole_of(reply) if takes_frame and reply is not None else None
            if whole is None:
                return partial(self.endpoint.play_passed_on, self, self.request)
            self.complete = True
            self.endpoint.passed_on_played(self, self.scope)
        except Exception as defect:  # noqa: BLE001 - told by what tells all of them
            return self.endpoint.fails(defect)
        return whole


async def _reset(scope: Scope, receive: Receive, _send: Send) -> None:
    """End a connection as a process that had both it and the session would have ended it."""
    await reset(scope, receive)


def whole_of(reply: Reply) -> bytes | Framed | None:
    """A reply to a message as it goes over the wire; None where the HTTP server or time has a part in it."""
    head = reply.wire_head or wire_head_of(reply, method="POST")
    return None if head is None else framed(head.before, reply.body, head.after)
