"""Offers to change the protocol are not taken up: the request is answered as if it had not offered."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import uvicorn
from hypothesis import example, given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from mockapi.server.wire._protocol import Protocol
from tests.support.server import Play, RawClient, interaction, journal, message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import mockapi

ASKED = orjson.dumps(message("hi"))
H2C = (("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQCAAAA"))
OFFERS = {
    "nothing": (),
    "HTTP/2": H2C,
    "a WebSocket": (("Upgrade", "websocket"), ("Connection", "keep-alive, upgrade")),
    "two protocols": (("upgrade", "foo/1, bar/2"), ("connection", "upgrade"), ("connection", "x-other")),
    "TLS inside HTTP": (("UPGRADE", "TLS/1.3"), ("CONNECTION", "UPGRADE")),
    "without saying so": (("upgrade", "h2c"),),
}


@dataclass(frozen=True)
class Sent:
    """A request; `pieces` are the chunks of its body, None for a content-length."""

    offer: str
    body: bytes = b""
    pieces: tuple[bytes, ...] | None = None
    trailer: bytes = b""
    expects: bool = False

    def fields(self, number: int) -> list[tuple[bytes, bytes]]:
        """The fields of its header, in their order."""
        fields = [("x-number", str(number)), *OFFERS[self.offer]]
        if self.pieces is not None:
            fields.append(("Transfer-Encoding", "chunked"))
        elif self.body:
            fields.append(("Content-Length", str(len(self.body))))
        if self.expects:
            fields.append(("expect", "100-continue"))
        return [(name.encode(), value.encode()) for name, value in fields]

    def wire(self, number: int) -> bytes:
        """Its bytes."""
        head = b"".join(b"%b: %b\r\n" % field for field in self.fields(number))
        body = self.body
        if self.pieces is not None:
            body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in self.pieces)
            body += b"0\r\n" + (b"x-sum: %b\r\n" % self.trailer if self.trailer else b"") + b"\r\n"
        return b"POST /v1/messages?n=%d HTTP/1.1\r\n%b\r\n%b" % (number, head, body)

    def whole(self, number: int) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
        """Query, fields and body, as an application has to see them."""
        fields = [(name.lower(), value) for name, value in self.fields(number)]
        if self.trailer and self.pieces is not None:
            fields.append((b"x-sum", self.trailer))
        return b"n=%d" % number, fields, self.body if self.pieces is None else b"".join(self.pieces)


SENT = st.builds(
    Sent,
    st.sampled_from(sorted(OFFERS)),
    st.binary(max_size=40) | st.just(b"GET / HTTP/1.1\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"),
    st.none() | st.lists(st.binary(min_size=1, max_size=20), max_size=4).map(tuple),
    st.sampled_from([b"", b"1"]),
    st.booleans(),
)


class Transport(asyncio.Transport):
    """A connection that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 1), "peername": ("127.0.0.1", 2)})
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        self.written += bytes(data)

    def is_closing(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Nothing is open."""

    def pause_reading(self) -> None:
        """What is fed here comes all the same."""

    def resume_reading(self) -> None:
        """See above."""


def seen_by_an_application(packets: Sequence[bytes]) -> tuple[list[Any], bytes]:
    """What an application sees of the requests in some packets, and what is answered."""
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event["body"], event["more_body"]
        seen.append((scope["query_string"], scope["headers"], body))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def played() -> bytes:
        state = ServerState()
        config = uvicorn.Config(application, ws="none", lifespan="off", log_config=None, date_header=False)
        protocol = Protocol(config=config, server_state=state, app_state={})
        transport = Transport()
        protocol.connection_made(transport)
        for packet in packets:
            protocol.data_received(packet)
            await asyncio.sleep(0)
        while state.tasks:
            await asyncio.gather(*state.tasks)
            await asyncio.sleep(0)  # newer Pythons do not wait for tasks that are done
        protocol.connection_lost(None)
        return transport.written

    return seen, asyncio.run(played())


@given(st.lists(SENT, min_size=1, max_size=4), st.lists(st.integers(0, 10_000), max_size=12))
@example([Sent("HTTP/2", b"{}"), Sent("HTTP/2", b"{}"), Sent("nothing", b"{}")], [])
@example([Sent("HTTP/2", pieces=(b"{", b"}"), trailer=b"1", expects=True)], list(range(400)))
def test_requests_are_whole_however_the_network_cuts_them(requests: list[Sent], cuts: list[int]) -> None:
    """Bodies, trailers and every field reach the application, those of the offer too, in their order."""
    wire = b"".join(request.wire(number) for number, request in enumerate(requests))
    ends = sorted({0, len(wire), *(cut % len(wire) for cut in cuts)})
    packets = [wire[start:end] for start, end in pairwise(ends)]
    seen, answered = seen_by_an_application(packets)
    assert seen == [request.whole(number) for number, request in enumerate(requests)]
    assert answered.count(b"HTTP/1.1 204 No Content\r\n") == len(requests)
    assert b" 400 " not in answered


@pytest.mark.parametrize("offer", OFFERS)
def test_an_offer_costs_no_body_and_no_connection(play: Play, server: mockapi.Server, offer: str) -> None:
    """The recording is found by the body; the next request on the connection may offer again."""
    base_url = play(interaction(message("hi"), b"ok"))
    with RawClient(base_url) as client:
        for _ in range(3):
            client.ask("POST", "/v1/messages", ASKED, *OFFERS[offer])
            reply = client.read()
            assert (reply.status, reply.body) == (200, b"ok")
            assert reply.header("upgrade") is None
    first, *_ = journal(server, base_url.rpartition("/")[2])
    assert {name.lower() for name, _ in OFFERS[offer]} <= {name for name, _ in first["request"]["headers"]}


def test_who_offers_and_waits_is_told_to_go_on(play: Play) -> None:
    """`Expect: 100-continue` works beside an offer."""
    with RawClient(play(interaction(message("hi"), b"ok"))) as client:
        fields = (("content-length", str(len(ASKED))), ("expect", "100-continue"))
        client.ask("POST", "/v1/messages", b"", *H2C, *fields)
        assert client.read_head().status == 100
        client.send(ASKED)
        assert client.read().body == b"ok"


def test_who_offers_and_wants_the_connection_closed_gets_both(play: Play) -> None:
    """Answered, and then closed."""
    with RawClient(play(interaction(message("hi"), b"ok"))) as client:
        client.ask("POST", "/v1/messages", ASKED, *H2C, ("connection", "close"))
        reply = client.read()
        assert (reply.body, reply.header("connection")) == (b"ok", "close")
        assert client.read_to_end() == (b"", "eof")


def test_a_tunnel_is_refused(play: Play) -> None:
    """CONNECT asks for a tunnel: what follows it is meant for somebody else."""
    with RawClient(play(interaction(message("hi"), b"ok"))) as client:
        client.send(b"CONNECT 127.0.0.1 HTTP/1.1\r\nhost: x\r\n\r\n")
        answer, end = client.read_to_end()
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert end == "eof"


JAVA, CURL = shutil.which("java"), shutil.which("curl")
PROGRAM = """
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Ask {
    public static void main(String[] args) throws Exception {
        var asked = HttpRequest.newBuilder(URI.create(args[0] + "/v1/messages"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(args[1])).build();
        var client = HttpClient.newHttpClient();
        for (int number = 0; number < 3; number++) {
            var reply = client.send(asked, HttpResponse.BodyHandlers.ofString());
            System.out.println(reply.statusCode() + " " + reply.body());
        }
    }
}
"""


@pytest.mark.nightly
@pytest.mark.skipif(JAVA is None, reason="needs a JDK")
def test_javas_own_client_is_answered(play: Play, tmp_path: Path) -> None:
    """It offers HTTP/2 on each new connection of plain HTTP."""
    program = tmp_path / "Ask.java"
    program.write_text(PROGRAM, encoding="utf-8")
    command = [str(JAVA), str(program), play(interaction(message("hi"), b"ok")), ASKED.decode()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)
    assert done.stdout.splitlines() == ["200 ok"] * 3


@pytest.mark.nightly
@pytest.mark.skipif(CURL is None, reason="needs curl")
def test_curl_is_answered(play: Play) -> None:
    """With --http2 it offers HTTP/2 too."""
    target = play(interaction(message("hi"), b"ok")) + "/v1/messages"
    command = [
        str(CURL),
        "-sS",
        "--http2",
        "-H",
        "content-type: application/json",
        "-d",
        ASKED.decode(),
        target,
    ]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert done.stdout == b"ok"
