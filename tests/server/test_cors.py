"""What a page of a browser may read, and what people are told of one that may not."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

import mockapi
from mockapi.server import Console
from tests.support.server import RawClient, ask, interaction, message, open_session, write_cassette

if TYPE_CHECKING:
    from tests.support.server import Play

ORIGIN = "http://app.test"
KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01", "origin": ORIGIN}
WRONG_TYPE = {"fault": "content_type", "value": "text/html"}
PREFLIGHT = (("origin", ORIGIN), ("access-control-request-method", "POST"))
OURS = {
    name
    for path in Path(mockapi.__file__).parent.rglob("*.py")
    for name in re.findall(r"[\"'](x-mockapi-[a-z-]+)[\"']", path.read_text(encoding="utf-8"))
} - {"x-mockapi-token"}  # a request's


def exposed(headers: object) -> set[str]:
    """The fields that the browser shows to the page."""
    assert isinstance(headers, str)
    return set(headers.split(", "))


def test_every_limit_of_a_reply_can_be_read(server: mockapi.Server) -> None:
    """Those of tokens in and out too, and whose account it is."""
    base_url = open_session(server, cors=[ORIGIN], validation="strict", on_unmatched="synthesize")["base_url"]
    reply = ask(base_url, message("hi"), headers=KEY)
    shown = exposed(reply.headers["access-control-expose-headers"])
    limits = {name for name in reply.headers if name.startswith("anthropic-")}
    assert "anthropic-ratelimit-input-tokens-remaining" in limits
    assert limits <= shown
    assert {"request-id", "x-mockapi-source"} <= shown


def test_every_field_of_ours_can_be_read(play: Play) -> None:
    """What a recording has of the API's is shown too, the rest is not."""
    assert {"x-mockapi-rule", "x-mockapi-fault", "x-mockapi-converted"} <= OURS
    fields = [("anthropic-ratelimit-unified-reset", "1"), ("x-odd", "a"), ("retry-after", "1")]
    base_url = play(interaction(message("hi"), headers=fields), cors=["*"], faults=[WRONG_TYPE])
    reply = ask(base_url, message("hi"), headers=KEY)
    shown = exposed(reply.headers["access-control-expose-headers"])
    assert shown == {
        *("anthropic-ratelimit-unified-reset", "retry-after", "request-id"),
        *(name for name in reply.headers if name in OURS),
    }
    assert "x-mockapi-fault" in shown


@pytest.mark.parametrize("cors", [(), ("http://other.test",)], ids=["without --cors", "for another origin"])
def test_a_preflight_that_fails_names_the_option(cors: tuple[str, ...]) -> None:
    """On the console once, and in each reply."""
    stream = io.StringIO()
    with mockapi.Server(settings=mockapi.Settings(cors=cors), console=Console(stream)) as server:
        for _ in range(3):
            with RawClient(server.base_url) as client:
                client.ask("OPTIONS", "/v1/messages", b"", *PREFLIGHT)
                reply = client.read()
                assert reply.status == 405
                assert "--cors" in (reply.header("x-mockapi-hint") or "")
                assert reply.header("access-control-allow-origin") is None
    assert stream.getvalue().count("A page of the origin 'http://app.test' may not use this server") == 1
    assert "--cors names the origins that may" in stream.getvalue()


def test_a_recorded_preflight_is_played(tmp_path: Path) -> None:
    """As any other request; nobody is told of it."""
    stream = io.StringIO()
    allow = (("access-control-allow-origin", ORIGIN), ("content-length", "0"))
    recorded = interaction(None, b"", method="OPTIONS", status=200, headers=allow)
    cassette = write_cassette(tmp_path / "a.yaml", recorded)
    with mockapi.Server(cassette, console=Console(stream)) as server, RawClient(server.base_url) as client:
        client.ask("OPTIONS", "/v1/messages", b"", *PREFLIGHT)
        assert client.read().header("access-control-allow-origin") == ORIGIN
        client.ask("OPTIONS", "/v1/messages", orjson.dumps({}))
        assert client.read().header("x-mockapi-hint") is None
    assert "--cors" not in stream.getvalue()
