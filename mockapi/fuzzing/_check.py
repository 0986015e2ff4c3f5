"""Holding a parser to the table of cases, from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.errors import UsageError
from mockapi.fuzzing._guard import guarded
from mockapi.fuzzing._judge import expected_words, judge
from mockapi.fuzzing._observe import examine, sees_of
from mockapi.fuzzing._process import Trouble
from mockapi.fuzzing._verdict import Finding, Sees
from mockapi.fuzzing.cases import MESSAGE_CASES, SSE_CASES, Case

if TYPE_CHECKING:
    from collections.abc import Collection

    from mockapi.fuzzing._observe import Target

_LARGE: Final = 4 * 1024 * 1024
_MARGIN: Final = 5.0


def assert_conforms(target: Target, case: Case) -> None:
    """Hold a parser to a case.

    Args:
        target: a function from chunks of bytes to events or to a message.
        case: what it is shown.

    Raises:
        AssertionError: the verdict is not fine; the message says what was expected and seen.
    """
    sees: Sees = "events" if case.level == "sse" else _sees(target)
    finding = _look(target, case, sees)
    if not finding.verdict.is_fine:
        raise AssertionError(
            f"{case.id}: {finding.verdict}. {case.why} Expected {finding.expected}, seen {finding.seen}."
        )


def check_target(target: Target, *, exclude: Collection[str] = ()) -> list[Finding]:
    """What a parser gets wrong of the table, the smallest case first; [] if nothing.

    A parser that never returns or ends the process has the verdict of that, and the next case is looked
    at. Cases of more than 4 MiB, and those that need HTTP, are left to `mockapi fuzz`.

    Args:
        target: a function from chunks of bytes to events or to a message.
        exclude: ids of cases that are left out, or `GROUP/` for a whole group.
    """
    sees = _sees(target)
    table = SSE_CASES if sees == "events" else MESSAGE_CASES
    told = [
        case
        for case in table
        if not (case.over_http or case.size >= _LARGE or case.id in exclude or f"{case.group}/" in exclude)
    ]
    findings = [_look(target, case, sees) for case in sorted(told, key=lambda case: case.size)]
    return [finding for finding in findings if not finding.verdict.is_fine]


def _sees(target: Target) -> Sees:
    try:
        return guarded(lambda: sees_of(target), _MARGIN)
    except Trouble as trouble:
        raise UsageError(f"The target fails on a plain stream: {trouble}.") from None


def _look(target: Target, case: Case, sees: Sees) -> Finding:
    seconds = case.seconds * (1 if case.quarter is None else 3) + _MARGIN
    try:
        return judge(case, guarded(lambda: examine(target, case, sees), seconds))
    except Trouble as trouble:
        return Finding(case, trouble.verdict, expected_words(case, sees), str(trouble))
