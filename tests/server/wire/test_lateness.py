"""How late paced chunks are on the wire: measured by a client in another process than the server."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.support.process import Serving
from tests.support.server import message, paced, write_cassette
from tests.support.shared import say

if TYPE_CHECKING:
    from pathlib import Path

STREAMS, CHUNKS, PAUSE = 50, 60, 0.025
BOUND = 0.005
ATTEMPTS = 5


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_fifty_paced_streams_at_once_are_on_time(tmp_path: Path) -> None:
    """99 of 100 chunks of 50 streams come within 5 ms of their time.

    Other work on the machine delays them too, so the best of a few attempts counts.
    """
    pieces = [(PAUSE if number else 0.0, b"data: %04d\n\n" % number) for number in range(CHUNKS)]
    cassette = write_cassette(tmp_path / "a.yaml", paced(message("hi"), pieces))
    found = []
    with Serving("serve", cassette, "--port", "0", "--speed", "1") as server:
        for _ in range(ATTEMPTS):
            late = sorted(asyncio.run(_streams(server.url)))
            assert len(late) == STREAMS * (CHUNKS - 1)
            found.append(late[int(len(late) * 0.99)])
            if found[-1] < BOUND:
                break
    say(f"p99 lateness of {STREAMS} streams: {', '.join(f'{value * 1000:.2f} ms' for value in found)}")
    assert min(found) < BOUND, [f"{value * 1000:.2f} ms" for value in found]


async def _streams(url: str) -> list[float]:
    host, port = url.removeprefix("http://").split(":")
    late = await asyncio.gather(
        *(_stream(host, int(port), number * PAUSE / STREAMS) for number in range(STREAMS))
    )
    return [value for values in late for value in values]


async def _stream(host: str, port: int, start: float) -> list[float]:
    """The lateness of each chunk but the first, which says when the stream began."""
    await asyncio.sleep(start)  # as streams do: not all in the same millisecond
    reader, writer = await asyncio.open_connection(host, port)
    body = orjson.dumps(message("hi"))
    writer.write(b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
    await reader.readuntil(b"\r\n\r\n")
    arrived = []
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
        arrived.append(time.perf_counter())
    writer.close()
    await writer.wait_closed()
    return [at - arrived[0] - number * PAUSE for number, at in enumerate(arrived)][1:]
