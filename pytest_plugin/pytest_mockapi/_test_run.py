"""One test's session: opened with what its markers say, judged at the end of the call, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockapi._printable import printable_lines
from mockapi.errors import CassetteError, UsageError
from mockapi.sessions import session_options
from mockapi.storage import folders
from mockapi.testing import Session
from pytest_mockapi import _report
from pytest_mockapi._html_report import html_of
from pytest_mockapi._marker import Wanted, shown, wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.sessions import ServerSession, SessionOptions
    from pytest_mockapi._guard import Guard
    from pytest_mockapi._plugin_server import PluginServer
    from pytest_mockapi._statistics import RunStats

_ON_UNMATCHED = {"new": "record", "all": "record", "verify": "passthrough"}


class TestRun:
    """A test that has the fixture.

    Args:
        item: the test.
        plugin_server: whose server it uses.
        stats: of the run.
        want: what it wants; None reads its markers.
        guard: what refuses the real API; None takes one of its own.
        call: runs a function in the server's thread; None asks the server to.

    Raises:
        pytest.fail.Exception: what its markers say does not fit, or a cassette cannot be used.
    """

    def __init__(
        self,
        item: pytest.Item | pytest.Collector,
        plugin_server: PluginServer,
        stats: RunStats,
        want: Wanted | None = None,
        *,
        guard: Guard | None = None,
        call: Callable[..., Any] | None = None,
    ) -> None:
        self.item = item
        self.options = plugin_server.options
        self._stats = stats
        self._judged = 0
        self.failed = False
        server = plugin_server.server
        if want is None:
            want = wanted(item, self.options)
        self._sessions = server.service.sessions
        self._outer = self._sessions.root_session
        try:
            read = session_options(
                self._session_options(want), server.service.sessions.default.settings, folders()
            )
            server_session = (call or server.call)(_opened, plugin_server, read, str(want.record_to))
        except (UsageError, CassetteError) as error:
            pytest.fail(printable_lines(f"{item.nodeid}: {error}"), pytrace=False)
        self.has_cassette = bool(want.cassettes)
        self.looked_for = want.looked_for
        if want.looked_for and self.options.record_mode == "none":
            server_session.on_unmatched = "fail"  # a reply that is made up would look like a recorded one
        self.session = Session(server, server_session)
        self._guard = guard or plugin_server.guard(item.nodeid)

    @property
    def refused(self) -> list[str]:
        """What was said to those who tried to reach the real API."""
        return [] if self._guard is None else self._guard.refused

    def problems(self) -> str:
        """What the code under test may have swallowed; "" if there is nothing."""
        return _report.problems(self._reported())

    def journal(self) -> str:
        """The requests of the test and what answered each."""
        return _report.journal(self._reported())

    def _reported(self) -> _report.Judged:
        return _report.Judged(
            self.session,
            self.options,
            self.item.nodeid,
            self.has_cassette,
            self.refused,
            tuple(map(shown, self.looked_for)),
        )

    def _session_options(self, want: Wanted) -> dict[str, Any]:
        mode = self.options.record_mode
        told: dict[str, Any] = {"name": self.item.nodeid[-200:]}
        if want.cassettes or want.looked_for or mode != "none":
            told["cassettes"] = [str(path) for path in want.cassettes]
        if mode in _ON_UNMATCHED:
            told["on_unmatched"] = _ON_UNMATCHED[mode]
        return told | want.options

    def judge(self) -> None:
        """Fail the test for what its code may have swallowed.

        Raises:
            pytest.fail.Exception: misses, replies that were not asked for, defects of its script.
        """
        problems = self.problems()
        self._judged = self.session.server_session.journal.count
        if problems:
            pytest.fail(problems, pytrace=False)

    def close(self) -> None:
        """Let the session go.

        Raises:
            pytest.fail.Exception: requests of other fixtures missed after the test was judged.
        """
        if self._guard is not None:
            self._guard.undo()
        self._sessions.root_session = self._outer
        late = [entry for entry in self.session.misses if entry.number > self._judged]
        words = _report.missed(self._reported(), late) if late and self._judged else ""
        self._take()
        self._stats.add(self.session, has_cassette=self.has_cassette, failed=self.failed)
        self.session.close()
        if words:
            pytest.fail(words, pytrace=False)

    def _take(self) -> None:
        """Have what happened in the report of the run, if one is written."""
        html = html_of(self.item.config)
        if html is not None:
            html.take(self.item.nodeid, self.session, self.session.entries)


def _opened(plugin_server: PluginServer, read: SessionOptions, record_to: str) -> ServerSession:
    server_session = plugin_server.server.service.open_session(read)
    server_session.record_to = record_to
    plugin_server.open_root(server_session)
    return server_session
