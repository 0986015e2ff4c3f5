"""One server for most tests; each test plays its cassettes in sessions of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.redis import RedisServer
from tests.support.server import Play, close_session, open_session, serving, write_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import mockapi
    from mockapi.cassettes import Interaction, Matching


@pytest.fixture(scope="session")
def server() -> Iterator[mockapi.Server]:
    """A server without cassettes and without validation; tests leave no sessions behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKAPI_CACHE", "off")
        with serving() as running:
            yield running


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for the tests of a module, which take a prefix each."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def play(server: mockapi.Server, tmp_path: Path) -> Iterator[Play]:
    """Play interactions in a session of their own; gives the base URL."""
    opened: list[str] = []

    def play(*interactions: Interaction, rules: Matching | None = None, **options: Any) -> str:
        path = write_cassette(tmp_path / f"played-{len(opened)}.yaml", *interactions, matching=rules)
        session = open_session(server, cassettes=[path], **options)
        opened.append(session["id"])
        return str(session["base_url"])

    yield play
    for id_ in opened:
        close_session(server, id_)
