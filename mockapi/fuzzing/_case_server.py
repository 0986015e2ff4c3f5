"""The server that a client under test talks to: every case is a base URL.

It plays replies with mockapi's own player, so every ending and chunk is what the case says. Which
reply it is stands in the path, `/NUMBER/...`; whatever comes behind the number gets it, so a
client may ask as it likes. An offer may be a sequence: each request gets the next reply of it, and the
last one stays. A second GET is a reconnection, as EventSource makes it, and learns that the stream is over.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Self

from mockapi.exchange import Chunk, Reply, Source
from mockapi.server import listen, path_of
from mockapi.server.wire import ThreadedServer, play

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

_KEPT = 100
_NOT_HERE = Reply(404, ((b"content-length", b"0"),), (Chunk(0.0, b""),), Source.INVALID)
_NO_MORE = Reply(204, (), (), Source.SCRIPTED)


class CaseServer:
    """A server on a thread of its own; a context manager.

    Attributes:
        base_url: without a path.
        bodies: of the latest requests.
    """

    def __init__(self) -> None:
        self._replies: dict[int, Sequence[Reply]] = {}
        self._asked: Counter[int] = Counter()
        self._count = 0
        self._left: dict[int, threading.Event] = {}
        self._accepts: dict[int, str] = {}
        self.bodies: deque[bytes] = deque(maxlen=_KEPT)

        async def app(scope: Message, receive: Receive, send: Send) -> None:
            await self._answer(scope, receive, send)

        self._running = ThreadedServer(
            app,  # type: ignore[arg-type] # a bare ASGI function does
            listen("127.0.0.1", 0),
            name="mockapi cases",
        )
        self.base_url = self._running.base_url

    def offer(self, *replies: Reply, number: int | None = None) -> tuple[int, str]:
        """A number and a base URL under which these replies are played; what was offered before is gone.

        Args:
            replies: what is played, one after the other; the last one to all later requests.
            number: of an earlier offer, to play another reply under its base URL.
        """
        if number is None:
            self._count += 1
            number = self._count
        self._replies = {number: replies}
        self._asked.clear()
        self._left = {number: threading.Event()}
        self._accepts = {}
        return number, f"{self.base_url}/{number}"

    def was_left(self, number: int, seconds: float) -> bool:
        """Whether a client has gone away from this reply before its end, within so many seconds."""
        return self._left[number].wait(seconds)

    def accepts(self, number: int) -> str | None:
        """The `accept-encoding` of the request for this reply; None without the request or the field."""
        return self._accepts.get(number)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.bodies.append(body)
        text = path_of(scope).split("/")[1]
        number = int(text) if text.isascii() and text.isdigit() else 0
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        self._accepts[number] = headers.get(b"accept-encoding", "")
        reply = self._next(number, scope["method"])
        whole = await play(reply, scope, receive, send)
        if not whole and number in self._left:
            self._left[number].set()

    def _next(self, number: int, method: str) -> Reply:
        replies = self._replies.get(number)
        if replies is None:
            return _NOT_HERE
        at = self._asked[number]
        self._asked[number] += 1
        if method == "GET" and at >= len(replies):
            return _NO_MORE
        return replies[min(at, len(replies) - 1)]

    def __enter__(self) -> Self:
        self._running.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.stop()
