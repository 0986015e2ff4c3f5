"""The live feed: rows as they come and change, in one order that a reader can come back to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from tests.support.feed import reading
from tests.support.server import (
    RawClient,
    ask,
    close_session,
    control,
    eventually,
    message,
    open_session,
    serving,
    tasks,
)
from tests.support.workers import one_process

if TYPE_CHECKING:
    import mockapi

pytestmark = one_process
KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}


def of(session: dict[str, Any], number: int) -> Any:
    """Whether a row is the one of this session and number."""
    return lambda row: (row["session"], row["number"]) == (session["id"], number)


def test_a_request_is_a_row_at_once(server: mockapi.Server) -> None:
    """With what asked and what answered."""
    session = open_session(server, name="a test", on_unmatched="synthesize")
    with reading(server) as feed:
        assert feed.response.headers["content-type"].startswith("text/event-stream")
        assert feed.next()[0] == "hello"
        ask(session["base_url"], message("Hello, feed"), headers=KEY)
        row = feed.until("row", of(session, 1))
    assert (row["name"], row["words"], row["source"], row["status"]) == (
        "a test", "Hello, feed", "synthesized", 200,
    )  # fmt: skip
    close_session(server, session["id"])


def test_a_row_changes_when_its_reply_has_been_sent(server: mockapi.Server) -> None:
    """Until then it has no seconds."""
    session = open_session(server, on_unmatched="synthesize", faults=[{"fault": "stall", "event": 2}])
    with reading(server) as feed, RawClient(session["base_url"]) as client:
        body = orjson.dumps({**message("Hi"), "stream": True})
        client.ask("POST", "/v1/messages", body, *KEY.items(), ("content-type", "application/json"))
        row = feed.until("row", of(session, 1))
        assert (row["seconds"], row["complete"]) == (None, False)
        client.sock.close()
        row = feed.until("row", of(session, 1))
        assert row["seconds"] > 0
        assert row["complete"] is False
    close_session(server, session["id"])


def test_a_reader_that_comes_back_gets_what_came_meanwhile_and_no_more(server: mockapi.Server) -> None:
    """By the id of the last event that it had."""
    session = open_session(server, on_unmatched="synthesize")
    with reading(server) as feed:
        ask(session["base_url"], message("one"), headers=KEY)
        feed.until("row", lambda row: of(session, 1)(row) and row["seconds"] is not None)
    ask(session["base_url"], message("two"), headers=KEY)
    with reading(server, feed.last_id) as again:
        assert again.next() == ("hello", {"run": feed.last_id.partition("-")[0], "resumes": True})
        rows: list[Any] = []
        while not rows or rows[-1]["words"] != "two":
            kind, data = again.next()
            rows += [data] if kind == "row" else []
    assert [row["words"] for row in rows if row["session"] == session["id"]] == ["two"]
    close_session(server, session["id"])


def test_a_reader_of_another_run_gets_everything(server: mockapi.Server) -> None:
    """The server was started anew: what its ids mean has gone with the old one."""
    session = open_session(server, on_unmatched="synthesize")
    ask(session["base_url"], message("before"), headers=KEY)
    for last_id in ("0badcafe-3", "nonsense", "-"):
        with reading(server, last_id) as feed:
            assert feed.next()[1]["resumes"] is False
            assert feed.until("row", of(session, 1))["words"] == "before"
    close_session(server, session["id"])


def test_what_a_reset_forgets_is_told(server: mockapi.Server) -> None:
    """Its rows go."""
    session = open_session(server, on_unmatched="synthesize")
    with reading(server) as feed:
        ask(session["base_url"], message("Hi"), headers=KEY)
        feed.until("row", of(session, 1))
        control(server, f"/sessions/{session['id']}/reset", method="POST")
        assert feed.until("cleared") == {"session": session["id"], "through": 1}
    with reading(server) as again:
        kinds = [again.next()[0] for _ in range(2)]
        assert "row" not in kinds
    close_session(server, session["id"])


def test_a_session_that_closes_while_somebody_looks_can_still_be_opened(server: mockapi.Server) -> None:
    """A test's session ends with the test; what it asked is what one wants to look at."""
    session = open_session(server, name="short", on_unmatched="synthesize")
    with reading(server) as feed:
        feed.until("session", lambda told: told["id"] == session["id"])
        ask(session["base_url"], message("the last words"), headers=KEY)
        close_session(server, session["id"])
        told: dict[str, Any] = {}
        while told.keys() != {"session", "row"}:  # in either order
            kind, data = feed.next()
            if kind == "session" and data["id"] == session["id"] and data["closed"]:
                told[kind] = data["name"]
            elif kind == "row" and of(session, 1)(data):
                told[kind] = data["words"]
        assert told == {"session": "short", "row": "the last words"}
        kept = control(server, f"/sessions/{session['id']}/journal/1")
    assert kept.status_code == 200
    assert kept.json()["request"]["body"]["size"] > 0


def test_nobody_looking_costs_nothing() -> None:
    """The feed sleeps until somebody looks, and again when nobody does: no task, no hook."""
    with serving() as server:
        sessions = server.service.sessions
        assert sessions.on_close is None
        with reading(server) as feed:
            feed.next()
            eventually(lambda: sessions.on_close is not None, "the feed is awake")
        eventually(lambda: tasks(server) == 0, "the reader is noticed to be gone")
        eventually(lambda: sessions.on_close is None, "the feed sleeps")


def test_a_server_that_is_watched_stops_as_fast_as_any() -> None:
    """A page that is open holds up no end."""
    with serving() as server, reading(server) as feed:
        feed.next()
        server.stop()
        assert not server._running._thread.is_alive()
