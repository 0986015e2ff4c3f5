"""What the processes of a server say to each other, over connections that end with either of them.

supervisor -> template   WorkerPlan    once, at its start
("fork", (Place, whether it tells what is played))    a worker, with its end of a connection behind it
("kill", process id)    one of its workers
template -> supervisor   ("failed", error)     what was named cannot be used
("loaded", None)      it can fork
("forked", process id)
("not forked", error)     the system has no room for another process
("ended", (process id, exit code))    a worker has, as `subprocess` has its code

supervisor -> worker     "serve"      take connections
"stop"       begin to end; the second time at once
"report"     what was done? Outcome comes back
"finish"     end
worker -> supervisor     ("failed", error)     it cannot serve: what was named cannot be used
("loaded", None)      it could serve
("serving", None)     it does
("drained", None)     nothing is in flight any more
("outcome", Outcome)
"""

from __future__ import annotations

from typing import Final

FORK: Final = "fork"
KILL: Final = "kill"
FORKED: Final = "forked"
NOT_FORKED: Final = "not forked"
ENDED: Final = "ended"

SERVE: Final = "serve"
STOP: Final = "stop"
REPORT: Final = "report"
FINISH: Final = "finish"

FAILED: Final = "failed"
LOADED: Final = "loaded"
SERVING: Final = "serving"
DRAINED: Final = "drained"
OUTCOME: Final = "outcome"
