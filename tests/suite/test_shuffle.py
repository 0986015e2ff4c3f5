"""The suite's order: drawn with a seed, the same in all processes, and printed."""

from __future__ import annotations

import re

import pytest

from tests.support.plugin import run_apart

_TESTS = """
    import pytest

    @pytest.mark.parametrize("number", range(10))
    def test_it(number):
        pass
"""
_NUMBERS = range(10)


def order(pytester: pytest.Pytester, *arguments: str) -> tuple[list[str], str]:
    """The tests in the order of a run, and the seed that it printed."""
    result = run_apart(pytester, "-p", "tests.support.shuffle", "-v", *arguments)
    result.assert_outcomes(passed=20)
    text = result.stdout.str()
    seed = re.search(r"^order: --shuffle (\w+)$", text, re.MULTILINE)
    return re.findall(r"^(test_\w\.py::\S+) PASSED", text, re.MULTILINE), seed[1] if seed else ""


@pytest.mark.slow
def test_a_seed_is_an_order(pytester: pytest.Pytester) -> None:
    """A drawn seed is printed and repeats the order; files stay together; without it nothing moves."""
    pytester.makepyfile(test_a=_TESTS, test_b=_TESTS)
    plain, unseeded = order(pytester)
    assert unseeded == ""
    assert plain == [f"test_{file}.py::test_it[{number}]" for file in "ab" for number in _NUMBERS]
    drawn, seed = order(pytester, "--shuffle")
    assert drawn != plain
    assert len({name.partition("::")[0] for name in drawn[:10]}) == 1
    assert sorted(drawn) == sorted(plain)
    assert order(pytester, "--shuffle", seed) == (drawn, seed)


@pytest.mark.slow
def test_workers_agree(pytester: pytest.Pytester) -> None:
    """All processes draw the same order: xdist refuses to run else."""
    pytester.makepyfile(test_a=_TESTS, test_b=_TESTS)
    result = run_apart(pytester, "-p", "tests.support.shuffle", "-n", "2", "--shuffle")
    result.assert_outcomes(passed=20)
