"""What the upstream answers at one node, the others know, with secrets masked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson
import pytest

import mockapi
from mockapi.cassettes import load
from mockapi.server import RecordOptions
from tests.support.nodes import Machine
from tests.support.redis import RedisServer, needs_redis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [needs_redis, pytest.mark.slow]
SECRET = "sk-ant-test-" + "a1b2c3d4" * 4


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own."""
    with RedisServer(tmp_path) as running:
        yield running


def test_an_answer_of_the_upstream_is_in_every_journal(redis: RedisServer, tmp_path: Path) -> None:
    """It is asked once and written to the disk of the node where the request came; Redis sees no secret."""

    async def play(upstream: str) -> None:
        to_one, to_two = (
            RecordOptions(upstream, to=str(tmp_path / f"{name}.yaml")) for name in ("one", "two")
        )
        async with (
            Machine(redis.url, "one", recording=to_one, on_unmatched="record") as one,
            Machine(redis.url, "two", recording=to_two, on_unmatched="record") as two,
        ):
            reply = await one.ask("hello", **{"x-api-key": SECRET})
            assert reply.headers["x-mockapi-source"] == "forwarded"
            journal = await two.journal()
            assert [entry["reply"]["source"] for entry in journal] == ["forwarded"]
            assert journal == await one.journal()
            assert journal[0]["reply"]["complete"] is True
            entry = next(iter(two.service.sessions.default.journal))
            assert orjson.loads(entry.reply.body) == reply.json()
            assert one.node.default is not None
            log = redis.do("XRANGE", one.node.default.order.log.key("log").decode(), "-", "+")
            assert SECRET.encode() not in log

    with mockapi.Server() as upstream:
        asyncio.run(play(upstream.base_url))
    assert len(load((tmp_path / "one.yaml").read_bytes(), "one.yaml").interactions) == 1
    assert not (tmp_path / "two.yaml").exists()
