"""Faults as they arrive: a raw socket sees exactly the ordered bytes and the ordered ending."""

from __future__ import annotations

import time
import zlib
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import orjson
import pytest

import mockapi
from mockapi.replies import faults
from tests.support.faulty import BODY, FRAMES, JSON_BODY, stream
from tests.support.server import (
    PATIENCE,
    STREAM,
    RawClient,
    RawReply,
    ask,
    eventually,
    interaction,
    journal,
    message,
    open_session,
    paced,
    tasks,
    write_cassette,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED = {**message("tell me"), "stream": True}
PLAIN = message("tell me")
HEADERS = (*STREAM, ("request-id", "req_011CTestTestTestTestTest"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mockapi.Server]:
    """A server with the stream and the JSON form of one message."""
    path: Path = tmp_path_factory.mktemp("faults") / "cassette.yaml"
    write_cassette(
        path, paced(ASKED, [(0.0, data) for data in FRAMES], headers=HEADERS), interaction(PLAIN, JSON_BODY)
    )
    with mockapi.Server([str(path)]) as running:
        yield running


def _open(server: mockapi.Server, asked: Any, *orders: Any) -> tuple[RawClient, str]:
    session = open_session(server, faults=list(orders))
    client = RawClient(server.base_url)
    client.ask(
        "POST", f"/s/{session['id']}/v1/messages", orjson.dumps(asked), ("content-type", "application/json")
    )
    return client, session["id"]


def _seen(server: mockapi.Server, *orders: Any, asked: Any = ASKED) -> tuple[RawReply, bytes, str]:
    """Head, all bytes behind it, and how the connection ended; it is asked to end after the reply."""
    session = open_session(server, faults=list(orders))
    with RawClient(server.base_url) as client:
        client.ask(
            "POST",
            f"/s/{session['id']}/v1/messages",
            orjson.dumps(asked),
            ("content-type", "application/json"),
            ("connection", "close"),
        )
        head = client.read_head()
        body, end = client.read_to_end()
    return head, body, end


def _chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


LAST_CHUNK = b"0\r\n\r\n"
FOUR = b"".join(FRAMES[:4])
SIXES = [BODY[at : at + 64] for at in range(0, len(BODY), 64)]
THIRDS = [BODY[:5], BODY[5:50], BODY[50:]]

# Each row: the order, what the raw socket sees behind the head, how the connection ends.
ROWS: list[tuple[Any, bytes, str]] = [
    ({"fault": "cut", "event": 3}, _chunked(FOUR) + LAST_CHUNK, "eof"),
    ({"fault": "cut", "byte": 7}, _chunked(BODY[:7]) + LAST_CHUNK, "eof"),
    ({"fault": "close", "event": 3}, _chunked(FOUR), "eof"),
    ({"fault": "close", "byte": 0}, b"", "eof"),
    ({"fault": "reset", "event": 3}, _chunked(FOUR), "reset"),
    ({"fault": "reset", "byte": 100}, _chunked(BODY[:100]), "reset"),
    ({"fault": "half_close", "event": 3}, _chunked(FOUR), "eof"),
    ("missing_last_chunk", _chunked(BODY), "eof"),
    ("empty_body", LAST_CHUNK, "eof"),
    ({"fault": "content_length", "by": 9}, BODY, "eof"),
    ({"fault": "content_length", "by": -9}, BODY, "eof"),
    ({"fault": "chunking", "size": 64}, _chunked(*SIXES) + LAST_CHUNK, "eof"),
    ({"fault": "chunking", "per": "event"}, _chunked(*FRAMES) + LAST_CHUNK, "eof"),
    ({"fault": "chunking", "at": [5, 50], "delay": 0}, _chunked(*THIRDS) + LAST_CHUNK, "eof"),
    ("drop_event", _chunked(*FRAMES[:-1]) + LAST_CHUNK, "eof"),
    ({"fault": "slow", "seconds": 0.001}, _chunked(*FRAMES) + LAST_CHUNK, "eof"),
    ({"fault": "pause", "seconds": 0.01}, _chunked(*FRAMES) + LAST_CHUNK, "eof"),
]


@pytest.mark.parametrize(("order", "behind", "ending"), ROWS, ids=[str(row[0]) for row in ROWS])
def test_the_wire_has_exactly_what_was_ordered(
    server: mockapi.Server, order: Any, behind: bytes, ending: str
) -> None:
    """Every byte behind the head, and FIN or RST."""
    head, seen, end = _seen(server, order)
    assert head.status == 200
    if _is_reframed(order):
        assert _unchunked(seen) == _unchunked(behind)
    else:
        assert seen == behind
    assert end == ending


def _is_reframed(order: Any) -> bool:
    """Whether the fault says nothing on chunks, so that only the bytes in them count."""
    return order in ("drop_event", "missing_last_chunk") or (
        isinstance(order, dict) and order["fault"] in ("cut", "close", "reset", "half_close")
    )


def _unchunked(wire: bytes) -> tuple[bytes, bool]:
    """The bytes in the chunks, and whether the last chunk came."""
    body = b""
    while wire:
        size, _, wire = wire.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            assert wire == b"\r\n"
            return body, True
        body, wire = body + wire[:length], wire[length + 2 :]
    return body, False


# Faults that change the body and leave the transport alone: the value's body is what arrives.
BODIES = [
    *({"fault": "newlines", "style": style} for style in ("crlf", "cr", "mixed")),
    *("comments", "pings", "bom", "extra_fields", "double_event", "swap_events", "unknown_event"),
    *("stream_error", "no_usage", "broken_tool_json", {"fault": "broken_tool_json", "how": "escape"}),
]


@pytest.mark.parametrize("order", BODIES, ids=str)
def test_changed_bodies_arrive_as_they_were_made(server: mockapi.Server, order: Any) -> None:
    """What the function makes of the reply is what a socket sees, and it is not the whole stream."""
    _, seen, end = _seen(server, order)
    arrived, whole = _unchunked(seen)
    assert arrived == faults.apply(stream(), faults.parse_faults(order)).body
    assert (whole, end) == (True, "eof")
    assert arrived != BODY


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 429, 500, 504, 529])
def test_errors_arrive_with_their_status(server: mockapi.Server, status: int) -> None:
    """In the API's envelope, with the request id of the header."""
    session = open_session(server, faults=[str(status)])
    reply = ask(session["base_url"], PLAIN)
    assert reply.status_code == status
    assert reply.json()["request_id"] == reply.headers["request-id"]
    assert reply.headers["x-mockapi-fault"] == str(status)
    assert reply.headers["x-mockapi-source"] == "scripted"
    assert ("retry-after" in reply.headers) == (status == 429)


def test_other_bodies_arrive_with_their_type(server: mockapi.Server) -> None:
    """HTML, JSON for a stream, half a JSON body, another content type."""
    head, page, _ = _seen(server, {"fault": "html", "status": 502}, asked=PLAIN)
    assert (head.status, head.header("content-type")) == (502, "text/html; charset=UTF-8")
    assert page.startswith(b"<!DOCTYPE html>")
    head, body, _ = _seen(server, "json_for_stream")
    assert head.header("content-type") == "application/json"
    assert (
        orjson.loads(_unchunked(body)[0] if head.header("transfer-encoding") else body)["type"] == "message"
    )
    head, body, _ = _seen(server, "broken_json", asked=PLAIN)
    assert body == JSON_BODY[: len(JSON_BODY) // 2]
    assert head.header("content-length") == str(len(body))
    head, _, _ = _seen(server, {"fault": "content_type", "value": "text/plain"})
    assert head.header("content-type") == "text/plain"


def test_a_compressed_event_can_be_read_before_the_next_is_sent(server: mockapi.Server) -> None:
    """Each chunk gives its event to a client that decodes what it has."""
    client, _ = _open(server, ASKED, "compressed")
    with client:
        head = client.read_head()
        assert head.header("content-encoding") == "gzip"
        decoder = zlib.decompressobj(31)
        for frame in FRAMES:
            assert decoder.decompress(client.read_piece()) == frame


def test_a_stall_is_silence_on_an_open_connection(server: mockapi.Server) -> None:
    """All bytes before it arrive; when the client leaves, the server lets go."""
    client, id_ = _open(server, ASKED, {"fault": "stall", "event": 3})
    with client:
        client.read_head()
        assert b"".join(client.read_piece() for _ in range(4)) == FOUR
        assert client.is_silent(0.3)
    eventually(lambda: tasks(server) == 0, "the stalled reply is given up")
    assert journal(server, id_)[0]["reply"]["complete"] is False


def test_a_half_close_still_reads(server: mockapi.Server) -> None:
    """The server's side has ended, and what the client sends is taken, not reset."""
    client, _ = _open(server, ASKED, {"fault": "half_close", "event": 3})
    with client:
        client.read_head()
        _, end = client.read_to_end()
        assert end == "eof"
        client.send(b"still here")
        assert client.read_to_end() == (b"", "eof")
    eventually(lambda: tasks(server) == 0, "the half-closed reply is given up")


def test_a_late_reply_holds_back_the_status_or_the_body(server: mockapi.Server) -> None:
    """Nothing at all comes, or only the head."""
    client, _ = _open(server, ASKED, {"fault": "delay", "seconds": 0.3})
    with client:
        begun = time.monotonic()
        assert client.is_silent(0.2)
        client.read_head()
        assert time.monotonic() - begun >= 0.28
    client, _ = _open(server, ASKED, {"fault": "delay", "seconds": 0.3, "headers_first": True})
    with client:
        client.read_head()
        assert client.is_silent(0.2)
        assert client.read_piece()


def test_retry_fields_arrive_as_text(server: mockapi.Server) -> None:
    """Whatever was ordered."""
    orders = ["429", {"fault": "retry_header", "value": "0.3 sec", "milliseconds": "-1"}]
    session = open_session(server, faults=orders)
    reply = ask(session["base_url"], PLAIN)
    assert (reply.headers["retry-after"], reply.headers["retry-after-ms"]) == ("0.3 sec", "-1")


def _client(server: mockapi.Server, *orders: Any, retries: int = 2) -> tuple[anthropic.Anthropic, str]:
    session = open_session(server, faults=list(orders))
    client = anthropic.Anthropic(
        base_url=session["base_url"], api_key="sk-ant-test-1", max_retries=retries, timeout=PATIENCE
    )
    return client, session["id"]


QUICK = {"fault": "retry_header", "value": "0.01", "times": 1}


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 504, 529])
def test_the_real_client_tries_again_after(server: mockapi.Server, status: int) -> None:
    """And gets the recording that it would have got: an ordered error uses none up."""
    client, id_ = _client(server, {"fault": str(status), "times": 1}, QUICK)
    with client:
        assert client.messages.create(**PLAIN).content
    entries = journal(server, id_)
    assert [entry["reply"]["status"] for entry in entries] == [status, 200]
    attempts = [dict(entry["request"]["headers"])["x-stainless-retry-count"] for entry in entries]
    assert attempts == ["0", "1"]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413])
def test_the_real_client_gives_up_after(server: mockapi.Server, status: int) -> None:
    """These are not worth another try."""
    client, id_ = _client(server, str(status))
    with client, pytest.raises(anthropic.APIStatusError) as raised:
        client.messages.create(**PLAIN)
    assert raised.value.status_code == status
    assert len(journal(server, id_)) == 1


def test_x_should_retry_wins_over_the_status(server: mockapi.Server) -> None:
    """In both directions."""
    again = {"fault": "400", "times": 1, "headers": {"x-should-retry": "true"}}
    client, id_ = _client(server, again, QUICK)
    with client:
        assert client.messages.create(**PLAIN).content
    assert len(journal(server, id_)) == 2
    client, id_ = _client(server, {"fault": "529", "headers": {"x-should-retry": "false"}})
    with client, pytest.raises(anthropic.APIStatusError):
        client.messages.create(**PLAIN)
    assert len(journal(server, id_)) == 1


def test_the_real_client_waits_as_long_as_it_is_told(
    server: mockapi.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`retry-after` in fractions of a second, not the half second of its own."""
    client, _ = _client(server, {"fault": "429", "times": 1, "retry_after": 0.05})
    waits: list[float] = []
    with client:
        monkeypatch.setattr("anthropic._base_client.time.sleep", waits.append)
        client.messages.create(**PLAIN)
    assert waits == [0.05]


def test_a_reset_is_tried_again_and_an_error_in_a_stream_is_not(server: mockapi.Server) -> None:
    """A cut after the status counts as a lost connection only for a body that is read whole."""
    client, id_ = _client(server, {"fault": "close", "part": 0.5, "times": 1})
    with client:
        assert client.messages.create(**PLAIN).content
    assert len(journal(server, id_)) == 2
    client, id_ = _client(server, {"fault": "stream_error", "event": 2})
    with (
        client,
        pytest.raises(anthropic.APIStatusError, match="Overloaded"),
        client.messages.stream(**PLAIN) as told,
    ):
        told.get_final_message()
    assert len(journal(server, id_)) == 1


def test_rate_limits_refuse_and_the_fields_count_down(server: mockapi.Server) -> None:
    """Two of two requests pass, the third waits; another key does not."""
    session = open_session(server, rate_limits={"requests": 2})
    url = session["base_url"]
    key: dict[str, Any] = {"headers": {"x-api-key": "sk-ant-test-1"}}
    replies = [ask(url, PLAIN, **key) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert [reply.headers["anthropic-ratelimit-requests-remaining"] for reply in replies] == ["1", "0", "0"]
    assert 0 < int(replies[2].headers["retry-after"]) <= 30
    assert ask(url, PLAIN, headers={"x-api-key": "sk-ant-test-2"}).status_code == 200


def test_a_paced_session_sends_at_its_pace_and_the_server_knows_how_late_it_was(
    server: mockapi.Server,
) -> None:
    """The first token comes when it should, and the health says what the lateness was."""
    session = open_session(server, pace={"first": 0.2, "between": 0.001})
    begun = time.monotonic()
    reply = ask(session["base_url"], ASKED)
    assert reply.content == BODY
    assert time.monotonic() - begun >= 0.2
    lateness = ask_health(server)["lateness"]
    assert lateness["chunks"] > 3
    assert 0 <= lateness["p50_ms"] <= lateness["p99_ms"] <= lateness["worst_ms"] < 5000


def test_a_fault_that_changes_a_reply_changes_the_one_that_replaces_it(server: mockapi.Server) -> None:
    """Whichever was ordered first: an error is made, then its content type is changed."""
    orders: list[Any] = [{"fault": "content_type", "value": "text/x"}, {"fault": "error", "status": 529}]
    for ordered in (orders, orders[::-1]):
        reply = ask(open_session(server, faults=ordered)["base_url"], PLAIN)
        assert (reply.status_code, reply.headers["content-type"]) == (529, "text/x")
        assert reply.headers["x-mockapi-fault"] == "error, content_type"


@pytest.mark.parametrize("name", ["html", "529"])
def test_a_reply_that_is_replaced_uses_up_no_recording(tmp_path: Path, name: str) -> None:
    """Who tries again gets the recording that there would have been."""
    path = write_cassette(tmp_path / "two.yaml", interaction(PLAIN, b"first"), interaction(PLAIN, b"second"))
    with mockapi.Server([path]) as server:
        base_url = open_session(server, faults=[{"fault": name, "times": 1}])["base_url"]
        replies = [ask(base_url, PLAIN).content for _ in range(3)]
    assert replies[1:] == [b"first", b"second"]


def ask_health(server: mockapi.Server) -> dict[str, Any]:
    """The server's own word."""
    return dict(httpx.get(f"{server.base_url}/_mockapi/health", timeout=PATIENCE).json())


def test_a_reset_session_meets_its_faults_again(server: mockapi.Server) -> None:
    """Counts start over."""
    session = open_session(server, faults=[{"fault": "529", "times": 1}])
    statuses = [ask(session["base_url"], PLAIN).status_code for _ in range(2)]
    httpx.post(f"{server.base_url}/_mockapi/sessions/{session['id']}/reset", timeout=PATIENCE)
    statuses.append(ask(session["base_url"], PLAIN).status_code)
    assert statuses == [529, 200, 529]


def test_a_bad_order_opens_no_session(server: mockapi.Server) -> None:
    """The answer says which, and why."""
    opened = httpx.post(f"{server.base_url}/_mockapi/sessions", json={"faults": ["cutt"]}, timeout=PATIENCE)
    assert opened.status_code == 400
    assert (
        "`faults[0]` names an unknown fault 'cutt'. Did you mean `cut`?" in opened.json()["error"]["message"]
    )
