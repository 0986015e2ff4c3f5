"""Recording when the upstream, the disk or the reply is not as it should be."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import json
import os
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import mockapi
from mockapi.cassettes import RedactionRules
from mockapi.exchange import Ending
from mockapi.server._console import Console
from mockapi.server.recording._options import RecordOptions
from mockapi.server.recording._upstream import Upstream as ForwardedTo
from mockapi.storage import _writer
from mockapi.validation import ValidationSettings
from tests.support.recording import Upstream, recorded, recording, resetting, saying
from tests.support.server import PATIENCE, RawClient, ask, message, serving
from tests.support.tls import self_signed
from tests.support.workers import one_process

if TYPE_CHECKING:
    from pathlib import Path

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = b"event: a\ndata: {}\n\n"
CHUNK = b"%x\r\n%b\r\n" % (len(EVENT), EVENT)
JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
KEY = "sk-ant-api03-" + "Zq7" * 12


def _closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return f"http://127.0.0.1:{sock.getsockname()[1]}"


def test_an_upstream_that_is_down_is_a_502_that_says_so(tmp_path: Path) -> None:
    """Nobody listens: the client gets an error of the API's shape that names the cause."""
    told = io.StringIO()
    with recording(_closed_port(), tmp_path / "r", stream=told) as server:
        reply = ask(server.base_url, message("hi"))
    assert reply.status_code == 502
    assert reply.headers["x-mockapi-source"] == "forwarded"
    assert reply.json()["type"] == "error"
    assert "cannot be reached" in reply.json()["error"]["message"]
    assert "cannot be reached" in told.getvalue()
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(("url", "port"), [("http://localhost", 80), ("https://localhost", 443)])
def test_an_upstream_without_a_port_has_its_schemes(url: str, port: int) -> None:
    """A server on that port would forward to itself."""
    assert ForwardedTo(url).is_at(("127.0.0.1", port))
    assert not ForwardedTo(url).is_at(("127.0.0.1", port + 1))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_an_upstream_that_is_the_server_itself_is_not_asked(tmp_path: Path, host: str) -> None:
    """A server that forwards to itself would ask itself without end: it says so at the first request."""
    port = int(_closed_port().rpartition(":")[2])
    options = RecordOptions(f"http://{host}:{port}", to=str(tmp_path / "r"))
    settings = mockapi.Settings(validation=ValidationSettings(mode="off"), on_unmatched="record")
    with mockapi.Server((), settings=settings, recording=options, port=port) as server:
        reply = ask(server.base_url, message("hi"))
    assert reply.status_code == 502
    assert "is this very server" in reply.json()["error"]["message"]
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"220 mail.example ESMTP\r\n", "did not answer in HTTP"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "did not answer in HTTP"),
        (b"", "did not answer in HTTP"),
    ],
    ids=["no HTTP", "no status", "nothing"],
)
def test_an_upstream_that_speaks_no_http_is_a_502(tmp_path: Path, answer: bytes, cause: str) -> None:
    """What is no answer is told as such and not recorded."""
    with Upstream(saying(answer)) as upstream, recording(upstream.url, tmp_path / "r") as server:
        reply = ask(server.base_url, message("hi"))
    assert reply.status_code == 502
    assert cause in reply.json()["error"]["message"]
    assert not (tmp_path / "r").exists()


def test_an_upstream_that_resets_before_it_answers_is_a_502(tmp_path: Path) -> None:
    """A reset instead of an answer is told as such."""
    with Upstream(resetting()) as upstream, recording(upstream.url, tmp_path / "r") as server:
        upstream.go.set()
        reply = ask(server.base_url, message("hi"))
    assert "closed the connection without an answer" in reply.json()["error"]["message"]


def test_an_upstream_that_is_silent_for_too_long_is_a_502(tmp_path: Path) -> None:
    """No head within the time that was set."""
    with (
        Upstream(resetting()) as upstream,
        recording(upstream.url, tmp_path / "r", read_seconds=0.2) as server,
    ):
        reply = ask(server.base_url, message("hi"))
    assert "did not answer within 0.2 seconds" in reply.json()["error"]["message"]


@one_process
def test_an_upstream_that_accepts_no_connection_is_a_502(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that lets connections wait is given up after a while, which is told."""
    monkeypatch.setattr("mockapi.server.recording._upstream.CONNECT_SECONDS", 0.1)
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        waiting = stack.enter_context(socket.socket())
        waiting.connect(full.getsockname())  # it takes the only place in the queue
        server = stack.enter_context(recording(f"http://127.0.0.1:{full.getsockname()[1]}", tmp_path / "r"))
        reply = ask(server.base_url, message("hi"))
    assert reply.status_code == 502
    assert "did not accept a connection within 0.1 seconds" in reply.json()["error"]["message"]


def test_a_certificate_that_nobody_vouches_for_is_a_502(tmp_path: Path) -> None:
    """An https upstream that does not prove who it is is never spoken to."""
    with (
        Upstream(saying(b""), tls=self_signed(tmp_path)) as upstream,
        recording(upstream.url.replace("http:", "https:"), tmp_path / "r") as server,
    ):
        reply = ask(server.base_url, message("hi"))
    assert reply.status_code == 502
    assert "has a certificate that is not trusted" in reply.json()["error"]["message"]
    assert upstream.requests == []


def test_a_reset_in_mid_stream_is_passed_on_and_recorded_as_one(tmp_path: Path) -> None:
    """The client gets what came and then the reset; the recording says that it is not whole."""
    with Upstream(resetting(HEAD, CHUNK)) as upstream, recording(upstream.url, tmp_path / "r") as server:
        with RawClient(server.base_url) as client:
            client.ask("POST", "/v1/messages", b"{}")
            client.read_head()
            assert client.read_piece() == EVENT
            upstream.go.set()
            assert client.read_to_end() == (b"", "reset")
        kept = recorded(tmp_path / "r")
    assert [(i.response.body, i.response.ending) for i in kept.interactions] == [(EVENT, Ending.RESET)]
    with serving(str(tmp_path / "r")) as player, RawClient(player.base_url) as client:
        client.ask("POST", "/v1/messages", b"{}")
        client.read_head()
        assert client.read_piece() == EVENT
        assert client.read_to_end() == (b"", "reset")


def test_a_body_that_is_shorter_than_announced_is_recorded_as_cut(tmp_path: Path) -> None:
    """A content-length that is not kept: the client sees the same break, now and in every replay."""
    answer = JSON + b'content-length: 50\r\n\r\n{"a":'
    with Upstream(saying(answer)) as upstream, recording(upstream.url, tmp_path / "r") as server:
        first = _raw(server.base_url)
    (only,) = recorded(tmp_path / "r").interactions
    assert (only.response.body, only.response.ending) == (b'{"a":', Ending.CUT)
    assert dict(only.response.headers)["content-length"] == "50"
    with serving(str(tmp_path / "r")) as player:
        assert _raw(player.base_url) == first == ("50", b'{"a":', "eof")


def _raw(base_url: str) -> tuple[str | None, bytes, str]:
    with RawClient(base_url) as client:
        client.ask("POST", "/v1/messages", b"{}")
        length = client.read_head().header("content-length")
        body, end = client.read_to_end()
        return length, body, end


@pytest.mark.slow
def test_a_stream_that_stops_coming_is_recorded_as_stalled(tmp_path: Path) -> None:
    """Silence in mid-stream is silence for the client too, until it leaves; the recording stalls likewise."""
    with (
        Upstream(resetting(HEAD, CHUNK)) as upstream,
        recording(upstream.url, tmp_path / "r.yaml", read_seconds=0.3) as server,
        RawClient(server.base_url) as client,
    ):
        client.ask("POST", "/v1/messages", b"{}")
        client.read_head()
        assert client.read_piece() == EVENT
        assert client.is_silent(1.0)
    assert recorded(tmp_path / "r.yaml").interactions[0].response.ending is Ending.STALL


@pytest.mark.parametrize("packed", [b"\x1f\x8bnonsense", gzip.compress(EVENT)[:-9]], ids=["bad", "cut"])
def test_invalid_gzip_reaches_the_client_and_not_the_file(tmp_path: Path, packed: bytes) -> None:
    """What cannot be decoded is passed on as it is, told, and not recorded."""
    answer = JSON + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed) + packed
    told = io.StringIO()
    with (
        Upstream(saying(answer)) as upstream,
        recording(upstream.url, tmp_path / "r", stream=told) as server,
        RawClient(server.base_url) as client,
    ):
        client.ask("POST", "/v1/messages", b"{}", ("accept-encoding", "gzip"))
        assert client.read().body == packed
    assert "not valid gzip" in told.getvalue()
    assert not (tmp_path / "r").exists()


def test_verifying_against_oneself_is_told_once(tmp_path: Path) -> None:
    """Each comparison would be a request to compare again, without end: it is not asked at all."""
    once = saying(JSON + b"content-length: 2\r\n\r\n{}")
    with Upstream(once) as upstream, recording(upstream.url, tmp_path / "r") as server:
        ask(server.base_url, message("hi"))
    told = io.StringIO()
    own = _closed_port()
    settings = mockapi.Settings(
        validation=ValidationSettings(mode="off"), on_unmatched="passthrough", record_mode="verify"
    )
    with mockapi.Server(
        [str(tmp_path / "r")],
        settings=settings,
        recording=RecordOptions(own, mode="verify"),
        console=Console(told),
        port=int(own.rpartition(":")[2]),
    ) as server:
        assert ask(server.base_url, message("hi")).headers["x-mockapi-source"] == "recorded"
    assert told.getvalue().count("this very server") == 1


def test_what_an_upstream_says_is_quoted_without_its_secrets(tmp_path: Path) -> None:
    """A key in an answer that is no HTTP reaches neither the terminal nor the error."""
    told = io.StringIO()
    odd = saying(f"garbage {KEY}\r\n\r\n".encode())
    with Upstream(odd) as upstream, recording(upstream.url, tmp_path / "r", stream=told) as server:
        reply = ask(server.base_url, message("hi"))
    assert "garbage sk-ant-***" in reply.text
    assert KEY not in reply.text + told.getvalue()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n", b""),
        (JSON + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", b"{}"),
    ],
    ids=["no body", "chunks"],
)
def test_a_length_that_is_not_the_bodys_is_not_passed_on(tmp_path: Path, head: bytes, body: bytes) -> None:
    """A 304 that names the length of what it does not send, and chunks with a length, are whole replies."""
    told = io.StringIO()
    with Upstream(saying(head)) as upstream, recording(upstream.url, tmp_path / "r", stream=told) as server:
        reply = ask(server.base_url, message("hi"))
    assert reply.content == body
    assert "content-length" not in reply.headers
    assert [item.response.ending for item in recorded(tmp_path / "r").interactions] == [Ending.CLEAN]
    assert told.getvalue() == ""


def test_a_status_that_http_does_not_have_is_a_502(tmp_path: Path) -> None:
    """A status beyond 599 cannot be passed on; the client is told."""
    odd = b"HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n"
    with Upstream(saying(odd)) as upstream, recording(upstream.url, tmp_path / "r") as server:
        reply = ask(server.base_url, message("hi"))
    assert reply.status_code == 502
    assert "status 999" in reply.json()["error"]["message"]


@pytest.mark.slow
def test_what_an_expression_could_not_look_at_is_not_recorded(tmp_path: Path) -> None:
    """The client gets its reply; the file is not written, and stderr says why without quoting the text."""
    told = io.StringIO()
    options = RecordOptions(
        "", to=str(tmp_path / "r.yaml"), rules=RedactionRules(patterns=(r"(?=x?)^(a|a|aa)+$",))
    )
    body = json.dumps({"text": "a" * 40 + "c"}).encode()
    answer = JSON + b"content-length: %d\r\n\r\n" % len(body) + body
    settings = mockapi.Settings(validation=ValidationSettings(mode="off"), on_unmatched="record")
    with (
        Upstream(saying(answer)) as upstream,
        mockapi.Server(
            (), settings=settings, recording=replace(options, upstream=upstream.url), console=Console(told)
        ) as server,
    ):
        assert ask(server.base_url, message("hi")).content == body
    assert not (tmp_path / "r.yaml").exists()
    assert "takes too long on a text of 41 characters" in told.getvalue()
    assert "aaaa" not in told.getvalue()


def test_a_page_of_html_is_passed_on_and_not_recorded(tmp_path: Path) -> None:
    """A 200 with HTML is a captive portal, not the API."""
    page = b"<html>log in</html>"
    answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n" % len(page) + page
    told = io.StringIO()
    with Upstream(saying(answer)) as upstream, recording(upstream.url, tmp_path / "r", stream=told) as server:
        reply = ask(server.base_url, message("hi"))
    assert (reply.content, reply.headers["content-type"]) == (page, "text/html")
    assert "text/html, which the API does not send" in told.getvalue()
    assert not (tmp_path / "r").exists()


def test_a_redirect_is_passed_on_and_not_followed(tmp_path: Path) -> None:
    """A redirect is the client's to follow; the upstream stays the one that was named."""
    answer = b"HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:9/else\r\ncontent-length: 0\r\n\r\n"
    with Upstream(saying(answer)) as upstream, recording(upstream.url, tmp_path / "r") as server:
        reply = ask(server.base_url, message("hi"))
    assert (reply.status_code, reply.headers["location"]) == (307, "http://127.0.0.1:9/else")
    assert recorded(tmp_path / "r").interactions[0].response.status == 307


def test_a_secret_in_thinking_keeps_the_reply_out_of_the_file(tmp_path: Path) -> None:
    """Thinking is signed and cannot be masked, so the reply is not recorded, and that is told."""
    block = {"type": "thinking", "thinking": KEY, "signature": "x"}
    body = json.dumps({"type": "message", "content": [block]}).encode()
    answer = JSON + b"content-length: %d\r\n\r\n" % len(body) + body
    told = io.StringIO()
    with Upstream(saying(answer)) as upstream, recording(upstream.url, tmp_path / "r", stream=told) as server:
        assert ask(server.base_url, message("hi")).content == body
    assert "signed content, which cannot be masked" in told.getvalue()
    assert KEY not in told.getvalue()
    assert not list(tmp_path.glob("r/*.yaml"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES], ids=errno.errorcode.get)
def test_a_disk_that_cannot_be_written_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The reply reaches the client all the same, and the recording is written once the disk takes it."""

    def full(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    told = io.StringIO()
    answer = JSON + b"content-length: 2\r\n\r\n{}"
    with (
        Upstream(saying(answer)) as upstream,
        recording(upstream.url, tmp_path / "r.yaml", stream=told) as server,
    ):
        with monkeypatch.context() as patch:
            patch.setattr(_writer, "write_atomically", full)
            assert ask(server.base_url, message("one")).content == b"{}"
            assert f"cannot be written: {os.strerror(number)}" in told.getvalue()
        assert ask(server.base_url, message("two")).content == b"{}"
        assert len(recorded(tmp_path / "r.yaml").interactions) == 2


def test_what_could_not_be_written_is_tried_once_more_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording waits in memory until the server stops, even if no other reply comes."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    told = io.StringIO()
    answer = JSON + b"content-length: 2\r\n\r\n{}"
    with (
        Upstream(saying(answer)) as upstream,
        recording(upstream.url, tmp_path / "r.yaml", stream=told) as server,
        monkeypatch.context() as patch,
    ):
        patch.setattr(_writer, "write_atomically", full)
        assert ask(server.base_url, message("one")).content == b"{}"
    assert len(recorded(tmp_path / "r.yaml").interactions) == 1


def test_a_folder_that_is_a_file_is_told_at_once(tmp_path: Path) -> None:
    """Nothing can be written below a file; the reply reaches the client."""
    (tmp_path / "r").write_text("in the way")
    told = io.StringIO()
    with (
        Upstream(saying(JSON + b"content-length: 2\r\n\r\n{}")) as upstream,
        recording(upstream.url, tmp_path / "r" / "x.yaml", stream=told) as server,
    ):
        assert ask(server.base_url, message("one")).content == b"{}"
    assert "cannot be written" in told.getvalue()


def test_a_file_that_is_no_cassette_is_not_overwritten(tmp_path: Path) -> None:
    """What somebody else wrote under that name stays; the user is told."""
    (tmp_path / "r.yaml").write_text("name: mine\n")
    told = io.StringIO()
    with (
        Upstream(saying(JSON + b"content-length: 2\r\n\r\n{}")) as upstream,
        recording(upstream.url, tmp_path / "r.yaml", stream=told) as server,
    ):
        assert ask(server.base_url, message("one"), timeout=PATIENCE).content == b"{}"
    assert "not a mockapi cassette" in told.getvalue()
    assert (tmp_path / "r.yaml").read_text() == "name: mine\n"
