"""What the page asks of the server: its files for everybody, all else with the token; and what it can do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

import mockapi
from mockapi import inspector
from mockapi.cassettes import load
from mockapi.replies import faults
from tests.support.server import (
    ask,
    close_session,
    control,
    interaction,
    message,
    open_session,
    write_cassette,
)
from tests.support.workers import one_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
BROWSER = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}
PAGE = Path(inspector.__file__).parent / "page"
FILES = sorted(path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*") if path.is_file())
GUARDED = (
    ("GET", "/ui/feed"),
    ("GET", "/ui/search"),
    ("GET", "/faults"),
    ("GET", "/sessions/default/journal/1"),
    ("POST", "/sessions/default/journal/1/send"),
    ("POST", "/sessions/default/cassette"),
    ("PATCH", "/sessions/default"),
    ("GET", "/cassettes/interactions"),
    ("GET", "/cassettes/interactions/0"),
)


@pytest.fixture
def session(server: mockapi.Server) -> Iterator[dict[str, Any]]:
    """A session that makes its replies up."""
    opened = open_session(server, name="a test", on_unmatched="synthesize")
    yield opened
    close_session(server, opened["id"])


def say(session: dict[str, Any], text: str, **more: Any) -> httpx.Response:
    """Ask a session for a message."""
    return ask(session["base_url"], {**message(text), **more}, headers=KEY)


@one_process
@pytest.mark.parametrize("name", ["", *(f"/{name}" for name in FILES)])
def test_the_pages_own_files_are_for_everybody(server: mockapi.Server, name: str) -> None:
    """A browser loads them before it can show the token; they hold nothing of what is played."""
    reply = control(server, f"/ui{name}", headers={**BROWSER, "host": "anything.example"})
    assert reply.status_code == 200
    policy = reply.headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    plain = control(server, f"/ui{name}", headers={"accept-encoding": "gzip;q=0, br"})
    assert (reply.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
    assert plain.content == reply.content
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"


@one_process
def test_the_address_with_a_slash_leads_to_the_page(server: mockapi.Server) -> None:
    """People type it."""
    reply = control(server, "/ui/")
    assert reply.status_code == 307
    assert reply.headers["location"] == "../ui"


def test_a_file_that_the_page_has_not_is_asked_for_with_the_token(server: mockapi.Server) -> None:
    """Only what is listed is open."""
    assert control(server, "/ui/other.js", headers=BROWSER).status_code == 403
    assert control(server, "/ui/other.js").status_code == 404


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_everything_else_of_a_browser_needs_the_token(server: mockapi.Server, method: str, path: str) -> None:
    """A recorded page is of the same origin, and must be able to see and do nothing."""
    assert control(server, path, method=method, headers=BROWSER).status_code == 403
    wrong = {**BROWSER, "x-mockapi-token": "another"}
    assert control(server, path, method=method, headers=wrong).status_code == 401


def test_an_entry_is_a_document(server: mockapi.Server, session: dict[str, Any]) -> None:
    """By its number; 404 in words where it is not there any more."""
    say(session, "Hello")
    place = f"/sessions/{session['id']}/journal"
    document = control(server, f"{place}/1").json()
    assert document["request"]["path"] == "/v1/messages"
    assert document["reply"]["source"] == "synthesized"
    lost = control(server, f"{place}/2")
    assert lost.status_code == 404
    assert "it keeps 1 of 1" in lost.json()["error"]["message"]


def test_a_refusal_is_told_with_its_rule(server: mockapi.Server) -> None:
    """Where, by which rule, and how the rule is known."""
    opened = open_session(server, on_unmatched="synthesize", validation="strict")
    say(opened, "")
    refusal = control(server, f"/sessions/{opened['id']}/journal/1").json()["refusal"]
    assert refusal["pointer"] == "/messages/0/content"
    assert refusal["rule"]
    assert refusal["source"]
    assert refusal["confidence"] in {"captured", "maintainer", "documentation", "double"}
    close_session(server, opened["id"])


def test_a_fault_for_the_next_request(server: mockapi.Server, session: dict[str, Any]) -> None:
    """It is done once, and the document tells of it."""
    place = f"/sessions/{session['id']}"
    say(session, "before")
    order = [{"fault": "no_usage", "times": 1}]
    assert control(server, f"{place}/faults", order, method="POST").status_code == 201
    say(session, "now")
    say(session, "after")
    entries = [control(server, f"{place}/journal/{number}").json() for number in (1, 2, 3)]
    assert [[fault["name"] for fault in entry["faults"]] for entry in entries] == [[], ["no_usage"], []]
    unknown = control(server, f"{place}/faults", ["no_such"], method="POST")
    assert unknown.status_code == 400
    assert "no_such" in unknown.json()["error"]["message"]


def test_every_fault_is_listed(server: mockapi.Server) -> None:
    """With what it does, and what it has to be told."""
    listed = control(server, "/faults").json()["faults"]
    assert [fault["name"] for fault in listed] == list(faults.TABLE)
    assert all(fault["summary"] for fault in listed)


def test_pace_and_speed_of_an_open_session(server: mockapi.Server, session: dict[str, Any]) -> None:
    """From the next request on; what cannot be changed is refused."""
    place = f"/sessions/{session['id']}"
    changed = control(server, place, {"pace": {"first": 0.01, "between": 0}, "speed": 2}, method="PATCH")
    assert changed.json()["settings"]["speed"] == 2
    assert changed.json()["settings"]["has_pace"] is True
    assert changed.json()["settings"]["pace"] == {"first": 0.01, "between": 0}
    say(session, "Hi", stream=True)
    assert control(server, f"{place}/journal/1").json()["reply"]["chunks"][0][0] + 1 >= 1
    assert control(server, place, {"seed": 4}, method="PATCH").status_code == 400
    assert control(server, place, {"pace": None}, method="PATCH").json()["settings"]["has_pace"] is False


def test_a_remedy_of_a_miss_can_be_tried(server: mockapi.Server, tmp_path: Path) -> None:
    """Other rules of matching, and the same request once more."""
    path = write_cassette(tmp_path / "a.yaml", interaction(message("on 2026-11-28")))
    opened = open_session(server, cassettes=[path])
    place = f"/sessions/{opened['id']}"
    assert say(opened, "on 2026-11-29").status_code == 422
    miss = control(server, f"{place}/journal/1").json()["miss"]
    assert "--substitute date" in " ".join(miss["remedies"])
    control(server, place, {"matching": {"substitute": ["date"]}}, method="PATCH")
    sent = control(server, f"{place}/journal/1/send", {}, method="POST").json()
    assert control(server, f"{place}/journal/{sent['number']}").json()["reply"]["source"] == "recorded"
    close_session(server, opened["id"])


def test_a_request_sent_again_edited(server: mockapi.Server, session: dict[str, Any]) -> None:
    """It stands in the journal as a request of its own, with the headers of the first."""
    say(session, "first")
    place = f"/sessions/{session['id']}/journal"
    body = orjson.dumps(message("second")).decode()
    sent = control(server, f"{place}/1/send", {"body": body}, method="POST")
    assert sent.status_code == 201
    again = control(server, f"{place}/{sent.json()['number']}").json()
    assert again["request"]["body"]["text"] == body
    assert again["complete"] is True
    kept = [name for name, _ in again["request"]["headers"]]
    assert "x-api-key" in kept
    assert "content-length" not in kept
    assert control(server, f"{place}/1/send", {"body": 4}, method="POST").status_code == 400


def test_entries_become_a_cassette(server: mockapi.Server, session: dict[str, Any]) -> None:
    """Masked, sealed, and played as what was said."""
    say(session, "my key is sk-ant-api03-" + "a1B2" * 20)
    reply = say(session, "two").content
    place = f"/sessions/{session['id']}/cassette"
    told = {"name": "saved.yaml", "entries": [{"number": 1}, {"number": 2}]}
    saved = control(server, place, told, method="POST")
    assert saved.status_code == 200
    cassette = load(saved.content, "saved.yaml")
    assert len(cassette.interactions) == 2
    assert cassette.interactions[1].response.body == reply
    assert not cassette.interactions[1].edited
    assert b"a1B2a1B2" not in saved.content
    assert b"sk-ant-test-1" not in saved.content


def test_an_edited_reply_becomes_a_cassette_that_says_so(
    server: mockapi.Server, session: dict[str, Any]
) -> None:
    """It is no longer what was answered."""
    say(session, "Hi")
    place = f"/sessions/{session['id']}/cassette"
    saved = control(server, place, {"entries": [{"number": 1, "reply": '{"a": "ü"}'}]}, method="POST")
    (edited,) = load(saved.content, "saved.yaml").interactions
    assert edited.edited
    assert edited.response.body == '{"a": "ü"}'.encode()


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({}, 400),
        ({"entries": []}, 400),
        ({"entries": [{"number": "1"}]}, 400),
        ({"entries": [{"number": 1, "reply": 3}]}, 400),
        ({"entries": [{"number": 99}]}, 404),
        ({"entries": [{"number": 1}], "name": "../evil.yaml"}, 400),
    ],
)
def test_what_is_no_choice_of_entries_is_refused(
    server: mockapi.Server, session: dict[str, Any], told: dict[str, Any], status: int
) -> None:
    """In words."""
    refused = control(server, f"/sessions/{session['id']}/cassette", told, method="POST")
    assert refused.status_code == status
    assert re.search(r"\w+ \w+", refused.json()["error"]["message"])


def test_loaded_interactions_are_listed_and_shown(tmp_path: Path) -> None:
    """With their sizes, and whether they were played."""
    path = write_cassette(
        tmp_path / "a.yaml", interaction(message("one"), b'{"a":1}'), interaction(message("two"))
    )
    with mockapi.Server(path) as server:
        ask(server.base_url, message("one"), headers=KEY)
        listed = control(server, "/cassettes/interactions").json()["interactions"]
        assert [item["played"] for item in listed] == [True, False]
        assert listed[0]["answered"] == 7
        document = control(server, "/cassettes/interactions/0").json()
        assert document["reply"]["body"]["text"] == '{"a":1}'
        assert control(server, "/cassettes/interactions/2").status_code == 404


@one_process
def test_entries_are_found_by_what_stands_in_their_bodies(
    server: mockapi.Server, session: dict[str, Any]
) -> None:
    """Those that have all words, the newest first; a cassette's interactions as well."""
    for text in ("a zebra", "an okapi", "a zebra too"):
        say(session, text)
    found = control(server, "/ui/search?text=ZEBRA").json()["found"]
    assert found == [[session["id"], 3], [session["id"], 1]]
    assert control(server, "/ui/search?text=zebra+okapi").json()["found"] == []
    interactions = control(server, "/cassettes/interactions?text=zebra").json()["interactions"]
    assert interactions == []


def test_cassettes_of_open_sessions_are_listed_and_shown(server: mockapi.Server, tmp_path: Path) -> None:
    """By their session; what is closed is not there any more."""
    path = write_cassette(tmp_path / "own.yaml", interaction(message("mine alone"), b"{}"))
    with server.open_session(cassettes=[path]) as opened:
        place = "/cassettes/interactions"
        (row,) = control(server, f"{place}?text=mine+alone").json()["interactions"]
        assert (row["session"], row["cassette"], row["played"]) == (opened.id, str(path), False)
        shown = control(server, f"{place}/{row['number']}?session={opened.id}").json()
        assert "mine alone" in shown["request"]["body"]["text"]
    assert control(server, f"{place}/0?session={opened.id}").status_code == 404


def test_a_session_that_is_not_there_cannot_be_changed(server: mockapi.Server) -> None:
    """404 in words, as for everything else that is asked of it."""
    lost = control(server, "/sessions/lost", {"speed": 2}, method="PATCH")
    assert lost.status_code == 404
    assert "lost" in lost.text
