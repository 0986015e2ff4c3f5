"""Twins over a socket: sessions of their own, errors, times, and what comes before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

import mockapi
from mockapi.errors import UsageError
from mockapi.replies.twin import as_json, learn_twin
from mockapi.sessions import Settings, session_options
from mockapi.validation import ValidationSettings
from tests.support.server import serving
from tests.support.twins import body, failed, message, streamed, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.replies.twin import TwinProfile

LEARNED = learn_twin([whole(body(), message(tokens), 0.0) for tokens in range(20, 60)])
OVERLOADED = learn_twin([whole(body(), message(20), 0.0), *[failed(body(), 529, "overloaded_error")] * 999])


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """One for all tests: each of its own would read the authorities of TLS."""
    headers = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
    with httpx.Client(headers=headers, trust_env=False) as client:
        yield client


def ask(client: httpx.Client, base_url: str, **members: Any) -> httpx.Response:
    """A request for a message."""
    return client.post(f"{base_url}/v1/messages", json=body(**members))


def lengths(client: httpx.Client, server: mockapi.Server, profile: TwinProfile, **options: Any) -> list[int]:
    """The lengths of what a session of its own answers."""
    with server.open_session(twin=as_json(profile), speed="max", **options) as session:
        return [ask(client, session.base_url).json()["usage"]["output_tokens"] for _ in range(6)]


def test_a_session_has_a_sequence_of_its_own(client: httpx.Client) -> None:
    """The same seed gives the same replies, whatever other sessions are asked; another seed others."""
    with mockapi.Server() as server:
        first = lengths(client, server, LEARNED, seed=1)
        assert lengths(client, server, LEARNED, seed=2) != first
        assert lengths(client, server, LEARNED, seed=1) == first
        assert len(set(first)) > 1


def test_a_reset_begins_the_sequence_anew(client: httpx.Client) -> None:
    """As it forgets everything else that was made."""
    with mockapi.Server() as server, server.open_session(twin=as_json(LEARNED), speed="max") as session:
        first = ask(client, session.base_url).content
        second = ask(client, session.base_url).content
        client.post(f"{server.base_url}/_mockapi/sessions/{session.id}/reset").raise_for_status()
        assert ask(client, session.base_url).content == first != second


def test_an_error_of_the_profile_is_an_error_of_the_api(client: httpx.Client) -> None:
    """To a client that tries again, too."""
    with mockapi.Server() as server, server.open_session(twin=as_json(OVERLOADED)) as session:
        reply = ask(client, session.base_url)
    assert (reply.status_code, reply.headers["x-should-retry"]) == (529, "true")
    assert reply.json()["error"] == {"type": "overloaded_error", "message": "Overloaded"}
    assert reply.headers["x-mockapi-hint"] == "The twin's profile has a share of these."


def test_what_the_api_would_refuse_is_refused(client: httpx.Client) -> None:
    """A drawn error is for requests that it would take."""
    with serving(twin=OVERLOADED, validation=ValidationSettings()) as server:
        assert ask(client, server.base_url, messages=[]).status_code == 400
        assert ask(client, server.base_url).status_code == 529


def test_recordings_and_the_script_come_first(client: httpx.Client) -> None:
    """A test of a script stays as it was."""
    with mockapi.Server() as server, server.open_session(twin=as_json(OVERLOADED)) as session:
        session.reply("Scripted")
        reply = ask(client, session.base_url)
        assert reply.json()["content"] == [{"type": "text", "text": "Scripted"}]
        assert ask(client, session.base_url).status_code == 529


def test_other_endpoints_are_answered_as_ever(client: httpx.Client) -> None:
    """A twin is of messages."""
    with serving(twin=OVERLOADED, on_unmatched="synthesize") as server:
        counted = {name: value for name, value in body().items() if name != "max_tokens"}
        reply = client.post(f"{server.base_url}/v1/messages/count_tokens", json=counted)
    assert reply.json()["input_tokens"] > 0


@pytest.mark.slow
def test_a_large_body_is_answered_by_the_twin_too(client: httpx.Client) -> None:
    """Helper processes look at it, and it is no other reply for that."""
    with serving(twin=LEARNED) as server:
        large = {"messages": [{"role": "user", "content": "word " * 60_000}]}
        usage = ask(client, server.base_url, **large).json()["usage"]
    assert usage["input_tokens"] > 50_000
    assert 20 <= usage["output_tokens"] < 60


def test_the_speed_of_a_session_with_a_twin_is_that_of_the_profile() -> None:
    """Unless it says another one."""
    profile = as_json(LEARNED)
    assert session_options({"twin": profile}, Settings(), {}).settings.speed == 1
    assert session_options({"twin": profile, "speed": 2}, Settings(), {}).settings.speed == 2
    assert session_options({"twin": profile, "speed": "max"}, Settings(), {}).settings.speed is None
    assert session_options({"twin": None}, Settings(twin=LEARNED), {}).settings.twin is None


def test_the_status_line_comes_with_the_first_token(client: httpx.Client) -> None:
    """As from a server that has nothing to say before it; the rest in its gaps."""
    profile = learn_twin([streamed(body(), message(60), 0.2, [0.001] * 99)])
    with serving(twin=profile, speed=1.0) as server:
        ask(client, server.base_url, stream=True)
        (entry,) = server.service.sessions.default.journal.entries()
    reply = entry.reply
    assert reply.hold == pytest.approx(0.2)
    assert reply.chunks[0].delay == 0
    assert {chunk.delay for chunk in reply.chunks[1:]} == {0.001}


def test_settings_take_a_profile_and_nothing_else() -> None:
    """The object of a file has to be read first."""
    with pytest.raises(UsageError, match=r"Settings\.twin is what mockapi\.parse_twin makes"):
        Settings(twin=as_json(LEARNED))  # type: ignore[arg-type] # that is the point
