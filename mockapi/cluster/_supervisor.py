"""The supervisor: starts workers on one listening socket, and ends them together, as signals say.

It holds the socket and takes no connection itself, so what a dead worker had not taken yet is taken by
another.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import shutil
import socket
import tempfile
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final

from mockapi._clock import monotonic
from mockapi.cluster._messages import DRAINED, LOADED, OUTCOME, REPORT, SERVING
from mockapi.cluster._plan import Outcome
from mockapi.cluster._pool import WorkerPool
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cluster._plan import WorkerPlan
    from mockapi.cluster._process import AnyTemplate
    from mockapi.server import Console

_GRACE: Final = 10.0
"""Seconds, beyond those of the drain, that workers have to end."""
_LONGEST_PATH: Final = 90
"""Characters of a folder; a Unix socket's path has room for little more than a hundred."""


class _StoppedError(BaseException):
    """A signal that came while this process was reading."""


class Supervisor:
    """The workers of one server.

    Args:
        plan: what they are told.
        listening: the socket that clients come to.
        console: where people are told of workers that die.
        on_ready: called once all workers take connections.

    Raises:
        UsageError: what they are told cannot be sent to another process.
    """

    def __init__(
        self,
        plan: WorkerPlan,
        listening: socket.socket,
        console: Console,
        on_ready: Callable[[], None],
    ) -> None:
        try:
            pickle.dumps(plan)
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            raise UsageError(
                f"Several workers need settings that can go to other processes: {error}"
            ) from None
        self._plan = plan
        self._listening = listening
        self._console = console
        self._on_ready = on_ready
        self._pool: WorkerPool
        self._is_reading = False
        self._stops = 0
        self._deadline: float | None = None
        self._wakes, self._wake = socket.socketpair()
        self._wake.setblocking(False)

    @property
    def pids(self) -> dict[int, int]:
        """The process ids of the workers, by number."""
        return self._pool.pids

    @property
    def template_pid(self) -> int:
        """The process id of what they are forked from."""
        return self._pool.template_pid

    def stop(self) -> None:
        """Begin to stop; the second call ends what a drain allows. From any thread, and from a signal."""
        with contextlib.suppress(OSError):  # it has ended, or is woken already
            self._wake.send(b"s")
        if self._is_reading:  # then there is one thread: a signal calls
            self._is_reading = False  # a second one must not break off the cleaning up
            raise _StoppedError

    def run(self) -> Outcome:
        """Serve until told to stop; what was done.

        Raises:
            MockapiError: what was named cannot be used, or workers die at once.
        """
        self._plan = dataclasses.replace(self._plan, folder=_private_folder())
        pool = self._pool = WorkerPool(self._plan, self._listening, self._console, self._begin)
        try:
            pool.start()
            self._until(lambda: pool.all_have(LOADED) or self._stops > 0)
            pool.serve()
            self._until(lambda: pool.all_have(SERVING) or self._stops > 0)
            if not self._stops:
                pool.restarts.was_ready = True
                self._on_ready()
            self._until(lambda: self._stops > 0)
            self._until(lambda: pool.all_have(DRAINED))
            self._listening.close()
            return self._outcome()
        except _StoppedError:
            return Outcome()
        finally:
            self._end()

    def _begin(self, template: AnyTemplate) -> None:
        """Have what is played read; where this process does so, unless a signal ends it."""
        self._is_reading = template.reads_here
        try:
            template.begin()
        except RuntimeError as error:
            # Until Python 3.12, what is raised while a class is being made comes wrapped: in an import, say.
            if isinstance(error.__cause__, _StoppedError):
                raise error.__cause__ from None
            raise
        finally:
            self._is_reading = False

    def _outcome(self) -> Outcome:
        """What was done, by those that are still there."""
        outcome, pool = Outcome(), self._pool
        pool.tell(REPORT)
        self._until(lambda: pool.all_have(OUTCOME))
        for item in pool.outcomes:
            outcome.add(item)
        return outcome

    def _until(self, holds: Callable[[], bool]) -> None:
        """Listen to the workers until something holds, or until they have had the time to end."""
        pool = self._pool
        while not holds():
            now, due = monotonic(), pool.restarts.due
            if self._deadline is not None and self._deadline <= now:
                return
            if due is not None and due <= now:
                pool.start()
                continue
            times = [time for time in (self._deadline, due) if time is not None]
            left = min(times) - now if times else None
            hears = pool.channels()
            for ready in wait([*hears, self._wakes], left):
                if ready is self._wakes:
                    for _ in self._wakes.recv(16):
                        self._begin_to_stop()
                else:
                    hears[ready]()  # type: ignore[index] # it is one of them

    def _begin_to_stop(self) -> None:
        self._stops += 1
        if self._stops == 1:
            self._deadline = monotonic() + self._plan.drain + _GRACE
        elif self._deadline is not None:
            self._deadline = min(self._deadline, monotonic() + _GRACE)
        self._pool.stop()

    def _end(self) -> None:
        """End all workers, and remove what they shared."""
        self._pool.end()
        self._listening.close()
        self._wakes.close()
        self._wake.close()
        shutil.rmtree(self._plan.folder, ignore_errors=True)


def _private_folder() -> str:
    """A folder that is closed to others, with a path that leaves room for a socket's."""
    folder = tempfile.mkdtemp(prefix="mockapi-")
    if len(os.fsencode(folder)) > _LONGEST_PATH:
        os.rmdir(folder)  # noqa: PTH106 - a text, as tempfile gives it
        folder = tempfile.mkdtemp(prefix="mockapi-", dir="/tmp")
    return folder
