"""Which nodes are there: who is silent is lost, and nobody is while Redis itself was away."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

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

    def __init__(self, redis: RedisServer, name: str) -> None:
        self.told: list[str] = []
        self.store = Store(state_address(redis.url))
        self.liveness = Liveness(self.store, name, tell=self.told.append)
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
            assert second.told == [
                "node first has not been heard from for 0.3 s and counts as lost, and 0 sessions with it"
            ]
            await first.say()
            assert set(await second.live()) == {"first", "second"}
            assert first.told == []

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
