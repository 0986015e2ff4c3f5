"""Speed: functions from a reply to the same reply, faster, slower or all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.exchange import Chunk

if TYPE_CHECKING:
    from mockapi.exchange import Reply


def at_once(reply: Reply) -> Reply:
    """The whole body in one piece, without delay: `--speed max`."""
    if len(reply.chunks) == 1 and not reply.chunks[0].delay:
        return reply
    body = reply.body
    return reply.with_chunks((Chunk(0.0, body),) if body else ())


def at_speed(reply: Reply, factor: float) -> Reply:
    """The recorded chunks with their delays divided by `factor`: 1 as recorded, 2 twice as fast."""
    if factor == 1:
        return reply
    return reply.with_chunks(tuple(Chunk(delay / factor, data) for delay, data in reply.chunks))
