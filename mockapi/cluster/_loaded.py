"""All that workers need, imported and read in one process, and the forking of workers from it.

What has been read is in the memory of all of them once, for as long as nobody writes there. So all that
they need is imported, read and made before the first fork, and the garbage collector, which writes into
whatever it looks at, is kept from it. A process that does this has one thread and no event loop: nothing
that a fork would lose.
"""

from __future__ import annotations

import gc
import os
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from mockapi.cluster._forked import ForkedProcess, threads
from mockapi.cluster._worker import Worker, prepare
from mockapi.sessions import CassetteSet
from mockapi.storage import CassetteReader, cache_folder

if TYPE_CHECKING:
    from mockapi.cluster._names import Place
    from mockapi.cluster._plan import WorkerPlan


class Loaded:
    """What is played, and all that plays it, in this process.

    Args:
        plan: what every worker is told.
        listening: the socket that clients come to.

    Raises:
        MockapiError: what was named cannot be used.
    """

    def __init__(self, plan: WorkerPlan, listening: int) -> None:
        self._listening = listening
        gc.disable()
        try:
            library = CassetteSet(CassetteReader(cache_folder()).read_all(plan.paths))
            library.index(plan.settings.effective_matching)
            prepare(plan)
            self._worker = Worker(plan, library)
            gc.collect()
            gc.freeze()
        finally:
            gc.enable()
        if threads() > 1:
            raise RuntimeError("What workers are forked from has one thread; a fork would lose the others.")

    def fork(self, place: Place, channel: int, *, tells: bool) -> ForkedProcess:
        """Fork a worker.

        Args:
            place: which one it is.
            channel: its end of the connection to the supervisor.
            tells: whether it tells people what is played.
        """

        def work() -> None:
            _leave_stdin_and_stdout()
            self._worker.serve(place, Connection(channel), self._listening, tells=tells)

        return ForkedProcess(work, (channel, self._listening))


def _leave_stdin_and_stdout() -> None:
    """Leave stdin to the supervisor, and stdout to what programs read of it."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
