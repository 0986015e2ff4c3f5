"""What is answered without a task is what would be answered with one: replies, journal, order, refusals."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

import mockapi
from mockapi.server import _at_once
from mockapi.sessions import CassetteSet
from tests.support.server import (
    STREAM,
    RawClient,
    Running,
    eventually,
    interaction,
    journal,
    message,
    open_session,
    paced,
    serving,
    write_cassette,
)
from tests.support.workers import one_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mockapi.cassettes import Interaction

has_turns = hasattr(HttpToolsProtocol, "_start_asgi_task")
"""Older releases of uvicorn start a task for each request by themselves."""

Asks: TypeAlias = Callable[[httpx.Client, str], Any]
KEY = {"x-api-key": "sk-ant-test-1"}
ASKED = message("again and again")
RECORDED: list[Interaction] = [
    interaction(ASKED, b'{"first": 1}'),
    interaction(ASKED, b'{"second": 2}'),
    interaction(message("once"), b"event: ping\ndata: {}\n\n", headers=STREAM),
    interaction(message("nothing"), b"", status=204),
    interaction(message("refused"), b'{"type": "error"}', status=529),
    paced(message("slow"), [(0.0, b"event: a\n\n"), (0.01, b"event: b\n\n")]),
]


def _ask(client: httpx.Client, base_url: str, asked: Any, **fields: str) -> None:
    client.post(f"{base_url}/v1/messages", json=asked, headers={**KEY, **fields})


def _twice_and_once_more(client: httpx.Client, base_url: str) -> None:
    for _ in range(3):
        _ask(client, base_url, ASKED)


def _everything(client: httpx.Client, base_url: str) -> None:
    for item in RECORDED * 3:  # a head is known when it comes for the third time
        client.post(f"{base_url}/v1/messages", content=item.request.body, headers=KEY)


def _spelled_otherwise(client: httpx.Client, base_url: str) -> None:
    for blanks in range(5):
        body = json.dumps(ASKED, indent=blanks).encode()
        client.post(f"{base_url}/v1/messages", content=body, headers=KEY)


def _compressed(client: httpx.Client, base_url: str) -> None:
    body = gzip.compress(json.dumps(ASKED).encode())
    client.post(f"{base_url}/v1/messages", content=body, headers={**KEY, "content-encoding": "gzip"})
    client.post(f"{base_url}/v1/messages", content=b"no gzip", headers={**KEY, "content-encoding": "gzip"})


def _doubled(client: httpx.Client, base_url: str) -> None:
    headers = [("x-api-key", "sk-ant-test-1"), ("x-api-key", "sk-ant-test-2")]
    client.post(f"{base_url}/v1/messages", json=ASKED, headers=headers)


def _from_a_page(client: httpx.Client, base_url: str) -> None:
    _ask(client, base_url, ASKED, origin="https://elsewhere.example")
    _ask(client, base_url, ASKED, **{"sec-fetch-site": "cross-site"})


def _never_recorded(client: httpx.Client, base_url: str) -> None:
    for number in range(5):
        asked = {**message(f"new {number}"), "stream": number % 2 == 1}
        _ask(client, base_url, asked, **{"anthropic-version": "2023-06-01"} if number else {})


def _other_paths(client: httpx.Client, base_url: str) -> None:
    for path in (
        "/v1/messages?beta=true",
        "/v1/messages/",
        "/V1/messages",
        "/v1/models",
        "/v1%2Fmessages",
        "",
    ):
        client.post(f"{base_url}{path}", json=ASKED, headers=KEY)
    client.put(f"{base_url}/v1/messages", json=ASKED, headers=KEY)
    client.post(f"{base_url}/s/unknown/v1/messages", json=ASKED, headers=KEY)


def _with_an_end(client: httpx.Client, base_url: str) -> None:
    _ask(client, base_url, ASKED, connection="close")
    _ask(client, base_url, ASKED)


ASKING: dict[str, Asks] = {
    "twice and once more": _twice_and_once_more,
    "everything": _everything,
    "spelled otherwise": _spelled_otherwise,
    "compressed": _compressed,
    "doubled": _doubled,
    "from a page": _from_a_page,
    "never recorded": _never_recorded,
    "other paths": _other_paths,
    "with an end": _with_an_end,
}
SETTINGS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "after the last fails": {"after_last": "fail"},
    "two requests": {"max_requests": 2},
    "a fault": {"faults": mockapi.parse_faults(["529"])},
    "at half speed": {"speed": 0.5},
    "pages allowed": {"cors": ("https://elsewhere.example",)},
    "made up": {"on_unmatched": "synthesize"},
    "made up, faulty": {"on_unmatched": "synthesize", "faults": mockapi.parse_faults(["empty_body"])},
    "made up, slowly": {"on_unmatched": "synthesize", "pace": mockapi.parse_pace({"first": 0.002})},
    "made up as a model would": {"on_unmatched": "synthesize", "speed": 100.0},
}


class Seen:
    """What a client has got, without what differs from reply to reply anyway."""

    def __init__(self) -> None:
        self.replies: list[tuple[int, tuple[tuple[str, str], ...], bytes]] = []

    def __call__(self, response: httpx.Response) -> None:
        """Keep a reply."""
        response.read()
        fields = tuple(
            item
            for item in response.headers.multi_items()
            if item[0] not in {"date", "request-id"} and not item[0].startswith("anthropic-ratelimit-")
        )
        body = response.content
        if b"request_id" in body:
            body = json.dumps({**json.loads(body), "request_id": None}).encode()
        self.replies.append((response.status_code, fields, body))


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    """The path of one with all that is recorded."""
    return write_cassette(tmp_path / "a.yaml", *RECORDED)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """For each whole request whose head allows it, whether it was answered at once."""
    answer = _at_once.AtOnce.answer
    found: list[bool] = []

    def looked(*args: Any) -> Any:
        reply = answer(*args)
        found.append(reply is not None)
        return reply

    monkeypatch.setattr(_at_once.AtOnce, "answer", looked)
    yield found
    monkeypatch.undo()


def _run(server: Running, asking: Iterable[Asks]) -> tuple[Any, ...]:
    """What clients get and journals tell: each asks a session of its own, the first one the default too."""
    seen = Seen()
    told = []
    with httpx.Client(event_hooks={"response": [seen]}) as client:
        for number, ask in enumerate(asking):
            places = [] if number else [(server.base_url, "default")]
            opened = open_session(server)
            for base_url, session in (*places, (opened["base_url"], opened["id"])):
                ask(client, base_url)
                told.append([_told(entry) for entry in journal(server, session)])
    return seen.replies, told


def _told(entry: dict[str, Any]) -> tuple[Any, ...]:
    headers = [field for field in entry["request"]["headers"] if field[0] != "host"]  # ports differ
    reply = {key: entry["reply"][key] for key in ("status", "source", "complete")}
    return entry["number"], {**entry["request"], "headers": headers}, entry["recording"], reply


@one_process
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_it_is_what_the_endpoint_answers(
    cassette: str, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    """Whatever is asked, under any settings, of the default session and of those that are opened."""
    with serving(cassette, **settings) as server:
        at_once = _run(server, ASKING.values())
    monkeypatch.setattr(_at_once.AtOnce, "place_of", lambda *_: None)
    with serving(cassette, **settings) as server:
        assert _run(server, ASKING.values()) == at_once


@one_process
@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        ("twice and once more", [True] * 6),
        ("spelled otherwise", [True] * 10),
        ("doubled", []),
        ("compressed", []),
    ],
)
def test_it_is_taken_where_a_recording_is_all(
    cassette: str, taken: list[bool], ask: str, expected: list[bool]
) -> None:
    """Else the test above would compare the endpoint with itself."""
    with serving(cassette) as server:
        _run(server, [ASKING[ask]])
    assert taken == (expected if has_turns else [])


@one_process
def test_it_is_taken_where_a_reply_is_made_up(cassette: str, taken: list[bool]) -> None:
    """All but the first, which waits until all that is recorded has been looked at."""
    with serving(cassette, on_unmatched="synthesize") as server:
        _run(server, [_never_recorded])
    assert taken == ([False, *[True] * 9] if has_turns else [])


@one_process
def test_a_defect_is_told_as_any_other(
    cassette: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets a 500, the log the traceback, and the next request a connection of its own."""

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    with serving(cassette) as server:
        with monkeypatch.context() as patch, httpx.Client() as client:
            patch.setattr(CassetteSet, "reply", broken)
            reply = client.post(f"{server.base_url}/v1/messages", json=ASKED, headers=KEY)
        assert (reply.status_code, reply.headers["connection"]) == (500, "close")
        assert "a defect of mockapi" in reply.json()["error"]["message"]
        eventually(lambda: "ZeroDivisionError" in caplog.text, "the traceback is told")
        assert httpx.post(f"{server.base_url}/v1/messages", json=ASKED, headers=KEY).status_code == 200


def test_a_body_in_pieces_is_answered_when_it_is_whole(cassette: str) -> None:
    """Its header alone begins nothing."""
    body = json.dumps(ASKED).encode()
    with serving(cassette) as server, RawClient(server.base_url) as client:
        client.send(
            f"POST {client.prefix}/v1/messages HTTP/1.1\r\nhost: {client.host}\r\n"
            f"content-length: {len(body)}\r\n\r\n".encode()
        )
        client.send(body[:10])
        client.send(body[10:])
        assert client.read().body == b'{"first": 1}'
