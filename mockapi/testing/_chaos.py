"""The chaos run: the code under test meets each silent fault once, from the session's beginning."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from mockapi.replies.faults import SILENT_FAULTS, ChaosFinding, ChaosReport, SilentFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from mockapi.sessions import ServerSession
    from mockapi.testing._thread import ServerThread


def trials(
    server: ServerThread, session: ServerSession, restart_script: Callable[[], None], report: ChaosReport
) -> Iterator[AbstractContextManager[None]]:
    """One context manager for each fault.

    Args:
        server: that runs the session.
        session: whose code is tried.
        restart_script: lets the session's script begin anew; called in the server's thread.
        report: what was found is added to it.
    """
    before = session.settings
    try:
        for fault in SILENT_FAULTS:
            yield _trial(server, session, restart_script, fault, report)
    finally:
        session.settings = before
        server.call(session.restart)


@contextmanager
def _trial(
    server: ServerThread,
    session: ServerSession,
    restart_script: Callable[[], None],
    fault: SilentFault,
    report: ChaosReport,
) -> Iterator[None]:
    def order() -> None:
        session.settings = replace(session.settings, faults=(replace(fault.ordered, times=1),))
        session.restart()
        restart_script()

    server.call(order)
    seen = session.journal.count
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever the code raises, it has noticed
        raised: Exception | None = error
    else:
        raised = None
    replies = [entry.reply for entry in session.journal.entries() if entry.number > seen]
    if not any(reply.header("x-mockapi-fault") for reply in replies):
        skipped = next(filter(None, (reply.header("x-mockapi-fault-skipped") for reply in replies)), None)
        report.findings.append(ChaosFinding(fault, "skipped", skipped or "no request came"))
        if raised is not None:
            raise raised
    elif raised is not None:
        report.findings.append(ChaosFinding(fault, "noticed", f"{type(raised).__name__}: {raised}"[:200]))
    else:
        report.findings.append(ChaosFinding(fault, "swallowed"))
