"""Which requests come to which surface."""

from __future__ import annotations

import pytest

from mockapi.exchange import Request
from mockapi.replies.surfaces import plain_of, surface_of

VERTEX = "/v1/projects/p/locations/global/publishers/anthropic/models"


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v1/messages", None),
        ("POST", "/v1/messages/count_tokens", None),
        ("GET", "/v1/models", None),
        ("POST", "/nothing", None),
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
