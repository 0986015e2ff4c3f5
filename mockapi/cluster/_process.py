"""One worker process, as the supervisor holds it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mockapi.cluster._names import Place
    from mockapi.cluster._plan import WorkerPlan

# Not a fork: threads and event loops do not survive one. Not `multiprocessing`: it would run the user's
# program again.
_PROGRAM: Final = (
    "import sys; from multiprocessing.connection import Connection\n"
    "channel = Connection(int(sys.argv[1])); sys.path[:] = channel.recv()\n"
    "from mockapi.cluster._worker import main; main(channel, int(sys.argv[2]))"
)
_LAST_SECONDS: Final = 5.0


class WorkerProcess:
    """A worker.

    Args:
        plan: what every worker is told.
        place: which one this is.
        listening: the socket that clients come to.
        tells: whether it tells people what is played.

    Attributes:
        place: which one this is.
        pid: its process id.
        channel: what it says, and is told.
        has: what it has said so far, by name.
        is_stopping: whether it was told to stop.
    """

    def __init__(self, plan: WorkerPlan, place: Place, listening: socket.socket, *, tells: bool) -> None:
        self.place = place
        self.has: set[str] = set()
        self.is_stopping = False
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own program
                [sys.executable, "-I", "-c", _PROGRAM, str(theirs.fileno()), str(listening.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=sys.__stderr__.fileno() if sys.__stderr__ is not None else subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), listening.fileno()),
                start_new_session=True,  # Ctrl-C is for the supervisor
            )
        self.pid = self._process.pid
        self.channel = Connection(ours.detach())
        self.tell(sys.path)
        self.tell((plan, place, tells))

    def tell(self, what: Any) -> None:
        """Tell it something; one that has ended hears nothing."""
        with contextlib.suppress(OSError):
            self.channel.send(what)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def reaped(self) -> str:
        """Wait until it is gone; how it ended, a clause."""
        self.channel.close()
        try:
            code = self._process.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:  # it has let go of its supervisor, and of nothing else
            self._process.kill()
            code = self._process.wait()
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
