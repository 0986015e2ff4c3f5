"""Holding a parser to the table of cases, from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.fuzzing._judge import judge
from mockapi.fuzzing._observe import examine, sees_of
from mockapi.fuzzing.cases import MESSAGE_CASES, SSE_CASES, Case

if TYPE_CHECKING:
    from mockapi.fuzzing._observe import Target
    from mockapi.fuzzing._verdict import Finding, Sees

_LARGE = 4 * 1024 * 1024


def assert_conforms(target: Target, case: Case) -> None:
    """Hold a parser to a case.

    Args:
        target: a function from chunks of bytes to events or to a message.
        case: what it is shown.

    Raises:
        AssertionError: the verdict is not fine; the message says what was expected and seen.
    """
    sees: Sees = "events" if case.level == "sse" else sees_of(target)
    finding = judge(case, examine(target, case, sees))
    if not finding.verdict.is_fine:
        raise AssertionError(
            f"{case.id}: {finding.verdict}. {case.why} Expected {finding.expected}, seen {finding.seen}."
        )


def check_target(target: Target) -> list[Finding]:
    """What a parser gets wrong of the table, the smallest case first; [] if nothing.

    Cases of more than 4 MiB, and those that need HTTP, are left to `mockapi fuzz`.
    """
    sees = sees_of(target)
    table = SSE_CASES if sees == "events" else MESSAGE_CASES
    told = sorted((case for case in table if not case.over_http and case.size < _LARGE), key=lambda c: c.size)
    findings = [judge(case, examine(target, case, sees)) for case in told]
    return [finding for finding in findings if not finding.verdict.is_fine]
