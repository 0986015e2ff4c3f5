"""The program of the template: where the supervisor may not fork, this process reads, and forks.

It has one thread and no event loop, and does nothing else.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from mockapi.cluster._loaded import Loaded
from mockapi.cluster._messages import ENDED, FAILED, FORK, FORKED, LOADED, NOT_FORKED
from mockapi.errors import MockapiError

if TYPE_CHECKING:
    from mockapi.cluster._names import Place
    from mockapi.cluster._plan import WorkerPlan


def main(channel: Connection, listening: int) -> None:
    """Fork workers as the supervisor says, until it is gone, and then remove what they shared.

    Args:
        channel: to the supervisor.
        listening: the socket that clients come to.
    """
    plan = channel.recv()
    try:
        _serve(plan, channel, listening)
    except (EOFError, ConnectionError):  # it is gone, and would have done it
        shutil.rmtree(plan.folder, ignore_errors=True)


def _serve(plan: WorkerPlan, channel: Connection, listening: int) -> None:
    try:
        loaded = Loaded(plan, listening)
    except MockapiError as error:
        channel.send((FAILED, error))
        return
    channel.send((LOADED, None))
    _Template(loaded, channel).run()


class _Template:
    """The template at work."""

    def __init__(self, loaded: Loaded, channel: Connection) -> None:
        self._loaded = loaded
        self._channel = channel
        self._workers: set[int] = set()
        self._wakes, self._wake = socket.socketpair()

    def run(self) -> None:
        """Fork, and tell of those that have ended, for as long as there is a supervisor.

        Raises:
            EOFError: it is gone.
            ConnectionError: likewise.
        """
        self._wakes.setblocking(False)
        self._wake.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only a signal that is handled wakes
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        while True:
            ready = wait([self._channel, self._wakes])
            if self._wakes in ready:
                self._wakes.recv(4096)
                self._reap()
            if self._channel in ready:
                said, value = self._channel.recv()
                if said == FORK:
                    self._fork(*value)
                elif value in self._workers:
                    os.kill(value, signal.SIGKILL)

    def _reap(self) -> None:
        for pid in tuple(self._workers):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._workers.discard(pid)
                self._channel.send((ENDED, (pid, os.waitstatus_to_exitcode(status))))

    def _fork(self, place: Place, tells: bool) -> None:  # noqa: FBT001 - as it comes
        with socket.fromfd(self._channel.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            _, (theirs,), _, _ = socket.recv_fds(sock, 1, 1)
        try:
            process = self._loaded.fork(place, theirs, tells=tells)
        except OSError as error:
            self._channel.send((NOT_FORKED, error))
            return
        finally:
            os.close(theirs)  # it would keep the connection open when the worker has ended
        self._workers.add(process.pid)
        self._channel.send((FORKED, process.pid))
