"""Recorded delays at a factor: exact times, whatever a wire makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockapi.exchange import Chunk, Reply, Source
from mockapi.replies import at_once, at_speed

REPLY = Reply(200, (), (Chunk(0.5, b"a"), Chunk(0.0, b"b"), Chunk(0.25, b"c")), Source.RECORDED)


@pytest.mark.parametrize(
    ("factor", "delays"),
    [(1.0, [0.5, 0.0, 0.25]), (2.0, [0.25, 0.0, 0.125]), (0.5, [1.0, 0.0, 0.5])],
)
def test_a_factor_divides_every_delay(factor: float, delays: list[float]) -> None:
    """2 is twice as fast, 0.5 at half the pace; chunks stay what they were."""
    played = at_speed(REPLY, factor)
    assert [chunk.delay for chunk in played.chunks] == delays
    assert [chunk.data for chunk in played.chunks] == [b"a", b"b", b"c"]


@pytest.mark.parametrize("chunks", [REPLY.chunks, REPLY.chunks[1:], REPLY.chunks[:1], REPLY.chunks[1:2]])
def test_at_once_waits_for_nothing(chunks: tuple[Chunk, ...]) -> None:
    """All bytes are there, in one piece, and none is held back."""
    played = at_once(replace(REPLY, chunks=chunks))
    assert played.chunks == (Chunk(0.0, b"".join(chunk.data for chunk in chunks)),)
