"""pytest's way in: options, fixtures, and the moments at which a test is looked at.

What these call is imported when the first test needs it: a run that does not use the fixture has
nothing of mockapi, no variable, no socket, no thread. PYTEST_DONT_REWRITE: see `_finder`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_mockapi import _finder, _options
from pytest_mockapi._fixtures import (
    PLUGIN_SERVER,
    STATS,
    TEST_RUN,
    WIDE,
    WIDE_RUNS,
    _messages_api_by_marker,
    class_messages_api,
    has_session,
    messages_api,
    mockapi_server,
    module_messages_api,
    server_of,
    session_messages_api,
    stats_of,
    uses_fixture,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_mockapi._wide import WideRun

__all__ = [
    "_messages_api_by_marker",
    "class_messages_api",
    "messages_api",
    "mockapi_server",
    "module_messages_api",
    "session_messages_api",
]

_finder.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    _options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Read the options; whoever asks for it is led or refused in the whole run."""
    _finder.install()
    config.addinivalue_line("markers", _options.MARKER)
    options = config.stash[_options.OPTIONS] = _options.read(config)
    if options.env == "run" or options.network == "session":
        from pytest_mockapi import _collection

        _collection.begin_run(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if PLUGIN_SERVER in config.stash:
        config.stash[PLUGIN_SERVER].close()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Lead clients that are made at import, in a project that uses a fixture."""
    from pytest_mockapi import _collection

    _collection.begin(session.config)
    try:
        return (yield)
    finally:
        _collection.end(session.config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """A test with the marker gets the fixture too, whoever has added the marker."""
    collected = list(items)  # of which others may deselect some
    yield
    users = [item for item in dict.fromkeys([*collected, *items]) if uses_fixture(item) and has_session(item)]
    if users:
        stats_of(config).collected(users, config)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Lead the clients of a test that uses a fixture; its skip conditions have been looked at by now."""
    if uses_fixture(item):
        server_of(item.config).lead()
    for running in _wide_runs(item):
        running.begin(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """After a test the environment is the user's own."""
    for running in _wide_runs(item):  # a session may be closed with its last test
        running.take(item)
    try:
        yield
    finally:
        for running in _wide_runs(item):
            running.end()
        if PLUGIN_SERVER in item.config.stash:
            item.config.stash[PLUGIN_SERVER].leave()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail a test whose code swallowed a miss; one that has failed by itself keeps its own error."""
    yield
    if getattr(item, "_excinfo", None):
        return
    if TEST_RUN in item.stash:
        item.stash[TEST_RUN].judge()
    for running in _wide_runs(item):
        running.judge()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the session saw to the report of a failure."""
    report = yield
    if report.failed:
        from pytest_mockapi import _sections

        _sections.add(report, call, item.stash.get(TEST_RUN, None) or next(reversed(_wide_runs(item)), None))
    if item.config.stash[_options.OPTIONS].html is not None:
        from pytest_mockapi import _html_report

        _html_report.note(item, report)
    return report


def _wide_runs(item: pytest.Item) -> list[WideRun]:
    """The open sessions of wider scope that a test uses, the narrowest last."""
    names = getattr(item, "fixturenames", ())
    used = [running for running in item.config.stash.get(WIDE_RUNS, []) if running.fixture in names]
    return sorted(used, key=lambda running: WIDE.index(running.fixture), reverse=True)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Stop the server, so that everything is recorded; hand the numbers on, or judge them.

    Last of all but those who report: after Ctrl-C fixtures are torn down only now, and need the server.
    """
    stash = session.config.stash
    try:
        yield
    finally:
        if PLUGIN_SERVER in stash:
            stash[PLUGIN_SERVER].close()
        if STATS in stash:
            from pytest_mockapi import _finish

            _finish.finish(session, stash[STATS], stash.get(PLUGIN_SERVER, None))
        if stash[_options.OPTIONS].html is not None:
            from pytest_mockapi import _html_report

            _html_report.finish(session)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in the numbers of a worker of xdist."""
    output = getattr(node, "workeroutput", None) or {}
    if "mockapi" in output:
        stats_of(node.config).merge(output["mockapi"])
    if "mockapi_html" in output:
        from pytest_mockapi import _html_report

        _html_report.join(node.config, output["mockapi_html"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line at the end, and what was not as it should be."""
    from mockapi._printable import printable

    for line in config.stash[STATS].lines(config) if STATS in config.stash else ():
        terminalreporter.write_line(printable(line))
    if config.stash[_options.OPTIONS].html is not None:
        from pytest_mockapi._html_report import line_of

        terminalreporter.write_line(printable(line_of(config)))
