"""Which requests come to which surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockapi.exchange import Request
from mockapi.replies.surfaces import plain_of, surface_of

if TYPE_CHECKING:
    from mockapi.exchange import Headers

VERTEX = "/v1/projects/p/locations/global/publishers/anthropic/models"


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v1/messages", None),
        ("POST", "/v1/messages/count_tokens", None),
        ("POST", "/nothing", None),
        ("POST", "/v1/chat/completions", "openai"),
        ("GET", "/v1/chat/completions", "openai"),
        ("POST", "/v1/chat/completions/x", None),
        ("POST", f"{VERTEX}/claude-opus-4-6:rawPredict", "vertex"),
        ("POST", f"{VERTEX}/claude-opus-4-5@20251101:streamRawPredict", "vertex"),
        ("POST", f"{VERTEX}/count-tokens:rawPredict", "vertex"),
        ("GET", f"{VERTEX}/claude-opus-4-6:rawPredict", None),
        ("POST", f"{VERTEX}/claude-opus-4-6:predict", None),
        ("POST", f"{VERTEX}/claude-opus-4-6:rawPredict/more", None),
        ("POST", f"{VERTEX.replace('anthropic', 'google')}/gemini:rawPredict", None),
    ],
)
def test_routes(method: str, path: str, name: str | None) -> None:
    """By method and path."""
    surface = surface_of(Request(method, path))
    assert (None if surface is None else surface.name) == name


def test_a_plain_request_stands_for_itself() -> None:
    """It is handed back as it is."""
    request = Request("POST", "/v1/messages")
    assert plain_of(request) is request


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ((), None),
        (((b"authorization", b"Bearer k"),), "openai"),
        (((b"authorization", b"Bearer k"), (b"anthropic-version", b"2023-06-01")), None),
        (((b"x-api-key", b"k"),), None),
    ],
)
@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/claude-opus-4-6"])
def test_whose_models_are_asked_for(path: str, headers: Headers, name: str | None) -> None:
    """Clients of the API name its version or send its own key field; OpenAI's send a bearer alone."""
    surface = surface_of(Request("GET", path, "", headers))
    assert (None if surface is None else surface.name) == name
