"""The fixtures, and where a run and a test keep what they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_mockapi._options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi import Server, Session
    from pytest_mockapi._plugin_server import PluginServer
    from pytest_mockapi._statistics import RunStats
    from pytest_mockapi._test_run import TestRun

PLUGIN_SERVER: pytest.StashKey[PluginServer] = pytest.StashKey()
STATS: pytest.StashKey[RunStats] = pytest.StashKey()
TEST_RUN: pytest.StashKey[TestRun] = pytest.StashKey()


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


def uses_fixture(item: pytest.Item, *which: str) -> bool:
    """Whether a test uses a fixture of ours, or one of some; a marker adds it to the test's own."""
    names: list[str] = getattr(item, "fixturenames", [])
    if "messages_api" not in names and item.get_closest_marker("messages_api"):
        names.append("messages_api")
    return any(name in names for name in which or ("messages_api", "mockapi_server"))


@pytest.fixture(scope="session")
def mockapi_server(pytestconfig: pytest.Config) -> Server:
    """The server of this process, for sessions of its own: `mockapi_server.open_session(...)`."""
    return server_of(pytestconfig).server


@pytest.fixture
def messages_api(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The Messages API of this test: script it with `reply`, look at its `requests`."""
    from pytest_mockapi._test_run import TestRun

    config = request.config
    server = server_of(config)
    server.lead()  # for a test that has asked for the fixture by `getfixturevalue`
    running = TestRun(request.node, server, stats_of(config))
    request.node.stash[TEST_RUN] = running
    yield running.session
    del request.node.stash[TEST_RUN]  # a rerun of the test must not meet it
    running.close()
