"""The control API: who may use it, and what it says to everything it does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import mockapi
from tests.support.server import (
    RawClient,
    control,
    eventually,
    open_session,
    tasks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1024 * 1024


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4010",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil@127.0.0.1",
        "127.0.0.1/../evil",
        "127.0.0.1#evil.example",
        "127.0.0.1:4010:4010",
        "127.0.0.1, evil.example",
        "192.168.0.7",
        "0.0.0.0",
        "[::2]",
        "[evil]",
        "2130706433",
        "localhost ",
        "",
    ],
)
def test_a_foreign_host_is_refused(server: mockapi.Server, host: str) -> None:
    """A page whose name was rebound to this machine sends its own name: 403, and how to allow it."""
    with RawClient(server.base_url) as client:
        client.ask("POST", "/_mockapi/sessions", b"{}", ("host", host))
        reply = client.read()
    assert reply.status == 403
    assert "--allow-host" in reply.json()["error"]["message"]


def test_a_request_without_a_host_is_refused(server: mockapi.Server) -> None:
    """HTTP/1.0 clients need not name one, so nothing tells where they come from."""
    with RawClient(server.base_url) as client:
        client.send(b"GET /_mockapi/sessions HTTP/1.0\r\n\r\n")
        assert client.read().status == 403


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.1.2.3:80", "[::1]:4010", "a.localhost"]
)
def test_a_loopback_host_is_served(server: mockapi.Server, host: str) -> None:
    """By whatever name of this machine."""
    assert control(server, "/sessions", headers={"host": host}).status_code == 200


@pytest.fixture
def allowing() -> Iterator[mockapi.Server]:
    """A server that may also be asked under a name of its own."""
    with mockapi.Server(allowed_hosts=["Mock.internal", "10.0.0.7"]) as running:
        yield running


def test_a_configured_host_is_served(allowing: mockapi.Server) -> None:
    """And what it says of itself has that name."""
    for host in ("mock.internal", "Mock.Internal:4010", "10.0.0.7"):
        reply = control(allowing, "/sessions/default", headers={"host": host})
        assert reply.json()["base_url"] == f"http://{host}"
    assert control(allowing, "/sessions", headers={"host": "other.internal"}).status_code == 403


def test_the_api_itself_answers_under_any_host(server: mockapi.Server) -> None:
    """Clients may come by any name; only the control API can read files."""
    with RawClient(server.base_url) as client:
        client.ask("GET", "/v1/models", b"", ("host", "api.anthropic.com"))
        assert client.read().json()["error"]["type"] == "mockapi_no_recording"


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/sessions/", "/sessions/default/", "/sessions/a/b/c", "/Health", "/../v1"]
)
def test_an_unknown_path_is_a_404_in_json(server: mockapi.Server, path: str) -> None:
    """No HTML, no plain text: the error says where the paths are listed."""
    with RawClient(server.base_url) as client:
        client.ask("GET", f"/_mockapi{path}")
        reply = client.read()
    assert reply.status == 404
    assert reply.json()["error"]["type"] == "mockapi_control_error"
    assert "docs/control-api.md" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/health", "GET, HEAD"),
        ("PATCH", "/sessions", "GET, HEAD, POST"),
        ("DELETE", "/sessions", "GET, HEAD, POST"),
        ("PUT", "/sessions/default", "DELETE, GET, HEAD, PATCH"),
        ("GET", "/sessions/default/reset", "POST"),
        ("POST", "/sessions/default/journal", "GET, HEAD"),
        ("POST", "/cassettes", "GET, HEAD, PUT"),
        ("GET", "/cassettes/reload", "POST"),
        ("PROPFIND", "/health", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_a_405_that_names_the_right_ones(
    server: mockapi.Server, method: str, path: str, allowed: str
) -> None:
    """In the header and in words."""
    reply = control(server, path, method=method)
    assert (reply.status_code, reply.headers["allow"]) == (405, allowed)
    assert allowed in reply.json()["error"]["message"]


def test_head_is_answered_as_get(server: mockapi.Server) -> None:
    """Health checks may ask with HEAD."""
    reply = control(server, "/health", method="HEAD")
    assert (reply.status_code, reply.content) == (200, b"")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[" * 1000 + b"]" * 1000, "must be an object"),
        (b" " * (MIB + 1), "at most 1 MiB"),
        (b'{"name":"' + b"n" * MIB + b'"}', "at most 1 MiB"),
    ],
    ids=["half", "bytes", "unclosed", "deep", "blanks", "large"],
)
def test_garbage_is_refused_in_words(server: mockapi.Server, body: bytes, words: str) -> None:
    """400 with what is wrong; the connection goes on."""
    for path, method in (("/sessions", "POST"), ("/cassettes", "PUT")):
        reply = control(server, path, method=method, content=body)
        assert reply.status_code == 400
        if path == "/sessions" or words != "must be an object":
            assert words in reply.json()["error"]["message"]
    assert control(server, "/health").status_code == 200


@pytest.mark.parametrize("path", ["a\0b", "a" * 5000, "/dev/zero", "/", "~nobody", "\N{SNOWMAN}", ""])
def test_a_path_that_no_file_can_have_is_a_problem_like_any_other(server: mockapi.Server, path: str) -> None:
    """422 with the path, whatever stands in it; nothing is opened that has no end."""
    if path == "/":
        path = "/proc/self/mem"
    for method, target, body in (
        ("POST", "/sessions", {"cassettes": [path]}),
        ("PUT", "/cassettes", {"paths": [path]}),
    ):
        reply = control(server, target, body, method=method)
        assert reply.status_code == 422, reply.text
        (problem,) = reply.json()["error"]["problems"]
        assert problem["file"] == path
        assert problem["remedy"]


def test_a_client_that_leaves_in_mid_request_leaves_no_trace(
    server: mockapi.Server, capfd: pytest.CaptureFixture[str]
) -> None:
    """No session, no task, no traceback."""
    sessions = len(server.service.sessions)
    client = RawClient(server.base_url)
    client.ask("POST", "/_mockapi/sessions", b'{"name"', ("content-length", "100000"))
    eventually(lambda: tasks(server) == 1, "the request is being read")
    client.reset()
    eventually(lambda: tasks(server) == 0, "the request is given up")
    assert len(server.service.sessions) == sessions
    assert capfd.readouterr().err == ""


def test_unknown_sessions_are_named(server: mockapi.Server) -> None:
    """404 with the id, for each thing one can ask of a session."""
    gone = open_session(server)["id"]
    control(server, f"/sessions/{gone}", method="DELETE")
    for id_ in ("nobody", gone):
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/reset"), ("GET", "/journal")):
            reply = control(server, f"/sessions/{id_}{path}", method=method)
            assert reply.status_code == 404
            assert id_ in reply.json()["error"]["message"]
