"""Workers whose template has gone: nobody tells how they ended, and their process ids may be another's."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mockapi.cassettes import DEFAULT
from mockapi.cluster import WorkerPlan, _worker_process
from mockapi.cluster._names import Place
from mockapi.cluster._process import Template
from mockapi.cluster._worker_process import WorkerProcess
from mockapi.server import Settings, access_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no workers")

ENDS_WHEN_TOLD = "import os, sys; sys.exit(len(os.read(int(sys.argv[1]), 1)))"
SAYS_MUCH = (
    "import sys; from multiprocessing.connection import Connection\n"
    "Connection(int(sys.argv[1])).send_bytes(bytes(2**22))"
)
HANGS = "import signal; signal.pause()"


class Lost(Template):
    """A template that has ended after it forked a worker."""

    def __init__(self, start: Callable[[int], subprocess.Popen[bytes]]) -> None:
        plan = WorkerPlan(workers=1, paths=(), settings=Settings(), access=access_of(), rules=DEFAULT)
        with socket.socket() as sock:
            super().__init__(plan, sock)
        self._start = start

    def fork(self, place: Place, channel: socket.socket, *, tells: bool) -> int:  # noqa: ARG002 - as it is called
        """Start what stands for the worker."""
        self.is_lost = True
        return self._start(channel.fileno()).pid


class Started:
    """Processes that stand for workers."""

    process: subprocess.Popen[bytes]

    def worker(self, program: str, *, holds: bool = True) -> WorkerProcess:
        """One that runs a program, with its end of the connection or without it."""

        def start(channel: int) -> subprocess.Popen[bytes]:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", program, str(channel)], pass_fds=[channel] if holds else []
            )
            return self.process

        return WorkerProcess(Lost(start), Place(0, 0), tells=False)


@pytest.fixture
def started() -> Iterator[Started]:
    """None of them stays."""
    started = Started()
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def test_whoever_was_given_its_process_id_is_left_alone(started: Started) -> None:
    """The worker has let go of its connection, so what has that id now is something else."""
    worker = started.worker(HANGS, holds=False)
    assert worker.reaped() == "has ended"
    started.process.terminate()  # which comes too late, where it has been killed
    assert started.process.wait() == -signal.SIGTERM


@pytest.mark.parametrize("program", [ENDS_WHEN_TOLD, SAYS_MUCH])
def test_one_ends_by_itself_when_it_is_let_go(started: Started, program: str) -> None:
    """It is waited for, whatever it still has to say."""
    assert started.worker(program).reaped() == "has ended"
    assert started.process.wait() == 0


def test_one_that_hangs_is_ended(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has its end of the connection, so it is there."""
    monkeypatch.setattr(_worker_process, "LAST_SECONDS", 0.01)
    assert started.worker(HANGS).reaped() == "has ended"
    assert started.process.wait() == -signal.SIGKILL
