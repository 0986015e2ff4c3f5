"""Requests as clients of the clouds send them, and a session that answers them."""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING, Any

import orjson

from mockapi.cassettes import Cassette
from mockapi.exchange import Reply, Request
from mockapi.sessions import CassetteSet, Exchange, ServerSession, Settings, answer, answer_large
from mockapi.validation import first_refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockapi.cassettes import Interaction
    from mockapi.sessions import Answer

HELLO: dict[str, Any] = {"max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
VERTEX_MODEL = "claude-sonnet-4-5@20250929"
VERTEX_PATH = "/v1/projects/p-1/locations/us-east5/publishers/anthropic/models"
VERTEX_VERSION = "vertex-2023-10-16"


def vertex_request(
    *, model: str = VERTEX_MODEL, verb: str = "rawPredict", token: str = "ya29.test-token", **members: Any
) -> Request:
    """As `AnthropicVertex` sends it; a member of None is left out."""
    body = {"anthropic_version": VERTEX_VERSION, **HELLO, **members}
    written = orjson.dumps({key: value for key, value in body.items() if value is not None})
    headers = [(b"content-type", b"application/json"), (b"anthropic-version", b"2023-06-01")]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    return Request("POST", f"{VERTEX_PATH}/{model}:{verb}", "", tuple(headers), written)


def session_of(
    settings: Settings | None = None, interactions: Sequence[Interaction] = (), script: Any = None
) -> ServerSession:
    """A session that synthesizes what it has no recording of."""
    library = CassetteSet([Cassette("clouds.yaml", tuple(interactions))])
    session = ServerSession("s", settings or Settings(), library, on_unmatched="synthesize")
    if script is not None:
        session.play(script)
    return session


def exchange_of(request: Request, session: ServerSession) -> Exchange:
    """A request on its way."""
    return Exchange(request, session, 1.7e9, first_refusal, lambda: "req_011CTestTestTestTestTest")


def answered(request: Request, session: ServerSession) -> Reply:
    """The session's reply; without a pace of its own it comes at once."""
    found = answer(exchange_of(request, session)).reply
    assert found is not None
    settings = session.settings
    if settings.speed is None and settings.pace is None and not (settings.faults or session.script):
        assert (found.hold, {chunk.delay for chunk in found.chunks} - {0.0}) == (0.0, set())
    return found


def answered_aside(request: Request, session: ServerSession) -> Answer:
    """The session's answer to the same, looked at as a large request is."""
    return asyncio.run(answer_large(exchange_of(request, session), elsewhere))


async def elsewhere(function: Any, *arguments: Any) -> Any:
    """As a helper process does it: everything goes there and back as bytes."""
    there, sent = pickle.loads(pickle.dumps((function, arguments)))
    return pickle.loads(pickle.dumps(there(*sent)))
