"""A recorder's upstream is asked below its own path only. A row more is a line in `OUTSIDE` or `INSIDE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.server.recording._targets import leads_out
from tests.support.recording import Upstream, recorded, recording, saying
from tests.support.server import RawClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import mockapi

OUTSIDE = [
    "/v1/../../admin",
    "/v1/messages/..",
    "/..",
    "/.",
    "/v1/./messages",
    "/v1/%2e%2e/%2e%2e/admin",
    "/v1/%2E%2E/admin",
    "/v1/.%2e/admin",
    "/v1/%2e/messages",
    "/v1/..%2f..%2fadmin",
    "/v1/%2e%2e%2fadmin",
    "/v1/..%5c..%5cadmin",
    "/v1/..\\..\\admin",
    "/v1\\..\\admin",
    "/v1/%252e%252e/admin",
    "/v1/%25252e%25252e/admin",
    "/v1/..;/admin",
    "/v1/..;a=b/admin",
    "/v1/%2e%2e;/admin",
    "/v1/..%20/admin",
]
INSIDE = [
    "//evil.example/v1/messages",
    "/\\evil.example/v1",
    "/%2fevil.example",
    "/%5cevil.example",
    "/@evil.example",
    "/v1/messages",
    "/v1//messages",
    "/v1/...",
    "/v1/a..b",
    "/v1/.well-known",
    "/v1/%20",
    "/v1/a%2fb",
]


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """An upstream that notes what it is asked."""
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
    with Upstream(saying(answer)) as running:
        yield running


@pytest.fixture(scope="module")
def recorder(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[mockapi.Server]:
    """A recorder for what lies below a path of it."""
    with recording(f"{upstream.url}/api", tmp_path_factory.mktemp("r"), mode="all") as server:
        yield server


@pytest.mark.parametrize("target", OUTSIDE)
def test_a_path_that_leads_out_is_not_passed_on(
    recorder: mockapi.Server, upstream: Upstream, target: str
) -> None:
    """The client is told with a 400, which it does not try again."""
    before = len(upstream.requests)
    with RawClient(recorder.base_url) as client:
        client.ask("POST", target)
        reply = client.read()
    assert reply.status == 400
    assert "not a path below it" in reply.json()["error"]["message"]
    assert len(upstream.requests) == before


@pytest.mark.parametrize("target", INSIDE)
def test_a_path_below_is_passed_on_as_it_stands(
    recorder: mockapi.Server, upstream: Upstream, target: str
) -> None:
    """Escapes and empty segments mean what the upstream says they mean."""
    with RawClient(recorder.base_url) as client:
        client.ask("GET", target)
        assert client.read().status == 200
    asked = upstream.requests[-1].partition(b" HTTP/1.1\r\n")[0].decode()
    # Older releases of httpx escape a backslash, as the standard has it.
    assert asked in (f"GET /api{target}", f"GET /api{target}".replace("\\", "%5C"))


def test_a_query_may_hold_what_a_path_may_not(recorder: mockapi.Server, upstream: Upstream) -> None:
    """Nobody takes it for a path."""
    with RawClient(recorder.base_url) as client:
        client.ask("GET", "/v1/models?after=../..&url=//evil.example")
        assert client.read().status == 200
    assert upstream.requests[-1].startswith(b"GET /api/v1/models?after=../..&url=//evil.example HTTP/1.1\r\n")


def test_nothing_of_it_is_recorded(upstream: Upstream, tmp_path: Path) -> None:
    """Neither the request nor its refusal."""
    with recording(f"{upstream.url}/api", tmp_path / "r") as server, RawClient(server.base_url) as client:
        for target in OUTSIDE[:3]:
            client.ask("POST", target)
            client.read()
    assert recorded(tmp_path / "r").interactions == ()


def resolved(path: str) -> list[str]:
    """The segments that are left where dots are followed, and `None` for a step out."""
    left: list[str] = []
    for segment in path.replace("\\", "/").split("/")[1:]:
        if segment == "..":
            if not left:
                return ["OUT"]
            left.pop()
        elif segment != ".":
            left.append(segment)
    return left


@given(
    st.lists(st.sampled_from(["a", ".", "..", "%2e", "%2E", "/", "\\", "%2f", "%5C", ";", "%25"]), max_size=9)
)
def test_what_is_passed_on_has_no_step_upwards_however_it_is_read(pieces: list[str]) -> None:
    """Unescaped once, twice or not at all, with either slash: its segments stay as they are."""
    path = "/v1/" + "".join(pieces)
    if leads_out(path):
        return
    for _ in range(3):
        assert "OUT" not in resolved("/api" + path)
        assert not {".", ".."} & set(path.replace("\\", "/").split("/"))
        for escape, sign in (("%2e", "."), ("%2E", "."), ("%2f", "/"), ("%5C", "\\"), ("%25", "%")):
            path = path.replace(escape, sign)
