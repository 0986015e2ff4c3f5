"""Paced chunks written by timers: framed, on time, held back by a slow reader, ended when a client leaves."""

from __future__ import annotations

import asyncio
from typing import Any

from mockapi._clock import monotonic
from mockapi.exchange import Chunk
from mockapi.server.wire._lateness import Lateness
from mockapi.server.wire._pacer import Pacer


class Wire:
    """A connection that keeps what is written and when."""

    def __init__(self, congested_after: int = 100) -> None:
        self.written: list[tuple[float, bytes]] = []
        self._room = congested_after

    def write(self, data: bytes) -> bool:
        """Keep it; whether all the room is taken."""
        self.written.append((monotonic(), data))
        return len(self.written) >= self._room


def pacer(
    chunks: list[Chunk], wire: Any, lateness: Lateness | None = None
) -> tuple[Pacer, asyncio.Future[None]]:
    """A pacer, and what is done when the client leaves."""
    leaving = asyncio.get_running_loop().create_future()
    return Pacer(chunks, monotonic(), wire, leaving, lateness), leaving


def test_chunks_are_framed_and_never_early() -> None:
    """Those that are due at one moment leave at once; a chunk of nothing is left out."""

    async def run() -> None:
        wire, lateness = Wire(), Lateness()
        begun = monotonic()
        chunks = [Chunk(0.0, b"a" * 17), Chunk(0.0, b""), Chunk(0.05, b"b"), Chunk(0.02, b"c")]
        playing, _ = pacer(chunks, wire, lateness)
        assert await playing.play()
        assert playing.is_done
        assert [data for _, data in wire.written] == [
            b"11\r\n" + b"a" * 17 + b"\r\n",
            b"1\r\nb\r\n",
            b"1\r\nc\r\n",
        ]
        assert wire.written[1][0] - begun >= 0.049
        assert wire.written[2][0] - begun >= 0.069
        assert lateness.count == 2

    asyncio.run(run())


def test_lateness_is_counted_from_the_moment_a_chunk_was_due() -> None:
    """Chunks that were due seconds before they could be written count those seconds."""

    async def run() -> None:
        lateness = Lateness()
        leaving = asyncio.get_running_loop().create_future()
        chunks = [Chunk(1.0, b"a"), Chunk(4.0, b"b")]
        playing = Pacer(chunks, monotonic() - 10.0, Wire(), leaving, lateness)  # type: ignore[arg-type] # a stand-in
        assert await playing.play()
        assert lateness.count == 2
        assert lateness.worst >= 9.0
        assert 5.0 <= lateness.quantile(0.5) < 9.0

    asyncio.run(run())


def test_a_congested_connection_holds_it_back() -> None:
    """It goes on from there when it is asked to."""

    async def run() -> None:
        wire = Wire(congested_after=1)
        playing, _ = pacer([Chunk(0.0, b"a"), Chunk(0.0, b"b")], wire)
        assert await playing.play()
        assert (len(wire.written), playing.is_done) == (1, False)
        assert await playing.play()
        assert (len(wire.written), playing.is_done) == (2, True)

    asyncio.run(run())


def test_nothing_is_written_for_a_client_that_left() -> None:
    """Not even what was due."""

    async def run() -> None:
        wire = Wire()
        playing, leaving = pacer([Chunk(0.0, b"a"), Chunk(60.0, b"b")], wire)
        asyncio.get_running_loop().call_later(0.02, leaving.set_result, None)
        assert not await playing.play()
        assert len(wire.written) == 1

    asyncio.run(run())


def test_lateness_tells_quantiles_on_the_safe_side() -> None:
    """Within ten percent above the truth, and never above the worst."""
    lateness = Lateness()
    assert lateness.as_json() == {"chunks": 0, "p50_ms": 0.0, "p99_ms": 0.0, "worst_ms": 0.0}
    for number in range(1, 1001):
        lateness.add(number / 1000)
    assert 0.5 <= lateness.quantile(0.5) <= 0.5 * 1.1
    assert 0.99 <= lateness.quantile(0.99) <= 1.0
    shown = lateness.as_json()
    assert (shown["chunks"], shown["worst_ms"]) == (1000, 1000.0)
    assert shown["p50_ms"] == round(lateness.quantile(0.5) * 1000, 3)
    assert shown["p99_ms"] == round(lateness.quantile(0.99) * 1000, 3)
    lateness.add(1e9)
    lateness.add(-1.0)
    assert lateness.worst == 1e9
    assert lateness.quantile(1.0) == 1e9
