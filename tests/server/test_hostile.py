"""Whatever comes over the socket, the server answers, stays up, and keeps nothing of it."""

from __future__ import annotations

import gc
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockapi.exchange import Ending
from mockapi.server import _answering, _api
from mockapi.server.wire._protocol import MAX_HEADER_BYTES
from tests.support.server import (
    RawClient,
    ask,
    connections,
    eventually,
    interaction,
    message,
    paced,
    serving,
    tasks,
    write_cassette,
)
from tests.support.workers import SEVERAL, one_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import mockapi

ASKED = orjson.dumps(message("hi"))
HEAD = b"POST /v1/messages HTTP/1.1\r\nhost: x\r\n"
NOT_HTTP = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "zeros": bytes(512),
    "no method": b" / HTTP/1.1\r\nhost: x\r\n\r\n",
    "unknown method": b"BREW /pot HTTP/1.1\r\nhost: x\r\n\r\n",
    "unknown version": b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
    "control character in the path": b"GET /\x01 HTTP/1.1\r\nhost: x\r\n\r\n",
    "bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nhost\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nhost: x\0y\r\n\r\n",
    "negative length": HEAD + b"content-length: -1\r\n\r\n",
    "length in words": HEAD + b"content-length: ten\r\n\r\n",
    "length beyond 64 bits": HEAD + b"content-length: 99999999999999999999\r\n\r\n",
    "two lengths": HEAD + b"content-length: 1\r\ncontent-length: 2\r\n\r\n",
    "length and chunks": HEAD + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk size in words": HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    "a tunnel": b"CONNECT api.anthropic.com:443 HTTP/1.1\r\nhost: x\r\n\r\n",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mockapi.Server]:
    """A server of its own, whose connections and tasks can be counted."""
    if SEVERAL:
        pytest.skip("looks into the server's process, and these are several")
    cassette = write_cassette(
        tmp_path_factory.mktemp("hostile") / "a.yaml",
        interaction(message("hi"), b"ok"),
        paced(message("slow"), [(0.0, b"data: 1\n\n"), (3600.0, b"data: 2\n\n")]),
        paced(message("reset"), [(0.0, b"data: 1\n\n")], ending=Ending.RESET),
        paced(message("stall"), [(0.0, b"data: 1\n\n")], ending=Ending.STALL),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKAPI_CACHE", "off")
        with serving(cassette, speed=1) as running:
            yield running


def is_quiet(server: mockapi.Server) -> bool:
    """Whether nothing of any client is left."""
    explaining = server.service.explainer.at_work  # misses are looked into after their reply has gone
    return connections(server) == 0 and tasks(server) == 0 and explaining == 0


def still_answers(server: mockapi.Server) -> bool:
    """Whether the next client gets what was recorded."""
    with RawClient(server.base_url) as client:
        client.ask("POST", "/v1/messages", ASKED)
        return client.read().body == b"ok"


@pytest.mark.parametrize("sent", NOT_HTTP.values(), ids=NOT_HTTP)
def test_what_is_no_http_gets_a_plain_400_and_a_clean_close(
    hostile: mockapi.Server, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """The connection is closed after the answer, and nothing is said on stderr."""
    with RawClient(hostile.base_url) as client:
        client.send(sent)
        answer, end = client.read_to_end()
    assert b" 400 Bad Request\r\n" in answer
    assert answer.endswith(b"Invalid HTTP request received.")
    assert end == "eof"
    assert still_answers(hostile)
    assert capfd.readouterr().err == ""


CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
LONG = b"a" * 8192
ENDLESS = {
    "a field": (HEAD + b"x: ", LONG),
    "many fields": (HEAD, b"".join(b"x-%d: %s\r\n" % (number, b"a" * 100) for number in range(80))),
    "many empty fields": (HEAD, b"x:\r\n" * 2000),
    "a name of a field": (HEAD, LONG),
    "a path": (b"POST /", LONG),
    "a trailer": (CHUNKED + b"0\r\n", b"x: y\r\n" * 1000),
    "the value of a trailer": (CHUNKED + b"0\r\nx: ", LONG),
    "a trailer behind a body": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"x: y\r\n" * 1000),
    "a chunk's extension": (CHUNKED + b"2;a=", LONG),
    "an extension of the last chunk": (CHUNKED + b"2\r\n{}\r\n0;a=", LONG),
}
"""What comes first, and what then comes without end."""


@pytest.mark.slow
@pytest.mark.parametrize(("first", "again"), ENDLESS.values(), ids=ENDLESS)
def test_what_does_not_end_is_not_collected(hostile: mockapi.Server, first: bytes, again: bytes) -> None:
    """Beyond the bound it is refused before it is whole, so that it can fill no memory and take no time."""
    with RawClient(hostile.base_url) as client:
        client.send(first)
        enough = MAX_HEADER_BYTES // len(again) + 1
        client.send(again * enough)
        while client.is_silent(0.5):  # what came together with a body may be counted with it
            client.send(again * enough)
        answer, _ = client.read_to_end()
    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert answer.endswith(b"The header of the request is too large.")
    assert still_answers(hostile)


WHOLE = {
    "header": HEAD + b"x: " + b"a" * 66_000 + b"\r\n\r\n",
    "trailer": CHUNKED + b"0\r\nx: " + b"a" * 66_000 + b"\r\n\r\n",
    "header and trailer": HEAD
    + b"transfer-encoding: chunked\r\nx: "
    + b"a" * 40_000
    + b"\r\n\r\n0\r\nx: "
    + b"a" * 30_000
    + b"\r\n\r\n",
    "header of the second of two requests": b"GET / HTTP/1.1\r\nhost: x\r\n\r\n" * 2
    + HEAD
    + b"x: "
    + b"a" * 66_000
    + b"\r\n\r\n",
}


@pytest.mark.parametrize("sent", WHOLE.values(), ids=WHOLE)
def test_what_is_too_large_is_refused_though_it_came_at_once(hostile: mockapi.Server, sent: bytes) -> None:
    """The bound does not depend on how much one read brings."""
    with RawClient(hostile.base_url) as client:
        client.send(sent)
        answer, _ = client.read_to_end()
    assert answer.count(b"431 Request Header Fields Too Large") == 1


def test_small_chunks_are_no_header(hostile: mockapi.Server) -> None:
    """A body in chunks of one byte has more framing than the bound, and is a body all the same."""
    padded = ASKED + b" " * 20_000
    with RawClient(hostile.base_url) as client:
        client.send(CHUNKED)
        for start in range(0, len(padded), 1000):
            piece = padded[start : start + 1000]
            client.send(b"".join(b"1\r\n%c\r\n" % char for char in piece))
        client.send(b"0\r\nx-checksum: 1\r\n\r\n")
        assert client.read().body == b"ok"


def test_a_header_within_the_bound_is_taken(hostile: mockapi.Server) -> None:
    """Large but plausible headers are no attack; the bound is counted anew for each request."""
    with RawClient(hostile.base_url) as client:
        for _ in range(5):
            client.ask("POST", "/v1/messages", ASKED, ("x-large", "a" * 40_000))
            assert client.read().body == b"ok"


def test_clients_that_dawdle_hold_up_nobody(hostile: mockapi.Server) -> None:
    """Fifty connections that have sent half a request each cost the others nothing."""
    parts = [b"", b"POST", HEAD, HEAD + b"content-length: 10\r\n\r\n", HEAD + b"content-length: 10\r\n\r\n{"]
    clients = [RawClient(hostile.base_url) for _ in range(50)]
    for number, client in enumerate(clients):
        client.send(parts[number % len(parts)])
    assert all(still_answers(hostile) for _ in range(10))
    for client in clients:
        client.sock.close()
    eventually(lambda: is_quiet(hostile), "all are forgotten")


def test_a_request_that_comes_byte_by_byte_is_a_request(hostile: mockapi.Server) -> None:
    """Slow is not wrong."""
    with RawClient(hostile.base_url) as client:
        request = HEAD + b"content-length: %d\r\n\r\n" % len(ASKED) + ASKED
        for number in range(len(request)):
            client.send(request[number : number + 1])
        assert client.read().body == b"ok"


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("*", "mockapi_no_recording"),
        ("/", "not_found_error"),
        ("//", "mockapi_no_recording"),
        ("/v1//messages", "not_found_error"),
        ("/%", "mockapi_no_recording"),
        ("/%zz", "mockapi_no_recording"),
        ("/a" * 5000, "mockapi_no_recording"),
        ("/?" + "a=b&" * 5000, "not_found_error"),
    ],
)
def test_any_target_is_answered_in_the_apis_shape(hostile: mockapi.Server, target: str, kind: str) -> None:
    """`OPTIONS *`, empty segments, broken escapes, long paths and queries: a miss, or nearly a path."""
    with RawClient(hostile.base_url) as client:
        client.ask("OPTIONS", target)
        reply = client.read()
    assert reply.status == (422 if kind == "mockapi_no_recording" else 404)
    assert reply.json()["error"]["type"] == kind


def test_a_request_to_upgrade_is_answered_as_if_it_had_not_asked(hostile: mockapi.Server) -> None:
    """The API has no WebSockets; a request like any other may follow."""
    with RawClient(hostile.base_url) as client:
        client.ask("GET", "/v1/models", b"", ("connection", "upgrade"), ("upgrade", "websocket"))
        assert client.read().json()["error"]["type"] == "mockapi_no_recording"
        client.ask("POST", "/v1/messages", ASKED)
        assert client.read().body == b"ok"


def test_a_defect_is_the_apis_500_and_a_traceback(
    hostile: mockapi.Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets an error it knows, the developer the traceback, and the server goes on."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(_answering, "session_answer", broken)
    reply = ask(hostile.base_url, message("hi"))
    assert reply.status_code == 500
    assert reply.json()["error"]["type"] == "api_error"
    assert reply.headers["request-id"] == reply.json()["request_id"]
    assert reply.headers["x-should-retry"] == "false"
    assert reply.headers["connection"] == "close"
    eventually(lambda: "ZeroDivisionError: a defect" in caplog.text, "the traceback is logged")
    monkeypatch.undo()
    assert still_answers(hostile)


@one_process
@pytest.mark.parametrize("where", ["read_body", "path_of"])
def test_a_defect_anywhere_is_answered(
    hostile: mockapi.Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    """Also before there is a request to speak of."""

    def broken(*_: object, **_options: object) -> Any:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(_api, where, broken)
    reply = ask(hostile.base_url, message("hi"), "/v1/messages/count_tokens")  # a message needs neither
    assert (reply.status_code, reply.json()["error"]["type"]) == (500, "api_error")
    eventually(lambda: "ZeroDivisionError: a defect" in caplog.text, "the traceback is logged")


@one_process
def test_a_defect_in_mid_reply_ends_the_connection(
    hostile: mockapi.Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A reply that cannot be finished must not look finished."""

    async def broken(_reply: Any, _scope: Any, _receive: Any, send: Any, *_: Any) -> bool:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(_api, "play", broken)
    with RawClient(hostile.base_url) as client:
        client.ask("POST", "/v1/messages/count_tokens", ASKED)  # a message needs no `play`
        assert client.read_head().status == 200
        assert client.read_piece() == b"half"
        assert client.read_to_end() == (b"", "eof")
    eventually(lambda: "ZeroDivisionError: a defect" in caplog.text, "the traceback is logged")


@dataclass(frozen=True)
class Kind:
    """One way to behave badly."""

    name: str
    act: Callable[[RawClient], None]


def _bytes(sent: bytes) -> Callable[[RawClient], None]:
    def act(client: RawClient) -> None:
        client.send(sent)
        client.read_to_end()

    return act


def _left(text: str) -> Callable[[RawClient], None]:
    def act(client: RawClient) -> None:
        client.ask("POST", "/v1/messages", orjson.dumps(message(text)))
        client.read_head()
        client.read_piece()
        client.reset()

    return act


def _answered(body: bytes, *headers: tuple[str, str]) -> Callable[[RawClient], None]:
    def act(client: RawClient) -> None:
        client.ask("POST", "/v1/messages", body, *headers)
        assert client.read().status in {400, 413, 415, 422}

    return act


def _abandoned(sent: bytes) -> Callable[[RawClient], None]:
    def act(client: RawClient) -> None:
        client.send(sent)
        client.reset()

    return act


KINDS = (
    Kind("no HTTP", _bytes(NOT_HTTP["TLS"])),
    Kind("connects and leaves", _abandoned(b"")),
    Kind("half a header", _abandoned(HEAD + b"x: y")),
    Kind("half an upload", _abandoned(HEAD + b"content-length: 1000\r\n\r\n{")),
    Kind("half a chunk", _abandoned(HEAD + b"transfer-encoding: chunked\r\n\r\nff\r\n{")),
    Kind("a request, not waiting for the reply", _abandoned(HEAD + b"content-length: 2\r\n\r\n{}")),
    Kind("not JSON", _answered(b"hello")),
    Kind("not UTF-8", _answered(b'{"a":"\xff"}')),
    Kind("deep", _answered(b"[" * 900 + b"]" * 900)),
    Kind("too large", _answered(b"", ("content-length", str(10**9)))),
    Kind("bad gzip", _answered(b"no gzip", ("content-encoding", "gzip"))),
    Kind("leaves in mid-stream", _left("slow")),
    Kind("leaves in a stall", _left("stall")),
    Kind("is reset", _left("reset")),
)


def memory() -> int:
    """Bytes this process holds in memory; where that is not told, the most it ever held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def misbehave(server: mockapi.Server, kind: Kind, times: int) -> None:
    """Do it so many times, and wait until the server has forgotten all of it."""
    for _ in range(times):
        with RawClient(server.base_url) as client:
            try:
                kind.act(client)
            except (ConnectionResetError, EOFError):
                assert kind.name == "is reset"
    eventually(lambda: is_quiet(server), f"nothing is left of: {kind.name}")
    server.service.sessions.default.journal.clear()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_is_left_of_bad_clients(hostile: mockapi.Server, kind: Kind) -> None:
    """After 20 of each kind no connection and no task is left, and the next client is served."""
    misbehave(hostile, kind, 20)
    assert still_answers(hostile)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_thousand_bad_clients_leave_no_memory_behind(hostile: mockapi.Server, kind: Kind) -> None:
    """A second and a third thousand cost no more memory than the first has left."""
    # A deep body costs a tenth of a second to judge and to explain: a hundred of them have to do.
    times = 100 if kind.name == "deep" else 1000
    misbehave(hostile, kind, times)
    gc.collect()
    objects, before = len(gc.get_objects()), memory()
    misbehave(hostile, kind, 2 * times)
    gc.collect()
    more = len(gc.get_objects()) - objects
    assert more < 500, f"{more} objects after twice as many more of: {kind.name}"
    # Allocators keep what they once had; what counts is that it does not grow with the requests.
    grown = memory() - before
    assert grown < 12_000_000, f"{grown:,} bytes after twice as many more of: {kind.name}"
    assert still_answers(hostile)
