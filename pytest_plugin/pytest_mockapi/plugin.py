"""pytest's way in: options, fixtures, and the moments at which a test is looked at.

What these call is imported when the first test needs it: a run that does not use the fixture
pays for a socket and a thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_mockapi import _options
from pytest_mockapi._fixtures import PLUGIN_SERVER, STATS, TEST_RUN, messages_api, mockapi_server, stats_of

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["messages_api", "mockapi_server"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    _options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Listen, and lead clients here before any test module is imported."""
    from pytest_mockapi._plugin_server import PluginServer

    config.addinivalue_line("markers", _options.MARKER)
    config.stash[PLUGIN_SERVER] = PluginServer(_options.read(config))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if PLUGIN_SERVER in config.stash:
        config.stash[PLUGIN_SERVER].close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test with the marker gets the fixture too."""
    users = []
    for item in items:
        names: list[str] = getattr(item, "fixturenames", [])
        if "messages_api" not in names and item.get_closest_marker("messages_api"):
            names.append("messages_api")
        if "messages_api" in names:
            users.append(item)
    if users:
        stats_of(config).collected(users, config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail a test whose code swallowed a miss; one that has failed by itself keeps its own error."""
    yield
    if TEST_RUN in item.stash and not getattr(item, "_excinfo", None):
        item.stash[TEST_RUN].judge()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the session saw to the report of a failure."""
    report = yield
    if report.failed:
        from pytest_mockapi import _sections

        _sections.add(report, call, item.stash.get(TEST_RUN, None))
    return report


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Stop the server, so that everything is recorded; hand the numbers on, or judge them.

    Last of all but those who report: after Ctrl-C fixtures are torn down only now, and need the server.
    """
    stash = session.config.stash
    try:
        yield
    finally:
        stash[PLUGIN_SERVER].close()
        if STATS in stash:
            from pytest_mockapi import _finish

            _finish.finish(session, stash[PLUGIN_SERVER], stash[STATS])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in the numbers of a worker of xdist."""
    output = getattr(node, "workeroutput", None) or {}
    if "mockapi" in output:
        stats_of(node.config).merge(output["mockapi"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line at the end."""
    for line in config.stash[STATS].lines(config) if STATS in config.stash else ():
        terminalreporter.write_line(line)
