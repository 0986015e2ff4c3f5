"""Connections to the root URL that end with their first reply: the client's event loop may end with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

import mockapi
from tests.support.server import RawClient, interaction, message, open_session, write_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BODY = orjson.dumps(message("hi"))
HEADERS = (("Connection", "keep-alive"), ("x-odd", "a"), ("request-id", "req_1"))


@pytest.fixture
def closing(tmp_path: Path) -> Iterator[mockapi.Server]:
    """A server whose root URL keeps no connection; what it plays says the contrary."""
    recorded = interaction(message("hi"), b"Hello", headers=HEADERS)
    with mockapi.Server([write_cassette(tmp_path / "a.yaml", recorded)]) as server:
        server.service.closes_root_connections = True
        yield server


def test_a_reply_at_the_root_says_so_and_ends_the_connection(closing: mockapi.Server) -> None:
    """Once, in place of what was recorded; the other fields are the recorded ones."""
    with RawClient(closing.base_url) as client:
        client.ask("POST", "/v1/messages", BODY)
        reply = client.read()
        assert (reply.body, client.read_to_end()) == (b"Hello", (b"", "eof"))
    assert [value for name, value in reply.headers if name == "connection"] == ["close"]
    assert (reply.header("x-odd"), reply.header("request-id")) == ("a", "req_1")


def test_a_session_keeps_its_connections_and_its_fields(closing: mockapi.Server) -> None:
    """To the byte as without the setting."""
    heads = []
    for closes in (True, False):
        closing.service.closes_root_connections = closes
        with RawClient(open_session(closing)["base_url"]) as client:
            for _ in range(2):
                client.ask("POST", "/v1/messages", BODY)
                heads.append(client.read().headers)
    assert len(set(heads)) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [((), 401), ((("x-api-key", "sk-ant-test-1"), ("anthropic-version", "2023-06-01")), 422)],
    ids=["refused", "missed"],
)
def test_every_kind_of_reply_ends_it(
    closing: mockapi.Server, headers: tuple[tuple[str, str], ...], status: int
) -> None:
    """What mockapi writes itself, too."""
    with RawClient(closing.base_url) as client:
        client.ask("POST", "/v1/messages", orjson.dumps(message("else")), *headers)
        assert (client.read().status, client.read_to_end()[1]) == (status, "eof")


def test_who_is_refused_in_mid_body_gets_the_reply(closing: mockapi.Server) -> None:
    """The rest of a body that is too large is read before the connection ends."""
    size = 33 * 1024 * 1024
    with RawClient(closing.base_url) as client:
        client.ask("POST", "/v1/messages", b"", ("content-length", str(size)))
        for _ in range(33):
            client.send(b" " * (1024 * 1024))
        assert (client.read().status, client.read_to_end()[1]) == (413, "eof")


def test_who_has_no_session_is_told_and_let_go(closing: mockapi.Server) -> None:
    """As where no test runs."""
    closing.service.sessions.root_session = None
    with RawClient(closing.base_url) as client:
        client.ask("POST", "/v1/messages", BODY)
        assert (client.read().status, client.read_to_end()[1]) == (404, "eof")
