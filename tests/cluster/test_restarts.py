"""What could not start: when that ends the server, when it is tried again, and what is told of it."""

from __future__ import annotations

import io
import os
import re
import signal
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.cluster import WorkersFailedError, _process, _restarts
from mockapi.cluster._restarts import Restarts
from mockapi.server import Console
from tests.support.server import eventually
from tests.support.workers import WorkersServer

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path


def test_a_reason_is_told_once_until_it_is_another_or_all_is_well() -> None:
    """Each of its lines by itself, as those of a cassette with several problems."""
    restarts = Restarts(Console(told := io.StringIO()))
    restarts.later("worker 1", "failed.")
    restarts.later("worker 1", "failed.")
    restarts.later("worker 2", "failed.")
    restarts.later("worker 1", "failed:\nanew.")
    restarts.worker_serves("worker 2")
    restarts.later("worker 2", "failed.")
    again = "It is tried again every second."
    assert [line.removeprefix("mockapi: ") for line in told.getvalue().splitlines()] == [
        f"worker 1 failed. {again}",
        f"worker 2 failed. {again}",
        "worker 1 failed:",
        f"anew. {again}",
        f"worker 2 failed. {again}",
    ]


def test_only_failures_in_a_row_end_the_server() -> None:
    """One worker that serves, and those before it were accidents."""
    restarts = Restarts(Console(quiet=True))
    for _ in range(3):
        restarts.count_failure("failed")
        restarts.count_failure("failed")
        restarts.worker_serves("worker 1")
    restarts.count_failure("failed")
    restarts.count_failure("failed")
    with pytest.raises(WorkersFailedError, match=r"^3 processes have .*, the last one failed"):
        restarts.count_failure("failed")


def test_workers_that_die_before_they_serve_end_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three in a row are no accident: the server says so, and ends with exit code 1."""
    monkeypatch.setattr(_process, "_PROGRAM", "raise SystemExit(3)")
    told = io.StringIO()
    with pytest.raises(WorkersFailedError, match="3 processes have died before they served") as failed:
        WorkersServer(console=Console(told)).__enter__()
    assert failed.value.exit_code == 1
    assert len(re.findall("ended with exit code 3", told.getvalue())) == 2


WITHOUT_ROOM = """
import os
forks, fork = [], os.fork
def forked():
    forks.append(1)
    if len(forks) in {}:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()
os.fork = forked
"""
NO_ROOM = "could not be started: Resource temporarily unavailable."


def without_room(monkeypatch: pytest.MonkeyPatch, forks: Container[int]) -> None:
    """Let the process that workers are forked from have no room for some of them."""
    monkeypatch.setattr(_process, "_PROGRAM", WITHOUT_ROOM.format(forks) + _process._PROGRAM)


class Room:
    """What starts the process that workers are forked from, if there is room for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tries = 0
        self.is_full_for = 0
        self._start = _process._started
        monkeypatch.setattr(_process, "_started", self._started)

    def _started(self, *channels: int) -> Any:
        self.tries += 1
        if self.tries <= self.is_full_for:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return self._start(*channels)


def test_a_template_without_room_for_workers_ends_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, as where the supervisor forks them itself."""
    without_room(monkeypatch, range(100))
    with pytest.raises(WorkersFailedError, match=f"the last one {NO_ROOM}$"):
        WorkersServer().__enter__()


def test_a_system_without_room_for_the_template_ends_the_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the same line; and no folder is left."""
    Room(monkeypatch).is_full_for = 100
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(WorkersFailedError, match=f"the last one {NO_ROOM}$"):
        WorkersServer().__enter__()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_room_that_is_missed_for_a_while_costs_no_worker_that_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a worker's nor the template's; what is tried again is told once."""
    monkeypatch.setattr(_restarts, "_PAUSE", 0.01)
    without_room(monkeypatch, range(3, 6))
    room, told = Room(monkeypatch), io.StringIO()
    with WorkersServer(console=Console(told)) as server:
        killed = server.pid_of(1)
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: server.supervisor.pids.get(1, killed) != killed, "another takes its place")
        template = server.supervisor.template_pid
        room.is_full_for = room.tries + 3
        os.kill(template, signal.SIGKILL)
        eventually(lambda: server.supervisor.template_pid not in {0, template}, "another takes its place")
    lines = [line.partition("mockapi: ")[2] or line for line in told.getvalue().splitlines()]
    again = f"{NO_ROOM} It is tried again every second."
    assert [line for line in lines if NO_ROOM in line] == [
        f"worker 1 {again}",
        f"the process that workers are forked from {again}",
    ]
