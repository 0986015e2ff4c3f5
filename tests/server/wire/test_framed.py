"""Recorded replies go to the socket as they are, and look as if uvicorn had made them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import mockapi
from mockapi.server import _at_once
from mockapi.server.wire import Framed, _heads, _player, _protocol
from tests.support.server import JSON, STREAM, Play, RawClient, interaction, message, write_cassette
from tests.support.workers import SEVERAL

if TYPE_CHECKING:
    from pathlib import Path

    from mockapi.cassettes import Interaction

ASKED = message("hi")
LARGE = b"event: ping\ndata: {}\n\n" * 100_000
MANY = tuple((f"X-Field-{number}", f"value: {number} é") for number in range(40))
RECORDED = {
    "json": interaction(ASKED, b'{"a": 1 }'),
    "stream": interaction(ASKED, b"event: ping\ndata: {}\n\n", headers=STREAM),
    "large": interaction(ASKED, LARGE, headers=STREAM),
    "chunked json": interaction(ASKED, b"{}", headers=(*JSON, ("transfer-encoding", "chunked"))),
    "unnamed status": interaction(ASKED, b"{}", status=529),
    "many fields": interaction(ASKED, b"{}", headers=MANY),
    "empty": interaction(ASKED, b""),
    "no content": interaction(ASKED, b"", status=204),
    "head": interaction(None, b"", method="HEAD", path="/"),
}


class Wire(RawClient):
    """A client that keeps every byte."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url)
        self.wire = b""

    def _more(self) -> None:
        before = len(self.seen)
        super()._more()
        self.wire += self.seen[before:]


def sent_to(base_url: str, recorded: Interaction, *fields: tuple[str, str]) -> bytes:
    """The bytes of the reply; a second request on the same connection gets the same ones."""
    request = recorded.request
    with Wire(base_url) as client:
        for _ in range(2):
            client.ask(request.method, request.path, request.body, *fields)
            client.read(head=request.method == "HEAD")
        half = len(client.wire) // 2
        assert client.wire[:half] == client.wire[half:]
        return client.wire[:half]


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each reply, whether it went past uvicorn's making of a response."""
    if SEVERAL:
        pytest.skip("looks into the server's process, and these are several")
    taken = []

    def seen(*args: Any) -> bool:
        taken.append(_protocol.send_framed(*args))
        return taken[-1]

    def answered(*args: Any) -> Any:
        said = answer(*args)
        if isinstance(said, (bytes, Framed)):
            taken.append(True)
        return said

    answer = _at_once.AtOnce.answer
    monkeypatch.setattr(_at_once.AtOnce, "answer", answered)
    monkeypatch.setattr(_player, "send_framed", seen)
    return taken


@pytest.mark.parametrize("recorded", RECORDED.values(), ids=RECORDED)
def test_the_bytes_are_those_that_uvicorn_would_send(
    play: Play, ways: list[bool], monkeypatch: pytest.MonkeyPatch, recorded: Interaction
) -> None:
    """Status line, fields and framing, for every kind of recorded reply."""
    base_url = play(recorded)
    direct = sent_to(base_url, recorded)
    assert ways == ([True, True] if recorded.response.body else [])
    monkeypatch.setattr(_at_once.AtOnce, "place_of", lambda *_: None)
    monkeypatch.setattr(_heads.Heads, "find", lambda *_: None)
    assert sent_to(base_url, recorded) == direct
    assert ways == ([True] * 4 if recorded.response.body else [])
    monkeypatch.setattr(_player, "send_framed", lambda *_: False)
    assert sent_to(base_url, recorded) == direct


def test_a_client_that_wants_the_connection_closed_gets_it_closed(play: Play, ways: list[bool]) -> None:
    """Uvicorn sees to that: the reply says so too."""
    with RawClient(play(RECORDED["json"])) as client:
        client.ask("POST", "/v1/messages", RECORDED["json"].request.body, ("connection", "close"))
        reply = client.read()
        assert (reply.body, reply.header("connection")) == (b'{"a": 1 }', "close")
        assert client.read_to_end() == (b"", "eof")
    assert ways == [False]


def test_requests_in_one_packet_are_answered_in_order(play: Play, ways: list[bool]) -> None:
    """A pipelined request waits for the reply to the one before."""
    others = [message("one"), message("two"), message("three")]
    recorded = [interaction(other, b"%d" % number) for number, other in enumerate(others)]
    with RawClient(play(*recorded)) as client:
        client.send(b"".join(_written(client, item.request.body) for item in recorded))
        assert [client.read().body for _ in recorded] == [b"0", b"1", b"2"]
    assert ways == [True, True, True]


def _written(client: RawClient, body: bytes) -> bytes:
    line = f"POST {client.prefix}/v1/messages HTTP/1.1"
    return f"{line}\r\nhost: {client.host}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def test_an_application_that_another_server_runs_speaks_plain_asgi(tmp_path: Path, ways: list[bool]) -> None:
    """Whoever stands before the client gets every message."""
    app = mockapi.create_app([write_cassette(tmp_path / "a.yaml", RECORDED["json"])])

    async def asked() -> bytes:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return (await client.post("/v1/messages", json=ASKED)).content

    assert asyncio.run(asked()) == b'{"a": 1 }'
    assert ways == [False]
