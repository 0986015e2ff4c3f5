"""Faults that are ordered for a session that is open, over the control API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.server import ask, control, message, open_session

if TYPE_CHECKING:
    import httpx

    import mockapi


@pytest.fixture
def session(server: mockapi.Server) -> dict[str, Any]:
    """A session that makes up its replies."""
    return open_session(server, on_unmatched="synthesize", cassettes=[])


def order(server: mockapi.Server, session: dict[str, Any], orders: Any) -> httpx.Response:
    """Order faults for a session."""
    return control(server, f"/sessions/{session['id']}/faults", orders, method="POST")


def statuses(session: dict[str, Any], count: int) -> list[int]:
    """The statuses of so many requests."""
    return [ask(session["base_url"], message("Hi")).status_code for _ in range(count)]


def test_the_next_request_gets_it(server: mockapi.Server, session: dict[str, Any]) -> None:
    """An order with `times` breaks the requests that come next, and then no more."""
    assert statuses(session, 1) == [200]
    ordered = order(server, session, {"fault": "529", "times": 2})
    assert (ordered.status_code, ordered.json()["faults"]) == (
        201,
        [{"fault": "529", "times": 2, "fitting": 0, "done": 0}],
    )
    assert statuses(session, 3) == [529, 529, 200]
    shown = control(server, f"/sessions/{session['id']}/faults").json()
    assert shown["faults"] == [{"fault": "529", "times": 2, "fitting": 3, "done": 2}]


def test_orders_stand_behind_those_of_the_options(server: mockapi.Server) -> None:
    """What a session was opened with counts on; a reset forgets what was ordered since."""
    session = open_session(
        server, on_unmatched="synthesize", cassettes=[], faults=[{"fault": "500", "times": 1}]
    )
    order(server, session, [{"fault": "503", "times": 1}])
    assert statuses(session, 3) == [500, 503, 200]
    control(server, f"/sessions/{session['id']}/reset", method="POST")
    assert statuses(session, 2) == [500, 200]


def test_dropped_orders_do_nothing(server: mockapi.Server, session: dict[str, Any]) -> None:
    """Neither those of the options nor those that came later."""
    order(server, session, ["529"])
    dropped = control(server, f"/sessions/{session['id']}/faults", method="DELETE").json()
    assert dropped["faults"] == []
    assert statuses(session, 1) == [200]


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ([{"fault": "cutt"}], "cut"),
        ([{"fault": "529", "times": 0}], "times"),
        ({}, "fault"),
        (["529"] * 101, "at most 100"),
    ],
)
def test_an_order_that_does_not_fit_is_refused(
    server: mockapi.Server, session: dict[str, Any], orders: Any, words: str
) -> None:
    """With a sentence that says what would do; nothing of it is ordered."""
    refused = order(server, session, orders)
    assert refused.status_code == 400
    assert words in refused.json()["error"]["message"]
    assert control(server, f"/sessions/{session['id']}/faults").json()["faults"] == []


def test_a_session_has_a_bounded_number_of_faults(server: mockapi.Server, session: dict[str, Any]) -> None:
    """Each costs every request; beyond a thousand an order is refused."""
    for _ in range(10):
        assert order(server, session, [{"fault": "529", "times": 1}] * 100).status_code == 201
    assert "1,001 faults" in order(server, session, "529").json()["error"]["message"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_session_that_is_not_open(server: mockapi.Server, method: str) -> None:
    """404, with its id."""
    refused = control(server, "/sessions/nobody/faults", method=method)
    assert (refused.status_code, "nobody" in refused.text) == (404, True)
