"""The supervisor: workers that never serve, and the ends of a run."""

from __future__ import annotations

import io
import os
import re
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockapi.cluster import WorkersFailedError, _process, _supervisor
from mockapi.server import Console, Settings
from tests.support.server import RawClient, control, eventually, message, paced, write_cassette
from tests.support.workers import WorkersServer

if TYPE_CHECKING:
    from collections.abc import Container


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
    monkeypatch.setattr(_supervisor, "_PAUSE", 0.01)
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


@pytest.mark.slow
def test_a_worker_that_cannot_take_a_place_breaks_off_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the others send while the server ends comes whole, though another one fails at that moment."""
    monkeypatch.setattr(_supervisor, "_PAUSE", 0.0)  # one is nearly always being tried
    cassette = Path(write_cassette(tmp_path / "a.yaml", paced(message("hi"), [(0, b"a"), (1.0, b"b")])))
    told = io.StringIO()
    with WorkersServer(
        [str(cassette)], settings=Settings(speed=1), drain=60, console=Console(told)
    ) as server:
        control(server, "/cassettes/reload", method="POST")  # whoever comes later reads the file, too
        cassette.write_text("interactions: [1")
        os.kill(server.pid_of(1), signal.SIGKILL)
        eventually(lambda: "could not take another's place" in told.getvalue(), "it is tried again")
        with RawClient(server.base_url) as client:
            client.ask("POST", "/v1/messages", orjson.dumps(message("hi")))
            assert client.read_head().status == 200
            assert client.read_piece() == b"a"
            server.supervisor.stop()
            assert client.read_piece() == b"b"
    assert server.failure is None
    assert server.outcome is not None


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
