"""The registry of the sessions of all nodes: opened, found, counted and lost, with a true Redis."""

from __future__ import annotations

import asyncio
import io
import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

from mockapi.errors import QuotaError
from mockapi.nodes import Membership, NodeOptions, node_of, state_address
from mockapi.nodes._manners_scripts import CLOSE, LEAVE, OPEN
from mockapi.server import Console, Service, build_app
from mockapi.sessions import SessionLimits, SessionOptions, Settings
from tests.support.redis import RedisServer, needs_redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from mockapi.nodes import Liveness

pytestmark = [needs_redis, pytest.mark.slow]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for all of these tests, which take a prefix each."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as running:
        yield running


class Member:
    """A node without sockets: a service, its membership, and a client of its own."""

    def __init__(
        self, redis: RedisServer, prefix: str, name: str, address: str | None = None, **limits: Any
    ) -> None:
        where = address or f"http://{name}:4010"
        options = NodeOptions(state_address(f"{redis.url}?prefix={prefix}"), where, name)
        self.told = io.StringIO()
        self.service = Service((), Settings(), Console(self.told), limits=SessionLimits(**limits))
        self.membership = Membership(options, self.service)
        app = build_app(self.service)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")

    @property
    def liveness(self) -> Liveness:
        """Which nodes it sees."""
        assert self.membership.liveness is not None
        return self.membership.liveness

    async def open(self, **options: Any) -> httpx.Response:
        """Open a session here."""
        return await self.client.post("/_mockapi/sessions", json=options)

    async def heard(self) -> None:
        """Be heard by a Redis that was away; the first word may go to a connection that has ended."""
        for _ in range(9):
            if self.liveness.away is None:
                return
            await self.liveness.beat()
        raise AssertionError(self.liveness.away)

    async def get(self, path: str) -> httpx.Response:
        """Ask its control API."""
        return await self.client.get(f"/_mockapi{path}")


@asynccontextmanager
async def members(*made: Member) -> AsyncIterator[None]:
    """Nodes that have joined."""
    for member in made:
        await member.membership.start()
    try:
        yield
    finally:
        for member in made:
            await member.membership.aclose()
            await member.client.aclose()
            await member.service.aclose()


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


def test_a_session_is_refused_in_python_too(redis: RedisServer) -> None:
    """The quota's error is one, wherever it is counted."""

    async def run() -> None:
        member = Member(redis, "python", "a-1", per_owner=1)
        async with members(member):
            await member.open()
            with pytest.raises(QuotaError, match="Sessions without an owner: 1 open session"):
                member.service.open_session(SessionOptions(Settings()))

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
