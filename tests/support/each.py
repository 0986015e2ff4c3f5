"""Many small cases in one test: `each` stands where `pytest.mark.parametrize` could.

pytest takes three to four milliseconds to collect, set up and report a test. That is more than most of
these cases take, and there were thousands. All cases are tried, and each that fails is named. What needs
something of its own (a folder, a session, a patch) stays a test of its own: cases share the fixtures.
"""

from __future__ import annotations

import functools
import inspect
import reprlib
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    TypeOfTest = Callable[..., None]

_PARAM = type(pytest.param())
_FAILURES = (Exception, pytest.fail.Exception, BaseExceptionGroup)  # groups: of stacked cases


class _Case(NamedTuple):
    name: str
    arguments: dict[str, Any]


def each(
    names: str | Sequence[str],
    cases: Iterable[Any],
    ids: Callable[[Any], str | None] | Iterable[str] | None = None,
) -> Callable[[TypeOfTest], TypeOfTest]:
    """Call a test for each of the cases, to the last one.

    Args:
        names: the parameters that a case fills; with several names, a case has a value for each.
        cases: what to try; one may be a `pytest.param` with an id.
        ids: what the cases are called in a failure: a function of a value, or a name for each case.
    """
    several = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    if ids is None or callable(ids):
        all_cases = [_case(several, case, ids) for case in cases]
    else:
        all_cases = [_case(several, case, None) for case in cases]
        all_cases = [case._replace(name=name) for case, name in zip(all_cases, ids, strict=True)]
    if not all_cases:
        raise ValueError(f"Cases are missing for {names}: the test would pass without having tried anything.")

    def decorate(test: TypeOfTest) -> TypeOfTest:
        signature = inspect.signature(test)
        kept = [item for name, item in signature.parameters.items() if name not in several]
        if len(kept) + len(several) != len(signature.parameters):
            raise TypeError(f"{test.__name__} has no parameters {several}.")

        @functools.wraps(test)
        def try_all(**fixtures: Any) -> None:
            _try(test, all_cases, fixtures)

        try_all.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined] # read by pytest
        return try_all

    return decorate


def _case(names: Sequence[str], case: Any, ids: Callable[[Any], str | None] | None) -> _Case:
    given: Any = None
    if isinstance(case, _PARAM):
        if case.marks:
            raise TypeError(f"A case of {', '.join(names)} has marks: it needs a test of its own.")
        given, values = case.id, case.values
    else:
        values = tuple(case) if len(names) > 1 else (case,)
    spelled = "-".join((ids(value) if ids else None) or reprlib.repr(value) for value in values)
    return _Case(given or spelled, dict(zip(names, values, strict=True)))


def _try(test: TypeOfTest, cases: Sequence[_Case], fixtures: dict[str, Any]) -> None:
    failures: list[BaseException] = []
    for case in cases:
        try:
            test(**case.arguments, **fixtures)
        except _FAILURES as error:
            error.add_note(f"The case is {case.name}.")
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise BaseExceptionGroup(f"{len(failures)} of {len(cases)} cases failed", failures)
