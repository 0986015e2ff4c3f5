"""The registry of sessions where nodes or Redis are away: nothing is lost, and nothing left behind."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import orjson
import pytest

from mockapi.nodes._manners_scripts import LEAVE, OPEN
from tests.support.members import Member, members
from tests.support.redis import RedisServer, needs_redis

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [needs_redis, pytest.mark.slow]


def test_a_node_that_was_taken_for_lost_tells_its_sessions_again(redis: RedisServer) -> None:
    """It stood still, or was cut off: they are found, and count, as soon as it is heard."""

    async def run() -> None:
        first, second = (Member(redis, "again", name, per_owner=1) for name in ("a-1", "b-2"))
        async with members(first, second):
            opened = (await first.open(owner="team-a")).json()
            await first.liveness.ask(LEAVE, "has not been heard from any more")
            gone = await second.client.post(f"/s/{opened['id']}/v1/messages", json={})
            assert gone.status_code == 410
            await first.liveness.beat()
            assert (await second.open(owner="team-a")).status_code == 429
            assert set(await second.liveness.live()) == {"a-1", "b-2"}
            other = Member(redis, "again", "c-3")
            async with members(other):
                assert (await other.get(f"/sessions/{opened['id']}")).status_code == 421

    asyncio.run(run())


def test_a_node_in_the_place_of_one_that_was_killed_says_to_come_later(redis: RedisServer) -> None:
    """Until that counts as lost: nobody knows yet whether it has ended, and its address is this node's."""

    async def run() -> None:
        killed, again = (Member(redis, "place", name, "http://one:4010") for name in ("a-1", "a-2"))
        await killed.membership.start()
        opened = (await killed.open()).json()
        async with members(again):
            path = f"/s/{opened['id']}/v1/messages"
            later = await again.client.post(path, json={})
            assert later.status_code == 503
            assert later.headers["retry-after"] == "1"
            assert "had the address of this one" in later.json()["error"]["message"]
            await killed.liveness.beat()  # it was not killed after all
            both = await again.client.post(path, json={})
            assert both.status_code == 421
            assert "advertises the same address as this" in both.json()["error"]["message"]
            await killed.membership.aclose()
            await killed.client.aclose()
            await killed.service.aclose()

    asyncio.run(run())


def test_an_opening_at_a_redis_that_has_forgotten_the_node(redis: RedisServer) -> None:
    """The node is known before its session is: whoever ends then is missed, and its session with it."""

    async def run() -> None:
        member, other = (Member(redis, "forgot", name, per_owner=2) for name in ("a-1", "b-2"))
        async with members(member, other):
            await member.open(owner="team-a")
            redis.do("FLUSHALL")
            assert (await member.open(owner="team-a")).status_code == 201
            assert redis.do("ZCARD", "forgot:nodes") == b":1\r\n"
            assert redis.do("HGET", "forgot:addresses", "a-1").endswith(b"http://a-1:4010\r\n")
            assert redis.do("ZCARD", "forgot:owned:team-a") == b":2\r\n"
            assert (await member.open(owner="team-a")).status_code == 429
            redis.do("FLUSHALL")
            assert (await other.open(owner="team-a")).status_code == 201

    asyncio.run(run())


def test_an_opening_that_redis_does_late_leaves_nothing_behind(redis: RedisServer) -> None:
    """It was given up, and sent over a connection that has ended: the next word sets it right."""

    async def run() -> None:
        member, other = Member(redis, "late", "a-1"), Member(redis, "late", "b-2")
        async with members(member, other):
            record = orjson.dumps({"name": None, "owner": "a", "lifetime": None, "opened": 0, "node": "a-1"})
            await member.liveness.ask(OPEN, 0, "a-1.4f3a9c0d1e2b", "a", "+inf", record)
            assert (await other.get("/sessions/a-1.4f3a9c0d1e2b")).status_code == 421
            await member.liveness.beat()
            listed = (await other.get("/sessions")).json()["sessions"]
            assert [item["id"] for item in listed] == ["default"]

    asyncio.run(run())


def test_without_redis_sessions_are_opened_and_told_when_it_is_back(tmp_path: Path) -> None:
    """Quotas count on each node alone meanwhile; foreign sessions get 503 with the reason, at once."""

    async def run() -> None:
        with RedisServer(tmp_path) as redis:
            first, second = (Member(redis, "away", name, per_owner=2) for name in ("a-1", "b-2"))
            async with members(first, second):
                before = (await first.open(owner="team-a")).json()
                redis.stop()
                during = (await first.open(owner="team-a")).json()
                assert (await first.open(owner="team-a")).status_code == 429
                assert (await second.open(owner="team-a")).status_code == 201
                own = await first.client.get(f"/s/{during['id']}/v1/models", headers={"x-api-key": "k"})
                assert own.status_code != 503
                away = await second.client.post(f"/s/{before['id']}/v1/messages", json={})
                assert away.status_code == 503
                assert "is of another node, a-1, and nobody can be asked" in away.json()["error"]["message"]
                assert away.headers["retry-after"] == "1"
                assert (await second.get(f"/sessions/{before['id']}")).status_code == 503
                listed = (await second.get("/sessions")).json()
                assert "Redis at redis://127.0.0.1" in listed["incomplete"]
                await first.client.delete(f"/_mockapi/sessions/{before['id']}")
                redis.start()
                await first.heard()
                await second.heard()
                found = await second.client.post(f"/s/{during['id']}/v1/messages", json={})
                assert found.status_code == 421
                assert (await second.get(f"/sessions/{before['id']}")).status_code == 404
                assert (await first.open(owner="team-a")).status_code == 429
                assert "Sessions go on; what all nodes share waits." in first.told.getvalue()
                assert first.told.getvalue().endswith("answers again.\n")

    asyncio.run(run())


def test_a_paused_redis_holds_nobody_up(tmp_path: Path) -> None:
    """An opening waits for a second once, then none does; nothing is lost when it goes on."""

    async def run() -> None:
        with RedisServer(tmp_path) as redis:
            first, second = Member(redis, "paused", "a-1"), Member(redis, "paused", "b-2")
            async with members(first, second):
                redis.pause()
                opened = [(await first.open()).json() for _ in range(20)]
                away = await second.client.post(f"/s/{opened[0]['id']}/v1/messages", json={})
                assert away.status_code == 503
                redis.go_on()
                await first.heard()
                await second.heard()
                for session in opened:
                    assert (await second.get(f"/sessions/{session['id']}")).status_code == 421
                assert set(await second.liveness.live()) == {"a-1", "b-2"}

    asyncio.run(run())


@pytest.mark.parametrize("trouble", ["killed", "paused"])
@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_to_redis_it_ends_up_with_the_sessions_that_are_open(
    tmp_path: Path, trouble: str, seed: int
) -> None:
    """None is missing and none too many, in the list and in what owners have, after it came back."""
    dice = random.Random(seed)

    async def live(member: Member, steps: int) -> None:
        for _ in range(steps):
            own = [item.id for item in member.service.sessions if item.id != "default"]
            if own and dice.random() < 0.4:
                await member.client.delete(f"/_mockapi/sessions/{dice.choice(own)}")
            else:
                await member.open(owner=dice.choice("ab"))

    async def run() -> None:
        with RedisServer(tmp_path) as redis:
            nodes = [Member(redis, "law", name) for name in ("a-1", "b-2")]
            looker = Member(redis, "law", "c-3")
            async with members(*nodes, looker):
                busy = asyncio.gather(*(live(member, 60) for member in nodes))
                await asyncio.sleep(0)
                for _ in range(2):
                    (redis.stop if trouble == "killed" else redis.pause)()
                    await asyncio.gather(*(live(member, 3) for member in nodes))
                    (redis.start if trouble == "killed" else redis.go_on)()
                    await asyncio.gather(*(member.heard() for member in nodes))
                await busy
                for member in (*nodes, looker):
                    await member.heard()
                    await member.membership.settled()
                open_ = {
                    item.id: item.owner
                    for member in nodes
                    for item in member.service.sessions
                    if item.id != "default"
                }
                listed = (await looker.get("/sessions")).json()
                assert "incomplete" not in listed
                told = {item["id"]: item["owner"] for item in listed["sessions"] if item["id"] != "default"}
                assert told == open_
                for owner in "ab":
                    count = f":{list(open_.values()).count(owner)}\r\n".encode()
                    assert redis.do("ZCARD", f"law:owned:{owner}") == count

    asyncio.run(run())
