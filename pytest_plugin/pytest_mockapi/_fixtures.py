"""The fixtures, and where a run and a test keep what they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pytest_mockapi._options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi import Server, Session
    from pytest_mockapi._plugin_server import PluginServer
    from pytest_mockapi._statistics import RunStats
    from pytest_mockapi._test_run import TestRun
    from pytest_mockapi._waiting import WaitingTest

PLUGIN_SERVER: pytest.StashKey[PluginServer] = pytest.StashKey()
STATS: pytest.StashKey[RunStats] = pytest.StashKey()
TEST_RUN: pytest.StashKey[TestRun | WaitingTest] = pytest.StashKey()
BY_MARKER: Final = "_messages_api_by_marker"


def server_of(config: pytest.Config) -> PluginServer:
    """The server of this process, from its first use on."""
    if PLUGIN_SERVER not in config.stash:
        from pytest_mockapi._plugin_server import PluginServer

        config.stash[PLUGIN_SERVER] = PluginServer(config.stash[OPTIONS])
    return config.stash[PLUGIN_SERVER]


def stats_of(config: pytest.Config) -> RunStats:
    """The statistics of a run, from its first use on."""
    if STATS not in config.stash:
        from pytest_mockapi._statistics import RunStats

        config.stash[STATS] = RunStats(config.stash[OPTIONS])
    return config.stash[STATS]


def uses_fixture(item: pytest.Item) -> bool:
    """Whether a test uses a fixture of ours; a marker adds one to the test's own."""
    names: list[str] = getattr(item, "fixturenames", [])
    if not has_session(item) and item.get_closest_marker("messages_api"):
        names.append(BY_MARKER)
    return has_session(item) or "mockapi_server" in names


def has_session(item: pytest.Item) -> bool:
    """Whether a test has a session of its own, or may come to have one."""
    names: list[str] = getattr(item, "fixturenames", [])
    return "messages_api" in names or BY_MARKER in names


@pytest.fixture(scope="session")
def mockapi_server(pytestconfig: pytest.Config) -> Server:
    """The server of this process, for sessions of its own: `mockapi_server.open_session(...)`."""
    return server_of(pytestconfig).server


@pytest.fixture
def messages_api(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The Messages API of this test: script it with `reply`, look at its `requests`."""
    waiting = request.node.stash.get(TEST_RUN, None)
    if waiting is not None:  # the marker's, and a test that has asked by `getfixturevalue`
        yield waiting.session
        return
    from pytest_mockapi._test_run import TestRun

    config = request.config
    server = server_of(config)
    server.lead()
    running = TestRun(request.node, server, stats_of(config))
    request.node.stash[TEST_RUN] = running
    yield running.session
    del request.node.stash[TEST_RUN]  # a rerun of the test must not meet it
    running.close()


@pytest.fixture
def _messages_api_by_marker(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test has that has the marker, and no argument: a session as soon as it asks."""
    from pytest_mockapi._waiting import WaitingTest

    config = request.config
    running = WaitingTest(request.node, server_of(config), stats_of(config))
    request.node.stash[TEST_RUN] = running
    yield
    del request.node.stash[TEST_RUN]
    running.close()
