"""Which replies need none of a session's memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from mockapi.cassettes import Cassette
from mockapi.exchange import Request
from mockapi.replies import faults
from mockapi.sessions import CassetteSet, ServerSession, Settings, can_be_free, is_free
from tests.support.each import each
from tests.support.server import interaction, message

ONCE, TWICE = message("once"), message("twice")
LIBRARY = CassetteSet([Cassette("c", tuple(interaction(body, b"{}") for body in (ONCE, TWICE, TWICE)))])


def session(*, max_requests: int = 0, **settings: Any) -> ServerSession:
    """A session that plays three recordings, two of them of one request."""
    made = ServerSession("s", replace(Settings(), **settings), LIBRARY, on_unmatched="fail")
    made.max_requests = max_requests
    return made


def asked(body: Any) -> Request:
    """A request."""
    return Request("POST", "/v1/messages", body=orjson.dumps(body))


def test_a_recording_that_is_alone_is_free() -> None:
    """It answers the same whatever else is asked; one of several has its turn."""
    assert [is_free(session(), asked(body)) for body in (ONCE, TWICE, message("never"))] == [
        True,
        False,
        False,
    ]


@each(
    "more",
    [
        {"max_requests": 1},
        {"after_last": "fail"},
        {"faults": (faults.parse_fault_text("529"),)},
        {"max_requests": 1, "after_last": "fail"},
    ],
)
def test_where_a_session_counts_nothing_is_free(more: dict[str, Any]) -> None:
    """Or where it does something to replies."""
    assert can_be_free(session())
    assert not can_be_free(session(**more))
    assert not is_free(session(**more), asked(ONCE))
