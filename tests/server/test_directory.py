"""What a server asks of the list of all machines' sessions, and tells who comes for one that is elsewhere."""

from __future__ import annotations

import json
from typing import Any

import mockapi
from mockapi.server import Console, Service, Whereabouts, build_app
from mockapi.sessions import ServerSession, SessionOptions
from tests.support.asgi import Got, got, scope_of
from tests.support.each import each


class List:
    """The list of the sessions of all machines.

    Attributes:
        noted: what was written down.
    """

    def __init__(self, found: Whereabouts | None = None, why_more: str | None = None) -> None:
        self.found, self.why_more = found, why_more
        self.noted: list[Any] = []

    async def claim(self, id_: str, options: SessionOptions, lifetime: float | None) -> None:
        """A session is about to be opened."""
        self.noted.append(("claimed", id_, options.owner, lifetime))

    def release(self, id_: str, owner: str) -> None:
        """A session has ended."""
        self.noted.append(("released", id_, owner))

    async def find(self, id_: str) -> Whereabouts | None:
        """Where a session is."""
        self.noted.append(("sought", id_))
        return self.found

    async def others(self) -> tuple[list[dict[str, Any]], str | None]:
        """The sessions of other machines."""
        return [{"id": "other"}], self.why_more


def listed(found: Whereabouts | None = None, why_more: str | None = None) -> tuple[Any, Service, List]:
    """An application of one machine of several, its state, and the list."""
    service = Service((), mockapi.Settings(), Console(quiet=True))
    list_ = List(found, why_more)
    service.keeper.use_directory(list_)
    return build_app(service), service, list_


AT_B = Whereabouts(421, "It is at b.", "b", "http://b.test:4010/s/b1")
CLOSED = Whereabouts(410, "It was closed at b.", "b", "http://b.test:4010/s/b1", is_closed=True)
UNKNOWN = Whereabouts(503, "Nobody can be asked.", "b")


@each(("found", "status", "error"), [
    (AT_B, 421, "mockapi_no_session"),
    (CLOSED, 410, "mockapi_no_session"),
    (UNKNOWN, 503, "api_error"),
])  # fmt: skip
def test_who_asks_for_a_session_of_another_machine_is_told_where_it_is(
    found: Whereabouts, status: int, error: str
) -> None:
    """In the list's words; where the list cannot be asked, the client may ask again."""
    app, _, list_ = listed(found)
    reply = got(app, scope_of("/s/b1/v1/messages"))
    assert (reply.status, reply.error) == (status, {"type": error, "message": found.message})
    assert (reply.headers.get(b"retry-after") == b"1") == (status == 503)
    assert list_.noted == [("sought", "b1")]


def test_a_session_that_no_machine_knows_is_unknown_here() -> None:
    """As without a list; an empty id is looked for nowhere."""
    app, _, list_ = listed()
    for path, sought in (("/s/b1/v1/messages", [("sought", "b1")]), ("/s//v1/messages", [])):
        list_.noted.clear()
        reply = got(app, scope_of(path))
        assert (reply.status, reply.error["type"], list_.noted) == (404, "mockapi_no_session", sought)


@each(
    ("found", "status", "told"),
    [
        (AT_B, 421, {"node": "b", "base_url": AT_B.base_url, "location": "http://b.test:4010{}"}),
        (CLOSED, 404, {"node": "b", "base_url": AT_B.base_url, "location": "http://b.test:4010{}"}),
        (UNKNOWN, 503, {"node": "b"}),
    ],
)
def test_the_control_api_tells_where_a_session_is(
    found: Whereabouts, status: int, told: dict[str, str]
) -> None:
    """With the URL at which the same can be asked."""
    for path in ("/_mockapi/sessions/b1", "/_mockapi/sessions/b1/journal"):
        app, service, list_ = listed(found)
        reply = got(app, scope_of(path, "GET"), b"")
        assert reply.status == status
        wanted = {name: value.format(path) for name, value in told.items()}
        assert reply.error == {"type": "mockapi_control_error", "message": found.message, **wanted}
        assert (reply.headers.get(b"retry-after") == b"1") == (status == 503)
        own = ServerSession("own", mockapi.Settings(), service.library, on_unmatched="fail")
        service.sessions.add(own)
        assert got(app, scope_of(path.replace("b1", "own"), "GET"), b"").status == 200
        assert got(app, scope_of("/_mockapi/cassettes", "GET"), b"").status == 200
        assert list_.noted == [("sought", "b1")]


def test_sessions_of_all_machines_are_listed() -> None:
    """And why there may be more."""
    for why in (None, "c does not answer"):
        app, _, _ = listed(None, why)
        told = json.loads(got(app, scope_of("/_mockapi/sessions", "GET"), b"").body)
        assert [item["id"] for item in told["sessions"]] == ["default", "other"]
        assert told.get("incomplete") == why
        assert ("incomplete" in told) == (why is not None)


def test_what_is_opened_and_closed_is_written_down() -> None:
    """Before it is opened, with how long it stays unused; and what was not opened after all is released."""
    app, service, list_ = listed()

    def posted(options: dict[str, Any]) -> Got:
        path = "/_mockapi/sessions"
        return got(app, scope_of(path, "POST"), json.dumps(options).encode())

    opened = json.loads(posted({"owner": "team", "lifetime": 5}).body)["id"]
    assert list_.noted == [("claimed", opened, "team", 5)]
    service.sessions.close(service.sessions.get(opened))  # type: ignore[arg-type] # it is there
    assert list_.noted[1:] == [("released", opened, "team")]
    list_.noted.clear()
    assert posted({"owner": "team", "cassettes": ["/no/such"]}).status == 422
    (claimed, id_, *_), released = list_.noted
    assert (claimed, released) == ("claimed", ("released", id_, "team"))
