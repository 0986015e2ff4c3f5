"""A server for the tests of a file, a session for each test, and a client that asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

import mockapi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.testing import Session


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """One server for all tests of this file."""
    with mockapi.Server() as running:
        yield running


@pytest.fixture
def api(server: mockapi.Server) -> Iterator[Session]:
    """A session of each test's own."""
    with server.open_session(name="a test") as session:
        yield session


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """A client that keeps its connection."""
    headers = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
    with httpx.Client(headers=headers) as client:
        yield client
