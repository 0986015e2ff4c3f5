"""What is added to the report of a test that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from pytest_mockapi._test_run import TestRun
    from pytest_mockapi._waiting import WaitingTest

_SOCKET = (
    "pytest-socket blocks the connection to mockapi on this machine: let loopback through with"
    " --allow-hosts=127.0.0.1,::1, beside --disable-socket too."
)
_SCOPE = (
    "messages_api belongs to one test. A fixture of a wider scope takes class_messages_api,"
    " module_messages_api or session_messages_api: the run's base URL leads there while its tests run."
)


def add(
    report: pytest.TestReport, call: pytest.CallInfo[None], running: TestRun | WaitingTest | None
) -> None:
    """Add sections to the report of a failure."""
    words = str(call.excinfo.value) if call.excinfo is not None else ""
    if "ScopeMismatch" in words and "messages_api" in words:
        report.sections.append(("mockapi", _SCOPE))
    if running is None or report.when == "teardown":
        return
    running.failed = True
    report.sections.append(("mockapi: requests of this test", running.journal()))
    # What the test's own error hides: the judgement of a test that failed by itself.
    hidden = running.problems()
    if hidden and hidden not in words:
        report.sections.append(("mockapi: besides", hidden))
    if "SocketBlockedError" in str(report.longrepr) or "SocketConnectBlockedError" in str(report.longrepr):
        report.sections.append(("mockapi", _SOCKET))
