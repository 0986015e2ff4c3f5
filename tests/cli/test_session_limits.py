"""`--session-lifetime` and `--sessions-per-owner`: what a server that many share is told."""

from __future__ import annotations

import httpx
import pytest

from tests.support.process import Serving, mockapi
from tests.support.server import eventually


@pytest.mark.slow  # starts a server
def test_a_server_ends_unused_sessions_and_counts_those_of_an_owner() -> None:
    """A session may have a lifetime of its own."""
    options = ("--session-lifetime", "0.05", "--sessions-per-owner", "1")
    with Serving("serve", "--port", "0", *options) as server, httpx.Client(trust_env=False) as client:
        sessions = f"{server.url}/_mockapi/sessions"
        lasting = client.post(sessions, json={"owner": "team-a", "lifetime": 600}).json()
        refused = client.post(sessions, json={"owner": "team-a"})
        assert refused.status_code == 429
        assert "(--sessions-per-owner)" in refused.json()["error"]["message"]
        assert client.post(sessions, json={}).json()["lifetime"] == 0.05

        def listed() -> list[str]:
            return [item["id"] for item in client.get(sessions).json()["sessions"]]

        eventually(lambda: listed() == ["default", lasting["id"]], "the unused session has ended")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--session-lifetime", "0"),
        ("--session-lifetime", "nan"),
        ("--session-lifetime", "1h"),
        ("--sessions-per-owner", "0"),
    ],
)
def test_a_limit_that_lets_no_session_be_is_refused_at_the_start(option: str, value: str) -> None:
    """The option is named."""
    outcome = mockapi("serve", "--port", "0", option, value)
    assert outcome.code == 2
    assert option in outcome.err
