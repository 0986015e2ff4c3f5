"""A test that has the fixture by a marker alone: its session is opened when the first request comes.

A marker at a module says how requests are answered, and many tests of the module make none. They pay for
nothing, and nothing is counted of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockapi._printable import printable_lines
from mockapi.errors import UsageError
from mockapi.sessions import Settings, session_options
from mockapi.storage import folders
from pytest_mockapi._marker import wanted
from pytest_mockapi._test_run import TestRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mockapi.testing import Session
    from pytest_mockapi._plugin_server import PluginServer
    from pytest_mockapi._statistics import RunStats


class WaitingTest:
    """A test that may come to ask the API, judged and closed as a `TestRun`.

    Args:
        item: the test.
        plugin_server: whose server it uses.
        stats: of the run.

    Attributes:
        failed: whether it has failed by itself.

    Raises:
        pytest.fail.Exception: what its markers say does not fit.
    """

    def __init__(self, item: pytest.Item, plugin_server: PluginServer, stats: RunStats) -> None:
        self.failed = False
        self._item = item
        self._server = plugin_server
        self._stats = stats
        self._run: TestRun | None = None
        self._defect = ""
        want = wanted(item, plugin_server.options)
        self._plays = bool(want.cassettes)
        if want.options:
            try:
                session_options(want.options, Settings(), folders())
            except UsageError as error:
                pytest.fail(printable_lines(f"{item.nodeid}: {error}"), pytrace=False)
        self._guard = plugin_server.guard(item.nodeid)
        plugin_server.wait_for_request(self._open_for_request)

    def _open_for_request(self) -> None:
        """Open the session, in the server's own thread."""
        try:
            self._run = self._opened(lambda function, *args: function(*args))
        except pytest.fail.Exception as error:
            self._defect = str(error)

    def _opened(self, call: Callable[..., Any] | None = None) -> TestRun:
        return TestRun(self._item, self._server, self._stats, guard=self._guard, call=call)

    @property
    def session(self) -> Session:
        """The session, opened if it was not."""
        self._server.wait_for_request(None)
        if self._run is None:
            self._run = self._opened()
        return self._run.session

    def judge(self) -> None:
        """Fail the test for what its code may have swallowed.

        Raises:
            pytest.fail.Exception: as of a `TestRun`, or its session could not be opened.
        """
        if self._defect:
            pytest.fail(self._defect, pytrace=False)
        if self._run is not None:
            self._run.judge()

    def problems(self) -> str:
        """What the code under test may have swallowed; "" if there is nothing."""
        return self._defect if self._run is None else self._run.problems()

    def journal(self) -> str:
        """The requests of the test and what answered each."""
        if self._run is not None:
            return self._run.journal()
        refused = [] if self._guard is None else self._guard.refused
        return "\n".join(dict.fromkeys(("no request has come to the run's base URL", *refused)))

    def close(self) -> None:
        """Let the session go, if there is one.

        Raises:
            pytest.fail.Exception: as of a `TestRun`.
        """
        self._server.wait_for_request(None)
        if self._run is None and self._plays and not self._defect:
            self._run = self._opened()  # what it has not played is to be reported
        if self._run is not None:
            self._run.failed = self.failed
            self._run.close()
        elif self._guard is not None:
            self._guard.undo()
