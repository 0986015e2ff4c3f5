"""The end of a run, in a worker of xdist, in its controller, or without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_mockapi._tally import Tally
    from pytest_mockapi._worker import Worker


def finish(session: pytest.Session, worker: Worker, tally: Tally) -> None:
    """Hand the numbers to the controller, or judge them here; the server has stopped."""
    tally.finish(worker)
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["mockapi"] = tally.as_json()
    elif session.exitstatus == pytest.ExitCode.OK and tally.must_fail(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
