"""Where a proxy shows the server under a prefix, sessions and links have it; no door opens by that."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import orjson
import pytest

from mockapi import Settings
from mockapi.server import Console, Service, build_app
from mockapi.server._access import access_of
from mockapi.server._base_url import below
from mockapi.server.wire import ThreadedServer, listen
from mockapi.validation import ValidationSettings
from tests.support.each import each
from tests.support.server import RawClient, message

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "test-token-of-these-tests"
BATCH = orjson.dumps({"requests": [{"custom_id": "a", "params": message("hi")}]})
HOST = ("host", "example.test")
OPEN = (("x-mockapi-token", TOKEN), HOST)


@pytest.fixture(params=["", "/mock/claude", "/m%C3%B6ck"], ids=["no root path", "a root path", "escapes"])
def rooted(request: pytest.FixtureRequest) -> Iterator[tuple[ThreadedServer, str]]:
    """A server, and the prefix that it was told of."""
    service = Service((), Settings(validation=ValidationSettings(mode="off")), Console(quiet=True))
    app = build_app(service, access_of(token=TOKEN), request.param)
    server = ThreadedServer(app, listen("127.0.0.1", 0), on_stop=service.aclose)
    server.start()
    yield server, request.param
    server.stop()


def opened(server: ThreadedServer, *fields: tuple[str, str], path: str = "") -> str:
    """The base URL of a session that is opened by a request with these fields."""
    with RawClient(server.base_url) as client:
        client.ask("POST", f"{path}/_mockapi/sessions", b"{}", *OPEN, *fields)
        reply = client.read()
        assert reply.status == 201
        return str(reply.json()["base_url"]).rpartition("/s/")[0]


def test_a_root_path_stands_in_the_base_url(rooted: tuple[ThreadedServer, str]) -> None:
    """Whether the proxy takes it off the paths or not."""
    server, root = rooted
    assert opened(server) == f"http://example.test{root}"
    if root:
        assert opened(server, path=root) == f"http://example.test{root}"


def test_the_api_is_found_below_the_root_path(rooted: tuple[ThreadedServer, str]) -> None:
    """In the default session and in others; elsewhere nothing is."""
    server, root = rooted
    with RawClient(server.base_url) as client:
        for path in ("/v1/models", f"{root}/v1/models"):
            client.ask("GET", path)
            assert client.read().status == 200
        client.ask("GET", f"{root or '/mock'}dette/v1/models")
        assert client.read().status == 404


@each(
    ("fields", "base_url"),
    [
        ((("x-forwarded-prefix", "/a/b"),), "http://example.test/a/b"),
        ((("x-forwarded-prefix", "/a/b/"), ("x-forwarded-proto", "https")), "https://example.test/a/b"),
        ((("x-forwarded-prefix", "/a, /b"), ("x-forwarded-proto", "https,http")), "https://example.test/a"),
        ((("x-forwarded-proto", "HTTPS"),), "https://example.test"),
        ((("x-forwarded-proto", "gopher"),), "http://example.test"),
        ((("x-forwarded-prefix", "//evil.test"),), "http://example.test"),
        ((("x-forwarded-prefix", "a"),), "http://example.test"),
        ((("x-forwarded-prefix", '/"><script>'),), "http://example.test"),
        ((("x-forwarded-prefix", "/a/../.."),), "http://example.test"),
        ((("x-forwarded-prefix", "/a/%2e%2E/b"),), "http://example.test"),
        ((("x-forwarded-prefix", "/a%5c..%2fb"),), "http://example.test"),
        ((("x-forwarded-prefix", "/a%"),), "http://example.test"),
        ((("x-forwarded-prefix", "/..a/.well-known/%20"),), "http://example.test/..a/.well-known/%20"),
    ],
)
def test_a_proxy_says_where_it_shows_the_server(fields: tuple[tuple[str, str], ...], base_url: str) -> None:
    """What is not a path or a scheme is not repeated."""
    service = Service((), Settings(validation=ValidationSettings(mode="off")), Console(quiet=True))
    server = ThreadedServer(build_app(service, access_of(token=TOKEN)), listen("127.0.0.1", 0))
    server.start()
    try:
        assert opened(server, *fields) == base_url
        with RawClient(server.base_url) as client:
            client.ask("POST", "/v1/messages/batches", BATCH, HOST, *fields)
            id_ = client.read().json()["id"]
            client.ask("GET", f"/v1/messages/batches/{id_}", b"", HOST, *fields)
            results = client.read().json()["results_url"]
            assert results == f"{base_url}/v1/messages/batches/{id_}/results"
    finally:
        server.stop()


def test_saying_so_opens_no_door(rooted: tuple[ThreadedServer, str]) -> None:
    """A request that a proxy has passed on needs the token."""
    server, _ = rooted
    with RawClient(server.base_url) as client:
        client.ask("POST", "/_mockapi/sessions", b"{}")
        assert client.read().status == 201
        for name, value in (("x-forwarded-prefix", "/a"), ("x-forwarded-proto", "https")):
            client.ask("POST", "/_mockapi/sessions", b"{}", (name, value))
            assert client.read().status == 403


@each("path", ["/v1/messages", "/mock%2Fx/v1", "/m%C3%B6ck/v1/messages"])
def test_a_prefix_that_the_proxy_has_taken_away_is_put_back(path: str) -> None:
    """In front of the path, and of its spelling where the server tells that."""
    raw = path.encode()
    scope = {"type": "http", "path": unquote(path), "raw_path": raw}
    changed = below("/m%C3%B6ck", scope)
    is_there = path.startswith("/m%C3%B6ck/")
    assert changed["raw_path"] == (raw if is_there else b"/m%C3%B6ck" + raw)
    assert changed["path"] == (unquote(path) if is_there else "/m\xf6ck" + unquote(path))
    assert below("/m%C3%B6ck", {**scope, "raw_path": None})["raw_path"] is None
