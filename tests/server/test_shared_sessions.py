"""A server that many share: owners, quotas and lifetimes over the control API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

import mockapi
from tests.support.server import ask, close_session, control, eventually, message, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def running() -> Iterator[mockapi.Server]:
    """A server on which each owner may have two sessions."""
    with mockapi.Server(limits=mockapi.SessionLimits(per_owner=2)) as server:
        yield server


def test_a_session_says_whose_it_is_and_how_long_it_stays(running: mockapi.Server) -> None:
    """Lists and answers show owner and lifetime; without them "" and null."""
    opened = open_session(running, owner="team-a", lifetime=900)
    other = open_session(running)
    listed = {item["id"]: item for item in control(running, "/sessions").json()["sessions"]}
    assert (opened["owner"], opened["lifetime"]) == ("team-a", 900)
    assert (listed[opened["id"]]["owner"], listed[opened["id"]]["lifetime"]) == ("team-a", 900)
    assert (listed[other["id"]]["owner"], listed[other["id"]]["lifetime"]) == ("", None)
    close_session(running, opened["id"])
    close_session(running, other["id"])


def test_one_session_too_many_gets_429_and_a_closed_one_makes_room(running: mockapi.Server) -> None:
    """The refusal has the control API's form; another owner does not notice."""
    first, *_ = (open_session(running, owner="team-b", lifetime=500) for _ in range(2))
    refused = control(running, "/sessions", {"owner": "team-b"}, method="POST")
    assert refused.status_code == 429
    assert refused.json()["error"]["type"] == "mockapi_control_error"
    assert "The owner 'team-b' has 2 open sessions, and 2 are allowed" in refused.json()["error"]["message"]
    assert 490 <= int(refused.headers["retry-after"]) <= 500
    open_session(running, owner="team-c")
    close_session(running, first["id"])
    open_session(running, owner="team-b")


def test_a_session_that_nobody_uses_ends_by_itself_and_says_why(running: mockapi.Server) -> None:
    """Its base URL answers 410, and its memory goes though nobody asks."""
    brief = open_session(running, name="brief", owner="team-d", lifetime=0.05)
    eventually(lambda: running.service.sessions.get(brief["id"]) is None, "the session has ended")
    gone = ask(brief["base_url"], message("hi"))
    assert gone.status_code == 410
    assert "(brief) ended because nobody used it for 0.05 s" in gone.json()["error"]["message"]
    assert control(running, f"/sessions/{brief['id']}").status_code == 404


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"owner": "x" * 101}, "must be a string of at most 100 characters"),
        ({"owner": 5}, "must be a string"),
        ({"lifetime": 0}, "must be a number of seconds"),
        ({"lifetime": "1h"}, "must be a number of seconds"),
    ],
)
def test_what_is_no_owner_or_lifetime_is_refused(
    running: mockapi.Server, options: dict[str, object], said: str
) -> None:
    """With what to write instead."""
    refused = control(running, "/sessions", options, method="POST")
    assert refused.status_code == 400
    assert said in refused.json()["error"]["message"]


def test_python_names_owner_and_lifetime_too(running: mockapi.Server) -> None:
    """`open_session` takes them as the control API does, and meets the same quota."""
    with running.open_session(owner="team-e", lifetime=60) as session:
        described = control(running, f"/sessions/{session.id}").json()
        assert (described["owner"], described["lifetime"]) == ("team-e", 60)
        running.open_session(owner="team-e")
        with pytest.raises(mockapi.errors.QuotaError, match="'team-e' has 2 open sessions"):
            running.open_session(owner="team-e")


def test_the_servers_lifetime_holds_where_a_session_has_none_of_its_own() -> None:
    """In an application, too; a control call that names a session is a use of it."""

    async def run() -> None:
        app = mockapi.create_app(limits=mockapi.SessionLimits(lifetime=1000), api_keys=["sk-ant-test-1"])
        service = app.state.service
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            plain = (await client.post("/_mockapi/sessions", json={})).json()
            own = (await client.post("/_mockapi/sessions", json={"lifetime": 5})).json()
            assert (plain["lifetime"], own["lifetime"]) == (1000, 5)
            session = service.sessions.get(plain["id"])
            assert session is not None
            session.last_used -= 999
            await client.get(f"/_mockapi/sessions/{plain['id']}")
            service.sessions.expire(session.opened + 900)
            assert service.sessions.get(plain["id"]) is session
            assert service.sessions.get(own["id"]) is None
            assert (await client.post("/v1/messages", json={})).status_code == 401
        await service.aclose()

    asyncio.run(run())
