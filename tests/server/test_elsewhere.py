"""What a process of a server does for the others: it asks the owner of a session, and plays what that gave.

The other processes are stand-ins here; tests/cluster has real ones.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import mockapi
from mockapi.exchange import Chunk, Reply, Request, Source
from mockapi.server import (
    Console,
    Metrics,
    OwnerAwayError,
    OwnerLostError,
    OwnerUnsureError,
    PassedOn,
    Service,
    access_of,
    build_app,
)
from mockapi.server.wire import ARRIVED, Framed
from mockapi.sessions import ServerSession
from tests.support.asgi import HERE, KEY, ask, got, scope_of
from tests.support.each import each
from tests.support.others import WHOLE, Comes, Forwards, Gave, Others
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path

    from mockapi.server._app import App

BODY = json.dumps(message("hi")).encode()
PACED = Reply(
    200, ((b"transfer-encoding", b"chunked"),), (Chunk(0.001, b"a"), Chunk(0.0, b"b")), Source.RECORDED
)


def app_of(others: Others | None, *, api_keys: tuple[str, ...] = (), **more: Any) -> tuple[App, Service]:
    """An application of one process among others, and its state."""
    service = Service((), mockapi.Settings(), Console(quiet=True), metrics=Metrics(), **more)
    return build_app(service, access_of((), None, api_keys), elsewhere=others), service


def own_session(service: Service) -> ServerSession:
    """A session that this process has."""
    session = ServerSession("own", mockapi.Settings(), service.library, on_unmatched="fail")
    service.sessions.add(session)
    return session


def counts(service: Service) -> dict[tuple[str, ...], float]:
    """How many replies of which source, status and rule were counted."""
    assert service.metrics is not None
    family = next(iter(service.metrics.families(service.totals())))
    return {tuple(sample.labels.values())[:2]: sample.value for sample in family.samples}


@each("path", ["/v1/messages", "/s/a1/v1/messages", "/s/a1/v1/models"])
def test_a_reply_of_another_process_is_played_here(path: str) -> None:
    """The owner is asked for it, and told the end once; it is counted here."""
    gives = Gave(WHOLE)
    app, service = app_of(others := Others(gives))
    service.takes_unversioned_paths = True
    reply = got(app, scope_of(path.replace("/v1/messages", "/messages")), BODY)
    assert (reply.status, reply.body, reply.headers[b"x-a"]) == (200, b"{}", b"b")
    id_ = "a1" if path.startswith("/s/") else None
    ((asked_id, asked_path, body, server, hint),) = others.asked
    assert (asked_id, asked_path, body, server) == (id_, path.removeprefix("/s/a1"), BODY, HERE)
    assert bool(hint) == path.endswith("/messages")
    ((complete, seconds),) = gives.told
    assert complete
    assert seconds is not None
    assert seconds >= 0
    assert counts(service) == {("recorded", "200"): 1}


def test_a_session_of_this_process_is_asked_here() -> None:
    """The others hear nothing of it."""
    app, service = app_of(others := Others(Gave(WHOLE), mine=("own",)))
    own_session(service)
    assert got(app, scope_of("/s/own/v1/messages"), BODY).headers[b"x-mockapi-source"] != b"recorded"
    assert others.asked == []


def test_a_reply_that_takes_time_is_played_here() -> None:
    """By the task of the request; whoever gave it hears that it was complete."""
    gives = Gave(PACED)
    app, service = app_of(Others(gives))
    assert got(app, None, BODY).body == b"ab"
    assert [complete for complete, _ in gives.told] == [True]
    assert service.lateness.streams == 0


def test_a_reply_that_turns_away_is_counted_without_a_time() -> None:
    """No session has given it."""
    app, service = app_of(
        Others(Gave(replace(WHOLE, source=Source.INVALID, status=404), is_turned_away=True))
    )
    got(app)
    assert counts(service) == {("invalid", "404"): 1}
    assert service.metrics is not None
    assert not any(
        "count" in item.name for item in list(service.metrics.families(service.totals()))[2].samples
    )


def test_what_the_upstream_shall_answer_is_forwarded_here() -> None:
    """With a request-id of this process, for what it may have to write itself; the owner hears of it."""
    gives, forwards = Gave(None), Forwards()
    app, service = app_of(Others(gives))
    service.recorder = forwards  # type: ignore[assignment] # a stand-in
    assert ask(app, None, BODY) == []
    ((request, keep, request_id),) = forwards.asked
    assert (request.body, keep) == (BODY, Forwards.keeps)
    assert request_id.startswith("req_")
    ((told, reply, at),) = gives.answered
    assert (told, reply) == (request, WHOLE)
    assert at > 1.7e9
    assert [complete for complete, _ in gives.told] == [True]
    assert counts(service) == {("recorded", "200"): 1}
    assert service.lateness.streams == 0


@each(
    ("error", "header", "said"),
    [
        (OwnerAwayError("Nobody is there."), {b"retry-after": b"1", b"x-should-retry": b"true"}, ""),
        (OwnerUnsureError("Its answer is lost."), {}, " Nobody knows whether this request counts"),
    ],
)
def test_an_owner_that_does_not_answer_is_told_of(
    error: Exception, header: dict[bytes, bytes], said: str
) -> None:
    """503: a client may send again what was not done, and must not what may have been."""
    app, service = app_of(Others(error))
    reply = got(app)
    assert (reply.status, reply.error["type"]) == (503, "api_error")
    assert reply.error["message"].startswith(f"{error}{said}")
    assert {name: reply.headers.get(name) for name in header} == header
    assert (reply.headers.get(b"retry-after") is not None) == bool(header)
    assert counts(service) == {("invalid", "503"): 1}


def test_an_owner_that_ended_costs_the_connection() -> None:
    """As a process that has both would have ended it: reset, and no reply."""

    class Torn:
        is_reset = False

        def reset(self) -> None:
            self.is_reset = True

    torn = Torn()
    scope = scope_of() | {"extensions": {"mockapi.connection": torn}}
    app, _ = app_of(Others(OwnerLostError()))
    sent: list[Any] = []
    told = iter([{"type": "http.request", "body": BODY}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(told)

    async def send(item: Any) -> None:
        sent.append(item)

    asyncio.run(app(scope, receive, send))
    assert torn.is_reset
    assert sent == []
    assert next(told, None) is None  # it has waited for the client


def test_a_draining_process_takes_nothing() -> None:
    """Neither for itself nor for the others: 503, with when to try again."""
    app, service = app_of(others := Others(Gave(WHOLE), mine=("own",)))
    service.is_draining = True
    for path in ("/v1/messages", "/s/own/v1/messages"):
        if path.startswith("/s/"):
            own_session(service)
        reply = got(app, scope_of(path))
        assert (reply.status, reply.headers[b"retry-after"]) == (503, b"1")
        assert "shutting down" in reply.error["message"]
        place = app.place_of(scope_of(path))
        assert app.answer(place, BODY, {**scope_of(path), ARRIVED: 0.0}) is None
    for path, status in (("/_mockapi/readyz", 503), ("/_mockapi/livez", 200), ("/_mockapi/sessions", 503)):
        reply = got(app, scope_of(path, "GET"), b"")
        assert (reply.status, reply.headers.get(b"retry-after")) == (status, b"1" if status == 503 else None)
    assert others.asked == []


def test_whoever_may_not_ask_the_owner_is_told_by_its_process() -> None:
    """A key that opens nothing, a session that is not there; else the session is handed out."""
    app, service = app_of(None, api_keys=(KEY,))
    mine = own_session(service)

    def admitted(id_: str | None, *headers: tuple[bytes, bytes]) -> Any:
        found = app.api.admitted(id_, Request("POST", "/v1/messages", "", headers, BODY))
        return found if isinstance(found, ServerSession) else (found.status, found.body)

    key = (b"x-api-key", KEY.encode())
    assert admitted("own", key) is mine
    assert admitted(None, key) is service.sessions.default
    assert admitted("own", (b"x-api-key", b"sk-ant-test-2"))[0] == 401
    status, body = admitted("gone", key)
    assert (status, b"Unknown session 'gone'" in body) == (404, True)


# Without a task


def at_once(app: App, path: str = "/v1/messages") -> Any:
    """What a connection is to do with a whole request."""
    scope = scope_of(path) | {ARRIVED: 0.0}
    return app.answer(app.place_of(scope), BODY, scope)


@pytest.mark.parametrize("path", ["/v1/messages", "/s/a1/v1/messages"])
def test_a_whole_reply_of_another_process_needs_no_task(path: str) -> None:
    """It is sent, counted, and its owner told that it was complete."""
    gives = Gave(WHOLE)
    app, service = app_of(others := Others(gives))
    sent = at_once(app, path)
    assert sent == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-a: b\r\n\r\n{}"
    assert others.asked == [("a1" if path.startswith("/s/") else None, BODY, HERE)]
    ((complete, seconds),) = gives.told
    assert complete
    assert seconds is not None
    assert counts(service) == {("recorded", "200"): 1}


def test_a_long_body_is_not_copied_into_one_piece() -> None:
    """It is sent in parts."""
    data = b"x" * 300_000
    reply = Reply(200, ((b"content-length", b"300000"),), (Chunk(0.0, data),), Source.RECORDED)
    app, _ = app_of(Others(Gave(reply)))
    sent = at_once(app)
    assert isinstance(sent, Framed)
    assert b"".join(sent).endswith(data)


def test_a_reply_of_another_process_that_takes_time_is_played_by_a_task() -> None:
    """The connection gets an application, which asks nobody again."""
    gives = Gave(PACED)
    app, _ = app_of(others := Others(gives))
    plays = at_once(app)
    assert gives.told == []
    assert got(plays, scope_of() | {ARRIVED: 0.0}).body == b"ab"
    assert [complete for complete, _ in gives.told] == [True]
    assert len(others.asked) == 1


@each("gives", [None, Gave(None), OwnerAwayError("Nobody is there.")])
def test_what_the_owner_does_not_have_at_hand_is_asked_for_by_a_task(gives: PassedOn | None) -> None:
    """Nothing was done."""
    app, service = app_of(Others(gives))
    assert at_once(app) is None
    assert counts(service) == {}


def test_a_recording_is_played_in_the_owners_place(tmp_path: Path) -> None:
    """At the root URL, where this process stands in; what has no recording is asked by a task."""
    cassette = write_cassette(tmp_path / "a.yaml", interaction(BODY, b"mine"))
    service = Service([cassette], mockapi.Settings(on_unmatched="fail"), Console(quiet=True))
    others = Others(Gave(WHOLE))
    app = build_app(service, elsewhere=others)
    others.plays = service.sessions.default
    assert at_once(app).endswith(b"mine")
    assert others.asked == []
    nothing = Service((), mockapi.Settings(), Console(quiet=True)).library
    others.plays = ServerSession("empty", mockapi.Settings(), nothing, on_unmatched="fail")
    assert at_once(app) is None
    assert others.asked == []
    assert at_once(app, "/s/a1/v1/messages").endswith(b"{}")


# With an answer that comes


def coming(reply: Reply | None) -> tuple[Comes, Service]:
    """An exchange that the owner has been asked for, once its connection waits for it."""
    comes = Comes(reply)
    app, service = app_of(Others(comes))
    assert at_once(app) is comes
    return comes, service


def test_an_answer_that_comes_is_sent_without_a_task() -> None:
    """If the connection takes a frame; else an application plays it."""
    comes, service = coming(WHOLE)
    assert comes.found(takes_frame=True) == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-a: b\r\n\r\n{}"
    assert (comes.complete, comes.is_told, counts(service)) == (True, True, {("recorded", "200"): 1})
    for reply, takes_frame in ((WHOLE, False), (PACED, True)):
        comes, service = coming(reply)
        plays: Any = comes.found(takes_frame=takes_frame)
        assert not comes.is_told
        assert got(plays, comes.scope).body == reply.body
        assert (comes.complete, comes.is_told, counts(service)) == (True, True, {("recorded", "200"): 1})


def test_an_answer_that_does_not_come_resets_its_connection() -> None:
    """Its owner has ended."""
    comes, _ = coming(None)
    comes.is_lost = True
    plays: Any = comes.found(takes_frame=True)
    assert ask(plays, scope_of()) == []


def test_a_defect_in_what_comes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """500, and the traceback goes to whoever runs the application."""
    comes, _ = coming(WHOLE)

    def fail() -> None:
        raise LookupError("a defect")

    monkeypatch.setattr(comes, "ended", fail)
    plays: Any = comes.found(takes_frame=True)
    with pytest.raises(LookupError, match="a defect"):
        ask(plays)
