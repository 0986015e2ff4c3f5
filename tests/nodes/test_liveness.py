"""Which nodes are there: who is silent is lost, and nobody is while Redis itself was away."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.nodes import Liveness, Store, state_address
from tests.support.redis import RedisServer, needs_redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [needs_redis, pytest.mark.slow]

PATIENCE = 0.3
_MOST = 500


class Word:
    """A node that says that it is there when it is told to, and what it was told."""

    def __init__(self, redis: RedisServer, name: str, **more: Any) -> None:
        self.told: list[str] = []
        self.store = Store(state_address(redis.url))
        self.liveness = Liveness(self.store, name, tell=self.told.append, **more)
        self.liveness.patience = PATIENCE

    async def say(self) -> None:
        """Say it."""
        await self.liveness.beat()

    async def live(self) -> tuple[str, ...]:
        """Who is there."""
        return await self.liveness.live()


@asynccontextmanager
async def words(folder: Path) -> AsyncIterator[tuple[RedisServer, Word, Word]]:
    """A Redis, and two nodes that have been heard for so long that a silence counts."""
    with RedisServer(folder) as redis:
        first, second = Word(redis, "first"), Word(redis, "second")
        begun = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < begun + 2 * PATIENCE:
            await first.say()
            await second.say()
            await asyncio.sleep(PATIENCE / 20)
        yield redis, first, second
        await first.store.aclose()
        await second.store.aclose()


def test_who_is_silent_is_lost_and_told_once(tmp_path: Path) -> None:
    """The others go on; when it speaks again it is there again."""

    async def run() -> None:
        async with words(tmp_path) as (_, first, second):
            assert await second.live() == ("first", "second")
            for _ in range(_MOST):
                await second.say()
                if second.told:
                    break
                await asyncio.sleep(PATIENCE / 20)
            assert await second.live() == ("second",)
            assert second.told == ["node first has not been heard from for 0.3 s and counts as lost"]
            await first.say()
            assert set(await second.live()) == {"first", "second"}
            await second.say()
            assert second.told[1:] == ["node first is heard again, and its sessions are there again"]
            (own,) = first.told
            assert own.endswith("and counted as lost: it is there again, and so are its sessions")
            await first.say()
            await second.say()
            assert (len(first.told), len(second.told)) == (1, 2)

    asyncio.run(run())


def test_nobody_is_lost_because_redis_was_away(tmp_path: Path) -> None:
    """All were silent alike: a silence counts from when the first one is heard again."""

    async def run() -> None:
        async with words(tmp_path) as (redis, first, second):
            redis.pause()
            await asyncio.sleep(2 * PATIENCE)  # of Redis's own clock, which nothing can be awaited of
            redis.go_on()
            await second.say()
            assert set(await second.live()) == {"first", "second"}
            assert second.told == []
            await first.say()
            assert set(await first.live()) == {"first", "second"}

    asyncio.run(run())


def test_a_redis_that_cannot_be_reached_is_told_once_and_its_return_too(tmp_path: Path) -> None:
    """Not with each word that is not heard."""

    async def run() -> None:
        async with words(tmp_path) as (redis, first, _):
            redis.stop()
            for _ in range(3):
                await first.say()
                assert first.liveness.away is not None
            redis.start()
            await first.say()
            assert first.liveness.away is None
            assert [line.rpartition(".")[0].rpartition(" ")[2] for line in first.told] == ["waits", "again"]
            assert await first.live() == ("first",)

    asyncio.run(run())


def test_what_every_process_of_a_node_learns_is_told_by_one(tmp_path: Path) -> None:
    """That Redis is away, and answers again; the others know it as well."""

    async def run() -> None:
        with RedisServer(tmp_path) as redis:
            processes = [Word(redis, "node", part=f"w{n}", tells_all=n == 0) for n in range(3)]
            for process in processes:
                await process.say()
            redis.stop()
            for process in processes:
                await process.say()
                assert process.liveness.away is not None
            redis.start()
            for process in processes:
                await process.say()
                assert process.liveness.away is None
            assert [len(process.told) for process in processes] == [2, 0, 0]
            for process in processes:
                await process.store.aclose()

    asyncio.run(run())


def test_two_nodes_of_one_address_are_told_so(tmp_path: Path) -> None:
    """Once, and only while both are there: who takes the place of a node that has ended has its address."""

    async def run() -> None:
        with RedisServer(tmp_path) as redis:
            before, node, other = (Word(redis, name, address="http://a:1") for name in ("gone", "a", "b"))
            await before.say()
            await before.store.aclose()
            for _ in range(3):
                await node.say()
            assert node.told == []
            for _ in range(_MOST):
                await other.say()
                await node.say()
                if node.told and other.told:
                    break
            for _ in range(3):
                await node.say()
            (told,) = node.told
            assert told.startswith("node b advertises the same address as this one, http://a:1: start each")
            await node.store.aclose()
            await other.store.aclose()

    asyncio.run(run())
