"""What a recorded reply looks like on the wire: status, headers in order, framing, body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from mockapi.cassettes import Matching
from tests.support.server import (
    JSON,
    STREAM,
    Play,
    RawClient,
    RawReply,
    ask,
    control,
    interaction,
    message,
    open_session,
    write_cassette,
)

if TYPE_CHECKING:
    from pathlib import Path

    import mockapi
    from mockapi.cassettes import Interaction

ADDED = {"request-id", "x-mockapi-source", "content-length", "content-type"}


def exchange(play: Play, recorded: Interaction, target: str | None = None) -> RawReply:
    """Record an interaction, send its request again over a raw socket, and read the reply."""
    request = recorded.request
    query = f"?{request.query}" if request.query else ""
    is_head = request.method == "HEAD"
    with RawClient(play(recorded)) as client:
        client.ask(request.method, target or request.path + query, request.body)
        reply = client.read(head=is_head)
        # The connection is still in step: the same request is answered once more.
        client.ask(request.method, request.path + query, request.body)
        assert client.read(head=is_head).status == recorded.response.status
    return reply


def test_status_headers_and_body_are_the_recorded_ones_in_their_order(play: Play) -> None:
    """Recorded fields keep their order, repeats and values; names go out in lower case."""
    fields = (
        ("Date", "Mon, 01 Jan 2024 00:00:00 GMT"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Odd", "b"),
        ("Server", "cloudflare"),
        ("X-Odd", "a"),
        ("request-id", "req_011"),
        ("retry-after", "7"),
    )
    body = b'{"a": 1 , "b":\n2}  '
    reply = exchange(play, interaction(message("hi"), body, status=529, headers=fields))
    assert reply.status == 529
    assert reply.body == body
    assert reply.headers == (
        *((name.lower(), value) for name, value in fields),
        ("content-length", str(len(body))),
        ("x-mockapi-source", "recorded"),
    )


def test_what_a_recording_says_of_mockapi_is_not_played(play: Play) -> None:
    """Recorded through another mockapi, or written by hand: only this server says what it did."""
    fields = (("X-Mockapi-Source", "synthesized"), ("x-mockapi-fault", "529"), ("x-end", "1"))
    reply = exchange(play, interaction(message("hi"), b"{}", headers=fields))
    ours = [field for field in reply.headers if field[0].startswith("x-mockapi-")]
    assert ours == [("x-mockapi-source", "recorded")]
    assert reply.header("x-end") == "1"


def test_fields_of_the_recorders_connection_do_not_come_back(play: Play) -> None:
    """Hop-by-hop fields, those that `connection` names, and the content encoding are left out."""
    fields = (
        ("Connection", "keep-alive, X-Hop"),
        ("Keep-Alive", "timeout=5"),
        ("X-Hop", "1"),
        ("Upgrade", "h2c"),
        ("Trailer", "x"),
        ("TE", "trailers"),
        ("Proxy-Connection", "keep-alive"),
        ("Content-Encoding", "gzip"),
        ("Content-Length", "31"),
        ("X-End", "1"),
    )
    reply = exchange(play, interaction(message("hi"), b'{"longer than the gzip was": true}', headers=fields))
    kept = [field for field in reply.headers if field[0] not in ADDED]
    assert kept == [("x-end", "1")]
    assert reply.headers[0] == ("content-length", "34"), "the true length, where the recorded one stood"


@pytest.mark.parametrize(
    ("fields", "framing"),
    [
        (JSON, ("content-length", "4")),
        ((*JSON, ("transfer-encoding", "chunked")), ("transfer-encoding", "chunked")),
        (STREAM[:1], ("transfer-encoding", "chunked")),
        ((("content-length", "99"),), ("content-length", "4")),
    ],
    ids=["no framing", "was chunked", "a stream over HTTP/2", "a length that was of the encoded body"],
)
def test_framing_follows_the_recording(
    play: Play, fields: tuple[tuple[str, str], ...], framing: tuple[str, str]
) -> None:
    """What was chunked is chunked again; the rest has a true content-length; never both."""
    reply = exchange(play, interaction(message("hi"), b"body", headers=fields))
    found = [field for field in reply.headers if field[0] in {"content-length", "transfer-encoding"}]
    assert found == [framing]
    assert reply.body == b"body"


def test_a_reply_to_head_keeps_its_length_and_has_no_body(play: Play) -> None:
    """HEAD promises what GET would send."""
    recorded = interaction(None, b"", method="HEAD", path="/", headers=(("content-length", "42"),))
    reply = exchange(play, recorded)
    assert (reply.status, reply.header("content-length")) == (200, "42")


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("body", [b"", b"a body that may not be"])
def test_a_status_without_a_body_has_none(play: Play, status: int, body: bytes) -> None:
    """204 and 304 carry no body and no framing, even if a cassette says otherwise."""
    reply = exchange(play, interaction(None, body, method="DELETE", status=status, headers=()))
    assert (reply.status, reply.body) == (status, b"")
    assert reply.header("content-length") is None
    assert reply.header("transfer-encoding") is None


@pytest.mark.parametrize("fields", [JSON, STREAM])
def test_an_empty_body_is_empty(play: Play, fields: tuple[tuple[str, str], ...]) -> None:
    """A recorded reply of no bytes ends at once, chunked or not."""
    assert exchange(play, interaction(message("hi"), b"", headers=fields)).body == b""


def test_a_body_of_any_bytes_comes_back(play: Play) -> None:
    """All 256 byte values and every kind of line end survive file and socket."""
    body = bytes(range(256)) + b"\r\n\r\n\n\r" + "\u2028\u0085\ufeff€".encode()
    assert exchange(play, interaction(message("hi"), body, headers=())).body == body


def test_what_clients_count_on_is_added_only_where_it_is_missing(play: Play) -> None:
    """A recording without request id and content type gets both; the id stays the same."""
    reply = exchange(play, interaction(message("hi"), b'{"a":1}', headers=()))
    assert (reply.header("request-id") or "").startswith("req_")
    assert reply.header("content-type") == "application/json"
    again = exchange(play, interaction(message("hi"), b'{"a":1}', headers=()))
    assert again.header("request-id") == reply.header("request-id")


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("POST", "/v1/complete", ""),
        ("GET", "/v1/models", "limit=2&after_id=a%20b"),
        ("GET", "/v1/models/claude%2Fodd%20name", ""),
        ("GET", "/", ""),
        ("PATCH", "/v1/any;thing=1/(at)/~all", ""),
        ("OPTIONS", "/v1/messages", ""),
        ("DELETE", "/v1/files/file_1", "beta=true"),
    ],
)
def test_any_method_and_path_is_replayed(play: Play, method: str, path: str, query: str) -> None:
    """Whatever was recorded is answered; percent-encoding stays as it came."""
    asked = {"prompt": "hi"} if method == "POST" else None
    recorded = interaction(asked, b"ok", method=method, path=path, query=query)
    assert exchange(play, recorded).body == b"ok"


@pytest.mark.parametrize(
    ("target", "matches"),
    [
        ("/v1/models?b=2&a=1", True),
        ("/v1/models?a=1&b=2&beta=true", True),
        ("/v1/models?a=1", False),
        ("/v1/models?a=1&b=2&b=2", False),
        ("/v1/%6Dodels?a=1&b=2", False),
    ],
)
def test_a_query_counts_in_any_order_and_without_beta(play: Play, target: str, *, matches: bool) -> None:
    """Parameters may come in another order; `beta` does not count; another spelling is another path."""
    recorded = interaction(None, b"ok", method="GET", path="/v1/models", query="a=1&b=2")
    assert exchange(play, recorded, target).status == (200 if matches else 422)


def test_a_request_in_absolute_form_is_understood(play: Play) -> None:
    """Clients that think they speak to a proxy send the whole URL."""
    base_url = play(interaction(None, b"ok", method="GET", path="/v1/models"))
    with RawClient(base_url) as client:
        target = base_url.replace(client.host, "api.anthropic.com") + "/v1/models"
        client.send(f"GET {target} HTTP/1.1\r\nhost: api.anthropic.com\r\n\r\n".encode())
        assert client.read().body == b"ok"


def test_requests_of_one_connection_are_answered_in_their_order(play: Play) -> None:
    """Pipelined requests get their replies one after the other."""
    texts = ["one", "two", "three"]
    with RawClient(play(*(interaction(message(text), text.encode()) for text in texts))) as client:
        for text in texts:
            client.ask("POST", "/v1/messages", orjson.dumps(message(text)))
        assert [client.read().body for _ in texts] == [text.encode() for text in texts]


def test_the_same_request_is_answered_in_recorded_order_then_by_the_last(play: Play) -> None:
    """A sequence is played once; after its end the last reply comes for ever."""
    recorded = [interaction(message("hi"), answer) for answer in (b"first", b"second", b"third")]
    base_url = play(*recorded)
    bodies = [ask(base_url, message("hi")).content for _ in range(5)]
    assert bodies == [b"first", b"second", b"third", b"third", b"third"]


def test_a_sequence_may_end_in_a_miss(server: mockapi.Server, play: Play) -> None:
    """With `after_last` fail a request beyond the last recording is a miss, until a reset."""
    base_url = play(interaction(message("hi"), b"only"), after_last="fail")
    assert [ask(base_url, message("hi")).status_code for _ in range(3)] == [200, 422, 422]
    control(server, f"/sessions/{base_url.rpartition('/')[2]}/reset", method="POST")
    assert ask(base_url, message("hi")).content == b"only"


def test_looser_rules_do_not_play_a_sequence_twice(play: Play) -> None:
    """A request whose recordings have all been played does not find them again by a relaxed rule."""
    rules = {"ignore": ["$.metadata"]}
    base_url = play(interaction(message("hi"), b"only"), after_last="fail", matching=rules)
    assert [ask(base_url, message("hi")).status_code for _ in range(2)] == [200, 422]


def test_two_cassettes_with_the_same_request_are_one_sequence(server: mockapi.Server, tmp_path: Path) -> None:
    """Files are played in the order of their names within a folder, as one recording."""
    write_cassette(tmp_path / "b.yaml", interaction(message("hi"), b"from b"))
    write_cassette(tmp_path / "a.yml", interaction(message("hi"), b"from a"))
    base_url = open_session(server, cassettes=[str(tmp_path)])["base_url"]
    bodies = [ask(base_url, message("hi")).content for _ in range(3)]
    assert bodies == [b"from a", b"from b", b"from b"]


def test_a_recording_with_rules_of_its_own_answers_beside_one_without(
    server: mockapi.Server, tmp_path: Path
) -> None:
    """Each cassette's rules hold for its own recordings only."""
    plain = write_cassette(tmp_path / "a.yaml", interaction(message("plain"), b"plain"))
    rules = Matching(ignore=("$.metadata",), headers=("x-tenant",))
    loose = write_cassette(tmp_path / "b.yaml", interaction(message("loose"), b"loose"), matching=rules)
    base_url = open_session(server, cassettes=[plain, loose])["base_url"]
    tagged = {"metadata": {"user_id": "1"}}
    assert ask(base_url, message("loose") | tagged).content == b"loose"
    assert ask(base_url, message("plain") | tagged).status_code == 422
    headers = {"x-tenant": "a"}
    assert ask(base_url, message("plain"), headers=headers).content == b"plain"
    assert ask(base_url, message("loose"), headers=headers).status_code == 422


def test_a_session_path_is_not_part_of_the_request(play: Play) -> None:
    """The session prefix is taken off before the path is compared; a bare prefix means `/`."""
    with RawClient(play(interaction(None, b"root", method="GET", path="/"))) as client:
        for target in ("", "/", "/?beta=true"):
            client.ask("GET", target)
            assert client.read().body == b"root", target


def test_a_base_url_that_ends_in_v1_gets_the_apis_404(play: Play) -> None:
    """`/v1/v1/messages` is not a path of the API, and the reply says no more than the API's does."""
    reply = ask(f"{play(interaction(message('hi')))}/v1", message("hi"))
    assert reply.status_code == 404
    assert reply.json()["error"] == {"type": "not_found_error", "message": "Not Found"}
    assert reply.headers["x-mockapi-source"] == "invalid"
    assert reply.headers["x-should-retry"] == "false"
