"""The registry of the sessions of all nodes: opened, found, counted and closed, with a true Redis."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mockapi.errors import QuotaError
from mockapi.nodes import node_of
from mockapi.nodes._manners_scripts import CLOSE
from mockapi.sessions import SessionOptions, Settings
from tests.support.members import Member, members
from tests.support.redis import RedisServer, needs_redis

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [needs_redis, pytest.mark.slow]


def test_a_session_is_found_from_every_node(redis: RedisServer) -> None:
    """At another node its requests get 421 with its own base URL, and so do control calls."""

    async def run() -> None:
        first, second = Member(redis, "found", "a-1"), Member(redis, "found", "b-2")
        async with members(first, second):
            opened = (await first.open(name="weather", owner="team-a", lifetime=60)).json()
            assert opened["base_url"] == f"http://a-1:4010/s/{opened['id']}"
            assert node_of(opened["id"]) == opened["node"] == "a-1"
            wrong = await second.client.post(f"/s/{opened['id']}/v1/messages", json={})
            assert wrong.status_code == 421
            assert opened["base_url"] in wrong.json()["error"]["message"]
            assert wrong.headers["x-should-retry"] == "false"
            for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/journal"), ("POST", "/reset")):
                refused = await second.client.request(method, f"/_mockapi/sessions/{opened['id']}{path}")
                assert refused.status_code == 421
                told = refused.json()["error"]
                assert told["base_url"] == opened["base_url"]
                assert told["location"] == f"http://a-1:4010/_mockapi/sessions/{opened['id']}{path}"
            assert await first.liveness.live() == ("a-1", "b-2")

    asyncio.run(run())


def test_lists_have_the_sessions_of_all_nodes(redis: RedisServer) -> None:
    """Each with its node and its base URL; a closed one has gone from all lists."""

    async def run() -> None:
        first, second = Member(redis, "lists", "a-1"), Member(redis, "lists", "b-2")
        async with members(first, second):
            mine = (await first.open(owner="team-a")).json()
            theirs = (await second.open(name="theirs", owner="team-b", lifetime=60)).json()
            listed = {item["id"]: item for item in (await first.get("/sessions")).json()["sessions"]}
            assert listed.keys() == {"default", mine["id"], theirs["id"]}
            told = listed[theirs["id"]]
            assert (told["node"], told["base_url"]) == ("b-2", theirs["base_url"])
            assert (told["name"], told["owner"], told["lifetime"]) == ("theirs", "team-b", 60)
            assert listed[mine["id"]]["node"] == "a-1"
            await second.client.delete(f"/_mockapi/sessions/{theirs['id']}")
            await second.membership.settled()
            left = {item["id"] for item in (await first.get("/sessions")).json()["sessions"]}
            assert left == {"default", mine["id"]}
            gone = await first.client.post(f"/s/{theirs['id']}/v1/messages", json={})
            assert gone.status_code == 410
            own = await second.client.post(f"/s/{theirs['id']}/v1/messages", json={})
            assert own.json()["error"] == gone.json()["error"]
            assert "(theirs) was closed" in gone.json()["error"]["message"]
            assert (await first.get(f"/sessions/{theirs['id']}")).status_code == 404

    asyncio.run(run())


def test_quotas_count_over_all_nodes(redis: RedisServer) -> None:
    """Of twenty openings at once on two nodes as many are let in as the quota has."""

    async def run() -> None:
        both = [Member(redis, "quota", name, per_owner=5, lifetime=600) for name in ("a-1", "b-2")]
        async with members(*both):
            opened = await asyncio.gather(*(both[n % 2].open(owner="team-a") for n in range(20)))
            statuses = [reply.status_code for reply in opened]
            assert (statuses.count(201), statuses.count(429)) == (5, 15)
            refused = next(reply for reply in opened if reply.status_code == 429)
            assert "'team-a' has 5 open sessions, and 5 are allowed" in refused.json()["error"]["message"]
            assert 590 <= int(refused.headers["retry-after"]) <= 601
            assert (await both[0].open(owner="team-b")).status_code == 201
            closed = next(reply.json() for reply in opened if reply.status_code == 201)
            (owner,) = (item for item in both if closed["node"] == item.service.node)
            await owner.client.delete(f"/_mockapi/sessions/{closed['id']}")
            await owner.membership.settled()
            assert (await both[1].open(owner="team-a")).status_code == 201

    asyncio.run(run())


def test_an_opening_that_fails_gives_its_place_back(redis: RedisServer, tmp_path: Path) -> None:
    """Cassettes that cannot be read use up no quota."""

    async def run() -> None:
        member = Member(redis, "fails", "a-1", per_owner=1)
        async with members(member):
            refused = await member.open(owner="team-a", cassettes=[str(tmp_path / "none.yaml")])
            assert refused.status_code >= 400
            await member.membership.settled()
            assert (await member.open(owner="team-a")).status_code == 201
            assert redis.do("HLEN", "fails:ended:a-1") == b":0\r\n"

    asyncio.run(run())


def test_a_node_that_stops_takes_its_sessions_out_of_the_registry(redis: RedisServer) -> None:
    """Their URLs answer 410 with the reason at the others, and their owner may open as many again."""

    async def run() -> None:
        first, second = (Member(redis, "stops", name, per_owner=1) for name in ("a-1", "b-2"))
        async with members(second):
            async with members(first):
                opened = (await first.open(owner="team-a")).json()
                assert (await second.open(owner="team-a")).status_code == 429
            gone = await second.client.post(f"/s/{opened['id']}/v1/messages", json={})
            assert gone.status_code == 410
            assert "ended with its node: a-1 was stopped" in gone.json()["error"]["message"]
            assert (await second.get(f"/sessions/{opened['id']}")).status_code == 410
            assert (await second.open(owner="team-a")).status_code == 201
            assert await second.liveness.live() == ("b-2",)

    asyncio.run(run())


def test_the_last_sessions_that_ended_are_remembered(redis: RedisServer) -> None:
    """A thousand of each node; older ones are as if they had never been."""

    async def run() -> None:
        member = Member(redis, "last", "a-1")
        async with members(member):
            ids = [f"a-1.{number:012x}" for number in range(1_100)]
            told = [part for id_ in ids for part in (id_, "", "The session was closed.")]
            for start in range(0, len(told), 300):
                await member.liveness.ask(CLOSE, *told[start : start + 300])
            other = Member(redis, "last", "b-2")
            async with members(other):
                asked = [await other.client.get(f"/s/{id_}/v1/models") for id_ in (ids[0], ids[-1])]
                statuses = [reply.status_code for reply in asked]
                assert statuses == [404, 410]
                assert redis.do("HLEN", "last:ended:a-1") == b":1000\r\n"

    asyncio.run(run())


def test_a_use_moves_the_end_that_others_are_told(redis: RedisServer) -> None:
    """Roughly: it is told now and then, not with each request."""

    async def run() -> None:
        member, other = (Member(redis, "used", name, per_owner=1) for name in ("a-1", "b-2"))
        async with members(member, other):
            opened = (await member.open(owner="team-a", lifetime=100)).json()
            session = member.service.sessions.get(opened["id"])
            assert session is not None
            member.service.sessions.use(session, session.opened + 50)
            registry = member.service.keeper.directory
            registry._used_told -= 60  # type: ignore[union-attr] # as if it had been a minute ago
            await member.liveness.beat()
            refused = await other.open(owner="team-a")
            assert 140 <= int(refused.headers["retry-after"]) <= 151
            (listed,) = (item for item in (await other.get("/sessions")).json()["sessions"] if item["owner"])
            assert listed["last_used"] == pytest.approx(session.last_used, abs=0.01)

    asyncio.run(run())


@pytest.mark.parametrize("id_", ["nobody", "w1.0-4f3a9c0d1e2b", "x-1.4f3a9c0d1e2b", "a-1.4f3a9c0d1e2b"])
def test_an_id_that_nobody_knows_is_404(redis: RedisServer, id_: str) -> None:
    """Whatever it looks like: of no node, of an unknown one, of this one."""

    async def run() -> None:
        member = Member(redis, "unknown", "a-1")
        async with members(member):
            assert (await member.client.post(f"/s/{id_}/v1/messages", json={})).status_code == 404
            assert (await member.get(f"/sessions/{id_}")).status_code == 404

    asyncio.run(run())


def test_nothing_of_a_sessions_content_goes_to_redis(redis: RedisServer) -> None:
    """Neither settings nor keys: what is written is who, where, until when."""

    async def run() -> None:
        member = Member(redis, "content", "a-1")
        async with members(member):
            session = (await member.open(invalid_keys=["sk-ant-test-hidden"], owner="team-a")).json()
            url = f"/s/{session['id']}/v1/messages"
            await member.client.post(url, json={"hidden": 1}, headers={"x-api-key": "sk-ant-test-hidden"})
            await member.liveness.ask("return redis.call('PING')")
            for key in ("sessions", "used", "addresses", "nodes", "of:a-1", "owned:team-a"):
                kind = "ZRANGE" if key in {"nodes", "owned:team-a"} else "HGETALL"
                bounds = ("0", "-1") if kind == "ZRANGE" else ()
                assert b"hidden" not in redis.do(kind, f"content:{key}", *bounds)
            assert session["id"].encode() in redis.do("HGETALL", "content:sessions")

    asyncio.run(run())


def test_a_session_is_refused_in_python_too(redis: RedisServer) -> None:
    """The quota's error is one, wherever it is counted."""

    async def run() -> None:
        member = Member(redis, "python", "a-1", per_owner=1)
        async with members(member):
            await member.open()
            with pytest.raises(QuotaError, match="Sessions without an owner: 1 open session"):
                member.service.open_session(SessionOptions(Settings()))

    asyncio.run(run())
