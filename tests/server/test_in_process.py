"""The server inside a Python program: on a thread, or as an ASGI application without any socket."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

import mockapi
from mockapi import cassettes
from mockapi.cassettes import _index
from mockapi.errors import CassetteError, MockapiError, UsageError
from mockapi.exchange import Ending
from mockapi.server.wire._player import ConnectionLost
from tests.support.server import (
    RawClient,
    ask,
    control,
    interaction,
    journal,
    message,
    paced,
    serving,
    write_cassette,
)
from tests.support.workers import one_process

if TYPE_CHECKING:
    from pathlib import Path

ASKED = message("hi")


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    """A cassette with a reply, a stream that stalls, and one that is reset."""
    return write_cassette(
        tmp_path / "a.yaml",
        interaction(ASKED, b"ok"),
        interaction(None, b"spaced", method="GET", path="/v1/models/a%20b"),
        paced(message("stall"), [(0.0, b"data: 1\n\n")], ending=Ending.STALL),
        paced(message("reset"), [(0.0, b"data: 1\n\n")], ending=Ending.RESET),
    )


def test_a_server_starts_serves_and_stops(cassette: str) -> None:
    """The port is free again, the thread is gone, and stopping twice is harmless."""
    server = mockapi.Server([cassette])
    with server:
        assert ask(server.base_url, ASKED).content == b"ok"
    assert not server._running._thread.is_alive()
    server.stop()
    host, port = server.base_url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # its last connections linger
        probe.bind((host, int(port)))
        probe.listen()


def test_a_server_that_was_never_started_lets_its_port_go() -> None:
    """Constructing binds it."""
    server = mockapi.Server()
    server.stop()
    with pytest.raises(MockapiError, match="not running"):
        server.call(int)


def test_servers_stand_side_by_side(cassette: str) -> None:
    """Each has its own port and its own journal."""
    with serving(cassette) as one, serving(cassette) as other:
        assert one.base_url != other.base_url
        ask(one.base_url, ASKED)
        assert (len(journal(one)), len(journal(other))) == (1, 0)


@one_process
def test_a_server_does_not_wait_for_streams_when_it_stops(
    cassette: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stalled client, an upload that does not end and an idle connection are cut off at once."""
    monkeypatch.setattr("mockapi.server.wire._listener._SHUTDOWN_SECONDS", 300)
    with serving(cassette) as server:
        stalled, uploading, idle = (RawClient(server.base_url) for _ in range(3))
        stalled.ask("POST", "/v1/messages", orjson.dumps(message("stall")))
        stalled.read_head()
        stalled.read_piece()
        uploading.ask("POST", "/v1/messages", b"{", ("content-length", "9"))
        idle.ask("POST", "/v1/messages", orjson.dumps(ASKED))
        idle.read()
        thread = server._running._thread
        assert thread is not None
    assert not thread.is_alive(), "the stop has been given up"
    for client in (stalled, uploading, idle):
        with client:
            assert client.read_to_end()[0] == b""


def test_functions_run_where_the_state_lives(cassette: str) -> None:
    """`call` runs in the server's thread, passes results and errors on, and ends with the server."""
    with serving(cassette) as server:
        assert server.call(lambda: threading.current_thread().name) == "mockapi"
        assert server.call(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            server.call(divmod, 1, 0)
    with pytest.raises(MockapiError, match="not running"):
        server.call(int)


def test_what_cannot_work_is_an_error_before_anything_runs(cassette: str, tmp_path: Path) -> None:
    """Bad cassettes and taken ports are exceptions with words."""
    with pytest.raises(CassetteError, match="no such file"):
        mockapi.Server([str(tmp_path / "none.yaml")])
    with mockapi.Server([cassette]) as server:
        port = int(server.base_url.rpartition(":")[2])
        with pytest.raises(UsageError, match="--port 0"):
            mockapi.Server([cassette], port=port)


def test_a_server_in_a_test_is_silent(cassette: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Misses are in its journal, not in the test's output."""
    with mockapi.Server([cassette]) as server:
        ask(server.base_url, message("a miss"))
        journal(server)
    assert capfd.readouterr() == ("", "")


def in_process(app: Any, method: str, url: str, **more: Any) -> httpx.Response:
    """A request to an application without a socket."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, url, **more)

    return asyncio.run(send())


def test_the_application_runs_without_a_server(cassette: str) -> None:
    """An in-process transport gets the same replies, and has the control API."""
    app = mockapi.create_app([cassette])
    assert in_process(app, "POST", "/v1/messages", json=ASKED).content == b"ok"
    assert in_process(app, "GET", "/v1/models/a%20b").content == b"spaced"
    assert in_process(app, "GET", "/_mockapi/health").json()["interactions"] == 4


def test_the_application_can_be_mounted_below_a_prefix(cassette: str) -> None:
    """Paths are compared without it, and the URLs of sessions have it."""
    app = Starlette(routes=[Mount("/claude", app=mockapi.create_app([cassette]))])
    assert in_process(app, "POST", "/claude/v1/messages", json=ASKED).content == b"ok"
    opened = in_process(app, "POST", "/claude/_mockapi/sessions").json()
    assert opened["base_url"] == f"http://127.0.0.1/claude/s/{opened['id']}"
    reply = in_process(app, "POST", f"{opened['base_url']}/v1/messages", json=ASKED)
    assert reply.content == b"ok"


@pytest.mark.parametrize("path", ["/v1/messages", "/_mockapi/health"])
def test_a_websocket_is_turned_away(cassette: str, path: str) -> None:
    """Servers of others speak that protocol, too; they tell the client that it is closed."""
    app: Any = mockapi.create_app([cassette])
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "headers": []}
    asyncio.run(app(scope, receive, send))
    assert [event["type"] for event in sent] == ["websocket.close"]


def test_a_request_that_says_nothing_of_more_body_has_none(cassette: str) -> None:
    """ASGI lets a server leave `more_body` out; waiting for more would be waiting for ever."""
    app = mockapi.create_app([cassette])

    async def without_more_body(scope: Any, receive: Any, send: Any) -> None:
        sent = [{"type": "http.request", "body": (await receive())["body"]}]

        async def receive_once() -> Any:
            return sent.pop() if sent else await asyncio.Future()

        await app(scope, receive_once, send)

    assert in_process(without_more_body, "POST", "/v1/messages", json=ASKED).content == b"ok"


def test_a_server_that_gives_no_raw_path_will_do(cassette: str) -> None:
    """ASGI leaves `raw_path` to the server; escapes are then written as they must have been."""
    app = mockapi.create_app([cassette])

    async def without_raw_path(scope: Any, receive: Any, send: Any) -> None:
        await app({name: value for name, value in scope.items() if name != "raw_path"}, receive, send)

    assert in_process(without_raw_path, "GET", "/v1/models/a%20b").content == b"spaced"


def test_where_nothing_can_be_reset_the_one_who_asked_is_told(cassette: str) -> None:
    """A transport without a connection cannot play a reset; pretending would hide it."""
    app = mockapi.create_app([cassette])
    with pytest.raises(ConnectionLost, match="reset"):
        in_process(app, "POST", "/v1/messages", json=message("reset"))


def test_the_same_server_can_be_asked_by_many_threads(cassette: str) -> None:
    """Each of 20 threads gets its own replies, and the journal has all of them."""
    with serving(cassette) as server:
        failures: list[str] = []

        def work() -> None:
            with RawClient(server.base_url) as client:
                for _ in range(10):
                    client.ask("POST", "/v1/messages", orjson.dumps(ASKED))
                    if client.read().body != b"ok":
                        failures.append("another body")

        threads = [threading.Thread(target=work) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert failures == []
        assert control(server, "/sessions/default").json()["requests"] == 200


@pytest.mark.parametrize("words", ["few", "word " * 40_000], ids=["small requests", "large requests"])
def test_the_first_misses_hold_up_nobody(cassette: str, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """What is recorded is redacted for them once, and not on the event loop."""
    on_the_loop: list[bool] = []
    as_ever = cassettes.redacted_requests

    def noted(redactions: Any) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            on_the_loop.append(False)
        else:
            on_the_loop.append(True)
        return as_ever(redactions)

    monkeypatch.setattr(cassettes, "redacted_requests", noted)
    monkeypatch.setattr(_index, "redacted_requests", noted)
    settings = mockapi.Settings(validation=mockapi.ValidationSettings(mode="off"), on_unmatched="fail")
    app = mockapi.create_app([cassette], settings=settings)

    async def ask_all() -> list[int]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost"
        ) as client:
            assert (await client.post("/v1/messages", content=orjson.dumps(ASKED))).status_code == 200
            assert on_the_loop == []  # found as it came
            asked = [client.post("/v1/messages", json=message(f"{n} {words}")) for n in range(3)]
            return [reply.status_code for reply in await asyncio.gather(*asked)]

    assert asyncio.run(ask_all()) == [422] * 3
    assert on_the_loop == [False]
    app.state.service.helpers.close()
