"""`--drain`: what is in flight comes to its end, what is new is refused, and the process ends well."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import httpx
import orjson
import pytest

from tests.support.process import Serving, mockapi
from tests.support.recording import Upstream, recorded
from tests.support.server import PATIENCE, RawClient, ask, interaction, message, paced, write_cassette

if TYPE_CHECKING:
    import socket
    from pathlib import Path

ASKED = message("hi")
LONG = message("long")
ENDLESS = message("endless")
PIECES = [b"data: %d\n\n" % number + b":" * 200_000 + b"\n\n" for number in range(40)]
"""More than kernel buffers hold: the stream lasts until its client has read it, however long that takes."""


@pytest.fixture(scope="module")
def cassette(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A short reply, a paced stream that lasts as long as its reader likes, and one of an hour."""
    return write_cassette(
        tmp_path_factory.mktemp("drain") / "a.yaml",
        interaction(ASKED, b"short"),
        paced(LONG, [(0.001 * bool(number), piece) for number, piece in enumerate(PIECES)]),
        paced(ENDLESS, [(0.0, b"data: 1\n\n"), (3600.0, b"data: 2\n\n")]),
    )


def serving(cassette: str, *options: str) -> Serving:
    """A server that has time to end."""
    return Serving("serve", cassette, "--port", "0", "--speed", "1", "--validation", "off", *options)


def begin(client: RawClient, body: object, *, reads: bool = True) -> None:
    """Ask for a stream, and wait for its first bytes."""
    client.ask("POST", "/v1/messages", orjson.dumps(body))
    assert client.read_head().status == 200
    if reads:
        assert client.read_piece()


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_a_stream_in_flight_is_finished_and_new_requests_are_refused(
    cassette: str, number: signal.Signals
) -> None:
    """The whole stream arrives; meanwhile 503 says when to come again, and idle connections are closed."""
    with (
        serving(cassette, "--drain", "300") as server,
        RawClient(server.url) as idle,
        RawClient(server.url, receive_buffer=4096) as client,
        RawClient(server.url) as fresh,
        RawClient(server.url) as uploading,
    ):
        idle.ask("POST", "/v1/messages", orjson.dumps(ASKED))
        assert idle.read().body == b"short"
        begin(client, LONG, reads=False)
        uploading.ask("POST", "/v1/messages", b"", ("content-length", "9"), ("expect", "100-continue"))
        assert uploading.read_head().status == 100
        server.process.send_signal(number)
        assert "2 requests in flight" in server.told("in flight")
        assert idle.read_to_end() == (b"", "eof")

        with RawClient(server.url) as probe:
            probe.ask("GET", "/_mockapi/readyz")
            unready = probe.read()
            assert (unready.status, unready.json()) == (503, {"status": "draining"})
            assert probe.read_to_end() == (b"", "eof")
        assert httpx.get(f"{server.url}/_mockapi/livez").status_code == 200
        assert httpx.get(f"{server.url}/_mockapi/health").json()["status"] == "draining"
        control = httpx.post(f"{server.url}/_mockapi/sessions", json={})
        assert (control.status_code, control.headers["retry-after"]) == (503, "1")

        fresh.ask("POST", "/v1/messages", orjson.dumps(ASKED))
        refused = fresh.read()
        assert refused.status == 503
        assert refused.json()["type"] == "error"
        assert refused.json()["error"]["type"] == "api_error"
        assert [value for name, value in refused.headers if name == "connection"] == ["close"]
        assert (refused.header("retry-after"), refused.header("x-should-retry")) == ("1", "true")
        assert fresh.read_to_end() == (b"", "eof")

        uploading.send(b"[1,2,3,4]")
        answered = uploading.read()
        assert (answered.status, answered.header("connection")) == (422, "close"), "it came before the end"
        whole = [client.read_piece() for _ in PIECES]
        assert (whole, client.read_piece()) == (PIECES, b"")
        assert server.process.wait(PATIENCE) == 0


@pytest.mark.slow
@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_at_once(cassette: str, second: signal.Signals) -> None:
    """Whoever cannot wait cuts the streams off, and that is a good end too."""
    with serving(cassette, "--drain", "3600") as server, RawClient(server.url) as client:
        begin(client, ENDLESS)
        server.process.send_signal(signal.SIGTERM)
        server.told("1 request in flight")
        outcome = server.stop(second)
        assert client.read_to_end()[0] == b"", "not even the end of the chunks: it was not whole"
    assert outcome.code == 0
    assert "Traceback" not in outcome.err


@pytest.mark.slow
def test_the_time_to_end_is_bounded(cassette: str) -> None:
    """A stream of an hour is cut off when the seconds are over."""
    with serving(cassette, "--drain", "0.1") as server, RawClient(server.url) as client:
        begin(client, ENDLESS)
        outcome = server.stop()
        assert client.read_to_end()[0] == b""
    assert outcome.code == 0
    assert "Traceback" not in outcome.err


@pytest.mark.slow
def test_nothing_in_flight_is_nothing_to_wait_for(cassette: str) -> None:
    """Connections that ask nothing do not hold up the end."""
    with serving(cassette, "--drain", "3600") as server, RawClient(server.url) as idle:
        assert ask(server.url, ASKED).content == b"short"
        outcome = server.stop()
        assert idle.read_to_end() == (b"", "eof")
    assert outcome.code == 0
    assert "in flight" not in outcome.err


@pytest.mark.slow
def test_a_recording_in_flight_is_finished_and_written(tmp_path: Path) -> None:
    """The upstream's answer reaches the client and the file, although the recorder was told to end."""

    def talk(upstream: Upstream, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n")
        connection.sendall(b'{"id"')
        upstream.wait()
        connection.sendall(b":1}")

    to = tmp_path / "a.yaml"
    with (
        Upstream(talk) as upstream,
        Serving(
            *("record", "--upstream", upstream.url, "--to", str(to), "--port", "0", "--drain", "3600")
        ) as server,
        RawClient(server.url) as client,
    ):
        client.ask("POST", "/v1/messages", orjson.dumps(ASKED))
        assert client.read_head().status == 200
        server.process.send_signal(signal.SIGTERM)
        server.told("1 request in flight")
        upstream.go.set()
        assert client.read_to_end() == (b'{"id":1}', "eof")
        assert server.process.wait(PATIENCE) == 0
    (written,) = recorded(to).interactions
    assert written.response.body == b'{"id":1}'


@pytest.mark.parametrize(
    ("value", "words"), [("-1", "range"), ("nan", "such as 30"), ("inf", "range"), ("soon", "float")]
)
def test_a_time_that_cannot_be_waited_is_told(cassette: str, value: str, words: str) -> None:
    """What came, and what could be written instead."""
    outcome = mockapi("serve", cassette, "--drain", value)
    assert outcome.code == 2
    assert words in outcome.err
