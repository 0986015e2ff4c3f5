"""Forking: a process that goes on with another one's memory, which is there once until somebody writes to it.

Only what has one thread may fork: the others would be missing, with their locks held. On macOS the system's
own libraries may have threads that nobody sees, so there only a process forks that has run nothing else.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mockapi._clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_TASKS: Final = Path("/proc/self/task")
_DESCRIPTORS: Final = "/dev/fd"
_STANDARD: Final = (0, 1, 2)
_HANDLED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


class ForkedProcess:
    """A process of this one's memory, in a session of its own: what a terminal sends does not reach it.

    Args:
        work: what it does; its end is the end of the process.
        keeps: the descriptors that it keeps besides the standard ones.

    Attributes:
        pid: its process id.

    Raises:
        OSError: the system has no room for another process.
    """

    def __init__(self, work: Callable[[], object], keeps: Iterable[int]) -> None:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)  # the handlers are this process's
        try:
            self.pid = os.fork()
        except OSError:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            raise
        if self.pid:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            return
        # From here on this is the new process. What the frames around this one hold stays as it is: nothing
        # is closed twice, and no `finally` of theirs runs.
        code = 1
        try:
            _let_go({*_STANDARD, *keeps})
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            work()
            code = 0
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else 1
        except BaseException:  # noqa: BLE001 - nobody else would tell
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.flush()
            os._exit(code)

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end; whether it came in time. Only for a process of one thread."""
        deadline = monotonic() + seconds
        # While it is blocked, a signal that nobody handles is kept too, so none is missed in between.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        try:
            while not self._has_ended():
                left = deadline - monotonic()
                if left <= 0 or signal.sigtimedwait({signal.SIGCHLD}, left) is None:
                    return self._has_ended()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return True

    def _has_ended(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def wait(self) -> int:
        """Wait until it has ended; its exit code as `subprocess` has it."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _let_go(kept: set[int]) -> None:
    """Leave the terminal, heed signals as a new process does, and close what is another's."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in _HANDLED:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_IGN)  # forgets one that came to all of the terminal's processes
            signal.signal(number, signal.SIG_DFL)  # SIGINT as well: nobody needs a traceback of that
    for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - numbers, and a path would hold the folder open
        if int(name) not in kept:
            with contextlib.suppress(OSError):  # that of the listing
                os.close(int(name))


def threads() -> int:
    """How many threads this process has, those of other languages included where the system tells."""
    with contextlib.suppress(OSError):
        return sum(1 for _ in _TASKS.iterdir())
    return threading.active_count()
