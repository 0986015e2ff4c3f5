"""Playing a reply onto the wire: the single place that writes to a client.

A reply without delays goes out as one body message: writing it event by event costs ten times
as much. A paced one is sent against an absolute schedule, so that lateness does not add up, and
stops as soon as the client leaves.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mockapi.exchange import Ending
from mockapi.server._clock import monotonic
from mockapi.server._protocol import CONNECTION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.exchange import Reply

Message = dict[str, Any]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.05


class ConnectionLost(ConnectionError):  # noqa: N818 - the name says what happened
    """A reset was ordered where there is no connection to reset (an in-process transport)."""


async def play(
    reply: Reply,
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> bool:
    """Send a reply. False if the client left before its end.

    Raises:
        ConnectionLost: the reply ends in a reset, and there is no socket that could be reset.
    """
    await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
    chunks = reply.chunks
    if reply.ending is Ending.CLEAN and (not chunks or (len(chunks) == 1 and not chunks[0].delay)):
        await send({"type": "http.response.body", "body": chunks[0].data if chunks else b""})
        return True
    leaving = asyncio.ensure_future(_until_left(receive))
    try:
        return await _play_paced(reply, scope, send, leaving)
    finally:
        leaving.cancel()


async def _play_paced(
    reply: Reply, scope: Message, send: Callable[[Message], Awaitable[None]], leaving: asyncio.Future[None]
) -> bool:
    due = monotonic()
    last = len(reply.chunks) - 1
    for number, (delay, data) in enumerate(reply.chunks):
        due += delay
        wait = due - monotonic()
        if wait > 0:
            await asyncio.wait((leaving,), timeout=wait)
        if leaving.done():
            return False
        more = number < last or reply.ending is not Ending.CLEAN
        await send({"type": "http.response.body", "body": data, "more_body": more})
    if reply.ending is Ending.CLEAN:
        if not reply.chunks:
            await send({"type": "http.response.body", "body": b""})
        return True
    if reply.ending is Ending.STALL:
        await leaving
        return False
    return await _reset(scope, leaving)


async def _reset(scope: Message, leaving: asyncio.Future[None]) -> bool:
    connection = scope.get("extensions", {}).get(CONNECTION)
    if connection is None:
        raise ConnectionLost("the reply ends in a connection reset")
    pause = _FIRST_PAUSE
    while connection.unsent and not leaving.done():
        await asyncio.wait((leaving,), timeout=pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    if leaving.done():
        return False
    connection.reset()
    await leaving  # the connection's end; returning before it would look like a reply left unfinished
    return True


async def _until_left(receive: Callable[[], Awaitable[Message]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
