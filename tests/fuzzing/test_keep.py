"""What is saved of a failure: it passes as soon as the parser is mended."""

from __future__ import annotations

from typing import Any

import pytest

from mockapi.fuzzing import CASES, Finding, Verdict, as_test
from tests.support import good_parsers

KEPT = [case for case in CASES if case.ignore and case.size < 2**16 and not case.over_http]


@pytest.mark.parametrize("case", KEPT, ids=lambda case: case.id)
def test_a_saved_test_passes_with_a_correct_parser(case: Any) -> None:
    """What does not count in the case does not count in the test."""
    written = as_test(Finding(case, Verdict.DIFFERS, "", ""), "tests.support.good_parsers:message")
    names: dict[str, Any] = {}
    exec(compile(written, "test_failure.py", "exec"), names)
    assert names["message"] is good_parsers.message
    assert names["CASE"].ignore == case.ignore
    (test,) = [value for name, value in names.items() if name.startswith("test_")]
    test()
