"""Recorded pace: how late the chunks of many streams at once come, seen by the client.

A chunk is due when its recorded delays are over, counted from the moment the request was handed
to the kernel. So what is measured holds the way there, the server's work, the way back, and
what this client itself is late. Connections are open before, as those of a client's pool are, and
then all requests are sent in one go.
"""

from __future__ import annotations

import asyncio
import bisect
import random
import re
import time
from itertools import accumulate
from typing import TYPE_CHECKING, cast

import uvloop

from benchmarks.report import Goal, Part
from benchmarks.servers import mockapi
from benchmarks.workload import HEADERS, PATH, STREAM_EVENTS, cassette_folder, paced_interaction, request_body

if TYPE_CHECKING:
    from pathlib import Path

STREAMS = 50
_PATIENCE = 60.0
_CHUNK = re.compile(rb"([0-9a-f]+)\r\n")


def pace_part(work: Path, *, rounds: int) -> Part:
    """Fifty streams at once at the recorded speed, so many times."""
    numbers = range(1, STREAMS + 1)
    folder = cassette_folder(work, "paced", [paced_interaction(n, _delays(n)) for n in numbers])
    late: list[float] = []
    with mockapi("mockapi", folder, work / "cache", "--speed", "1") as server:
        for _ in range(rounds):
            late += uvloop.run(_lateness(server.port))
    late.sort()
    p50, p99, worst = (late[int(len(late) * share)] * 1000 for share in (0.5, 0.99, 0.99999))
    return Part(
        "Recorded pace",
        f"{STREAMS} different streams at once with `--speed 1`, {STREAM_EVENTS} chunks each, about 5 s long,"
        f" {rounds} times. Lateness is counted from sending the request, and includes the client's own.",
        ("chunks", "p50 ms", "p99 ms", "largest ms"),
        [(f"{len(late):,}", f"{p50:.2f}", f"{p99:.2f}", f"{worst:.2f}")],
        [Goal(f"lateness of a chunk, {STREAMS} streams at once, p99", "< 5 ms", f"{p99:.2f} ms", p99 < 5)],
    )


def _delays(number: int) -> list[float]:
    """A pause before the first event, then an event every 5 to 45 ms; the same for the same number."""
    generator = random.Random(number)
    return [0.3, *(round(generator.uniform(0.005, 0.045), 4) for _ in range(STREAM_EVENTS - 1))]


async def _lateness(port: int) -> list[float]:
    loop = asyncio.get_running_loop()
    streams = [_Stream(number) for number in range(1, STREAMS + 1)]
    async with asyncio.timeout(_PATIENCE):
        for stream in streams:
            await loop.create_connection(lambda made=stream: made, "127.0.0.1", port)  # type: ignore[misc] # mypy infers no type for a default argument
            await stream.accepted
        for stream in streams:
            stream.ask()
        await asyncio.gather(*(stream.finished for stream in streams))
    return [late for stream in streams for late in stream.lateness()]


class _Stream(asyncio.Protocol):
    """One request, and when which byte of its answer came."""

    def __init__(self, number: int) -> None:
        self._due = list(accumulate(_delays(number)))
        body = request_body(number, stream=True)
        fields = {"host": "127.0.0.1", **HEADERS, "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._request = f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body
        self._asked = False
        self._received = b""
        self._ends: list[int] = []
        self._times: list[float] = []
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        loop = asyncio.get_running_loop()
        self.accepted: asyncio.Future[None] = loop.create_future()
        self.finished: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass of it
        self._transport.write(b"GET /_mockapi/health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")

    def ask(self) -> None:
        """Send the request."""
        assert self._transport is not None
        self._asked = True
        self._sent = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self._asked:
            if data.endswith(b"}"):
                self.accepted.set_result(None)
            return
        self._times.append(time.perf_counter())
        self._received += data
        self._ends.append(len(self._received))
        if data.endswith(b"\r\n0\r\n\r\n"):
            assert self._transport is not None
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.finished.set_result(None)

    def lateness(self) -> list[float]:
        """Seconds that the last byte of each chunk came after it was due."""
        at = self._received.index(b"\r\n\r\n") + 4
        arrivals = []
        while (match := _CHUNK.match(self._received, at)) is not None and int(match[1], 16):
            at = match.end() + int(match[1], 16)
            arrivals.append(self._times[bisect.bisect_left(self._ends, at)] - self._sent)
            at += 2
        return [at - due for at, due in zip(arrivals, self._due, strict=True)]
