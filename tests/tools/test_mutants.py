"""Mutants: what is changed, what is left alone, and which of them are drawn."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from tools.mutants import mutants_of
from tools.mutate import draw


def mutated(code: str) -> set[str]:
    """The code of every mutant, each on its one line."""
    source = code.encode()
    return {mutant.applied_to(source).decode() for mutant in mutants_of("module.py", source)}


@each(
    ("code", "expected"),
    [
        ("a < b", {"a <= b", "a >= b"}),
        ("a >= b", {"a > b", "a < b"}),
        ("a == b != c", {"a != b != c", "a == b == c"}),
        ("a is not b", {"a is b"}),
        ("(a) not  in (b)", {"(a) in (b)"}),
        ("a and b and c", {"a or b and c", "a and b or c"}),
        ("not a", {"(a)"}),
        ("-a", {"(a)"}),
        ("a + b", {"a - b"}),
        ("a // b", {"a * b"}),
        ("x if y else z", {"x if not (y) else z"}),
        ("[x for x in y if x]", {"[x for x in y if not (x)]"}),
        ("f(7, True, 0.5)", {"f(8, True, 0.5)", "f(7, False, 0.5)", "f(7, True, 1.5)"}),
        ("x += y", {"x -= y"}),
        ("def f(): return x", {"def f(): return None"}),
        ("def f(): return", {"def f(): pass"}),
        ("def f(): raise x", {"def f(): pass"}),
        ("def f(): x = y", {"def f(): pass"}),
        ("def f(): g()", {"def f(): pass"}),
        ("async def f(): await g()", {"async def f(): pass"}),
        ("'é' in x + y", {"'é' not in x + y", "'é' in x - y"}),
    ],
)
def test_each_kind_of_code_has_its_mutants(code: str, expected: set[str]) -> None:
    """Comparisons, boundaries, truth values, arithmetic, returned values and statements."""
    assert mutated(code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "x = 'text' + y",
        "x = b'%d' % y",
        "f'{a + b}'",
        "def f(x: int | None) -> list[int | str]: '''Say.'''",
        "assert x == 1",
        "x: int | None",
        "@dataclass(frozen=True)\nclass C: pass",
        "if TYPE_CHECKING:\n    x = 1",
        "def f(): return None",
    ],
)
def test_what_is_no_behaviour_is_left_alone(code: str) -> None:
    """Text, annotations, docstrings, assertions, dataclass options, imports for type checkers."""
    assert mutated(code) == set()


@pytest.mark.slow
def test_a_mutant_is_a_program_and_differs_in_one_line() -> None:
    """Every mutant of a real module can be compiled; its diff has one line less and one more."""
    with open(ast.__file__, "rb") as file:  # noqa: PTH123 - any module will do
        source = file.read()
    mutants = mutants_of("lib/ast.py", source)
    assert len(mutants) > 500
    for mutant in draw(mutants, 60, seed=1):
        compile(mutant.applied_to(source), mutant.path, "exec")
        changed = [line for line in mutant.diff(source).splitlines()[2:] if line[0] in "+-"]
        assert {line[0] for line in changed} == {"+", "-"}
        assert mutant.lines[0] <= mutant.line(source) or not mutant.in_function


@given(st.integers(), st.integers(0, 20))
def test_a_seed_draws_the_same_again(seed: int, count: int) -> None:
    """As many as were asked for, each once, however often it is asked."""
    mutants = mutants_of("module.py", b"a < b < c; d = 1 + 2 * 3; e = not f or g and h")
    drawn = draw(mutants, count, seed)
    assert drawn == draw(mutants, count, seed)
    assert len(set(drawn)) == len(drawn) == min(count, len(mutants))


def test_what_is_drawn_stays_when_other_code_changes() -> None:
    """Moving code, or adding some, keeps most of the draw: what was killed need not be killed again."""
    code = b"".join(b"def f%d(x):\n    return x + %d\n" % (number, number) for number in range(200))
    before = draw(mutants_of("old.py", code), 50, seed=1)
    after = draw(mutants_of("new.py", b"import os\nprint(os.name == 'nt')\n" + code), 50, seed=1)
    same = {mutant.identity for mutant in before} & {mutant.identity for mutant in after}
    assert len(same) >= 48


def test_lines_are_those_of_the_statement_or_of_its_head() -> None:
    """Tests are chosen by the lines of a whole statement, but not by the body of a compound one."""
    source = b"def f():\n    if (a and\n            b):\n        g(\n            h + 1\n        )\n"
    places = {mutant.replacement: (mutant.lines, mutant.in_function) for mutant in mutants_of("m.py", source)}
    assert places["or"] == ((2, 3), True)
    assert places["-"] == ((4, 6), True)
    (default,) = mutants_of("m.py", b"def f(x=3): ...")
    assert not default.in_function
