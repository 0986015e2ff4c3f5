"""Where mockapi has set the base URL, `/messages` is taken as `/v1/messages`; elsewhere it is refused."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import orjson
import pytest

import mockapi
from mockapi.server import Console
from mockapi.validation import ValidationSettings, with_version
from tests.support.server import (
    RawClient,
    ask,
    interaction,
    journal,
    message,
    open_session,
    write_cassette,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LENIENT = mockapi.Settings(validation=ValidationSettings(mode="lenient"))
HEADERS = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}


@pytest.fixture
def taking() -> Iterator[mockapi.Server]:
    """A server that takes them."""
    with mockapi.Server(settings=LENIENT) as server:
        server.service.takes_unversioned_paths = True
        yield server


def get(server: mockapi.Server, path: str) -> tuple[int, str]:
    """GET a path; the status, and the hint."""
    with RawClient(server.base_url) as client:
        client.ask("GET", f"/{path}", b"", *HEADERS.items())
        reply = client.read()
        return reply.status, reply.header("x-mockapi-hint") or ""


def test_each_path_of_the_api_is_taken_and_told_of(taking: mockapi.Server) -> None:
    """At the root and in a session; the journal has the path as it was taken."""
    for base_url in (taking.base_url, open_session(taking)["base_url"]):
        reply = ask(base_url, message("hi"), path="/messages?beta=true", headers=HEADERS)
        assert reply.json()["type"] == "message"
        assert "/messages was taken as /v1/messages" in reply.headers["x-mockapi-hint"]
        assert "ends in /v1" in reply.headers["x-mockapi-hint"]
    assert [entry["request"]["path"] for entry in journal(taking)] == ["/v1/messages"]
    for path in ("models", "models/claude-opus-4-6", "files", "messages/batches"):
        status, hint = get(taking, path)
        assert status == 200
        assert hint.startswith(f"/{path} was taken as /v1/{path}")


def test_a_recording_matches(tmp_path: Path) -> None:
    """Which was made under the path of the API."""
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"recorded"))
    with mockapi.Server(cassette) as server:
        server.service.takes_unversioned_paths = True
        assert ask(server.base_url, message("hi"), path="/messages").content == b"recorded"
        assert "x-mockapi-hint" not in ask(server.base_url, message("hi")).headers


def test_what_is_wrong_in_another_way_stays_wrong(taking: mockapi.Server) -> None:
    """The hint says in which; and a path that the API lacks with a version stays unknown without one."""
    assert get(taking, "v1/v1/models")[0] == 404
    assert get(taking, "v1/models/")[0] == 404
    assert get(taking, "agents")[0] == 422
    assert with_version("/v1/messages") is None


def test_a_server_that_people_give_the_address_of_refuses_as_the_api_does(tmp_path: Path) -> None:
    """Hint and console say what is wrong with the base URL."""
    stream = io.StringIO()
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"recorded"))
    with mockapi.Server(cassette, console=Console(stream)) as server:
        reply = ask(server.base_url, message("hi"), path="/messages", headers=HEADERS)
    assert (reply.status_code, orjson.loads(reply.content)["error"]["message"]) == (404, "Not Found")
    assert reply.headers["x-mockapi-hint"].startswith(
        "The client expects a base URL that ends in /v1: add it."
    )
    assert reply.headers["x-mockapi-hint"] in stream.getvalue()
