"""Sessions of a class, a module or a whole run: the fixtures of wider scope.

The run's base URL leads to such a session while a test that uses it runs, and to no other test in
between. What its code swallowed fails the test in which it happened; replies that were not asked for are
told when the last of its tests is over.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_mockapi import _report
from pytest_mockapi._html_report import html_of
from pytest_mockapi._marker import Wanted, wanted
from pytest_mockapi._test_run import TestRun

if TYPE_CHECKING:
    from mockapi.sessions import JournalEntry
    from pytest_mockapi._options import Options
    from pytest_mockapi._plugin_server import PluginServer
    from pytest_mockapi._statistics import RunStats


class WideRun(TestRun):
    """The tests that share a session.

    Args:
        fixture: its name.
        node: the class, the module or the run.
        plugin_server: whose server it uses.
        stats: of the run.
    """

    def __init__(
        self,
        fixture: str,
        node: pytest.Item | pytest.Collector,
        plugin_server: PluginServer,
        stats: RunStats,
    ) -> None:
        super().__init__(node, plugin_server, stats, _wanted(node, plugin_server.options))
        self.fixture = fixture
        self._taken = 0
        self._last = node.nodeid
        self._plugin_server = plugin_server

    def begin(self, item: pytest.Item) -> None:
        """Lead the run's base URL here, for a test."""
        self._sessions.root_session = self.session.server_session
        if self._guard is None and self.options.network != "off":
            self._guard = self._plugin_server.refuse(item.nodeid)

    def take(self, item: pytest.Item) -> None:
        """Have what a test asked in the report of the run, if one is written."""
        self._last = item.nodeid
        self._take()

    def end(self) -> None:
        """Lead it here no more: the test is over."""
        self._sessions.root_session = None
        if self._guard is not None:
            self._guard.undo()
            self._guard = None

    def problems(self) -> str:
        """What the code has swallowed since the last test."""
        return self.words_on(self._new_misses())

    def words_on(self, misses: list[JournalEntry]) -> str:
        """What is said about some misses; "" without any."""
        return _report.missed(self._reported(), misses) if misses else ""

    def close(self) -> None:
        """Let the session go.

        Raises:
            pytest.fail.Exception: replies that were not asked for, and what else was not told yet.
        """
        reported = self._reported()
        parts = [self.problems(), _report.not_asked_for(reported)]
        words = "\n\n".join(part for part in parts if part)
        self._judged = self.session.server_session.journal.count
        super().close()
        if words:
            pytest.fail(words, pytrace=False)

    def _take(self) -> None:
        html = html_of(self.item.config)
        if html is not None:
            entries = [entry for entry in self.session.entries if entry.number > self._taken]
            self._taken = self.session.server_session.journal.count
            html.take(self._last, self.session, entries)

    def _new_misses(self) -> list[JournalEntry]:
        return [entry for entry in self.session.misses if entry.number > self._judged]


def _wanted(node: pytest.Item | pytest.Collector, options: Options) -> Wanted:
    """What the markers of a class or module say; a cassette of its own name if they name none."""
    want = wanted(node, options)
    if any("cassette" in marker.kwargs for marker in node.iter_markers("messages_api")):
        return want
    if isinstance(node, pytest.Class):
        return want
    folder = (
        options.cassettes
        or (node.config.rootpath if isinstance(node, pytest.Session) else node.path.parent) / "cassettes"
    )
    name = "session" if isinstance(node, pytest.Session) else node.path.stem
    path = Path(folder, f"{name}.yaml")
    found = (path,) if path.exists() else ()
    return replace(
        want, cassettes=found, record_to=path, looked_for=(path,) if want.looked_for and not found else ()
    )
