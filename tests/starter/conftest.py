"""A server that plays the starter cassettes, and clients of the real kind for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anthropic
import httpx
import pytest

import mockapi
from tests.support.starter.generate import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-ant-test-1"


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """One server for a file of tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKAPI_CACHE", "off")
        with mockapi.Server([str(FOLDER)]) as running:
            yield running


@pytest.fixture
def base_url(server: mockapi.Server) -> Iterator[str]:
    """A session of its own for each test, so that none has heard the others' replies."""
    opened = httpx.post(f"{server.base_url}/_mockapi/sessions", json={}, trust_env=False).json()
    yield opened["base_url"]
    httpx.delete(f"{server.base_url}/_mockapi/sessions/{opened['id']}", trust_env=False)


@pytest.fixture
def client(base_url: str) -> Iterator[anthropic.Anthropic]:
    """The real client; it does not retry, so that an error is an error."""
    with anthropic.Anthropic(base_url=base_url, api_key=KEY, max_retries=0) as found:
        yield found
