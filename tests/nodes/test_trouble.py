"""What goes wrong between nodes and Redis: nothing hangs, nothing counts twice, and everybody is told why."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mockapi.nodes._snapshot import Growth
from tests.support.nodes import FIELDS, Machine, is_answered, machines, until
from tests.support.redis import RedisServer, needs_redis
from tests.support.server import interaction, message, write_cassette
from tests.support.swallowing import Swallowing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytestmark = [needs_redis, pytest.mark.slow]
TURNS = 40


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own, to be killed and paused."""
    with RedisServer(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def cassette(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A long sequence."""
    return write_cassette(
        tmp_path_factory.mktemp("trouble") / "c.yaml",
        *(interaction(message("turns"), b'{"turn":%d}' % turn) for turn in range(TURNS)),
    )


def test_without_redis_everything_else_goes_on(redis: RedisServer, cassette: str) -> None:
    """The default session says what is wrong and where; sessions, health and readiness go on."""

    async def play() -> None:
        async with machines(redis, 2, [cassette]) as (first, second):
            assert (await first.ask("turns")).json() == {"turn": 0}
            opened = (await first.control("/sessions", {}, "POST")).json()["id"]
            redis.stop()
            away = await until(lambda: first.ask("turns"), lambda reply: "retry-after" in reply.headers)
            assert away.status_code == 503
            assert away.headers["x-should-retry"] == "true"
            assert f"Redis at redis://127.0.0.1:{redis.port}/0 " in away.text
            path = f"/s/{opened}/v1/messages"
            assert (await first.client.post(path, json=message("turns"), headers=FIELDS)).status_code == 200
            assert (await first.control("/readyz")).status_code == 200
            state = (await first.control("/health")).json()["state"]
            assert state == {"status": "away", "node": "node-0"}
            assert (await first.control("/sessions/default/journal")).status_code == 503
            assert (await first.control("/sessions/default/reset", {})).status_code == 503
            redis.start()
            back = [await until(lambda: node.ask("turns"), is_answered) for node in (second, first)]  # noqa: B023 - asked at once
            assert [reply.json()["turn"] for reply in back] == [0, 1]  # it came back empty
            assert await first.journal() == await second.journal()
            for node in (first, second):
                assert node.told.getvalue().count("has forgotten what the machines share") == 1

    asyncio.run(play())


def test_a_redis_that_takes_nothing_more_is_told(redis: RedisServer, cassette: str) -> None:
    """Health says so where the log can be read and nothing be written, until something can."""

    async def play() -> None:
        async with machines(redis, 1, [cassette]) as (node,):
            assert node.node.store is not None

            async def state() -> object:
                return (await node.control("/health")).json()["state"]["status"]

            await node.node.store.ask("CONFIG", "SET", "maxmemory", "1")
            assert (await node.ask("turns")).status_code == 503
            await until(state, lambda status: status == "away")
            assert "has refused EVAL: command not allowed when used memory" in node.told.getvalue()
            await node.node.store.ask("CONFIG", "SET", "maxmemory", "0")
            await until(state, lambda status: status == "ok")
            assert (await node.ask("turns")).json() == {"turn": 0}

    asyncio.run(play())


def test_a_redis_that_stands_still_is_waited_for_a_moment(redis: RedisServer, cassette: str) -> None:
    """A request that it may have taken is in doubt; it counts once, as one whose reply nobody played."""

    async def play() -> None:
        async with machines(redis, 2, [cassette]) as (first, second):
            assert (await first.ask("turns")).json() == {"turn": 0}
            redis.pause()
            doubtful = await asyncio.wait_for(first.ask("turns"), 5)
            assert doubtful.status_code == 503
            assert doubtful.headers["x-should-retry"] == "false"
            assert "Nobody knows whether this request counts" in doubtful.text
            redis.go_on()
            assert (await until(lambda: second.ask("turns"), is_answered)).json() == {"turn": 2}
            await until(lambda: first.control("/sessions/default"), is_answered)
            journal = await first.journal()
            assert [entry["reply"]["complete"] for entry in journal] == [True, False, True]
            assert journal == await second.journal()

    asyncio.run(play())


def test_an_answer_that_is_lost_counts_once(redis: RedisServer, cassette: str) -> None:
    """The entry arrived, its answer did not: played or in doubt, the next request comes after it."""

    async def play() -> None:
        async with Swallowing(redis.port) as proxy, Machine(redis.url, "through", [cassette]) as direct:
            url = f"redis://127.0.0.1:{proxy.port}/0"
            async with Machine(url, "past", [cassette]) as node:
                assert (await node.ask("turns")).json() == {"turn": 0}
                proxy.swallows = b"XADD"
                await node.ask("turns")
                assert not proxy.swallows
                assert (await direct.ask("turns")).json() == {"turn": 2}
                assert (await until(lambda: node.ask("turns"), is_answered)).json() == {"turn": 3}
                assert len(await direct.journal()) == 4

    asyncio.run(play())


def test_a_node_that_goes_takes_nothing_with_it(redis: RedisServer, cassette: str) -> None:
    """One that comes later has read the log, and goes on where the others are."""

    async def play() -> None:
        async with machines(redis, 1, [cassette]) as (first,):
            assert first.node.options.state is not None
            url = f"{redis.url}?prefix={first.node.options.state.prefix}"
            async with Machine(url, "short", [cassette]) as short:
                assert (await short.ask("turns")).json() == {"turn": 0}
                assert (await first.control("/sessions/default", {"speed": 3}, "PATCH")).status_code == 200
            assert (await first.ask("turns")).json() == {"turn": 1}
            async with Machine(url, "late", [cassette]) as late:
                assert (await late.ask("turns")).json() == {"turn": 2}
                assert await late.journal() == await first.journal()
                assert late.memory() == first.memory()
                assert late.service.sessions.default.settings.speed == 3

    asyncio.run(play())


def test_a_log_that_is_cut_short_loses_no_memory(redis: RedisServer, cassette: str) -> None:
    """It keeps what lies behind the snapshot before the last; a node that comes later begins with that."""

    async def play() -> None:
        async with machines(redis, 2, [cassette]) as nodes:
            for node in nodes:
                assert node.node.default is not None
                node.node.default.follower.growth = Growth(max_entries=20)
            first, second = nodes
            assert first.node.default is not None
            log = first.node.default.order.log
            assert (await first.control("/sessions/default", {"speed": 3}, "PATCH")).status_code == 200
            for turn in range(TURNS):
                node = nodes[turn % 2]
                assert (await node.ask("turns")).json() == {"turn": turn}
                if turn % 8 == 7:  # another node's turn would be ten seconds later
                    redis.do("DEL", log.key("snapshot-turn").decode())
                    await node.journal()
            await until(
                lambda: log.store.ask("HGET", log.key("snapshot"), "trimmed"),
                lambda at: at not in {None, b"0-0"},
            )
            length = await log.store.ask("XLEN", log.key("log"))
            assert length < TURNS
            assert first.node.options.state is not None
            url = f"{redis.url}?prefix={first.node.options.state.prefix}"
            async with Machine(url, "late", [cassette]) as late:
                await late.journal()
                await first.journal()
                assert late.memory() == first.memory() == second.memory()
                assert late.service.sessions.default.settings.speed == 3

    asyncio.run(play())


def test_a_log_that_somebody_deletes_begins_anew(redis: RedisServer, cassette: str) -> None:
    """As with a Redis that evicts keys: the session starts anew on all nodes, and nobody waits for ever."""

    async def play() -> None:
        async with machines(redis, 2, [cassette]) as (first, second):
            assert (await first.ask("turns")).json() == {"turn": 0}
            assert first.node.default is not None
            redis.do("DEL", first.node.default.order.log.key("log").decode())
            away = await first.ask("turns")
            assert away.status_code == 503
            assert "has lost the log" in away.text
            back = [await until(lambda: node.ask("turns"), is_answered) for node in (second, first)]  # noqa: B023 - asked at once
            assert [reply.json()["turn"] for reply in back] == [0, 1]
            assert await first.journal() == await second.journal()

    asyncio.run(play())
