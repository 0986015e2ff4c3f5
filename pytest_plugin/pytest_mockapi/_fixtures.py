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
    from pytest_mockapi._wide import WideRun

PLUGIN_SERVER: pytest.StashKey[PluginServer] = pytest.StashKey()
STATS: pytest.StashKey[RunStats] = pytest.StashKey()
TEST_RUN: pytest.StashKey[TestRun | WaitingTest] = pytest.StashKey()
WIDE_RUNS: pytest.StashKey[list[WideRun]] = pytest.StashKey()
WIDE: Final = ("class_messages_api", "module_messages_api", "session_messages_api")
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
    is_marked = item.get_closest_marker("messages_api") is not None
    if is_marked and not any(name in names for name in ("messages_api", BY_MARKER, *WIDE)):
        names.append(BY_MARKER)
    return any(name in names for name in ("messages_api", "mockapi_server", BY_MARKER, *WIDE))


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
    if TEST_RUN in request.node.stash:  # another fixture of the test has asked for `messages_api`
        yield
        return
    from pytest_mockapi._waiting import WaitingTest

    config = request.config
    running = WaitingTest(request.node, server_of(config), stats_of(config))
    request.node.stash[TEST_RUN] = running
    yield
    del request.node.stash[TEST_RUN]
    running.close()


@pytest.fixture(scope="class")
def class_messages_api(request: pytest.FixtureRequest) -> Iterator[Session]:
    """One Messages API for all tests of a class."""
    yield from _shared("class_messages_api", request)


@pytest.fixture(scope="module")
def module_messages_api(request: pytest.FixtureRequest) -> Iterator[Session]:
    """One Messages API for all tests of a module."""
    yield from _shared("module_messages_api", request)


@pytest.fixture(scope="session")
def session_messages_api(request: pytest.FixtureRequest) -> Iterator[Session]:
    """One Messages API for all tests of the run that use it."""
    yield from _shared("session_messages_api", request)


def _shared(fixture: str, request: pytest.FixtureRequest) -> Iterator[Session]:
    from pytest_mockapi._wide import WideRun

    config = request.config
    server = server_of(config)
    server.lead()
    running = WideRun(fixture, request.node, server, stats_of(config))
    config.stash.setdefault(WIDE_RUNS, []).append(running)
    yield running.session
    config.stash[WIDE_RUNS].remove(running)
    running.close()
