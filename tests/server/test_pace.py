"""Speed on the wire: chunks, delays, endings, and clients that leave."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockapi.exchange import Chunk, Ending, Reply, Source
from mockapi.server.wire._player import ConnectionLost, play
from tests.support.server import (
    JSON,
    Play,
    RawClient,
    eventually,
    interaction,
    journal,
    message,
    paced,
    tasks,
)
from tests.support.virtual import run_in_no_time

if TYPE_CHECKING:
    import mockapi

ASKED = message("hi")
BODY = orjson.dumps(ASKED)
PIECES = [(0.05, b"event: a\n"), (0.0, b"data: "), (0.1, b"1\n\n"), (0.05, b"data: 2\n\n")]
EARLY = 0.002  # what a clock's grain and the trip over loopback may make a chunk seem early


def timed(client: RawClient) -> list[tuple[float, bytes]]:
    """Send the request; the transport chunks of the reply, with the seconds since."""
    started = time.monotonic()
    client.ask("POST", "/v1/messages", BODY)
    client.read_head()
    arrived = []
    while piece := client.read_piece():
        arrived.append((time.monotonic() - started, piece))
    return arrived


@pytest.mark.slow
@pytest.mark.parametrize(("speed", "factor"), [(1, 1), (2, 2), ("0.5", 0.5), (4.0, 4)])
def test_a_factor_sends_the_recorded_chunks_at_its_pace(play: Play, speed: Any, factor: float) -> None:
    """Each recorded chunk is a chunk of its own again, no earlier than its time."""
    with RawClient(play(paced(ASKED, PIECES), speed=speed)) as client:
        arrived = timed(client)
    assert b"".join(data for _, data in arrived) == b"".join(data for _, data in PIECES)
    due = 0.0
    # Two chunks without a pause between them may be told apart or not; times tell of their bytes.
    for delay, data in PIECES:
        due += delay / factor
        at = next(when for when, piece in arrived if data in piece)
        assert due - EARLY <= at
    assert arrived[0][1] == b"event: a\n", "what waits for its time is not sent with what came before"


def test_chunk_boundaries_are_those_of_the_recording(play: Play) -> None:
    """With pauses between them all, every chunk is met as it was recorded."""
    pieces = [(0.01, bytes([number]) * number) for number in range(1, 12)]
    with RawClient(play(paced(ASKED, pieces), speed=1)) as client:
        client.ask("POST", "/v1/messages", BODY)
        assert client.read().pieces == tuple(data for _, data in pieces)


def test_a_paced_reply_with_a_length_is_paced_too(play: Play) -> None:
    """A JSON reply is sent in its recorded pieces, and its framing stays a content-length."""
    pieces = [(0.0, b'{"a"'), (0.05, b":1}")]
    with RawClient(play(paced(ASKED, pieces, headers=JSON), speed=1)) as client:
        started = time.monotonic()
        client.ask("POST", "/v1/messages", BODY)
        reply = client.read()
    assert time.monotonic() - started >= 0.05 - EARLY
    assert (reply.header("content-length"), reply.body) == ("7", b'{"a":1}')


def test_at_full_speed_a_body_is_one_piece_without_delay(play: Play) -> None:
    """`max` sends what took minutes in one chunk, at once."""
    pieces = [(60.0, f"data: {number}\n\n".encode()) for number in range(50)]
    with RawClient(play(paced(ASKED, pieces))) as client:
        client.ask("POST", "/v1/messages", BODY)
        assert client.read().pieces == (b"".join(data for _, data in pieces),)


def test_a_recording_without_timing_is_sent_at_once_at_any_speed(play: Play) -> None:
    """There is nothing to reproduce."""
    with RawClient(play(interaction(ASKED, b"all"), speed=1)) as client:
        client.ask("POST", "/v1/messages", BODY)
        assert client.read().body == b"all"


def test_lateness_does_not_add_up() -> None:
    """Chunks are due at fixed times from the start: a slow send takes nothing from the next pause."""

    async def run() -> float:
        async def slow_send(sent: dict[str, Any]) -> None:
            if sent["type"] == "http.response.body":
                await asyncio.sleep(0.03)

        chunks = tuple(Chunk(0.04, b"x") for _ in range(8))
        reply = Reply(200, (), chunks, Source.RECORDED)
        assert await play(reply, {"method": "POST"}, _never, slow_send)
        return asyncio.get_running_loop().time()

    took = run_in_no_time(run(), "mockapi.server.wire._player.monotonic")
    assert took == pytest.approx(8 * 0.04 + 0.03)


async def _never() -> dict[str, Any]:
    return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return] # no end


@pytest.mark.parametrize("leave", [RawClient.reset, lambda client: client.sock.close()])
def test_a_client_that_leaves_in_mid_stream_stops_the_player(
    server: mockapi.Server, play: Play, leave: Any
) -> None:
    """A stream of an hour ends with its client, and the journal says that it was not whole."""
    base_url = play(paced(ASKED, [(0.0, b"data: 1\n\n"), (3600.0, b"data: 2\n\n")]), speed=1)
    client = RawClient(base_url)
    client.ask("POST", "/v1/messages", BODY)
    client.read_head()
    assert client.read_piece() == b"data: 1\n\n"
    leave(client)
    eventually(lambda: tasks(server) == 0, "the player has stopped")
    (entry,) = journal(server, base_url.rpartition("/")[2])
    assert entry["reply"]["complete"] is False


def test_a_client_that_does_not_read_holds_up_nobody_else(server: mockapi.Server, play: Play) -> None:
    """A stream that its client leaves unread waits; other requests are answered meanwhile."""
    big = [(0.0, b"x" * 1_000_000) for _ in range(10)]
    base_url = play(paced(ASKED, big), interaction(message("other"), b"ok"), speed=1)
    with RawClient(base_url, receive_buffer=4096) as idle, RawClient(base_url) as other:
        idle.ask("POST", "/v1/messages", BODY)
        idle.read_head()
        for _ in range(20):
            other.ask("POST", "/v1/messages", orjson.dumps(message("other")))
            assert other.read().body == b"ok"
        eventually(lambda: tasks(server) == 1, "only the one that does not read is still waited for")
    eventually(lambda: tasks(server) == 0, "its reply is given up when it leaves")


@pytest.mark.slow
@pytest.mark.parametrize("speed", ["max", 1])
@pytest.mark.parametrize("size", [1, 100_000, 6_000_000])
def test_a_reset_comes_after_exactly_the_recorded_bytes(play: Play, speed: Any, size: int) -> None:
    """A slow reader gets every byte, then a reset instead of an end."""
    body = bytes(range(256)) * (size // 256 + 1)
    recorded = paced(ASKED, [(0.0, body), (0.01, b"end")], ending=Ending.RESET)
    with RawClient(play(recorded, speed=speed), receive_buffer=8192) as client:
        client.ask("POST", "/v1/messages", BODY)
        client.read_head()
        seen = b""
        while not seen.endswith(b"end"):
            seen += client.read_piece()
        assert seen == body + b"end"
        assert client.read_to_end() == (b"", "reset"), "no last chunk, no FIN"


def test_a_reset_of_an_empty_body_follows_the_header(play: Play) -> None:
    """The status line comes, then the connection is torn down."""
    with RawClient(play(interaction(ASKED, b"", ending=Ending.RESET))) as client:
        client.ask("POST", "/v1/messages", BODY)
        assert client.read_head().status == 200
        assert client.read_to_end() == (b"", "reset")


def test_a_reset_leaves_no_complaint(play: Play, capfd: pytest.CaptureFixture[str]) -> None:
    """A reply that ends as it was meant to is no news on stderr."""
    with RawClient(play(interaction(ASKED, b"x", ending=Ending.RESET))) as client:
        client.ask("POST", "/v1/messages", BODY)
        client.read_to_end()
    assert capfd.readouterr().err == ""


def test_where_there_is_no_connection_a_reset_is_an_error() -> None:
    """An in-process transport cannot tear anything down; the one who asked for it is told."""

    async def send(_: dict[str, Any]) -> None:
        pass

    reply = Reply(200, (), (Chunk(0.0, b"x"),), Source.RECORDED, Ending.RESET)
    with pytest.raises(ConnectionLost, match="reset"):
        asyncio.run(play(reply, {"method": "POST"}, _never, send))


@pytest.mark.parametrize("speed", ["max", 1])
def test_a_stall_keeps_the_connection_open_and_silent(server: mockapi.Server, play: Play, speed: Any) -> None:
    """After the recorded bytes nothing comes, no end either, until the client leaves."""
    recorded = paced(ASKED, [(0.0, b"data: 1\n\n"), (0.01, b"data: 2")], ending=Ending.STALL)
    with RawClient(play(recorded, speed=speed)) as client:
        client.ask("POST", "/v1/messages", BODY)
        client.read_head()
        seen = b""
        while not seen.endswith(b"data: 2"):
            seen += client.read_piece()
        assert seen == b"data: 1\n\ndata: 2"
        assert client.is_silent(0.2)
    eventually(lambda: tasks(server) == 0, "the stall ends with its client")
