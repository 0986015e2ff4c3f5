"""The fixtures, and where a run and a test keep what they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi import Server, Session
    from pytest_mockapi._plugin_server import PluginServer
    from pytest_mockapi._statistics import RunStats
    from pytest_mockapi._test_run import TestRun

PLUGIN_SERVER: pytest.StashKey[PluginServer] = pytest.StashKey()
STATS: pytest.StashKey[RunStats] = pytest.StashKey()
TEST_RUN: pytest.StashKey[TestRun] = pytest.StashKey()


def stats_of(config: pytest.Config) -> RunStats:
    """The statistics of a run, from its first use on."""
    if STATS not in config.stash:
        from pytest_mockapi._statistics import RunStats

        config.stash[STATS] = RunStats(config.stash[PLUGIN_SERVER].options)
    return config.stash[STATS]


@pytest.fixture(scope="session")
def mockapi_server(pytestconfig: pytest.Config) -> Server:
    """The server of this process, for sessions of its own: `mockapi_server.open_session(...)`."""
    return pytestconfig.stash[PLUGIN_SERVER].server


@pytest.fixture
def messages_api(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The Messages API of this test: script it with `reply`, look at its `requests`."""
    from pytest_mockapi._test_run import TestRun

    config = request.config
    running = TestRun(request.node, config.stash[PLUGIN_SERVER], stats_of(config))
    request.node.stash[TEST_RUN] = running
    yield running.session
    del request.node.stash[TEST_RUN]  # a rerun of the test must not meet it
    running.close()
