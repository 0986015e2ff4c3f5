"""What the supervisor and a worker say to each other, over a connection that ends with either of them.

supervisor -> worker     WorkerPlan, Place, whether it tells what is played    once, at its start
"serve"      take connections
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

SERVE: Final = "serve"
STOP: Final = "stop"
REPORT: Final = "report"
FINISH: Final = "finish"

FAILED: Final = "failed"
LOADED: Final = "loaded"
SERVING: Final = "serving"
DRAINED: Final = "drained"
OUTCOME: Final = "outcome"
