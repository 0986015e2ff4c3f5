"""pytest's way in: options, fixtures, and the moments at which a test is looked at.

What these call is imported when the first test needs it: a run that does not use the fixture
pays for a socket and a thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_mockapi import _options

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from mockapi import Server, Session
    from pytest_mockapi._running import Running
    from pytest_mockapi._tally import Tally
    from pytest_mockapi._worker import Worker

_WORKER: pytest.StashKey[Worker] = pytest.StashKey()
_TALLY: pytest.StashKey[Tally] = pytest.StashKey()
_RUNNING: pytest.StashKey[Running] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    _options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Listen, and lead clients here before any test module is imported."""
    from pytest_mockapi._tally import Tally
    from pytest_mockapi._worker import Worker

    config.addinivalue_line("markers", _options.MARKER)
    options = _options.read(config)
    config.stash[_WORKER] = Worker(options)
    config.stash[_TALLY] = Tally(options)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if _WORKER in config.stash:
        config.stash[_WORKER].close()


@pytest.fixture(scope="session")
def mockapi_server(pytestconfig: pytest.Config) -> Server:
    """The server of this process, for sessions of its own: `mockapi_server.open_session(...)`."""
    return pytestconfig.stash[_WORKER].server


@pytest.fixture
def messages_api(request: pytest.FixtureRequest) -> Iterator[Session]:
    """The Messages API of this test: script it with `reply`, look at its `requests`."""
    from pytest_mockapi._running import Running

    config = request.config
    running = Running(request.node, config.stash[_WORKER], config.stash[_TALLY])
    request.node.stash[_RUNNING] = running
    yield running.session
    running.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test with the marker gets the fixture too."""
    for item in items:
        names: list[str] = getattr(item, "fixturenames", [])
        if "messages_api" not in names and item.get_closest_marker("messages_api"):
            names.append("messages_api")
    config.stash[_TALLY].collected(items, config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail a test whose code swallowed a miss; one that has failed by itself keeps its own error."""
    yield
    if _RUNNING in item.stash and not getattr(item, "_excinfo", None):
        item.stash[_RUNNING].judge()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the session saw to the report of a failure."""
    report = yield
    if report.failed:
        from pytest_mockapi import _sections

        _sections.add(report, call, item.stash.get(_RUNNING, None))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the server, so that everything is recorded; hand the numbers on, or judge them."""
    from pytest_mockapi import _finish

    config = session.config
    _finish.finish(session, config.stash[_WORKER], config.stash[_TALLY])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in the numbers of a worker of xdist."""
    output = getattr(node, "workeroutput", None) or {}
    if "mockapi" in output:
        node.config.stash[_TALLY].merge(output["mockapi"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line at the end."""
    for line in config.stash[_TALLY].lines(config):
        terminalreporter.write_line(line)
