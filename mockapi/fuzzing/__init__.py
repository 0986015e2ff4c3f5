"""Requests and streams that break clients: strategies, cases, and the runner. Needs the extra `fuzz`.

    cases           the table: what a client has to live with, and what a correct one does
    strategies      Hypothesis strategies for streams; `requests` has those for requests
    conversation    a state machine that talks to a client, with faults in between
    drivers         programs around clients, for the conformance suite

`assert_conforms` holds a parser to a case; `check_target` to the whole table. Only `strategies`,
`requests` and `conversation` need Hypothesis.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.fuzzing import report
    from mockapi.fuzzing._case_server import CaseServer
    from mockapi.fuzzing._check import assert_conforms, check_target
    from mockapi.fuzzing._conformance import ConformanceRun, cases_for, run_conformance
    from mockapi.fuzzing._driver import Driver
    from mockapi.fuzzing._folder import export, keep_failures, kept_failures, read_cases
    from mockapi.fuzzing._hunt import Hunt, hunt
    from mockapi.fuzzing._judge import judge
    from mockapi.fuzzing._keep import MAX_KEPT, as_cassette, as_test
    from mockapi.fuzzing._observe import Target, observe, sees_of
    from mockapi.fuzzing._subject import DriverSubject, Subject, TargetSubject
    from mockapi.fuzzing._verdict import Failure, Finding, Seen, Sees, Shape, Verdict
    from mockapi.fuzzing.cases import BY_ID, CASES, MESSAGE_CASES, SSE_CASES, Case, Want, of_bytes

__all__ = [
    "BY_ID",
    "CASES",
    "MAX_KEPT",
    "MESSAGE_CASES",
    "SSE_CASES",
    "Case",
    "CaseServer",
    "ConformanceRun",
    "Driver",
    "DriverSubject",
    "Failure",
    "Finding",
    "Hunt",
    "Seen",
    "Sees",
    "Shape",
    "Subject",
    "Target",
    "TargetSubject",
    "Verdict",
    "Want",
    "as_cassette",
    "as_test",
    "assert_conforms",
    "cases_for",
    "check_target",
    "export",
    "hunt",
    "judge",
    "keep_failures",
    "kept_failures",
    "observe",
    "of_bytes",
    "read_cases",
    "report",
    "run_conformance",
    "sees_of",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_case_server": "CaseServer",
        "_check": "assert_conforms check_target",
        "_conformance": "ConformanceRun cases_for run_conformance",
        "_driver": "Driver",
        "_folder": "export keep_failures kept_failures read_cases",
        "_hunt": "Hunt hunt",
        "_judge": "judge",
        "_keep": "MAX_KEPT as_cassette as_test",
        "_observe": "Target observe sees_of",
        "_subject": "DriverSubject Subject TargetSubject",
        "_verdict": "Failure Finding Seen Sees Shape Verdict",
        "cases": "BY_ID CASES MESSAGE_CASES SSE_CASES Case Want of_bytes",
        "report": "",
    },
)
