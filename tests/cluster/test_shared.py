"""A server of several workers that many share: quotas and keys hold for all of them together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

import httpx
import pytest

from mockapi.sessions import SessionLimits
from tests.support.process import Serving
from tests.support.server import ask, control, eventually, message
from tests.support.workers import WorkersServer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # starts workers


def test_a_quota_counts_the_sessions_of_all_workers() -> None:
    """Of openings at once as many are let in as it has; what ends with a worker counts no more."""
    with WorkersServer(limits=SessionLimits(lifetime=600, per_owner=4)) as server:

        async def open_many() -> list[httpx.Response]:
            async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
                url = f"{server.base_url}/_mockapi/sessions"
                opened = (client.post(url, json={"owner": "team-a"}) for _ in range(20))
                return await asyncio.gather(*opened)

        replies = asyncio.run(open_many())
        ids = [reply.json()["id"] for reply in replies if reply.status_code == 201]
        refused = [reply for reply in replies if reply.status_code != 201]
        assert {id_.partition(".")[0] for id_ in ids} == {"w0", "w1"}
        assert len(ids) == 4
        assert {reply.status_code for reply in refused} == {429}
        assert "'team-a' has 4 open sessions, and 4 are allowed" in refused[0].json()["error"]["message"]
        assert 1 <= int(refused[0].headers["retry-after"]) <= 600
        assert control(server, "/sessions", {"owner": "team-b"}, method="POST").status_code == 201
        assert control(server, "/sessions", {"owner": 5}, method="POST").status_code == 400
        listed = control(server, "/sessions").json()["sessions"]
        assert {
            item["id"]: item["lifetime"] for item in listed if item["owner"] == "team-a"
        } == dict.fromkeys(ids, 600)
        os.kill(server.pid_of(1), signal.SIGKILL)

        def is_let_in() -> bool:
            with contextlib.suppress(httpx.TransportError):  # a connection to the worker that was killed
                return control(server, "/sessions", {"owner": "team-a"}, method="POST").status_code == 201
            return False

        eventually(is_let_in, "there is room where the sessions of worker 1 were")


def test_a_lifetime_ends_at_the_worker_that_has_the_session() -> None:
    """Wherever the request for it lands, it gets 410 with the reason."""
    with WorkersServer() as server:
        opened = [
            control(server, "/sessions", {"lifetime": 0.05}, method="POST").json()["base_url"]
            for _ in range(4)
        ]
        eventually(lambda: len(control(server, "/sessions").json()["sessions"]) == 1, "they have ended")
        for base_url in opened:
            gone = ask(base_url, message("hi"))
            assert gone.status_code == 410
            assert "nobody used it for 0.05 s" in gone.text


def test_listed_keys_and_a_token_of_a_file_hold_at_every_worker(tmp_path: Path) -> None:
    """On as many connections as meet both."""
    (tmp_path / "keys").write_text("sk-ant-test-1\n")
    (tmp_path / "token").write_text("test-token-of-workers\n")
    doors = (
        *("--api-key-file", str(tmp_path / "keys")),
        *("--control-token-file", str(tmp_path / "token")),
    )
    fresh = httpx.Client(trust_env=False, headers={"connection": "close"})
    with Serving("serve", "--port", "0", "--workers", "2", *doors) as server, fresh as client:
        for _ in range(10):
            for key, status in (("sk-ant-test-1", 200), ("sk-ant-test-2", 401)):
                fields = {"x-api-key": key, "anthropic-version": "2023-06-01"}
                reply = client.post(f"{server.url}/v1/messages", json=message("hi"), headers=fields)
                assert reply.status_code == status
            for token, status in (("test-token-of-workers", 200), ("another", 401)):
                fields = {"x-mockapi-token": token, "origin": "http://localhost:1"}
                assert client.get(f"{server.url}/_mockapi/sessions", headers=fields).status_code == status
