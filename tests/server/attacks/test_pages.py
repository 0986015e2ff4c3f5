"""What a page may make its browser do at the API door. A row more is a line in one of the tables."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

import mockapi
from mockapi.server import Console
from mockapi.validation import ValidationSettings
from tests.support.doors import Caller, asked
from tests.support.recording import Upstream, recorded, recording, saying
from tests.support.server import (
    ask,
    control,
    interaction,
    journal,
    message,
    open_session,
    serving,
    write_cassette,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # hundreds of requests
EVIL, OWN, PORT = "http://evil.example", "http://127.0.0.1:4010", "http://127.0.0.1:5173"
KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
SIMPLE = {"content-type": "text/plain;charset=UTF-8"}

UNASKED: dict[str, dict[str, str]] = {
    "a text": SIMPLE | {"origin": EVIL, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    "a form": {"content-type": "application/x-www-form-urlencoded", "origin": EVIL},
    "a form with files": {"content-type": "multipart/form-data; boundary=b", "origin": EVIL},
    "no type": {"origin": EVIL},
    "no origin that could be named": SIMPLE | {"origin": "null"},
    "an empty origin": SIMPLE | {"origin": ""},
    "no Origin, as images are asked for": {"sec-fetch-site": "cross-site"},
    "from a sibling's site": {"sec-fetch-site": "same-site"},
    "from a page that mockapi serves": SIMPLE | {"origin": OWN, "sec-fetch-site": "same-origin"},
    "from a page of another port": SIMPLE | {"origin": PORT, "sec-fetch-site": "same-site"},
}
"""What browsers send without a preflight, and nobody invited."""

ASKED: dict[str, dict[str, str]] = {
    "a key": KEY | {"origin": EVIL},
    "JSON": {"content-type": "application/json", "origin": EVIL},
    "a token": {"authorization": "Bearer sk-ant-test-1", "origin": EVIL},
}
"""What they send only after a preflight, or what a developer's own proxy passes on."""

NOT_A_PAGE: dict[str, dict[str, str]] = {
    "a program": KEY,
    "a program without a key": SIMPLE,
    "an address that somebody types": {"sec-fetch-site": "none"},
}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """One for all: making one takes longer than most tests."""
    with httpx.Client(trust_env=False) as made:
        yield made


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """An upstream that would answer anything."""
    body = b'{"type":"message"}'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n" % len(body)
    with Upstream(saying(head + b"connection: close\r\n\r\n" + body)) as running:
        yield running


@pytest.fixture(scope="module")
def told() -> io.StringIO:
    """What the recorder's console was told."""
    return io.StringIO()


@pytest.fixture(scope="module")
def recorder(
    upstream: Upstream, told: io.StringIO, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[mockapi.Server]:
    """A recorder with a session for each way to forward, and one that welcomes a page."""
    with recording(upstream.url, tmp_path_factory.mktemp("r"), stream=told) as server:
        yield server


@pytest.mark.parametrize(
    "mode", [{}, {"record_mode": "all"}, {"on_unmatched": "passthrough"}, {"record_mode": "verify"}]
)
@pytest.mark.parametrize("fields", [*UNASKED.values(), *ASKED.values()], ids=[*UNASKED, *ASKED])
def test_no_page_asks_the_upstream(
    client: httpx.Client,
    recorder: mockapi.Server,
    upstream: Upstream,
    fields: dict[str, str],
    mode: dict[str, Any],
) -> None:
    """In every mode that has an upstream: 403 in the API's shape, and nothing was forwarded."""
    base_url = open_session(recorder, **mode)["base_url"] if mode else recorder.base_url
    before = len(upstream.requests)
    for method in ("POST", "GET", "OPTIONS"):
        reply = client.request(method, base_url + "/v1/messages", headers=fields)
        assert reply.status_code == 403
        assert reply.json()["error"]["type"] == "permission_error"
        assert "--cors" in reply.json()["error"]["message"]
    assert len(upstream.requests) == before


@pytest.mark.parametrize("fields", NOT_A_PAGE.values(), ids=NOT_A_PAGE)
def test_programs_ask_the_upstream_as_before(recorder: mockapi.Server, fields: dict[str, str]) -> None:
    """They send no Origin."""
    assert ask(recorder.base_url, content=b"hi", headers=fields).status_code == 200


def test_a_page_that_cors_names_asks_the_upstream(recorder: mockapi.Server) -> None:
    """That page, and no other; `*` welcomes all."""
    welcome = "http://localhost:5173"
    one = open_session(recorder, cors=[welcome])["base_url"]
    assert ask(one, content=b"hi", headers=SIMPLE | {"origin": welcome}).status_code == 200
    assert ask(one, content=b"hi", headers=SIMPLE | {"origin": EVIL}).status_code == 403
    everybody = open_session(recorder, cors=["*"])["base_url"]
    for fields in UNASKED.values():
        assert ask(everybody, content=b"hi", headers=fields).status_code == 200


def test_nothing_of_a_page_is_recorded(upstream: Upstream, tmp_path: Path) -> None:
    """Nor kept in the journal; the console names the origin, once."""
    console = io.StringIO()
    with recording(upstream.url, tmp_path / "r", stream=console) as server:
        for fields in [*UNASKED.values()] * 2:
            ask(server.base_url, content=b"hi", headers=fields)
        assert journal(server) == []
    assert recorded(tmp_path / "r").interactions == ()
    assert console.getvalue().count(EVIL) == 1


@pytest.mark.parametrize("fields", UNASKED.values(), ids=UNASKED)
@pytest.mark.parametrize(
    "path", ["/v1/messages", "/v1/files", "/v1/messages/batches", "/v1/complete", "/anything"]
)
def test_a_page_uses_nothing_up(fields: dict[str, str], path: str, tmp_path: Path) -> None:
    """Even without validation: no recording, no request of a limit, no file, no batch."""
    cassette = write_cassette(
        tmp_path / "a.yaml", interaction(message("hi"), b"one"), interaction(message("hi"), b"two")
    )
    app = mockapi.create_app(
        [cassette], settings=mockapi.Settings(max_requests=2, validation=ValidationSettings(mode="off"))
    )
    caller = Caller(fields=tuple(fields.items()))
    for _ in range(3):
        status, _ = asked(app, caller, path, method="POST", body=orjson.dumps(message("hi")))
        assert status == 403
    bodies = [
        asked(app, Caller(), "/v1/messages", method="POST", body=orjson.dumps(message("hi")))[1]
        for _ in range(2)
    ]
    assert bodies == [b"one", b"two"]


@pytest.mark.parametrize("fields", [*ASKED.values(), *NOT_A_PAGE.values()], ids=[*ASKED, *NOT_A_PAGE])
def test_what_browsers_ask_about_first_is_taken_where_nothing_is_forwarded(fields: dict[str, str]) -> None:
    """A developer's proxy in front of a page passes on the page's Origin."""
    with serving(on_unmatched="synthesize") as server:
        assert ask(server.base_url, message("hi"), headers=fields).status_code == 200


def test_a_refused_page_gets_no_word_that_it_could_read(recorder: mockapi.Server) -> None:
    """Without the fields of CORS a browser hands no reply on."""
    reply = ask(recorder.base_url, content=b"hi", headers=UNASKED["a text"])
    assert not [name for name in reply.headers if name.startswith("access-control-")]
    assert control(recorder, "/sessions", headers={"origin": EVIL}).status_code == 403


def test_the_console_cannot_be_flooded_with_origins() -> None:
    """Of ten people are told."""
    stream = io.StringIO()
    settings = mockapi.Settings(validation=ValidationSettings(mode="off"))
    with mockapi.Server(settings=settings, console=Console(stream)) as server:
        for number in range(30):
            ask(server.base_url, content=b"hi", headers=SIMPLE | {"origin": f"http://{number}.example"})
    assert stream.getvalue().count(".example") == 10
