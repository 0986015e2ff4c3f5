"""The report of a run as a page: each test that asked the API, its requests, and how it ended.

Exchanges are taken when a session ends, masked as recordings are, and outcomes as pytest tells them. Under
xdist a worker hands on its part when it ends, and the controller writes the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from mockapi import report as reports
from mockapi._wording import counted
from mockapi.cassettes import DEFAULT
from mockapi.errors import UsageError
from mockapi.storage import working_project, write_atomically
from pytest_mockapi._options import OPTIONS
from pytest_mockapi._report import as_marker

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mockapi.sessions import JournalEntry
    from mockapi.testing import Session

HTML: Final[pytest.StashKey[HTMLReport]] = pytest.StashKey()
_TITLE: Final = "Requests of a test run"
_ENDED_BADLY: Final = ("failed", "error")
_MOST_WORDS: Final = 20_000


def html_of(config: pytest.Config) -> HTMLReport | None:
    """The report of a run, if one is wanted."""
    path = config.stash[OPTIONS].html
    if path is not None and HTML not in config.stash:
        config.stash[HTML] = HTMLReport(path)
    return config.stash.get(HTML, None)


class HTMLReport:
    """The part of one process in the report of a run.

    Args:
        path: of the file.

    Attributes:
        line: what is told about it at the end.
    """

    def __init__(self, path: Path) -> None:
        self.line = ""
        self._path = path
        self._document = reports.ReportDocument(_TITLE)
        self._outcomes: dict[str, tuple[str, str]] = {}
        try:
            self._rules = working_project().rules
        except UsageError:  # told elsewhere
            self._rules = DEFAULT

    def take(self, nodeid: str, session: Session, entries: Iterable[JournalEntry]) -> None:
        """Note what a test asked, and what answered."""
        found = session.explained(list(entries))
        self._document.add(nodeid, [self._view(entry, session) for entry in found])

    def _view(self, entry: JournalEntry, session: Session) -> dict[str, Any]:
        view = reports.happened_view(entry, session.server_session, self._rules)
        if view["miss"] is not None:
            view["miss"]["remedies"] = list(map(as_marker, view["miss"]["remedies"]))
        return view

    def ended(self, report: pytest.TestReport) -> None:
        """Note how a phase of a test ended; what goes wrong outside the test itself is an error."""
        outcome = str(report.outcome)
        if report.failed and report.when != "call":
            outcome = "error"
        elif hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.skipped else "xpassed"
        before, _ = self._outcomes.get(report.nodeid, ("", ""))
        if report.when != "teardown" or (report.failed and before not in _ENDED_BADLY):
            words = self._rules.shown(_words_of(report)) if report.failed else ""
            self._outcomes[report.nodeid] = outcome, words

    def packed(self) -> bytes:
        """What this process knows, for the controller."""
        self._judge()
        return self._document.packed()

    def join(self, packed: bytes) -> None:
        """Take in what a worker knows."""
        self._document.join(packed)

    def write(self) -> None:
        """Write the file.

        Raises:
            UsageError: it cannot be written.
        """
        self._judge()
        page = reports.report_html(self._document, _TITLE)
        try:
            write_atomically(self._path, page)
        except OSError as error:
            raise UsageError(f"--mockapi-html {self._path} cannot be written: {error.strerror}.") from error
        tests = counted(len(self._document), "test")
        self.line = f"mockapi: wrote {self._path} ({tests}, {len(page):,} bytes)"

    def _judge(self) -> None:
        for nodeid, (outcome, words) in self._outcomes.items():
            self._document.judge(nodeid, outcome, words)


def note(item: pytest.Item, report: pytest.TestReport) -> None:
    """Note how a phase of a test ended."""
    html = html_of(item.config)
    if html is not None:
        html.ended(report)


def join(config: pytest.Config, packed: bytes) -> None:
    """Take in the part of a worker."""
    html = html_of(config)
    if html is not None:
        html.join(packed)


def line_of(config: pytest.Config) -> str:
    """What is told about the file at the end of the run."""
    html = html_of(config)
    return "" if html is None else html.line


def finish(session: pytest.Session) -> None:
    """At the end of a run: hand on the part of a worker, or write the file."""
    html = html_of(session.config)
    if html is None:
        return
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["mockapi_html"] = html.packed()
        return
    try:
        html.write()
    except UsageError as error:
        html.line = f"mockapi: {error}"
        if session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _words_of(report: pytest.TestReport) -> str:
    """What a failure says at its end, without the code around it."""
    crash = getattr(report.longrepr, "reprcrash", None)
    words = report.longreprtext if crash is None else str(crash.message).removeprefix("Failed: ")
    return words[:_MOST_WORDS]
