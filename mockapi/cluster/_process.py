"""What workers are forked from, as the supervisor holds it: its own process, or one beside it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final, Protocol

from mockapi.cluster._forked import threads
from mockapi.cluster._messages import ENDED, FAILED, FORK, FORKED, KILL, LOADED, NOT_FORKED

if TYPE_CHECKING:
    from mockapi.cluster._forked import ForkedProcess
    from mockapi.cluster._loaded import Loaded
    from mockapi.cluster._names import Place
    from mockapi.cluster._plan import WorkerPlan

# Not `multiprocessing`: it would run the user's program again.
_PROGRAM: Final = (
    "import sys; from multiprocessing.connection import Connection\n"
    "channel = Connection(int(sys.argv[1])); sys.path[:] = channel.recv()\n"
    "from mockapi.cluster._template import main; main(channel, int(sys.argv[2]))"
)
LAST_SECONDS: Final = 5.0
"""That a worker has to end when its connection is closed."""


class TemplateLostError(Exception):
    """The template has ended, and forks nothing any more."""


class AnyTemplate(Protocol):
    """What workers are forked from.

    Attributes:
        pid: its process id; 0 while there is none.
        reads_here: whether the supervisor's own process reads what is played.
        has_begun: whether it reads what is played, or has read it.
        is_loaded: whether it can fork workers.
        is_lost: whether it has ended by itself, so that its workers have no parent that knows them.
        channels: over which it says something, if it does.
    """

    pid: int
    reads_here: bool
    has_begun: bool
    is_loaded: bool
    is_lost: bool
    channels: tuple[Connection, ...]

    def begin(self) -> None:
        """Read what is played, or have another process begin with it.

        Raises:
            MockapiError: what was named cannot be used.
            OSError: the system has no room for another process.
        """

    def listen(self) -> None:
        """Take in what it has said, if it has said anything.

        Raises:
            TemplateLostError: it says nothing any more.
            MockapiError: what was named cannot be used.
        """

    def fork(self, place: Place, channel: socket.socket, *, tells: bool) -> int:
        """Have a worker forked; its process id.

        Args:
            place: which one it is.
            channel: its end of the connection to the supervisor.
            tells: whether it tells people what is played.

        Raises:
            TemplateLostError: the template has ended.
            OSError: the system has no room for another process.
        """

    def exit_code(self, pid: int) -> int | None:
        """How a worker has ended, as `subprocess` has it; it is ended if it does not do so by itself.

        None where the template has ended before it could say. Then nobody is ended.
        """

    def end(self) -> str:
        """End it, now that its workers have ended; how it ended, a clause."""


class OwnTemplate:
    """The supervisor's own process as what workers are forked from; see `AnyTemplate`.

    Args:
        plan: what every worker is told.
        listening: the socket that clients come to.
    """

    reads_here = True
    is_lost = False
    channels: tuple[Connection, ...] = ()

    def __init__(self, plan: WorkerPlan, listening: socket.socket) -> None:
        self.pid = os.getpid()
        self.has_begun = self.is_loaded = False
        self._plan = plan
        self._listening = listening
        self._loaded: Loaded
        self._workers: dict[int, ForkedProcess] = {}

    def begin(self) -> None:
        """Read what is played."""
        from mockapi.cluster._loaded import Loaded  # noqa: PLC0415 - beside a template a supervisor needs no server

        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, nobody would learn how workers end
        self._loaded = Loaded(self._plan, self._listening.fileno())
        self.has_begun = self.is_loaded = True

    def listen(self) -> None:
        """Nothing: it has no channel."""

    def fork(self, place: Place, channel: socket.socket, *, tells: bool) -> int:
        """Fork a worker."""
        worker = self._loaded.fork(place, channel.fileno(), tells=tells)
        self._workers[worker.pid] = worker
        return worker.pid

    def exit_code(self, pid: int) -> int:
        """How a worker has ended."""
        worker = self._workers.pop(pid)
        if not worker.ends_within(LAST_SECONDS):
            worker.kill()
        return worker.wait()

    def end(self) -> str:
        """Nothing: the supervisor goes on."""
        return "goes on"


class Template:
    """A process of its own that workers are forked from: it has read the cassettes, and serves nothing.

    See `AnyTemplate`.

    Args:
        plan: what every worker is told.
        listening: the socket that clients come to.
    """

    reads_here = False

    def __init__(self, plan: WorkerPlan, listening: socket.socket) -> None:
        self.pid = 0
        self.has_begun = self.is_loaded = False
        self.channels: tuple[Connection, ...] = ()
        self._plan = plan
        self._listening = listening
        self.is_lost = False
        self._exit_codes: dict[int, int] = {}
        self._socket: socket.socket
        self._channel: Connection
        self._process: subprocess.Popen[bytes]

    def begin(self) -> None:
        """Start the process."""
        with contextlib.ExitStack() as opened:
            self._socket, theirs = socket.socketpair()
            opened.enter_context(self._socket)
            with theirs:
                self._channel = opened.enter_context(Connection(os.dup(self._socket.fileno())))
                self._process = _started(theirs.fileno(), self._listening.fileno())
            opened.pop_all()
        self.pid, self.channels, self.has_begun = self._process.pid, (self._channel,), True
        with contextlib.suppress(OSError):  # it has ended, which `listen` learns
            self._channel.send(sys.path)
            self._channel.send(self._plan)

    def listen(self) -> None:
        """Take in what it has said; it may have been heard where a worker was waited for."""
        if self.has_begun and self._channel.poll():
            self._hear()

    def _hear(self) -> tuple[str, Any]:
        """Take in what it says next."""
        try:
            said, value = self._channel.recv()
        except (EOFError, OSError):
            self.is_lost = True
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
        """Have a worker forked."""
        try:
            self._channel.send((FORK, (place, tells)))
            socket.send_fds(self._socket, [b"f"], [channel.fileno()])
        except OSError:
            self.is_lost = True
            raise TemplateLostError from None
        said, value = self._hear()
        while said not in {FORKED, NOT_FORKED}:
            said, value = self._hear()
        if said == NOT_FORKED:
            raise value
        return int(value)

    def exit_code(self, pid: int) -> int | None:
        """How a worker has ended, as far as the template could say."""
        seconds: float | None = LAST_SECONDS
        with contextlib.suppress(TemplateLostError, OSError):
            while pid not in self._exit_codes and not self.is_lost:
                if self._channel.poll(seconds):
                    self._hear()
                else:  # it has let go of its supervisor, and of nothing else
                    self._channel.send((KILL, pid))
                    seconds = None
        return self._exit_codes.pop(pid, None)

    def end(self) -> str:
        """End the process, which has nothing to finish."""
        if not self.has_begun:
            return "has not begun"
        self.channels = ()
        self._channel.close()
        self._socket.close()
        if not self.is_lost:
            self._process.kill()
        return how_it_ended(self._process.wait())


def _started(channel: int, listening: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own program
        [sys.executable, "-I", "-c", _PROGRAM, str(channel), str(listening)],
        stdin=subprocess.DEVNULL,
        stdout=sys.__stderr__.fileno() if sys.__stderr__ is not None else subprocess.DEVNULL,
        pass_fds=(channel, listening),
        start_new_session=True,  # Ctrl-C is for the supervisor
    )


def may_fork() -> bool:
    """Whether this process can be what workers are forked from.

    Elsewhere than on Linux the system's own libraries have threads that a fork loses, and nobody sees them.
    """
    return sys.platform == "linux" and threads() == 1


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
