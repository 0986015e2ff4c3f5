"""One test's session: opened with what its markers say, judged at the end of the call, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockapi.errors import CassetteError, UsageError
from mockapi.server._settings import session_options
from mockapi.server._store import folders
from mockapi.testing import Session
from pytest_mockapi import _report
from pytest_mockapi._marker import Wanted, wanted

if TYPE_CHECKING:
    from mockapi.server._settings import SessionOptions
    from pytest_mockapi._tally import Tally
    from pytest_mockapi._worker import Worker

_ON_UNMATCHED = {"new": "record", "all": "record", "verify": "passthrough"}


class Running:
    """A test that has the fixture.

    Args:
        item: the test.
        worker: whose server it uses.
        tally: of the run.

    Raises:
        pytest.fail.Exception: what its markers say does not fit, or a cassette cannot be used.
    """

    def __init__(self, item: pytest.Item, worker: Worker, tally: Tally) -> None:
        self.item = item
        self.options = worker.options
        self._tally = tally
        self._judged = 0
        self.failed = False
        server = worker.server
        want = wanted(item, self.options)
        try:
            read = session_options(
                self._session_options(want), server.service.sessions.default.settings, folders()
            )
            served = server.call(_opened, server, read, str(want.record_to))
        except (UsageError, CassetteError) as error:
            pytest.fail(f"{item.nodeid}: {error}", pytrace=False)
        self.has_cassette = bool(want.cassettes)
        self.session = Session(server, served)
        self._sessions = server.service.sessions
        self._guard = worker.refuse(item.nodeid) if self.options.network != "off" else None

    @property
    def refused(self) -> list[str]:
        """What was said to those who tried to reach the real API."""
        return [] if self._guard is None else self._guard.refused

    def _session_options(self, want: Wanted) -> dict[str, Any]:
        mode = self.options.record_mode
        told: dict[str, Any] = {"name": self.item.nodeid[-200:]}
        if want.cassettes or mode != "none":
            told["cassettes"] = [str(path) for path in want.cassettes]
        if mode in _ON_UNMATCHED:
            told["on_unmatched"] = _ON_UNMATCHED[mode]
        return told | want.options

    def judge(self) -> None:
        """Fail the test for what its code may have swallowed.

        Raises:
            pytest.fail.Exception: misses, replies that were not asked for, defects of its script.
        """
        problems = _report.problems(self)
        self._judged = self.session.served.journal.count
        if problems:
            pytest.fail(problems, pytrace=False)

    def close(self) -> None:
        """Let the session go.

        Raises:
            pytest.fail.Exception: requests of other fixtures missed after the test was judged.
        """
        if self._guard is not None:
            self._guard.undo()
        self._sessions.bare = None
        late = [entry for entry in self.session.misses if entry.number > self._judged]
        words = _report.missed(self, late) if late and self._judged else ""
        self._tally.add(self)
        self.session.close()
        if words:
            pytest.fail(words, pytrace=False)


def _opened(server: Any, read: SessionOptions, record_to: str) -> Any:
    served = server.service.open_session(read)
    served.record_to = record_to
    server.service.sessions.bare = served
    return served
