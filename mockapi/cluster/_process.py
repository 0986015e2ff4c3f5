"""The processes of a server as the supervisor holds them: the template, and the workers that it forks."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from mockapi.cluster._forked import ForkedProcess, threads
from mockapi.cluster._messages import ENDED, FAILED, FORK, FORKED, KILL, LOADED

if TYPE_CHECKING:
    from mockapi.cluster._names import Place
    from mockapi.cluster._plan import WorkerPlan

# Not `multiprocessing`: it would run the user's program again.
_PROGRAM: Final = (
    "import sys; from multiprocessing.connection import Connection\n"
    "channel = Connection(int(sys.argv[1])); sys.path[:] = channel.recv()\n"
    "from mockapi.cluster._template import main; main(channel, int(sys.argv[2]))"
)
_LAST_SECONDS: Final = 5.0


class TemplateLostError(Exception):
    """The template has ended, and forks nothing any more."""


class Template:
    """The process that workers are forked from: it has read the cassettes, and serves nothing itself.

    Args:
        plan: what every worker is told.
        listening: the socket that clients come to.

    Attributes:
        pid: its process id.
        channel: what it says, and is told.
        is_loaded: whether it can fork workers.
    """

    def __init__(self, plan: WorkerPlan, listening: socket.socket) -> None:
        self.is_loaded = False
        self._is_lost = False
        self._exit_codes: dict[int, int] = {}
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = _started(plan, theirs.fileno(), listening.fileno())
        self.pid = self._process.pid
        self.channel = Connection(os.dup(self._socket.fileno()))
        with contextlib.suppress(OSError):  # it has ended, which `hear` learns
            if isinstance(self._process, subprocess.Popen):
                self.channel.send(sys.path)
            self.channel.send(plan)

    def hear(self) -> tuple[str, Any]:
        """Take in what it says next.

        Raises:
            TemplateLostError: it says nothing any more.
            MockapiError: what was named cannot be used.
        """
        try:
            said, value = self.channel.recv()
        except (EOFError, OSError):
            self._is_lost = True
            raise TemplateLostError from None
        if said == FAILED:
            raise value
        if said == LOADED:
            self.is_loaded = True
        elif said == ENDED:
            pid, code = value
            self._exit_codes[pid] = code
        return said, value

    def fork(self, place: Place, channel: socket.socket, *, tells: bool) -> int:
        """Have a worker forked; its process id.

        Args:
            place: which one it is.
            channel: its end of the connection to the supervisor.
            tells: whether it tells people what is played.

        Raises:
            TemplateLostError: the template has ended.
        """
        try:
            self.channel.send((FORK, (place, tells)))
            socket.send_fds(self._socket, [b"f"], [channel.fileno()])
        except OSError:
            self._is_lost = True
            raise TemplateLostError from None
        said, pid = self.hear()
        while said != FORKED:
            said, pid = self.hear()
        return int(pid)

    def exit_code(self, pid: int) -> int | None:
        """How a worker has ended, as `subprocess` has it; it is ended if it does not do so by itself.

        None where the template has ended before it could say.
        """
        seconds: float | None = _LAST_SECONDS
        with contextlib.suppress(TemplateLostError, OSError):
            while pid not in self._exit_codes and not self._is_lost:
                if self.channel.poll(seconds):
                    self.hear()
                else:  # it has let go of its supervisor, and of nothing else
                    self.channel.send((KILL, pid))
                    seconds = None
        if pid not in self._exit_codes:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        return self._exit_codes.pop(pid, None)

    def end(self) -> str:
        """End it, now that its workers have ended; how it ended, a clause."""
        self.channel.close()
        self._socket.close()
        if not self._is_lost:
            self._process.kill()  # it has nothing to finish
        return how_it_ended(self._process.wait())


def _started(plan: WorkerPlan, channel: int, listening: int) -> ForkedProcess | subprocess.Popen[bytes]:
    """A template, forked where that is safe: so it shares with the supervisor what both have imported."""
    if sys.platform == "linux" and threads() == 1:
        from mockapi.cluster import _template, _worker  # noqa: PLC0415 - a supervisor alone needs no server

        # Importing writes into what is there already, so whoever does it after a fork has that for itself.
        _worker.prepare(plan)
        gc.freeze()  # the collector writes into whatever it looks at
        return ForkedProcess(partial(_template.begin, channel, listening), (channel, listening))
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own program
        [sys.executable, "-I", "-c", _PROGRAM, str(channel), str(listening)],
        stdin=subprocess.DEVNULL,
        stdout=sys.__stderr__.fileno() if sys.__stderr__ is not None else subprocess.DEVNULL,
        pass_fds=(channel, listening),
        start_new_session=True,  # Ctrl-C is for the supervisor
    )


class WorkerProcess:
    """A worker.

    Args:
        template: what it is forked from.
        place: which one this is.
        tells: whether it tells people what is played.

    Attributes:
        place: which one this is.
        pid: its process id.
        channel: what it says, and is told.
        has: what it has said so far, by name.

    Raises:
        TemplateLostError: the template has ended.
    """

    def __init__(self, template: Template, place: Place, *, tells: bool) -> None:
        self.place = place
        self.has: set[str] = set()
        self._template = template
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.pid = template.fork(place, theirs, tells=tells)
            self.channel = Connection(ours.detach())

    def tell(self, what: Any) -> None:
        """Tell it something; one that has ended hears nothing."""
        with contextlib.suppress(OSError):
            self.channel.send(what)

    def reaped(self) -> str:
        """Wait until it is gone; how it ended, a clause."""
        self.channel.close()
        return how_it_ended(self._template.exit_code(self.pid))


def how_it_ended(code: int | None) -> str:
    """An exit code as `subprocess` has it, as a clause."""
    if code is None:
        return "has ended"
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


def usable_cpus() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
