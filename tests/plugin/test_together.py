"""The plugin beside others, and beside frozen clocks."""

from __future__ import annotations

import pytest

from tests.support.plugin import run, run_apart

pytestmark = pytest.mark.slow  # each test runs pytest, some several times


@pytest.mark.parametrize(
    "freeze", ["freezegun.freeze_time('2020-01-01')", "time_machine.travel('2020-01-01', tick=False)"]
)
def test_frozen_clocks_stop_nothing(pytester: pytest.Pytester, freeze: str) -> None:
    """The server goes on while the test's clock stands still."""
    pytester.makepyfile(
        f"""
        import datetime, freezegun, time_machine
        from client import ask

        def test_it(messages_api):
            with {freeze}:
                ask()
                ask()
                assert datetime.date.today().year == 2020
            assert len(messages_api.requests) == 2
        """
    )
    run_apart(pytester).assert_outcomes(passed=1)


def test_async_tests_have_it(pytester: pytest.Pytester) -> None:
    """On anyio, under asyncio; what they swallow fails them."""
    pytester.makepyfile(
        """
        import asyncio
        import pytest
        from client import Refused, ask

        pytestmark = pytest.mark.anyio

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        async def test_good(messages_api):
            messages_api.reply("Hello")
            await asyncio.to_thread(ask)

        async def test_swallows(messages_api):
            messages_api.reply("Hello")
            await asyncio.to_thread(ask)
            try:
                await asyncio.to_thread(ask)
            except Refused:
                pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["1 request was not answered (HTTP 422):"])


def test_a_blocked_socket_is_explained(pytester: pytest.Pytester) -> None:
    """Who blocks sockets is told which option lets loopback through."""
    pytester.makepyfile(
        """
        class SocketBlockedError(RuntimeError):
            pass

        def test_it(messages_api):
            raise SocketBlockedError("A test tried to use socket.socket.")
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*--allow-hosts=127.0.0.1,::1*"])


def test_a_guard_that_others_replaced_stays_away() -> None:
    """What another plugin has put back is left as it is, and refuses no more."""
    import socket

    from pytest_mockapi import _guard

    true = socket.getaddrinfo
    guard = _guard.refusing("a test")
    ours = socket.getaddrinfo
    with pytest.raises(_guard.RealAPIRefused, match="a test tried"):
        ours("api.anthropic.com", 443)
    socket.getaddrinfo = true
    guard.undo()
    assert socket.getaddrinfo is true
    assert ours("127.0.0.1", 443)
