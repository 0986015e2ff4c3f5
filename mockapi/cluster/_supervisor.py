"""The supervisor: starts workers on one listening socket, replaces those that die, and ends them together.

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
from functools import partial
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

from mockapi._clock import monotonic
from mockapi.cluster._messages import (
    DRAINED,
    FAILED,
    FINISH,
    LOADED,
    OUTCOME,
    REPORT,
    SERVE,
    SERVING,
    STOP,
)
from mockapi.cluster._names import Place
from mockapi.cluster._plan import Outcome
from mockapi.cluster._process import OwnTemplate, Template, TemplateLostError, may_fork
from mockapi.cluster._worker_process import WorkerProcess
from mockapi.errors import MockapiError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockapi.cluster._plan import WorkerPlan
    from mockapi.cluster._process import AnyTemplate
    from mockapi.server import Console

_MOST_FAILURES: Final = 3
"""Processes that die one after the other before they serve: then it is no accident."""
_PAUSE: Final = 1.0
"""Seconds after which a worker is tried again that could not take another's place."""
_TEMPLATE_PAUSE: Final = 5.0
"""The same of a template that has begun and could not read: each is a new interpreter, and reads all."""
_GRACE: Final = 10.0
"""Seconds, beyond those of the drain, that workers have to end."""
_LONGEST_PATH: Final = 90
"""Characters of a folder; a Unix socket's path has room for little more than a hundred."""
_TEMPLATE: Final = "the process that workers are forked from"


class WorkersFailedError(MockapiError):
    """Workers die before they serve, one after the other."""

    exit_code = 1


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
        self._template: AnyTemplate
        self._workers: dict[int, WorkerProcess] = {}
        self._wanted = list(range(plan.workers))
        """The numbers of those that are still to be forked."""
        self._generations = [0] * plan.workers
        self._failures = 0
        self._again: float | None = None
        """When those are tried again that could not take another's place."""
        self._why_again: dict[str, str] = {}
        self._outcomes: list[Outcome] = []
        self._is_reading = False
        self._serves = False
        self._was_ready = False
        self._stops = 0
        self._deadline: float | None = None
        self._wakes, self._wake = socket.socketpair()
        self._wake.setblocking(False)

    @property
    def pids(self) -> dict[int, int]:
        """The process ids of the workers, by number."""
        return {number: worker.pid for number, worker in self._workers.items()}

    @property
    def template_pid(self) -> int:
        """The process id of what they are forked from."""
        return self._template.pid

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
        kind = OwnTemplate if may_fork() else Template
        self._template = kind(self._plan, self._listening)
        try:
            self._go_on()
            self._until(lambda: self._all_have(LOADED) or self._stops > 0)
            self._serves = True
            self._tell(self._workers.values(), SERVE)
            self._until(lambda: self._all_have(SERVING) or self._stops > 0)
            if not self._stops:
                self._was_ready = True
                self._on_ready()
            self._until(lambda: self._stops > 0)
            self._until(lambda: self._all_have(DRAINED))
            self._listening.close()
            return self._outcome()
        except _StoppedError:
            return Outcome()
        finally:
            self._end()

    def _begin(self) -> None:
        """Have what is played read; where this process does so, unless a signal ends it."""
        self._is_reading = self._template.reads_here
        try:
            self._template.begin()
        except RuntimeError as error:
            # Until Python 3.12, what is raised while a class is being made comes wrapped: in an import, say.
            if isinstance(error.__cause__, _StoppedError):
                raise error.__cause__ from None
            raise
        finally:
            self._is_reading = False

    def _outcome(self) -> Outcome:
        """What was done, by those that are still there."""
        outcome = Outcome()
        self._tell(self._workers.values(), REPORT)
        self._until(lambda: self._all_have(OUTCOME))
        for item in self._outcomes:
            outcome.add(item)
        return outcome

    def _all_have(self, said: str) -> bool:
        return not self._wanted and all(said in worker.has for worker in self._workers.values())

    def _until(self, holds: Callable[[], bool]) -> None:
        """Listen to the workers until something holds, or until they have had the time to end."""
        while not holds():
            now = monotonic()
            if self._deadline is not None and self._deadline <= now:
                return
            if self._again is not None and self._again <= now:
                self._go_on()
                continue
            times = [time for time in (self._deadline, self._again) if time is not None]
            left = min(times) - now if times else None
            channels = {worker.channel: worker for worker in self._workers.values()}
            told = self._template.channels
            for ready in wait([*channels, *told, self._wakes], left):
                if ready is self._wakes:
                    for _ in self._wakes.recv(16):
                        self._begin_to_stop()
                elif ready in told:
                    self._hear_template()
                else:
                    self._hear(channels[ready])  # type: ignore[index] # it is one of them

    def _hear_template(self) -> None:
        try:
            self._template.listen()
        except TemplateLostError:
            self._renew_template()
            return
        except MockapiError as error:
            if not self._was_ready:
                raise
            self._template.end()
            if not self._stops:
                self._try_another_template(str(error))
            return
        if self._template.is_loaded:
            self._why_again.pop(_TEMPLATE, None)
        if self._again is None:
            self._go_on()

    def _hear(self, worker: WorkerProcess) -> None:
        try:
            said, value = worker.channel.recv()
        except (EOFError, OSError):
            self._replace(worker)
            return
        worker.has.add(said)
        if said == FAILED:
            self._hear_failure(worker, value)
            return
        if said == LOADED and self._serves:  # one in the place of another
            worker.tell(SERVE)
        elif said == SERVING:
            self._failures = 0
            self._why_again.pop(_name(worker.place.worker), None)
        elif said == OUTCOME:
            self._outcomes.append(value)

    def _hear_failure(self, worker: WorkerProcess, error: MockapiError) -> None:
        """What was named cannot be used: the end at the start, and a wait later, as for a file being edited.

        Raises:
            MockapiError: the server was not ready yet.
        """
        if not self._was_ready:
            raise error
        number = worker.place.worker
        del self._workers[number]
        worker.reaped()
        if self._stops:  # the others serve what is in flight
            return
        self._generations[number] += 1
        self._wanted.append(number)
        self._go_on_later(_name(number), f"could not take another's place: {error}")

    def _replace(self, worker: WorkerProcess) -> None:
        """Start another worker in the place of one that has ended."""
        number = worker.place.worker
        del self._workers[number]
        how = worker.reaped()
        if self._stops:
            if DRAINED not in worker.has:
                self._console.problem(f"{_name(number)} (process {worker.pid}) {how} while it was ending")
            return
        if SERVING not in worker.has:
            self._count_failure(how)
        self._console.problem(
            f"{_name(number)} (process {worker.pid}) {how}; its sessions have ended with it, and another"
            " takes its place"
        )
        self._generations[number] += 1
        self._wanted.append(number)
        self._go_on()

    def _go_on(self) -> None:
        """Begin with the template, if that is still to be done, and fork the workers that are wanted."""
        self._again = None
        template = self._template
        try:
            if not template.has_begun and not self._has_started(_TEMPLATE, self._begin):
                return
            while self._wanted and template.is_loaded:
                number = self._wanted[0]
                if not self._has_started(_name(number), partial(self._fork, number)):
                    return
                del self._wanted[0]
        except TemplateLostError:
            self._renew_template()

    def _fork(self, number: int) -> None:
        node = "" if self._plan.node is None else self._plan.node.name
        place = Place(number, self._generations[number], node)
        tells = place[:2] == (0, 0)  # one tells for all
        self._workers[number] = WorkerProcess(self._template, place, tells=tells)

    def _has_started(self, what: str, start: Callable[[], None]) -> bool:
        """Start a process; False if it has to be tried again later, as the system has no room for it.

        Raises:
            WorkersFailedError: it has none while nothing serves yet.
        """
        while True:
            try:
                start()
            except OSError as error:
                why = f"could not be started: {error.strerror}"
                if self._was_ready:
                    self._go_on_later(what, f"{why}.")
                    return False
                self._count_failure(why)
            else:
                return True

    def _go_on_later(self, what: str, why: str) -> None:
        """Try again in a moment, and for as long as it takes: the others serve meanwhile."""
        self._tell_once(what, f"{why} It is tried again every second.")
        self._again = monotonic() + _PAUSE

    def _try_another_template(self, why: str) -> None:
        """Likewise, where the one that there was could not read."""
        self._template = Template(self._plan, self._listening)
        self._tell_once(_TEMPLATE, f"cannot be replaced: {why} It is tried again every five seconds.")
        self._again = monotonic() + _TEMPLATE_PAUSE

    def _tell_once(self, what: str, why: str) -> None:
        if self._why_again.get(what) != why:
            self._why_again[what] = why
            for line in f"{what} {why}".splitlines():
                self._console.problem(line)

    def _renew_template(self) -> None:
        """Start another template in the place of one that has ended; the workers go on meanwhile."""
        template = self._template
        how = template.end()
        if self._stops:
            return
        if self._was_ready and not template.is_loaded:
            self._try_another_template(f"it {how}.")
            return
        if self._wanted:
            self._count_failure(how)
        self._console.problem(f"{_TEMPLATE} (process {template.pid}) {how}; another takes its place")
        self._template = Template(self._plan, self._listening)
        self._why_again.pop(_TEMPLATE, None)
        self._go_on()

    def _count_failure(self, how: str) -> None:
        self._failures += 1
        if self._failures >= _MOST_FAILURES:
            raise WorkersFailedError(
                f"{self._failures} processes have died before they served, the last one {how}."
            )

    def _begin_to_stop(self) -> None:
        self._stops += 1
        self._wanted.clear()
        self._again = None
        if self._stops == 1:
            self._deadline = monotonic() + self._plan.drain + _GRACE
        elif self._deadline is not None:
            self._deadline = min(self._deadline, monotonic() + _GRACE)
        self._tell(self._workers.values(), STOP)

    def _tell(self, workers: Iterable[WorkerProcess], what: Any) -> None:
        for worker in workers:
            worker.tell(what)

    def _end(self) -> None:
        """End all workers, and remove what they shared."""
        self._tell(self._workers.values(), FINISH)
        for worker in self._workers.values():
            worker.reaped()
        self._workers.clear()
        self._template.end()
        self._listening.close()
        self._wakes.close()
        self._wake.close()
        shutil.rmtree(self._plan.folder, ignore_errors=True)


def _name(worker: int) -> str:
    """What a worker is called where people are told of it."""
    return f"worker {worker}"


def _private_folder() -> str:
    """A folder that is closed to others, with a path that leaves room for a socket's."""
    folder = tempfile.mkdtemp(prefix="mockapi-")
    if len(os.fsencode(folder)) > _LONGEST_PATH:
        os.rmdir(folder)  # noqa: PTH106 - a text, as tempfile gives it
        folder = tempfile.mkdtemp(prefix="mockapi-", dir="/tmp")
    return folder
