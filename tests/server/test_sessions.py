"""Sessions: everything that has state belongs to one, and none sees another's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.server import (
    PATIENCE,
    Play,
    RawClient,
    ask,
    base_urls,
    close_session,
    control,
    interaction,
    journal,
    message,
    open_session,
    serving,
    write_cassette,
)

if TYPE_CHECKING:
    from pathlib import Path

    import mockapi

CLIENTS = 50
ROUNDS = 2


def listed(server: mockapi.Server) -> set[str]:
    """The ids of all sessions."""
    return {session["id"] for session in control(server, "/sessions").json()["sessions"]}


def test_a_session_is_opened_shown_listed_and_closed(server: mockapi.Server) -> None:
    """Opening answers 201 with id, settings and base URL; closing takes it off the list."""
    opened = control(server, "/sessions", {"name": "test_x", "speed": 2}, method="POST")
    assert opened.status_code == 201
    described = opened.json()
    path = f"/sessions/{described['id']}"
    assert described["base_url"] in {f"{url}/s/{described['id']}" for url in base_urls(server)}
    assert (described["name"], described["settings"]["speed"]) == ("test_x", 2)
    assert control(server, path).json() == described
    assert described["id"] in listed(server)
    assert control(server, path, method="DELETE").json() == {"id": described["id"], "closed": True}
    assert control(server, path).status_code == 404
    assert described["id"] not in listed(server)


def test_no_options_are_the_servers(tmp_path: Path) -> None:
    """An empty body and `{}` open a session with the settings and cassettes of the server."""
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"ok"))
    with serving(cassette, speed=3.0, after_last="fail", convert=True) as server:
        default = control(server, "/sessions/default").json()
        for body in (b"", b"{}"):
            opened = control(server, "/sessions", method="POST", content=body).json()
            assert opened["settings"] == default["settings"]
            assert ask(opened["base_url"], message("hi")).content == b"ok"


def test_the_default_session_is_the_bare_base_url_and_stays(server: mockapi.Server) -> None:
    """It is shown under its own URL, can be reset, and cannot be closed."""
    assert control(server, "/sessions/default").json()["base_url"] in base_urls(server)
    refused = control(server, "/sessions/default", method="DELETE")
    assert refused.status_code == 400
    assert "reset it instead" in refused.json()["error"]["message"]
    assert control(server, "/sessions/default/reset", method="POST").status_code == 200


@pytest.mark.parametrize(
    ("name", "words"), [("test_weather", "(test_weather) was closed"), (None, " was closed")]
)
def test_a_request_to_a_closed_session_says_which_one_it_was(
    server: mockapi.Server, name: str | None, words: str
) -> None:
    """410 with the id and the name, shaped like an error of the API, not to be tried again."""
    session = open_session(server, **({} if name is None else {"name": name}))
    close_session(server, session["id"])
    reply = ask(session["base_url"], message("hi"))
    assert reply.status_code == 410
    assert reply.json()["error"]["type"] == "mockapi_no_session"
    assert session["id"] in reply.json()["error"]["message"]
    assert words in reply.json()["error"]["message"]
    assert reply.headers["x-should-retry"] == "false"
    assert control(server, f"/sessions/{session['id']}/journal").status_code == 404


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/s/nobody/v1/messages", "POST /_mockapi/sessions"),
        ("/s/%00/x", "POST /_mockapi/sessions"),
        ("/s/", "No session"),
        ("/s//v1/messages", "No session"),
    ],
)
def test_a_session_that_never_was_is_a_404(server: mockapi.Server, target: str, words: str) -> None:
    """The reply says how to open one, and the connection lives on."""
    with RawClient(server.base_url) as client:
        for _ in range(2):
            client.ask("POST", target, b"{}")
            reply = client.read()
            assert reply.status == 404
            assert words in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"speed": 0}, "speed"),
        ({"speed": True}, "speed"),
        ({"speed": "fast"}, "speed"),
        ({"speed": []}, "speed"),
        ({"convert": 1}, "convert"),
        ({"after_last": "stop"}, "after_last"),
        ({"on_unmatched": ["fail"]}, "on_unmatched"),
        ({"name": 3}, "name"),
        ({"name": "n" * 501}, "name"),
        ({"cassettes": "a.yaml"}, "cassettes"),
        ({"cassettes": [1]}, "cassettes"),
        ({"matching": []}, "matching"),
        ({"matching": {"ignore": ["$[["]}}, "matching.ignore[0]"),
        ({"matching": {"substitute": ["dates"]}}, "Did you mean `date`?"),
        ({"matching": {"substitute": [{"name": "a", "pattern": "("}]}}, "regular expression"),
        ({"matching": {"compare": "some"}}, "compare"),
        ({"sped": 1}, "Did you mean `speed`?"),
        ([], "must be an object"),
        (7, "must be an object"),
    ],
)
def test_an_option_that_cannot_work_is_refused_with_what_could(
    server: mockapi.Server, options: object, words: str
) -> None:
    """400 with the option's name and the values it takes; no session is opened."""
    before = len(control(server, "/sessions").json()["sessions"])
    reply = control(server, "/sessions", options, method="POST")
    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "mockapi_control_error"
    assert words in reply.json()["error"]["message"]
    assert len(control(server, "/sessions").json()["sessions"]) == before


def test_matching_rules_hold_for_one_session_only(play: Play) -> None:
    """What one session ignores counts in the next."""
    recorded = interaction(message("on 2026-10-01"), b"ok")
    strict = play(recorded)
    tolerant = play(recorded, matching={"substitute": ["date"], "ignore": ["$.metadata"]})
    asked = message("on 2027-02-03") | {"metadata": {"user_id": "u"}}
    assert ask(strict, asked).status_code == 422
    assert ask(tolerant, asked).content == b"ok"


def test_a_reset_plays_from_the_beginning_and_forgets(server: mockapi.Server, play: Play) -> None:
    """Positions and journal start over; the numbers of entries go on."""
    base_url = play(interaction(message("hi"), b"1"), interaction(message("hi"), b"2"))
    id_ = base_url.rpartition("/")[2]
    assert [ask(base_url, message("hi")).content for _ in range(2)] == [b"1", b"2"]
    assert control(server, f"/sessions/{id_}").json()["played"] == 2
    assert control(server, f"/sessions/{id_}/reset", method="POST").json()["played"] == 0
    assert journal(server, id_) == []
    assert ask(base_url, message("hi")).content == b"1"
    assert [entry["number"] for entry in journal(server, id_)] == [3]


@pytest.mark.slow
def test_fifty_sessions_at_once_do_not_see_each_other(server: mockapi.Server, tmp_path: Path) -> None:
    """Each of 50 concurrent clients gets the sequence from its start, and a journal of its own requests."""
    answers = [f"answer {number}".encode() for number in range(ROUNDS)]
    cassette = write_cassette(
        tmp_path / "a.yaml", *(interaction(message("hi"), answer) for answer in answers)
    )

    async def one(client: httpx.AsyncClient, number: int) -> None:
        opened = await client.post(
            f"{server.base_url}/_mockapi/sessions", json={"name": f"client {number}", "cassettes": [cassette]}
        )
        session = opened.json()
        for answer in answers:
            headers = {"x-client": str(number)}
            reply = await client.post(
                f"{session['base_url']}/v1/messages", json=message("hi"), headers=headers
            )
            assert reply.content == answer
        there = session["base_url"].partition("/s/")[0]
        url = f"{there}/_mockapi/sessions/{session['id']}"
        entries = (await client.get(f"{url}/journal")).json()["entries"]
        assert [entry["number"] for entry in entries] == list(range(1, ROUNDS + 1))
        assert all(["x-client", str(number)] in entry["request"]["headers"] for entry in entries)
        assert (await client.delete(url)).status_code == 200

    async def all_of_them() -> None:
        limits = httpx.Limits(max_connections=CLIENTS)
        async with httpx.AsyncClient(limits=limits, timeout=PATIENCE, trust_env=False) as client:
            await asyncio.gather(*(one(client, number) for number in range(CLIENTS)))

    asyncio.run(all_of_them())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "app.localhost"])
def test_base_urls_follow_the_host_that_was_asked(server: mockapi.Server, host: str) -> None:
    """A client that came by another name, or through a forwarded port, gets URLs that work for it."""
    for authority in (host, f"{host}:8080"):
        reply = control(server, "/sessions/default", headers={"host": authority})
        assert reply.json()["base_url"] == f"http://{authority}"
