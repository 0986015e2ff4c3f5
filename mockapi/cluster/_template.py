"""The program of the template: it reads what is played, and forks the workers that play it.

What it has read is in the memory of all of them once, for as long as nobody writes there. So all that
they need is imported and read before the first fork, and the garbage collector, which writes into whatever it
looks at, is kept from it. The template has one thread and no event loop: nothing that a fork would lose.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from mockapi.cluster import _worker
from mockapi.cluster._forked import ForkedProcess, threads
from mockapi.cluster._messages import ENDED, FAILED, FORK, FORKED, LOADED
from mockapi.errors import MockapiError
from mockapi.sessions import CassetteSet
from mockapi.storage import CassetteReader, cache_folder

if TYPE_CHECKING:
    from mockapi.cluster._names import Place
    from mockapi.cluster._plan import WorkerPlan


def begin(channel: int, listening: int) -> None:
    """As `main`, in a process that was forked from the supervisor."""
    os.setsid()  # Ctrl-C is for the supervisor
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    main(Connection(channel), listening)


def main(channel: Connection, listening: int) -> None:
    """Fork workers as the supervisor says, until it is gone.

    Args:
        channel: to the supervisor.
        listening: the socket that clients come to.
    """
    gc.disable()  # until a worker has been forked: what is read stays
    plan = channel.recv()
    try:
        library = CassetteSet(CassetteReader(cache_folder()).read_all(plan.paths))
    except MockapiError as error:
        channel.send((FAILED, error))
        return
    library.index(plan.settings.effective_matching)
    _worker.prepare(plan)
    if threads() > 1:
        raise RuntimeError("The template has more than one thread; a fork would lose the others.")
    gc.collect()
    gc.freeze()
    channel.send((LOADED, None))
    _Template(plan, library, channel, listening).run()


class _Template:
    """The template at work."""

    def __init__(self, plan: WorkerPlan, library: CassetteSet, channel: Connection, listening: int) -> None:
        self._plan = plan
        self._library = library
        self._channel = channel
        self._listening = listening
        self._workers: set[int] = set()
        self._wakes, self._wake = socket.socketpair()

    def run(self) -> None:
        """Fork, and tell of those that have ended, until the supervisor is gone."""
        self._wakes.setblocking(False)
        self._wake.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only a signal that is handled wakes
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        with contextlib.suppress(EOFError, OSError):  # the supervisor is gone
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
        work = partial(self._be_worker, place, theirs, tells=tells)
        process = ForkedProcess(work, (theirs, self._listening))
        os.close(theirs)  # it would keep the connection open when the worker has ended
        self._workers.add(process.pid)
        self._channel.send((FORKED, process.pid))

    def _be_worker(self, place: Place, channel: int, *, tells: bool) -> None:
        gc.enable()
        _worker.main(self._plan, place, self._library, Connection(channel), self._listening, tells=tells)
