"""Asynchronous clients over many event loops: each request reaches the test that asks, once."""

from __future__ import annotations

from typing import Final

import pytest

from tests.support import asynchronous
from tests.support.plugin import run, run_beside

RUNS: Final = 100


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_every_loop_and_client(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    """pytest-asyncio in all scopes, anyio on both backends, asyncio.run, TestClient, uvicorn in a thread."""
    asynchronous.write(pytester)
    run_beside(pytester, *arguments).assert_outcomes(passed=asynchronous.TESTS)


@pytest.mark.slow
def test_a_suite_with_one_loop_may_keep_its_connections(pytester: pytest.Pytester) -> None:
    """By the ini option; a client of many loops then loses replies, which is why it is none by default."""
    pytester.makepyfile(
        """
        import anthropic
        import pytest

        client = anthropic.AsyncAnthropic()

        @pytest.mark.asyncio
        @pytest.mark.parametrize("number", range(3))
        async def test_it(messages_api, number):
            messages_api.reply("Hello")
            messages = [{"role": "user", "content": "Hi"}]
            await client.messages.create(model="claude-opus-4-6", max_tokens=50, messages=messages)
            assert messages_api.last_request.headers["x-stainless-retry-count"] == "0"
        """
    )
    for scope, kept, outcomes in (
        ("session", "true", {"passed": 3}),
        ("function", "false", {"passed": 3}),
        ("function", "true", {"passed": 1, "failed": 2}),
    ):
        options = {
            "asyncio_default_fixture_loop_scope": scope,
            "asyncio_default_test_loop_scope": scope,
            "mockapi_keep_alive": kept,
        }
        arguments = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        run_beside(pytester, *arguments).assert_outcomes(**outcomes)


@pytest.mark.slow
def test_the_runs_url_lets_go_and_the_sessions_own_does_not(pytester: pytest.Pytester) -> None:
    """The one is shared by all tests, and so by all event loops."""
    pytester.makepyfile(
        """
        import http.client
        import json
        import os

        def connection_after(url):
            host = url.split("/")[2]
            path = url.partition(host)[2]
            asked = http.client.HTTPConnection(host, timeout=20)
            asked.request("GET", f"{path}/v1/models", headers={"anthropic-version": "2023-06-01"})
            reply = asked.getresponse()
            reply.read()
            asked.close()
            return reply.getheader("connection")

        def test_it(messages_api, request):
            kept = request.config.getini("mockapi_keep_alive")
            assert connection_after(os.environ["ANTHROPIC_BASE_URL"]) == (None if kept else "close")
            assert connection_after(messages_api.base_url) is None
        """
    )
    for kept in ("false", "true"):
        run(pytester, "-o", f"mockapi_keep_alive={kept}").assert_outcomes(passed=1)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_many_runs_lose_no_reply(pytester: pytest.Pytester) -> None:
    """In a hundred random orders."""
    asynchronous.write(pytester)
    for seed in range(RUNS):
        result = run_beside(pytester, f"--randomly-seed={seed}")
        result.assert_outcomes(passed=asynchronous.TESTS)
