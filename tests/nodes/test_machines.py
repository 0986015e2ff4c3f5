"""Nodes as processes, on sockets: found from each other, with several workers, killed."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.process import Serving, run
from tests.support.redis import RedisServer, free_port, needs_redis
from tests.support.server import eventually, message

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [needs_redis, pytest.mark.slow]

FIELDS = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """Asks on a connection of its own each time, as many clients do."""
    with httpx.Client(trust_env=False, headers={"connection": "close"}, timeout=30) as made:
        yield made


class Node(Serving):
    """A node of a server that shares what it shares under a prefix."""

    def __init__(self, redis: RedisServer, prefix: str, *options: str) -> None:
        port = free_port()
        state = ("--state", f"{redis.url}?prefix={prefix}", "--advertise", f"http://127.0.0.1:{port}")
        super().__init__("serve", "--port", str(port), *state, *options)


def opened(client: httpx.Client, node: Node, **options: Any) -> dict[str, Any]:
    """A session that is opened at a node."""
    reply = client.post(f"{node.url}/_mockapi/sessions", json=options)
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


def ask(client: httpx.Client, base_url: str) -> httpx.Response:
    """A request for a message."""
    return client.post(f"{base_url}/v1/messages", json=message("hi"), headers=FIELDS)


def test_nodes_that_advertise_one_address(redis: RedisServer, client: httpx.Client) -> None:
    """Whoever is led to the wrong one of them is told what to change, and is not sent there again."""
    with Node(redis, "same") as first, Node(redis, "same", "--advertise", first.url) as second:
        session = opened(client, second)
        assert session["base_url"].startswith(f"{first.url}/s/")
        assert f"advertises the same address as this one, {first.url}" in first.told("--advertise of its own")
        refused = ask(client, session["base_url"])
        assert refused.status_code == 421
        assert "which advertises the same address as this" in refused.text
        told = client.get(f"{first.url}/_mockapi/sessions/{session['id']}").json()["error"]
        assert told["node"] == session["node"]
        assert not told.get("base_url")


def test_a_session_goes_on_at_its_node_and_ends_with_it(redis: RedisServer, client: httpx.Client) -> None:
    """Others send its clients there; when it was killed they say so, and its owner may open as many again."""
    options = ("--sessions-per-owner", "1")
    with Node(redis, "kill", *options) as first, Node(redis, "kill", *options) as second:
        session = opened(client, first, owner="team-a")
        assert session["base_url"] == f"{first.url}/s/{session['id']}"
        assert ask(client, session["base_url"]).status_code == 200
        wrong = ask(client, f"{second.url}/s/{session['id']}")
        assert wrong.status_code == 421
        assert f"its base URL is {session['base_url']}" in wrong.json()["error"]["message"]
        refused = client.post(f"{second.url}/_mockapi/sessions", json={"owner": "team-a"})
        assert refused.status_code == 429
        first.process.send_signal(signal.SIGKILL)
        assert "and 1 session with it" in second.told("counts as lost")
        gone = ask(client, f"{second.url}/s/{session['id']}")
        assert gone.status_code == 410
        assert "has not been heard from any more" in gone.json()["error"]["message"]
        opened(client, second, owner="team-a")
        listed = client.get(f"{second.url}/_mockapi/sessions").json()["sessions"]
        assert [item["owner"] for item in listed] == ["", "team-a"]


def test_workers_that_differ_from_live_nodes_say_so_in_a_line(redis: RedisServer) -> None:
    """They wait for those to end, and then end themselves with exit code 2, as one process does."""
    state = ("--state", f"{redis.url}?prefix=differ")
    differ = ("--workers", "2", "--seed", "7")
    token = {"MOCKAPI_CONTROL_TOKEN": "test-token-of-another"}
    with Node(redis, "differ"):
        refused = run("serve", "--port", str(free_port()), *state, *differ, env=token)
    assert refused.code == 2
    assert "different are access.control_token, settings.seed. Nodes of one server have" in refused.err
    assert token["MOCKAPI_CONTROL_TOKEN"] not in refused.err
    assert "Traceback" not in refused.err


@pytest.mark.skipif(sys.platform != "linux", reason="finds a worker's process under /proc")
def test_the_workers_of_a_node_are_one_node(redis: RedisServer, client: httpx.Client) -> None:
    """Each tells its own sessions; those of a worker that was killed leave the registry."""
    quota = ("--sessions-per-owner", "5")
    with (
        Node(redis, "workers", "--workers", "2", *quota) as first,
        Node(redis, "workers", *quota) as second,
    ):
        sessions = [opened(client, first) for _ in range(4)]
        names = {item["node"] for item in sessions}
        assert len(names) == 1
        (name,) = names
        assert {item["id"].removeprefix(f"{name}.")[:2] for item in sessions} == {"w0", "w1"}
        for session in sessions:
            assert ask(client, session["base_url"]).status_code == 200
            assert ask(client, f"{second.url}/s/{session['id']}").status_code == 421
        theirs = opened(client, second)
        for node in (first, second):
            refused = client.post(f"{node.url}/_mockapi/sessions", json={})
            assert refused.status_code == 429
            assert "5 open sessions, and 5 are allowed" in refused.json()["error"]["message"]
        for _ in range(8):
            assert ask(client, f"{first.url}/s/{theirs['id']}").status_code == 421
            listed = client.get(f"{first.url}/_mockapi/sessions").json()["sessions"]
            ids = [item["id"] for item in listed]
            assert sorted(ids) == sorted(["default", theirs["id"], *(item["id"] for item in sessions)])
            assert client.get(f"{first.url}/_mockapi/sessions/{theirs['id']}").status_code == 421
        pid = first.process.pid
        while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[-1])  # a worker has none
        os.kill(pid, signal.SIGKILL)
        found = re.search(r"worker (\d)", first.told("its sessions have ended with it"))
        assert found is not None

        def left() -> set[str]:
            listed = client.get(f"{second.url}/_mockapi/sessions").json()["sessions"]
            return {item["id"] for item in listed} & {item["id"] for item in sessions}

        of_it = {item["id"] for item in sessions if f"{name}.w{found[1]}." in item["id"]}
        eventually(lambda: not left() & of_it, "the registry has let the sessions of the worker go")
        assert left() == {item["id"] for item in sessions} - of_it

        def statuses() -> set[int]:
            return {ask(client, f"{second.url}/s/{id_}").status_code for id_ in of_it}

        eventually(lambda: statuses() == {410}, "what was remembered of them is looked up again")
