"""The supervisor: workers that never serve, and the ends of a run."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest

from mockapi.cluster import WorkersFailedError, _process
from mockapi.server import Console
from tests.support.workers import WorkersServer


def test_workers_that_die_before_they_serve_end_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three in a row are no accident: the server says so, and ends with exit code 1."""
    monkeypatch.setattr(_process, "_PROGRAM", "raise SystemExit(3)")
    told = io.StringIO()
    with pytest.raises(WorkersFailedError, match="3 processes have died before they served") as failed:
        WorkersServer(console=Console(told)).__enter__()
    assert failed.value.exit_code == 1
    assert len(re.findall("ended with exit code 3", told.getvalue())) == 2


@pytest.mark.slow
def test_nothing_is_left_of_a_server_that_has_ended() -> None:
    """No process, no folder; a second end is harmless."""
    with WorkersServer(workers=3) as server:
        pids = server.supervisor.pids
        folder = Path(server.supervisor._plan.folder)
        assert sorted(pids) == [0, 1, 2]
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o077 == 0
    server.supervisor.stop()
    assert not folder.exists()
    for pid in pids.values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
