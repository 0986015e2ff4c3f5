"""Several worker processes that are one server: a supervisor, and sessions that belong to one worker each.

    supervisor    binds the socket, reads, forks workers, replaces those that die; takes no connection itself
                  (`_supervisor` from start to end, `_pool` who is there, `_restarts` what failed, `_process`
                  what they are forked from)
    worker        a whole server on the inherited socket; whoever has a session answers for it, whoever has
                  the connection plays the reply

Linux and macOS.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.cluster._plan import Outcome, WorkerPlan
    from mockapi.cluster._process import usable_cpus
    from mockapi.cluster._restarts import WorkersFailedError
    from mockapi.cluster._supervisor import Supervisor

__all__ = ["Outcome", "Supervisor", "WorkerPlan", "WorkersFailedError", "usable_cpus"]

__getattr__ = lazy_exports(
    __name__,
    {
        "_plan": "Outcome WorkerPlan",
        "_process": "usable_cpus",
        "_restarts": "WorkersFailedError",
        "_supervisor": "Supervisor",
    },
)
