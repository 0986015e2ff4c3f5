"""Taking connections from one socket: each worker has its share of those that stay."""

from __future__ import annotations

import struct
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockapi.cluster._sharing import Loads
from tests.support.server import RawClient
from tests.support.workers import WorkersServer

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTIONS = 40


@pytest.fixture
def loads(tmp_path: Path) -> Iterator[list[Loads]]:
    """What three workers know."""
    known = [Loads(tmp_path / "connections", 3, own) for own in range(3)]
    yield known
    for one in known:
        one.close()


def test_each_worker_knows_who_has_the_fewest(loads: list[Loads]) -> None:
    """A worker that begins has none, whatever the one before it had."""
    for one, connections in zip(loads, (5, 3, 4), strict=True):
        one.tell(connections)
    assert [one.least() for one in loads] == [3, 3, 3]
    loads[1].tell(6)
    assert [one.least() for one in loads] == [4, 4, 4]


@pytest.mark.slow
def test_connections_that_stay_are_shared_out() -> None:
    """Each worker tells the others how many it has, and one that has more lets others go first."""
    with WorkersServer() as server, ExitStack() as clients:
        for _ in range(CONNECTIONS):
            client = clients.enter_context(RawClient(server.base_url))
            client.ask("GET", "/_mockapi/livez")
            assert client.read().status == 200
        told = Path(server.supervisor._plan.folder, "connections").read_bytes()
        assert all(count >= CONNECTIONS / 4 for (count,) in struct.iter_unpack("<q", told))
