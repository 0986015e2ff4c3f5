"""Which plan nodes play: that of those who are live, or that of whoever comes when none of them is."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.errors import UsageError
from mockapi.nodes import Liveness, Store, StoreAwayError, _registry, state_address
from mockapi.nodes import _snapshot as snapshots
from mockapi.nodes._doors import door_digests
from mockapi.nodes._plan import Plan
from mockapi.server import LoadedCassettes, access_of
from mockapi.sessions import SessionLimits
from tests.support.nodes import Machine, is_answered, until
from tests.support.redis import RedisServer, needs_redis
from tests.support.server import interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mockapi.server import Access

pytestmark = [needs_redis, pytest.mark.slow]

PATIENCE = 0.3
DAY = 86_400
SOON = 60


@pytest.fixture
def url(redis: RedisServer) -> str:
    """Where a server of the test's own keeps what its nodes share."""
    return f"{redis.url}?prefix={secrets.token_hex(4)}"


def turns(folder: Path, name: str) -> str:
    """A cassette that tells which one it is, and how often it was asked."""
    replies = (
        interaction(message("turns"), f'{{"from":"{name}","turn":{turn}}}'.encode()) for turn in range(4)
    )
    return write_cassette(folder / f"{name}.yaml", *replies)


def machine(url: str, name: str, cassette: str, access: Access | None = None) -> Machine:
    """A node that gives others little time."""
    made = Machine(url, name, [cassette], access=access)
    assert made.node.default is not None
    assert made.node.membership.liveness is not None
    made.node.default.follower.plan.patience = PATIENCE
    made.node.membership.liveness.patience = 10 * PATIENCE  # it lives, however busy the tests' machine is
    return made


@asynccontextmanager
async def kept(url: str) -> AsyncIterator[Store]:
    """What is in Redis, for whoever looks."""
    store = Store(state_address(url))
    try:
        yield store
    finally:
        await store.aclose()


async def ends_of(store: Store) -> dict[str, int]:
    """In how many seconds each key of a server ends; -1 for never."""
    keys = await store.ask("KEYS", store.key("*"))
    return {key.decode().partition(":")[2]: await store.ask("TTL", key) for key in keys}


def test_a_new_plan_takes_the_place_of_nodes_that_have_ended(url: str, tmp_path: Path) -> None:
    """The default session begins anew, stderr says so, and nothing of the former log is left."""
    old, new = turns(tmp_path, "old"), turns(tmp_path, "new")

    async def play() -> None:
        async with machine(url, "old", old) as first:
            assert (await first.ask("turns")).json() == {"from": "old", "turn": 0}
        async with kept(url) as store:
            before = {key for key in await ends_of(store) if key.startswith("log:")}
            async with machine(url, "new", new) as second:
                assert "none of them is live: the default session begins anew" in second.told.getvalue()
                assert (await second.ask("turns")).json() == {"from": "new", "turn": 0}
                assert len(await second.journal()) == 1
                assert before
                assert not before & (await ends_of(store)).keys()
            async with machine(url, "again", new) as third:  # the same plan goes on
                assert (await third.ask("turns")).json() == {"from": "new", "turn": 1}
                assert "begins anew" not in third.told.getvalue()

    asyncio.run(play())


def test_a_live_node_with_another_plan_is_named(url: str, tmp_path: Path) -> None:
    """Whoever differs from it waits a moment, and then does not start; it says in what, and what to do."""
    old, new = turns(tmp_path, "old"), turns(tmp_path, "new")

    async def play() -> None:
        async with machine(url, "old-1", old) as first, machine(url, "old-2", old):
            other = machine(url, "new", new)
            with pytest.raises(
                UsageError, match=r"\(old-1, old-2\): different are cassettes\..*\?prefix=NAME"
            ):
                await other.node.start()
            assert "are left to them to end" in other.told.getvalue()
            await other.__aexit__()
            assert (await first.ask("turns")).json() == {"from": "old", "turn": 0}

    asyncio.run(play())


def test_nodes_of_a_new_plan_that_start_at_once_have_one_session(url: str, tmp_path: Path) -> None:
    """One of them begins it, the others join."""
    old, new = turns(tmp_path, "old"), turns(tmp_path, "new")

    async def play() -> None:
        async with machine(url, "old", old) as first:
            await first.ask("turns")
        nodes = [machine(url, f"new-{number}", new) for number in range(3)]
        async with AsyncExitStack() as stack:
            await asyncio.gather(*(stack.enter_async_context(node) for node in nodes))
            replies = [(await node.ask("turns")).json() for node in nodes]
            assert replies == [{"from": "new", "turn": turn} for turn in range(3)]
            assert sum("begins anew" in node.told.getvalue() for node in nodes) == 1

    asyncio.run(play())


def test_a_node_that_ends_meanwhile_is_waited_for(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start that finds it live goes on as soon as it has ended."""
    old, new = turns(tmp_path, "old"), turns(tmp_path, "new")

    async def play() -> None:
        first = await machine(url, "old", old).__aenter__()
        second = machine(url, "new", new)
        assert second.node.default is not None
        plan, waiting = second.node.default.follower.plan, asyncio.Event()
        plan.patience = 10 * PATIENCE
        monkeypatch.setattr(plan, "_note", lambda text: waiting.set() if "left to them" in text else None)
        starting = asyncio.ensure_future(second.node.start())
        await waiting.wait()
        await first.__aexit__()
        await starting
        assert (await second.ask("turns")).json() == {"from": "new", "turn": 0}
        await second.__aexit__()

    asyncio.run(play())


def test_a_node_that_was_given_up_and_comes_back_differs(url: str, tmp_path: Path) -> None:
    """It answers nothing in the default session, which others play by another plan by now."""
    old, new = turns(tmp_path, "old"), turns(tmp_path, "new")

    async def play() -> None:
        async with machine(url, "old", old) as first:
            await first.node.membership.aclose()  # nobody hears it any more, and it goes on
            async with machine(url, "new", new) as second:
                away = await until(lambda: first.ask("turns"), lambda reply: "(new)" in reply.text)
                assert away.status_code == 503
                assert "differ from this one (new): different are cassettes" in away.text
                assert "has forgotten" not in first.told.getvalue()
                assert (await second.ask("turns")).json() == {"from": "new", "turn": 0}
            again = await until(lambda: first.ask("turns"), is_answered)
            assert again.json() == {"from": "old", "turn": 0}
            assert first.told.getvalue().count("the default session begins anew") == 1

    asyncio.run(play())


def test_a_node_that_finds_others_late_takes_their_place_when_they_have_ended(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not ask Redis at its start; it says so, tries again, and needs no new start."""
    old, new = turns(tmp_path, "old"), turns(tmp_path, "new")

    async def away() -> None:
        raise StoreAwayError("There is no Redis yet.")

    async def play() -> None:
        late = machine(url, "late", new)
        assert late.node.default is not None
        monkeypatch.setattr(late.node.default.follower.plan, "settle", away)
        async with machine(url, "old", old) as first:
            await late.node.start()
            refused = await late.ask("turns")
            assert refused.status_code == 503
            assert "(old): different are cassettes." in refused.text
            assert "It is tried again when those have ended." in refused.text
            assert (await first.ask("turns")).json() == {"from": "old", "turn": 0}
        assert (await until(lambda: late.ask("turns"), is_answered)).json() == {"from": "new", "turn": 0}
        await late.__aexit__()

    asyncio.run(play())


TOKEN = "t-1"
"""Short enough to be found by trying, if what is compared were a plain digest."""


@pytest.mark.parametrize(
    ("part", "token", "keys", "limits"),
    [
        ("access.control_token", "t-2", ("sk-ant-test-1",), {}),
        ("access.control_token", None, ("sk-ant-test-1",), {}),
        ("access.api_keys", TOKEN, ("sk-ant-test-2",), {}),
        ("access.sessions_per_owner", TOKEN, ("sk-ant-test-1",), {"per_owner": 2}),
        ("access.session_lifetime", TOKEN, ("sk-ant-test-1",), {"lifetime": 60.0}),
    ],
)
def test_nodes_that_let_in_others_are_told_apart(
    url: str, part: str, token: str | None, keys: tuple[str, ...], limits: dict[str, Any]
) -> None:
    """By a name, while one of them is live; and Redis holds nothing that opens a door."""

    def plan(store: Store, name: str, access: Access, more: dict[str, Any]) -> Plan:
        doors = partial(door_digests, access, SessionLimits(**more))
        made = Plan(store, name, lambda: {"cassettes": "a"}, notes.append, doors)
        made.patience = PATIENCE
        return made

    notes: list[str] = []

    async def play() -> None:
        async with kept(url) as store:
            first = plan(store, "first", access_of(token=TOKEN, api_keys=("sk-ant-test-1",)), {})
            alike = plan(store, "alike", access_of(token=TOKEN, api_keys=("sk-ant-test-1",)), {})
            other = plan(store, "other", access_of(token=token, api_keys=keys), limits)
            assert await first.agree(may_begin=True) is None
            assert await alike.agree(may_begin=True) is None
            why = await other.agree(may_begin=True)
            assert why is not None
            assert f"different are {part}. Nodes of one server have" in why
            held = b"".join(await store.ask("HGETALL", store.key("plan")))
            for secret in (TOKEN, "sk-ant-test-1"):
                assert secret not in why
                assert secret.encode() not in held
            async with asyncio.timeout(SOON):
                while await other.settle() is not None:
                    pass
            assert "begins anew" not in "".join(notes)

    asyncio.run(play())


def test_what_opens_doors_may_change_between_two_runs(url: str, tmp_path: Path) -> None:
    """When all nodes have ended, others with another token go on where those were."""
    cassette = turns(tmp_path, "plan")

    async def play() -> None:
        for turn, token in enumerate(("t-1", "t-2")):
            node = machine(url, f"node-{turn}", cassette, access_of(token=token))
            async with node:
                assert (await node.ask("turns")).json() == {"from": "plan", "turn": turn}

    asyncio.run(play())


def test_nodes_that_were_killed_are_not_waited_for_longer_than_silence_takes(url: str) -> None:
    """They have not said that they go; while one of them speaks, a new plan is refused."""

    async def play() -> None:
        async with kept(url) as store:
            notes: list[str] = []
            old = Plan(store, "old", lambda: {"cassettes": "a"}, notes.append)
            new = Plan(store, "new", lambda: {"cassettes": "b"}, notes.append)
            voice = Liveness(store, "old", tell=notes.append)
            old.patience = new.patience = voice.patience = PATIENCE
            assert await old.settle() is None
            settling = asyncio.ensure_future(new.settle())
            while not settling.done():
                await voice.beat()
                await asyncio.sleep(PATIENCE / 20)
            assert "(old)" in str(await settling)
            async with asyncio.timeout(SOON):
                while await new.settle() is not None:
                    pass  # a machine that is too busy to look often enough takes longer
            assert "begins anew" in notes[-1]

    asyncio.run(play())


def test_what_a_server_leaves_in_redis_ends_by_itself(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each key ends a day after the last word of the nodes, and not before while one of them lives."""
    monkeypatch.setattr(_registry, "_TELL_EVERY", 0)
    monkeypatch.setattr(_registry, "_USE_EVERY", 0)
    cassette = turns(tmp_path, "plan")

    async def play() -> None:
        async with kept(url) as store:
            async with machine(url, "node", cassette) as node:
                session = (await node.control("/sessions", {"owner": "team-a"})).json()["id"]
                path = f"/s/{session}/v1/messages"
                assert (await node.client.post(path, json=message("turns"))).status_code == 200
                await node.ask("turns")
                assert node.node.default is not None
                follower, liveness = node.node.default.follower, node.node.membership.liveness
                assert liveness is not None
                log = follower.order.log
                await snapshots.write(log, follower.remembered(log.position))
                await liveness.beat()
                ends = await ends_of(store)
                names = {"plan", "agreed", "incarnation", "nodes", "clock", "addresses", "sessions", "used"}
                assert names | {"parts:node", "of:node", "owned:team-a"} < ends.keys()
                assert {name.partition(":")[0] for name in ends} > {"log", "snapshot"}
                assert all(SOON < seconds <= DAY for seconds in ends.values()), ends
                for name in ends:
                    await store.ask("EXPIRE", store.key(name), SOON)
                await liveness.beat()
                assert all(seconds > SOON for seconds in (await ends_of(store)).values())
            left = await ends_of(store)
            assert {"plan", "incarnation"} < left.keys()
            assert all(0 < seconds <= DAY for seconds in left.values()), left

    asyncio.run(play())


def test_a_plan_is_what_a_node_plays_when_it_starts(url: str, tmp_path: Path) -> None:
    """Cassettes that were read anew before that count, as a worker in the place of another reads them."""
    old, new = turns(tmp_path, "old"), turns(tmp_path, "new")

    async def play() -> None:
        async with machine(url, "first", new):
            late = machine(url, "late", old)
            shutil.copyfile(new, old)
            await late.service.replace(LoadedCassettes(late.service.paths))
            async with late:
                assert (await late.ask("turns")).json() == {"from": "new", "turn": 0}

    asyncio.run(play())


def test_a_plan_follows_what_all_nodes_have_reloaded(url: str, tmp_path: Path) -> None:
    """When Redis forgets everything, the plan that comes back is of what is played then."""
    old, new = turns(tmp_path, "old"), turns(tmp_path, "new")

    async def play() -> None:
        async with machine(url, "first", old) as first, machine(url, "second", old) as second:
            shutil.copyfile(new, old)
            assert (await first.control("/cassettes/reload", {})).status_code == 200
            async with kept(url) as store:
                await store.ask("DEL", *map(store.key, await ends_of(store)))
            for node in (first, second):
                await until(lambda: node.ask("turns"), is_answered)  # noqa: B023 - asked at once
            async with machine(url, "third", new) as third:
                assert (await third.ask("turns")).json() == {"from": "new", "turn": 2}

    asyncio.run(play())
