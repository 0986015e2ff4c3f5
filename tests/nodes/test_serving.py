"""Nodes as processes: with several workers, killed, and started before their Redis is."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.nodes import FIELDS
from tests.support.process import Serving, mockapi
from tests.support.redis import RedisServer, needs_redis
from tests.support.server import eventually, interaction, message, write_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [needs_redis, pytest.mark.slow]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own."""
    with RedisServer(tmp_path) as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """Asks on a connection of its own each time, so that every worker is met."""
    with httpx.Client(trust_env=False, headers={"connection": "close"}, timeout=30) as made:
        yield made


def cassette(folder: Path) -> str:
    """A sequence, and a recording that is alone."""
    turns = (interaction(message("turns"), b'{"turn":%d}' % turn) for turn in range(12))
    return write_cassette(folder / "c.yaml", *turns, interaction(message("alone"), b'{"alone":true}'))


def node(redis: RedisServer, *options: str) -> Serving:
    """A node of the server."""
    return Serving("serve", "--port", "0", "--state", redis.url, *options)


def ask(client: httpx.Client, at: Serving, text: str) -> httpx.Response:
    """A request for a message."""
    return client.post(f"{at.url}/v1/messages", json=message(text), headers=FIELDS)


def control(client: httpx.Client, at: Serving, path: str, said: Any = None) -> httpx.Response:
    """A control request; with a body it is a POST."""
    url = f"{at.url}/_mockapi{path}"
    return client.get(url) if said is None else client.post(url, json=said)


def test_workers_of_two_nodes_have_one_default_session(
    redis: RedisServer, client: httpx.Client, tmp_path: Path
) -> None:
    """Whichever worker of whichever node a request reaches: order, journal and changes are those of one."""
    path = cassette(tmp_path)
    with node(redis, path, "--workers", "2") as first, node(redis, path, "--workers", "2") as second:
        turns = [ask(client, at, "turns").json()["turn"] for at in (first, second) * 5]
        assert turns == list(range(10))
        for at in (first, second) * 5:
            assert ask(client, at, "alone").json() == {"alone": True}
        entries = [
            control(client, at, "/sessions/default/journal").json()["entries"] for at in (first, second)
        ]
        assert entries[0] == entries[1]
        assert len(entries[0]) == 20
        assert all(entry["reply"]["complete"] for entry in entries[0])
        assert control(client, second, "/sessions/default/faults", [{"fault": "529"}]).status_code == 201
        assert {ask(client, at, "alone").status_code for at in (first, second) * 5} == {529}
        assert client.delete(f"{first.url}/_mockapi/sessions/default/faults").status_code == 200
        states = [control(client, at, "/health").json()["state"] for at in (first, first, first, second)]
        assert [state["status"] for state in states] == ["ok"] * 4
        assert len({state["node"] for state in states}) == 2
        script = {"replies": [{"text": "one"}, {"text": "two"}]}
        assert control(client, second, "/sessions/default/script", script).status_code == 201
        for at, text in ((first, "one"), (second, "two")):
            assert ask(client, at, "unknown").json()["content"][0]["text"] == text
        assert control(client, first, "/cassettes/reload", {}).status_code == 200
        assert [ask(client, at, "turns").json()["turn"] for at in (second, first)] == [0, 1]


def test_a_node_that_is_killed_holds_nobody_up(
    redis: RedisServer, client: httpx.Client, tmp_path: Path
) -> None:
    """A change says who has not made it, until that node counts as lost; one in its place goes on."""
    path = cassette(tmp_path)
    with node(redis, path) as first:
        with node(redis, path) as second:
            assert ask(client, second, "turns").json() == {"turn": 0}
            second.process.send_signal(signal.SIGKILL)
            second.process.wait(20)
        changed = control(client, first, "/sessions/default/faults", [])
        assert changed.status_code in {201, 503}
        if changed.status_code == 503:
            assert "has not done it within the time" in changed.text
        assert ask(client, first, "turns").json() == {"turn": 1}
        with node(redis, path) as third:
            assert ask(client, third, "turns").json() == {"turn": 2}
            eventually(
                lambda: control(client, third, "/sessions/default/reset", {}).status_code == 200,
                "the node counts as lost",
            )
            assert ask(client, first, "turns").json() == {"turn": 0}


def test_a_node_starts_before_its_redis(redis: RedisServer, client: httpx.Client, tmp_path: Path) -> None:
    """It serves sessions, and the default session as soon as Redis is there."""
    redis.stop()
    with node(redis, cassette(tmp_path)) as alone:
        away = ask(client, alone, "turns")
        assert away.status_code == 503
        assert f"Redis at redis://127.0.0.1:{redis.port}/0 cannot be reached" in away.text
        assert control(client, alone, "/sessions", {}).status_code == 201
        redis.start()
        eventually(lambda: ask(client, alone, "turns").status_code == 200, "Redis is there")


def test_what_does_not_go_together_is_refused(redis: RedisServer) -> None:
    """An address of something else, and files that each node would watch for itself."""
    wrong = mockapi("serve", "--state", "http://localhost")
    assert (wrong.code, "--state takes redis://" in wrong.err) == (2, True)
    watched = mockapi("serve", "--state", redis.url, "--watch")
    assert (watched.code, "--watch does not go with --state" in watched.err) == (2, True)
