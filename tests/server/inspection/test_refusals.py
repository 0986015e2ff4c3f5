"""What the page cannot be given is refused in words: sessions that ended, entries that have gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import mockapi
from mockapi.inspector import Feed
from mockapi.server import Console, Service, build_app
from mockapi.sessions import ServerSession
from mockapi.validation import ValidationSettings
from tests.support.asgi import Got, got, scope_of
from tests.support.each import each
from tests.support.server import message

if TYPE_CHECKING:
    from mockapi.server._app import App

UNJUDGED = mockapi.Settings(validation=ValidationSettings(mode="off"))


def server() -> tuple[App, Service, ServerSession]:
    """An application, its state, and a session in which one request was answered."""
    service = Service((), mockapi.Settings(), Console(quiet=True))
    session = ServerSession("own", UNJUDGED, service.library, on_unmatched="fail")
    service.sessions.add(session)
    app = build_app(service)
    got(app, scope_of("/s/own/v1/messages"), json.dumps(message("hi")).encode())
    return app, service, session


def asked(app: App, path: str, value: Any = None, method: str | None = None) -> Got:
    """What the control API answers."""
    body = b"" if value is None else json.dumps(value).encode()
    return got(app, scope_of(f"/_mockapi{path}", method or ("GET" if value is None else "POST")), body)


@each(
    ("path", "value", "method", "words"),
    [
        ("/sessions/lost/journal/1", None, "GET", "Unknown or closed session 'lost'"),
        ("/sessions/lost/journal/1/send", {}, "POST", "Unknown or closed session 'lost'"),
        ("/sessions/lost/cassette", {"entries": [{"number": 1}]}, "POST", "Unknown or closed session 'lost'"),
        ("/sessions/lost", {"speed": 2}, "PATCH", "Unknown or closed session 'lost'"),
        ("/sessions/lost/script", {}, "POST", "Unknown or closed session 'lost'"),
        ("/sessions/lost/script", None, "GET", "Unknown or closed session 'lost'"),
        ("/sessions/lost/script", None, "DELETE", "Unknown or closed session 'lost'"),
        ("/sessions/lost/journal", None, "GET", "Unknown or closed session 'lost'"),
        ("/sessions/lost/reset", {}, "POST", "Unknown or closed session 'lost'"),
        ("/sessions/own/journal/7", None, "GET", "The journal has no entry 7: it keeps 1 of 1."),
        ("/sessions/own/journal/7/send", {}, "POST", "The journal has no entry 7: it keeps 1 of 1."),
        ("/sessions/own/cassette", {"entries": [{"number": 7}]}, "POST", "The journal has no entry 7."),
    ],
)
def test_what_is_not_there_is_404(path: str, value: Any, method: str, words: str) -> None:
    """With the name, or with how many there are."""
    app, _, _ = server()
    reply = asked(app, path, value, method)
    assert (reply.status, reply.error["type"]) == (404, "mockapi_control_error")
    assert words in reply.error["message"]


def test_a_session_that_was_closed_while_somebody_looked_answers_no_more() -> None:
    """Its entries can be opened still; a request cannot be sent again."""
    app, service, session = server()
    with pytest.MonkeyPatch.context() as patch:
        known = {session.id: session}
        patch.setattr(Feed, "session", lambda _, id_: service.sessions.get(id_) or known.get(id_))
        service.sessions.close(session)
        assert asked(app, "/sessions/own/journal/1").status == 200
        reply = asked(app, "/sessions/own/journal/1/send", {})
    assert (reply.status, reply.error["message"]) == (410, "The session own was closed: it answers no more.")


def test_what_would_go_to_the_upstream_is_not_sent_again() -> None:
    """The page has no client's credentials to send."""
    app, service, session = server()
    session.on_unmatched = "passthrough"
    reply = asked(app, "/sessions/own/journal/1/send", {})
    assert reply.status == 409
    assert "it would go to the upstream. Let your program send it." in reply.error["message"]
    assert service.sessions.get("own") is session


@each(
    ("value", "words"),
    [
        ({"body": 4}, "`body` is the request's body as text"),
        ({"bdoy": "a"}, "Did you mean `body`?"),
        ([], "must be"),
    ],
)
def test_what_is_no_request_is_not_sent(value: Any, words: str) -> None:
    """400, with what to write."""
    app, _, session = server()
    reply = asked(app, "/sessions/own/journal/1/send", value)
    assert reply.status == 400
    assert words in reply.error["message"]
    assert session.journal.count == 1


def test_what_is_sent_again_is_told_to_be_that() -> None:
    """Whole, at once, and of which entry."""
    app, _, session = server()
    edited = json.dumps(message("again"))
    for number, value in ((2, {}), (3, {"body": edited})):
        reply = asked(app, "/sessions/own/journal/1/send", value)
        assert (reply.status, json.loads(reply.body)) == (201, {"session": "own", "number": number})
        entry = session.journal.find(number)
        assert entry is not None
        assert (entry.sent_again_from, entry.complete, entry.seconds) == (1, True, 0.0)
    bodies = [entry.request.body for entry in session.journal.entries()]
    assert bodies[1:] == [bodies[0], edited.encode()]
