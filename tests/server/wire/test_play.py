"""A reply on any ASGI server: what is sent of it, and what is not once its client has left."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mockapi.exchange import Chunk, Ending, Reply, Source
from mockapi.server.wire import ConnectionLost, play
from mockapi.server.wire._lateness import Lateness
from tests.support.each import each

FIELDS = ((b"x-a", b"b"),)
HOUR = 3600.0


def reply(*chunks: tuple[float, bytes], **more: Any) -> Reply:
    """A reply in these chunks."""
    return Reply(207, FIELDS, tuple(Chunk(*chunk) for chunk in chunks), Source.RECORDED, **more)


def played(what: Reply, *, leaves_after: int | None = None) -> tuple[bool, list[Any], Lateness]:
    """Whether it was sent whole, and what was; the client leaves when it has got so many messages."""
    sent: list[Any] = []
    lateness = Lateness()

    async def run() -> bool:
        left = asyncio.Event()
        if leaves_after == 0:
            left.set()

        async def receive() -> Any:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            is_start = message["type"] == "http.response.start"
            sent.append(message["status"] if is_start else (message["body"], message.get("more_body", False)))
            if len(sent) == leaves_after:
                left.set()

        return await play(what, {"type": "http", "method": "POST"}, receive, send, lateness)

    return asyncio.run(run()), sent, lateness


@each(
    ("what", "sent"),
    [
        (reply(), [207, (b"", False)]),
        (reply((0.0, b"a")), [207, (b"a", False)]),
        (reply((0.001, b"a")), [207, (b"a", False)]),
        (reply((0.0, b"a"), (0.001, b"b")), [207, (b"a", True), (b"b", False)]),
        (reply((0.0, b"a"), (0.001, b""), (0.0, b"c")), [207, (b"a", True), (b"", True), (b"c", False)]),
        (reply(hold=0.001), [207, (b"", False)]),
        (reply((0.0, b"a"), hold=0.001), [207, (b"a", False)]),
    ],
)
def test_a_reply_is_sent_in_its_chunks(what: Reply, sent: list[Any]) -> None:
    """At once, or each when it is due; the last one ends the message."""
    is_whole, found, lateness = played(what)
    assert (is_whole, found) == (True, sent)
    assert lateness.streams == 0
    assert lateness.count == sum(chunk.delay > 0 for chunk in what.chunks)


@each(
    ("what", "leaves_after", "sent"),
    [
        (reply((0.0, b"a"), hold=HOUR), 0, []),
        (reply((HOUR, b"a")), 0, [207]),
        (reply((HOUR, b"a")), 1, [207]),
        (reply((0.0, b"a"), (HOUR, b"b")), 2, [207, (b"a", True)]),
        (reply((0.0, b"a"), ending=Ending.STALL), 2, [207, (b"a", True)]),
        (reply(ending=Ending.STALL), 1, [207]),
    ],
)
def test_who_has_left_is_sent_nothing_more(what: Reply, leaves_after: int, sent: list[Any]) -> None:
    """Neither the status after a pause, nor what would come later; the stream is counted as ended."""
    is_whole, found, lateness = played(what, leaves_after=leaves_after)
    assert (is_whole, found, lateness.streams) == (False, sent, 0)


@each("ending", [Ending.RESET, Ending.CUT, Ending.HALF_CLOSE])
def test_an_ending_that_needs_the_connection_is_told_where_there_is_none(ending: Ending) -> None:
    """As on somebody else's server."""
    with pytest.raises(ConnectionLost, match=f"ends in a {ending}, which needs a connection"):
        played(reply((0.0, b"a"), ending=ending))
