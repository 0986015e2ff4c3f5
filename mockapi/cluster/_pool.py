"""The workers of one server, and the template that they are forked from: each that ends is replaced."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mockapi.cluster._messages import DRAINED, FAILED, FINISH, LOADED, OUTCOME, SERVE, SERVING, STOP
from mockapi.cluster._names import Place
from mockapi.cluster._process import OwnTemplate, Template, TemplateLostError, may_fork
from mockapi.cluster._restarts import Restarts
from mockapi.cluster._worker_process import WorkerProcess
from mockapi.errors import MockapiError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from mockapi.cluster._plan import Outcome, WorkerPlan
    from mockapi.cluster._process import AnyTemplate
    from mockapi.server import Console

_TEMPLATE: Final = "the process that workers are forked from"


class WorkerPool:
    """The workers, by number.

    Args:
        plan: what they are told.
        listening: the socket that clients come to.
        console: where people are told of workers that die.
        begin: begins with a template, in the supervisor's process or in one of its own.

    Attributes:
        restarts: what has failed, and when it is tried again.
        outcomes: what they have done, of those that were asked.
    """

    def __init__(
        self,
        plan: WorkerPlan,
        listening: socket.socket,
        console: Console,
        begin: Callable[[AnyTemplate], None],
    ) -> None:
        self.restarts = Restarts(console)
        self.outcomes: list[Outcome] = []
        self._plan = plan
        self._listening = listening
        self._console = console
        self._begin = begin
        kind = OwnTemplate if may_fork() else Template
        self._template: AnyTemplate = kind(plan, listening)
        self._workers: dict[int, WorkerProcess] = {}
        self._wanted = list(range(plan.workers))
        """The numbers of those that are still to be forked."""
        self._generations = [0] * plan.workers
        self._serves = False
        self._stops = False

    @property
    def pids(self) -> dict[int, int]:
        """The process ids of the workers, by number."""
        return {number: worker.pid for number, worker in self._workers.items()}

    @property
    def template_pid(self) -> int:
        """The process id of what they are forked from."""
        return self._template.pid

    def all_have(self, said: str) -> bool:
        """Whether all workers are there, and have said something."""
        return not self._wanted and all(said in worker.has for worker in self._workers.values())

    def tell(self, what: Any) -> None:
        """Tell all workers something."""
        for worker in self._workers.values():
            worker.tell(what)

    def serve(self) -> None:
        """Have all workers take connections, those too that take another's place."""
        self._serves = True
        self.tell(SERVE)

    def stop(self) -> None:
        """Have all workers begin to end; the second time at once. None is replaced any more."""
        self._stops = True
        self._wanted.clear()
        self.restarts.due = None
        self.tell(STOP)

    def end(self) -> None:
        """End all that is still there."""
        self.tell(FINISH)
        for worker in self._workers.values():
            worker.reaped()
        self._workers.clear()
        self._template.end()

    def channels(self) -> dict[Connection, Callable[[], None]]:
        """Over which workers and template say something, each with what takes that in.

        What takes it in raises a MockapiError where the server has to end: what was named cannot be used,
        and it was not ready yet, or workers die before they serve.
        """
        hears: dict[Connection, Callable[[], None]] = {
            worker.channel: partial(self._hear, worker) for worker in self._workers.values()
        }
        return hears | dict.fromkeys(self._template.channels, self._hear_template)

    def start(self) -> None:
        """Begin with the template, if that is still to be done, and fork the workers that are wanted.

        Raises:
            WorkersFailedError: the system has no room for them while nothing serves yet.
        """
        self.restarts.due = None
        template = self._template
        try:
            if not template.has_begun and not self._has_begun(template):
                return
            while self._wanted and template.is_loaded:
                number = self._wanted[0]
                if not self.restarts.has_started(_name(number), partial(self._fork, number)):
                    return
                del self._wanted[0]
        except TemplateLostError:
            self._renew_template()

    def _has_begun(self, template: AnyTemplate) -> bool:
        return self.restarts.has_started(_TEMPLATE, partial(self._begin, template))

    def _fork(self, number: int) -> None:
        node = "" if self._plan.node is None else self._plan.node.name
        place = Place(number, self._generations[number], node)
        tells = place[:2] == (0, 0)  # one tells for all
        self._workers[number] = WorkerProcess(self._template, place, tells=tells)

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
            self.restarts.worker_serves(_name(worker.place.worker))
        elif said == OUTCOME:
            self.outcomes.append(value)

    def _hear_failure(self, worker: WorkerProcess, error: MockapiError) -> None:
        """What was named cannot be used: the end at the start, and a wait later, as for a file being edited.

        Raises:
            MockapiError: the server was not ready yet.
        """
        if not self.restarts.was_ready:
            raise error
        number = worker.place.worker
        del self._workers[number]
        worker.reaped()
        if self._stops:  # the others serve what is in flight
            return
        self._generations[number] += 1
        self._wanted.append(number)
        self.restarts.later(_name(number), f"could not take another's place: {error}")

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
            self.restarts.count_failure(how)
        self._console.problem(
            f"{_name(number)} (process {worker.pid}) {how}; its sessions have ended with it, and another"
            " takes its place"
        )
        self._generations[number] += 1
        self._wanted.append(number)
        self.start()

    def _hear_template(self) -> None:
        try:
            self._template.listen()
        except TemplateLostError:
            self._renew_template()
            return
        except MockapiError as error:
            if not self.restarts.was_ready:
                raise
            self._template.end()
            if not self._stops:
                self._try_another_template(str(error))
            return
        if self._template.is_loaded:
            self.restarts.forget(_TEMPLATE)
        if self.restarts.due is None:
            self.start()

    def _renew_template(self) -> None:
        """Start another template in the place of one that has ended; the workers go on meanwhile."""
        template = self._template
        how = template.end()
        if self._stops:
            return
        if self.restarts.was_ready and not template.is_loaded:
            self._try_another_template(f"it {how}.")
            return
        if self._wanted:
            self.restarts.count_failure(how)
        self._console.problem(f"{_TEMPLATE} (process {template.pid}) {how}; another takes its place")
        self._template = Template(self._plan, self._listening)
        self.restarts.forget(_TEMPLATE)
        self.start()

    def _try_another_template(self, why: str) -> None:
        """Try it again with another template, for as long as it takes, where this one could not read."""
        self._template = Template(self._plan, self._listening)
        self.restarts.template_later(_TEMPLATE, why)


def _name(worker: int) -> str:
    """What a worker is called where people are told of it."""
    return f"worker {worker}"
