"""A process that holds a target, so that it may hang, crash or grow without harm to the hunt.

It is asked line by line, in JSON: {"case": ID} for a case of the table, or {"level", "chunks",
"events", "want", "messages", "ignore", ...} for another one (chunks in base64), and answers with the verdict,
what was expected and what was seen. To {"hello": true} it says what the target shows.

Where nobody is left who could ask, it ends, and with it what the target has started: even one who was
killed leaves no target behind that goes round in circles.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import signal
import sys
import threading
import time
from typing import Any, Final

from mockapi.errors import UsageError
from mockapi.exchange import Ending
from mockapi.fuzzing._judge import judge
from mockapi.fuzzing._large_streams import large_case
from mockapi.fuzzing._observe import examine, load_target, sees_of
from mockapi.fuzzing._usage import usage_of
from mockapi.fuzzing.cases import BY_ID, Case, Want, of_bytes

_LAST_SECONDS: Final = 5.0


def case_as_json(case: Case) -> dict[str, Any]:
    """A case for the worker; one of the table, or a large stream, by its id."""
    if (BY_ID.get(case.id) or large_case(case.level, case.id)) is case:
        return {"case": case.id, "level": case.level}
    return {
        "id": case.id,
        "level": case.level,
        "chunks": [base64.b64encode(chunk).decode() for chunk in case.chunks()],
        "events": case.events,
        "want": case.want.name,
        "messages": case.messages,
        "ignore": sorted(case.ignore),
        "ending": case.ending.name,
        "seconds": case.seconds,
        "quarter": None if case.quarter is None else [base64.b64encode(c).decode() for c in case.quarter()],
    }


def _case(value: dict[str, Any]) -> Case:
    if "case" in value:
        id_ = value["case"]
        return large_case(value["level"], id_) or BY_ID[id_]
    chunks = [base64.b64decode(chunk) for chunk in value["chunks"]]
    events = value["events"]
    quarter = value["quarter"] and tuple(base64.b64decode(chunk) for chunk in value["quarter"])
    return of_bytes(
        value["id"],
        value["level"],
        b"".join(chunks),
        "",
        *chunks,
        events=None if events is None else tuple((kind, data, id_) for kind, data, id_ in events),
        want=Want[value["want"]],
        messages=tuple(value["messages"]),
        ignore=frozenset(value["ignore"]),
        ending=Ending[value["ending"]],
        seconds=value["seconds"],
        quarter=quarter and (lambda: quarter),
    )


def _peak() -> int | None:
    """The most memory that this process has had, in bytes; None where the system does not tell."""
    # Not from `resource` on Linux: there the figure is inherited from the parent process.
    peak = usage_of([os.getpid()]).peak
    if peak is not None:
        return peak
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _listen(questions: queue.SimpleQueue[str | None]) -> None:
    """Take in the questions; end this process and its group some time after the last of them."""
    for line in sys.stdin:
        questions.put(line)
    questions.put(None)
    time.sleep(_LAST_SECONDS)  # for the answer to the last question; then nobody waits for it
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def main(name: str) -> None:
    """Answer questions about a target until there are no more."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    questions: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    os.dup2(2, 1)  # what a target prints must not be taken for an answer
    sys.path.insert(0, "")  # as `python -m` has it: the target may lie in the working folder
    try:
        target = load_target(name)
        sees = sees_of(target)
    except UsageError as error:
        print(json.dumps({"problem": str(error)}), file=out, flush=True)
        return
    while (line := questions.get()) is not None:
        question = json.loads(line)
        if "hello" in question:
            print(json.dumps({"sees": sees}), file=out, flush=True)
            continue
        case = _case(question)
        found = judge(case, examine(target, case, sees, _peak))
        answer = {"verdict": found.verdict, "expected": found.expected, "seen": found.seen}
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
