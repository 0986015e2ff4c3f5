"""Recording from an upstream: what the client sees, and what is in the file afterwards."""

from __future__ import annotations

import gzip
import io
import json
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from mockapi.cassettes import RecordedChunk
from mockapi.exchange import Ending
from tests.support.recording import Upstream, json_answer, recorded, recording, saying
from tests.support.server import (
    PATIENCE,
    RawClient,
    ask,
    control,
    eventually,
    interaction,
    journal,
    message,
    open_session,
    paced,
    serving,
    write_cassette,
)

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-ant-api03-" + "Zq7" * 12
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: keep-alive\r\nX-Internal: 1\r\n\r\n"
)
EVENTS = (b'event: ping\ndata: {"type": "ping"}\n\n', b'event: x\ndata: {"type":"x"   }\n\n')


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def test_every_piece_reaches_the_client_before_the_next_one_exists(tmp_path: Path) -> None:
    """The client has the first event while the upstream has not said the second."""

    def talk(upstream: Upstream, connection: object) -> None:
        assert isinstance(connection, type(client.sock))
        connection.sendall(STREAM_HEAD + _chunk(EVENTS[0]))
        upstream.wait()
        connection.sendall(_chunk(EVENTS[1]) + b"0\r\n\r\n")

    with (
        Upstream(talk) as upstream,
        recording(upstream.url, tmp_path / "r") as server,
        RawClient(server.base_url) as client,
    ):
        client.ask("POST", "/v1/messages?beta=true", b"{}", ("X-Api-Key", KEY), ("x-other", "1"))
        head = client.read_head()
        first = client.read_piece()
        assert (head.status, first) == (200, EVENTS[0])
        assert head.header("x-internal") == "1"
        assert head.header("x-mockapi-source") == "forwarded"
        assert head.header("connection") is None
        upstream.go.set()
        assert client.read_piece() == EVENTS[1]
        assert client.read_piece() == b""
        kept = recorded(tmp_path / "r")  # the end of a reply waits for the file
    assert b"\r\nx-api-key: " + KEY.encode() in upstream.requests[0]
    assert upstream.requests[0].startswith(b"POST /v1/messages?beta=true HTTP/1.1\r\n")
    (only,) = kept.interactions
    assert only.response.body == b"".join(EVENTS)
    assert [chunk.size for chunk in only.response.chunks] == [len(event) for event in EVENTS]
    assert only.response.headers == (
        ("content-type", "text/event-stream; charset=utf-8"),
        ("transfer-encoding", "chunked"),
    )
    assert only.request.headers == ()
    assert only.recorded_at is not None
    assert (tmp_path / "r" / ".gitattributes").read_text().count("-text") == 2


@pytest.mark.parametrize("status", [200, 400, 429, 500, 529])
def test_every_status_is_passed_on_and_recorded(tmp_path: Path, status: int) -> None:
    """Errors are answers like any other, with the headers that clients obey."""
    body = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    answer = json_answer(body, b"retry-after: 7", b"x-should-retry: true", status=b"%d X" % status)
    with Upstream(saying(answer)) as upstream, recording(upstream.url, tmp_path / "r.yaml") as server:
        reply = ask(server.base_url, message("hi"))
        assert (reply.status_code, reply.content) == (status, body)
        assert reply.headers["retry-after"] == "7"
        assert journal(server)[0]["reply"]["status"] == status
    (only,) = recorded(tmp_path / "r.yaml").interactions
    assert (only.response.status, only.response.body) == (status, body)
    assert dict(only.response.headers)["x-should-retry"] == "true"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compression_is_the_clients_and_the_file_is_decoded(tmp_path: Path, encoding: str) -> None:
    """Compressed bytes reach the client as they are; the recording has what they mean."""
    packed = gzip.compress(EVENTS[0]) if encoding == "gzip" else zlib.compress(EVENTS[0])
    answer = json_answer(packed, b"content-encoding: " + encoding.encode())
    with Upstream(saying(answer)) as upstream, recording(upstream.url, tmp_path / "r") as server:
        with RawClient(server.base_url) as client:
            client.ask("POST", "/v1/messages", b"{}", ("accept-encoding", f"br, {encoding};q=0.5, zstd"))
            reply = client.read()
        assert (reply.body, reply.header("content-encoding")) == (packed, encoding)
    assert f"\r\naccept-encoding: {encoding};q=0.5\r\n".encode() in upstream.requests[0]
    (only,) = recorded(tmp_path / "r").interactions
    assert only.response.body == EVENTS[0]
    assert dict(only.response.headers)["content-length"] == str(len(EVENTS[0]))


def test_a_client_that_asks_for_no_compression_gets_none(tmp_path: Path) -> None:
    """The upstream is asked for what the client asked for, and nothing else."""
    with (
        Upstream(saying(json_answer(b"{}"))) as upstream,
        recording(upstream.url, tmp_path / "r") as server,
        RawClient(server.base_url) as client,
    ):
        client.ask("GET", "/v1/models")
        assert client.read().body == b"{}"
    request = upstream.requests[0].lower()
    assert b"accept-encoding: identity" in request
    assert b"user-agent" not in request


def test_fields_of_the_upstreams_connection_are_not_passed_on(tmp_path: Path) -> None:
    """Those that `connection` names; others that happen to have a field's name as their value are."""
    answer = json_answer(
        b"{}", b"Connection: X-Hop, close", b"X-Hop: 1", b"X-About: request-id", b"Request-Id: req_1"
    )
    with (
        Upstream(saying(answer)) as upstream,
        recording(upstream.url, tmp_path / "r", mode="passthrough") as server,
    ):
        reply = ask(server.base_url, message("hi"))
    assert "x-hop" not in reply.headers
    assert (reply.headers["x-about"], reply.headers["request-id"]) == ("request-id", "req_1")


def test_a_session_records_into_a_file_of_its_name(tmp_path: Path) -> None:
    """In a folder every named session has its own file, so that tests do not share one."""
    with Upstream(saying(json_answer(b"{}"))) as upstream, recording(upstream.url, tmp_path / "r") as server:
        session = open_session(server, name="tests/test_a.py::test_b[1]")
        ask(session["base_url"], message("hi"))
    names = {path.name for path in (tmp_path / "r").glob("*.yaml")}
    assert names == {"tests-test_a.py-test_b-1.yaml"}


def test_a_redacted_conversation_is_replayed_from_its_masks(tmp_path: Path) -> None:
    """The key that a reply leaks is masked in the file; the next turn matches with it and with the mask."""
    reply = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": f"It is {KEY}."}]}
    first = message(f"my key is {KEY}")
    second = {**first, "messages": [*first["messages"], reply, {"role": "user", "content": "thanks"}]}
    with (
        serving(
            write_cassette(
                tmp_path / "u.yaml",
                interaction(first, json.dumps(reply).encode()),
                interaction(second, b'{"type":"message","content":[]}'),
            )
        ) as upstream,
        recording(upstream.base_url, tmp_path / "r.yaml") as server,
    ):
        assert ask(server.base_url, first).json() == reply
        assert ask(server.base_url, second).status_code == 200
    assert KEY.encode() not in (tmp_path / "r.yaml").read_bytes()
    with serving(str(tmp_path / "r.yaml")) as player:
        masked = ask(player.base_url, first).json()
        assert masked["content"][0]["text"] == f"It is sk-ant-{'*' * 42}."
        assert ask(player.base_url, second).status_code == 200
        third = {**first, "messages": [*first["messages"], masked, {"role": "user", "content": "thanks"}]}
        assert ask(player.base_url, third).status_code == 200


def test_paced_chunks_keep_their_time(tmp_path: Path) -> None:
    """What is recorded has the upstream's chunks with the seconds between them."""
    pieces = [(0.0, b"event: a\n\n"), (0.08, b"event: b\n\n"), (0.04, b"event: c\n\n")]
    with (
        serving(write_cassette(tmp_path / "u.yaml", paced({}, pieces)), speed=1.0) as upstream,
        recording(upstream.base_url, tmp_path / "r") as server,
    ):
        ask(server.base_url, {})
    (only,) = recorded(tmp_path / "r").interactions
    assert [chunk.size for chunk in only.response.chunks] == [10, 10, 10]
    delays = [chunk.delay for chunk in only.response.chunks]
    assert delays[1] == pytest.approx(0.08, abs=0.03)
    assert delays[2] == pytest.approx(0.04, abs=0.03)
    assert isinstance(only.response.chunks[0], RecordedChunk)
    assert only.response.ending is Ending.CLEAN


@pytest.mark.slow
def test_requests_are_forwarded_side_by_side(tmp_path: Path) -> None:
    """As many are with the upstream at once as clients ask: here none is answered before all are there."""
    at_once = 12
    together = threading.Barrier(at_once)

    class Waiting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            together.wait(PATIENCE)
            self.wfile.write(json_answer(b"{}"))

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Waiting) as upstream,
        ThreadPoolExecutor(at_once + 1) as pool,
        recording(f"http://127.0.0.1:{upstream.server_port}", tmp_path / "r") as server,
    ):
        pool.submit(upstream.serve_forever, 0.01)
        asked = [pool.submit(ask, server.base_url, message(str(number))) for number in range(at_once)]
        try:
            assert [reply.result().status_code for reply in asked] == [200] * at_once
        finally:
            upstream.shutdown()


def test_no_request_chooses_another_upstream(tmp_path: Path) -> None:
    """Neither a path nor a Host nor an absolute target leads anywhere else."""
    with Upstream(saying(json_answer(b"{}"))) as upstream, recording(upstream.url, tmp_path / "r") as server:
        for target in ("//example.invalid/v1/messages", "/@example.invalid/", "/v1/messages"):
            with RawClient(server.base_url) as client:
                client.ask("POST", target, b"{}", ("host", "example.invalid"))
                assert client.read().body == b"{}"
        assert control(server, "/health").json()["status"] == "ok"
    assert [request.split(b" ")[1] for request in upstream.requests] == [
        b"//example.invalid/v1/messages",
        b"/@example.invalid/",
        b"/v1/messages",
    ]
    assert all(upstream.url[7:].encode() in request for request in upstream.requests)


@pytest.mark.slow
def test_a_client_that_leaves_costs_the_recording_not_the_server(tmp_path: Path) -> None:
    """When the client leaves in mid-stream the upstream is let go, and the half reply is not kept."""

    def talk(upstream: Upstream, connection: object) -> None:
        assert isinstance(connection, type(client.sock))
        connection.sendall(STREAM_HEAD + _chunk(EVENTS[0]))
        while connection.recv(1):
            pass
        upstream.left.set()

    told = io.StringIO()
    with Upstream(talk) as upstream, recording(upstream.url, tmp_path / "r", stream=told) as server:
        with RawClient(server.base_url) as client:
            client.ask("POST", "/v1/messages", b"{}")
            client.read_head()
            client.read_piece()
            client.reset()
            assert upstream.left.wait(20)
            eventually(lambda: len(journal(server)) == 1, "the exchange is in the journal")
        assert journal(server)[0]["reply"]["complete"] is False
    assert "the client left before its end" in told.getvalue()
    assert not (tmp_path / "r").exists()


def test_a_reply_that_ends_soon_after_its_client_left_is_kept(tmp_path: Path) -> None:
    """A client that closes on the last event it needs has not spoilt the recording."""

    def talk(upstream: Upstream, connection: object) -> None:
        assert isinstance(connection, type(client.sock))
        connection.sendall(STREAM_HEAD + _chunk(EVENTS[0]))
        upstream.wait()
        connection.sendall(b"0\r\n\r\n")

    with Upstream(talk) as upstream, recording(upstream.url, tmp_path / "r") as server:
        with RawClient(server.base_url) as client:
            client.ask("POST", "/v1/messages", b"{}")
            client.read_head()
            client.read_piece()
            client.reset()
        upstream.go.set()
        eventually((tmp_path / "r").exists, "the reply is written")
    assert recorded(tmp_path / "r").interactions[0].response.body == EVENTS[0]
