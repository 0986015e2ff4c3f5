"""Clients that speak another protocol: the console says what is wrong, once for each peer."""

from __future__ import annotations

import io

import pytest

import mockapi
from mockapi.server import Console
from mockapi.server.wire._strangers import Strangers
from tests.support.server import RawClient

SAID = {
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64): "127.0.0.1 speaks TLS to this port",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": "127.0.0.1 speaks HTTP/2 from the first byte",
    b"CONNECT api.example:443 HTTP/1.1\r\nhost: x\r\n\r\n": "127.0.0.1 takes this server for a proxy",
}


@pytest.mark.parametrize(("sent", "said"), SAID.items(), ids=["TLS", "HTTP/2", "a proxy's client"])
def test_the_console_says_it_once(sent: bytes, said: str) -> None:
    """Three connections, one line."""
    stream = io.StringIO()
    with mockapi.Server(console=Console(stream)) as server:
        for _ in range(3):
            with RawClient(server.base_url) as client:
                client.send(sent)
                client.read_to_end()
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().startswith(said)


def test_what_is_merely_broken_is_not_commented_on() -> None:
    """Bytes of no known protocol, and those that come in the middle of a conversation."""
    stream = io.StringIO()
    with mockapi.Server(console=Console(stream)) as server:
        for sent in (
            b"BREW /pot HTTP/1.1\r\n\r\n",
            b"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n\x16\x03\x01",
        ):
            with RawClient(server.base_url) as client:
                client.send(sent)
                client.read_to_end()
    assert "speaks" not in stream.getvalue()


def test_each_peer_is_told_of_up_to_a_bound() -> None:
    """Who sends from many addresses cannot fill a log."""
    said: list[str] = []
    strangers = Strangers(said.append)
    for number in range(300):
        strangers.look(b"\x16\x03\x01", f"10.0.0.{number}")
    assert said[0].startswith("10.0.0.0 speaks TLS")
    assert len(set(said)) == len(said) == 100
