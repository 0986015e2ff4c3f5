"""Request bodies: encodings, limits, and everything that is not JSON."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any

import anthropic
import orjson
import pytest

from tests.support.server import (
    Play,
    RawClient,
    ask,
    eventually,
    interaction,
    journal,
    message,
    open_session,
    tasks,
)
from tests.support.workers import one_process

if TYPE_CHECKING:
    import mockapi

MIB = 1024 * 1024
BODY = orjson.dumps(message("hi"))


@pytest.fixture
def base_url(play: Play) -> str:
    """A session that answers `BODY`, and an empty body."""
    return play(interaction(message("hi"), b"ok"), interaction(None, b"nothing came"))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("GZip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("identity", BODY),
        ("", BODY),
    ],
    ids=["gzip", "in capitals", "x-gzip", "identity", "empty"],
)
def test_an_encoded_body_is_the_request_it_encodes(base_url: str, encoding: str, body: bytes) -> None:
    """Gzip is undone before anything looks at the body."""
    reply = ask(base_url, content=body, headers={"content-encoding": encoding})
    assert reply.content == b"ok"


def test_a_length_may_begin_with_any_number_of_zeros(base_url: str) -> None:
    """Python refuses to read so many digits; a client that sends them gets its answer."""
    with RawClient(base_url) as client:
        fields = (("content-length", f"{len(BODY):05000}"), ("content-encoding", "identity"))
        client.ask("POST", "/v1/messages", b"", *fields)
        client.send(BODY)
        assert client.read().body == b"ok"


def test_an_encoding_of_no_body_is_no_body(base_url: str) -> None:
    """A client that sets the header on every request may have nothing to send."""
    assert ask(base_url, content=b"", headers={"content-encoding": "gzip"}).content == b"nothing came"


@pytest.mark.parametrize(
    ("encoding", "body", "status", "words", "code"),
    [
        ("gzip", gzip.compress(BODY)[:-9], 400, "it is truncated", "invalid"),
        ("gzip", gzip.compress(BODY)[:4], 400, "it is truncated", "invalid"),
        ("gzip", b"no gzip at all", 400, "not valid gzip", "invalid"),
        ("gzip", gzip.compress(BODY) + b"more", 400, "it goes on behind its end", "invalid"),
        ("gzip", gzip.compress(BODY) + gzip.compress(BODY), 400, "it goes on behind its end", "invalid"),
        ("deflate", zlib.compress(BODY), 400, "Unsupported content-encoding: deflate", "unsupported"),
        ("br", BODY, 400, "Unsupported content-encoding: br", "unsupported"),
        ("zstd", BODY, 400, "Unsupported content-encoding: zstd", "unsupported"),
        ("gzip, gzip", BODY, 400, "Unsupported content-encoding: gzip, gzip", "unsupported"),
        ("gzip", gzip.compress(bytes(33 * MIB)), 413, "too large once it is decoded", "too_large"),
    ],
    ids=["cut", "only a head", "none", "tail", "two", "deflate", "brotli", "zstd", "twice", "zip bomb"],
)
def test_a_body_that_cannot_be_decoded_is_refused_in_the_apis_shape(
    base_url: str, encoding: str, body: bytes, status: int, words: str, code: str
) -> None:
    """The client hears what is wrong with the encoding, by its code too; a bomb stays packed."""
    reply = ask(base_url, content=body, headers={"content-encoding": encoding})
    assert reply.status_code == status
    assert words in reply.json()["error"]["message"]
    codes = {
        "invalid": "request_body_encoding_invalid",
        "unsupported": "request_body_encoding_unsupported",
        "too_large": "request_body_too_large_after_decoding",
    }
    assert reply.json()["error"]["details"] == {"error_code": codes[code]}
    assert reply.json()["type"] == "error"
    assert reply.json()["request_id"] == reply.headers["request-id"]
    assert reply.headers["x-mockapi-source"] == "invalid"


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/v1/messages", 32),
        ("/v1/messages/count_tokens", 32),
        ("/v1/messages/batches", 256),
        ("/v1/files", 500),
        ("/v1/unknown", 32),
    ],
)
def test_each_endpoint_has_its_limit(base_url: str, path: str, limit: int) -> None:
    """One byte more than so many MiB, announced, is refused unread; that many are waited for."""
    for size, status in ((limit * MIB + 1, 413), (limit * MIB, 100)):
        with RawClient(base_url) as client:
            fields = (("content-length", str(size)), ("expect", "100-continue"))
            client.ask("POST", path, b"", *fields)
            assert client.read_head().status == status


@pytest.mark.parametrize(
    "head",
    [
        (("content-length", str(33 * MIB)),),
        (("content-length", str(10**15)),),
        (("content-length", str(33 * MIB)), ("expect", "100-continue")),
    ],
)
def test_a_body_that_is_announced_too_large_is_refused_unread(
    base_url: str, head: tuple[tuple[str, str], ...]
) -> None:
    """The 413 comes before a byte of the body was sent, also to who waits for `100 Continue`."""
    with RawClient(base_url) as client:
        client.ask("POST", "/v1/messages", b"", *head)
        reply = client.read()
        assert (reply.status, reply.json()["error"]["type"]) == (413, "request_too_large")
        if len(head) == 2:
            assert client.read_to_end() == (b"", "eof"), "whether a body follows now cannot be known"


@pytest.mark.parametrize("announced", [True, False])
def test_who_closes_after_a_body_that_is_too_large_gets_the_reply(base_url: str, *, announced: bool) -> None:
    """With `connection: close` the body is read to its end first: a reset would cost the client the 413."""
    size = 32 * MIB + 1
    head = ("content-length", str(size)) if announced else ("transfer-encoding", "chunked")
    body = bytes(size) if announced else b"%x\r\n%b\r\n0\r\n\r\n" % (size, bytes(size))
    with RawClient(base_url) as client:
        client.ask("POST", "/v1/messages", b"", head, ("connection", "close"))
        client.send(body)
        assert client.read().status == 413
        assert client.read_to_end() == (b"", "eof")


def test_a_chunked_body_is_refused_when_it_grows_too_large(base_url: str) -> None:
    """Without an announced length the limit is met on the way; the rest is dropped, then it goes on."""
    with RawClient(base_url) as client:
        client.ask("POST", "/v1/messages", b"", ("transfer-encoding", "chunked"))
        piece = b"100000\r\n" + bytes(MIB) + b"\r\n"
        for _ in range(34):
            client.send(piece)
        reply = client.read()
        assert (reply.status, reply.json()["error"]["type"]) == (413, "request_too_large")
        client.send(piece + b"0\r\n\r\n")
        client.ask("POST", "/v1/messages", BODY)
        assert client.read().body == b"ok"


@pytest.mark.slow
def test_official_clients_see_a_body_that_is_too_large_as_that(base_url: str) -> None:
    """A refusal that comes while the client still sends reaches it as a 413, not as a broken pipe."""
    client = anthropic.Anthropic(base_url=base_url, api_key="sk-ant-test-1", max_retries=0)
    with client, pytest.raises(anthropic.APIStatusError) as caught:
        client.messages.create(
            model="claude-opus-4-6",
            max_tokens=1,
            messages=[{"role": "user", "content": "a" * 33 * MIB}],
        )
    assert caught.value.status_code == 413


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/v1/messages", 32),
        ("/v1/messages/count_tokens", 32),
        ("/v1/complete", 32),
        ("/v1/messages/batches", 256),
        ("/v1/files", 500),
    ],
)
def test_each_endpoint_has_its_own_limit(base_url: str, path: str, limit: int) -> None:
    """A body of just the limit is waited for; one byte more is refused when it is announced."""
    with RawClient(base_url) as client:
        client.ask("POST", path, b"", ("content-length", str(limit * MIB)))
        assert client.is_silent(0.05)
    with RawClient(base_url) as client:
        client.ask("POST", path, b"", ("content-length", str(limit * MIB + 1)))
        assert client.read().status == 413


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        b"hello",
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b'{"a":1e999}',
        b"{" * 100_000,
        b"[" * 1000 + b"]" * 1000,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":1,"a":2}',
        b"\xef\xbb\xbf{}",
        b"\x00",
    ],
    ids=[
        "text", "utf-8", "surrogate", "infinity", "unclosed", "too deep", "deep", "less deep", "digits",
        "twice", "bom", "nul",
    ],
)  # fmt: skip
def test_any_bytes_are_answered_in_the_apis_shape_and_journaled(
    server: mockapi.Server, play: Play, body: bytes
) -> None:
    """A body that nothing can make sense of is a miss like any other, explained and written down."""
    base_url = play(interaction(message("hi"), b"ok"))
    reply = ask(base_url, content=body)
    assert (reply.status_code, reply.json()["type"]) == (422, "error")
    (entry,) = journal(server, base_url.rpartition("/")[2])
    assert entry["miss"]["remedies"]
    assert len({"json", "text", "base64"} & set(entry["request"])) == 1


@pytest.mark.parametrize(
    "rules",
    [
        {"substitute": ["date"]},
        {"ignore": ["$..cache_control"]},
        {"rename_tool_ids": True},
        {"compare": "last-turn"},
    ],
)
def test_deep_bodies_are_compared_under_any_rules(server: mockapi.Server, rules: dict[str, Any]) -> None:
    """Rules that walk through a body do not fall over a deep one."""
    session = open_session(server, matching=rules)
    base_url = session["base_url"]
    for depth in (200, 900):
        reply = ask(base_url, content=b'{"a":' * depth + b"1" + b"}" * depth)
        assert reply.status_code == 422, rules


def test_a_body_that_is_no_json_is_refused_in_the_apis_words(play: Play) -> None:
    """With validation on, what cannot be parsed, or is no object, is a 400 of the API."""
    base_url = play(interaction(message("hi"), b"ok"), validation="strict")
    headers = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
    for body in (b"hello", b'{"a":"\xff"}', b"{" * 100_000, b"", b"[" * 1000 + b"]" * 1000, b"[]", b"7"):
        reply = ask(base_url, content=body, headers=headers)
        assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")


def test_the_journal_shows_json_as_it_came(server: mockapi.Server, play: Play) -> None:
    """Integers beyond 64 bits are not rounded on their way into the journal."""
    base_url = play(interaction(message("hi")))
    ask(base_url, content=b'{"n":123456789012345678901234567890}')
    (entry,) = journal(server, base_url.rpartition("/")[2])
    assert entry["request"]["json"] == {"n": 123456789012345678901234567890}


@one_process
@pytest.mark.parametrize("sent", [b"", b'{"model"'])
def test_a_client_that_leaves_in_mid_upload_is_forgotten(
    server: mockapi.Server, base_url: str, sent: bytes
) -> None:
    """An upload that is broken off, in whatever way, leaves no task and no journal entry."""
    for leave in (RawClient.reset, lambda client: client.sock.close()):
        client = RawClient(base_url)
        client.ask("POST", "/v1/messages", sent, ("content-length", "100000"))
        eventually(lambda: tasks(server) == 1, "the request is being read")
        leave(client)
        eventually(lambda: tasks(server) == 0, "the request is given up")
    assert journal(server, base_url.rpartition("/")[2]) == []
