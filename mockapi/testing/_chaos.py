"""The chaos run: the code under test meets each silent fault once, from the session's beginning."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from mockapi.replies.faults import SILENT_FAULTS, ChaosReport, Finding, SilentFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from mockapi.testing._session import Session


def trials(session: Session) -> Iterator[AbstractContextManager[None]]:
    """One context manager for each fault; the report is the session's `chaos_report`."""
    report = session.chaos_report = ChaosReport()
    before = session.served.settings
    try:
        for fault in SILENT_FAULTS:
            yield _trial(session, fault, report)
    finally:
        session.served.settings = before
        session.server.call(session.served.restart)


@contextmanager
def _trial(session: Session, fault: SilentFault, report: ChaosReport) -> Iterator[None]:
    served = session.served

    def order() -> None:
        served.settings = replace(served.settings, faults=(replace(fault.ordered, times=1),))
        served.restart()
        for rule in session.script.rules if session.is_scripted else ():
            rule.used = 0

    session.server.call(order)
    seen = served.journal.count
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever the code raises, it has noticed
        raised: Exception | None = error
    else:
        raised = None
    replies = [entry.reply for entry in session.entries if entry.number > seen]
    if not any(reply.header("x-mockapi-fault") for reply in replies):
        skipped = next(filter(None, (reply.header("x-mockapi-fault-skipped") for reply in replies)), None)
        report.findings.append(Finding(fault, "skipped", skipped or "no request came"))
        if raised is not None:
            raise raised
    elif raised is not None:
        report.findings.append(Finding(fault, "noticed", f"{type(raised).__name__}: {raised}"[:200]))
    else:
        report.findings.append(Finding(fault, "swallowed"))
