"""Cases that share a test are all tried, and each failure says which case it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.each import each

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def tried() -> Iterator[list[object]]:
    """What the cases of a test have been called with."""
    seen: list[object] = []
    yield seen
    assert len(seen) == 6


@each("number", [1, 2, 3])
@each(("letter", "word"), [("a", "one"), ("b", "two")])
def test_all_combinations_are_tried_with_the_fixtures(
    number: int, letter: str, word: str, tried: list[object]
) -> None:
    """Stacked, and beside a fixture, as parameters are."""
    assert (number, letter, word) not in tried
    tried.append((number, letter, word))


def test_one_failure_is_the_tests_own_and_names_its_case() -> None:
    """The error is the one that was raised, so that pytest shows where."""

    @each("number", [1, pytest.param(2, id="two"), 3])
    def judge(number: int) -> None:
        assert number != 2

    with pytest.raises(AssertionError) as failure:
        judge()
    assert failure.value.__notes__ == ["The case is two."]


def test_all_failures_are_told() -> None:
    """The cases behind a failure are tried too; whoever calls `pytest.fail` fails likewise."""

    @each("letter", "a", ids=["the first"])
    @each("number", [1, 2, 3, 4], ids=lambda number: f"number {number}")
    def judge(number: int, letter: str) -> None:
        if number == 3:
            pytest.fail(letter)
        assert number == 1

    with pytest.raises(BaseExceptionGroup, match="3 of 4 cases failed") as failure:
        judge()
    assert failure.value.__notes__ == ["The case is the first."]
    notes = [error.__notes__ for error in failure.value.exceptions]
    assert notes == [["The case is number 2."], ["The case is number 3."], ["The case is number 4."]]


def test_what_each_cannot_try_is_a_mistake() -> None:
    """Else a test would pass that has tried nothing, or not what was meant."""
    with pytest.raises(ValueError, match="Cases are missing for number"):
        each("number", [])

    with pytest.raises(TypeError, match="has marks"):
        each("number", [pytest.param(1, marks=pytest.mark.slow)])

    with pytest.raises(TypeError, match="has no parameters"):

        @each("number", [1])
        def judge(letter: str) -> None:
            assert letter


def test_a_failure_in_pytest_shows_the_case(pytester: pytest.Pytester) -> None:
    """The report has the note and the values of the assertion."""
    pytester.makepyfile(
        """
        from tests.support.each import each

        @each("number", [1, 2, 3])
        def test_it(number):
            assert number != 2
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E * assert 2 != 2", "E * The case is 2."])
