"""Expressions of people's own: RE2 where it means the same, else a time limit."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi._expressions import Expression, ExpressionTooSlowError, Patience
from tests.support.each import each

SLOW = r"(?=x?)^(a|a|aa)+$"  # a look-ahead: RE2 does not compile it


def _spans(source: str, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in Expression(source).finditer(text)]


@each("text", ["customer-12 customer-7\n", "customer-\u0664\u0665", "", "caf\u00e9 customer-1"])
@each("source", [r"customer-(?P<secret>\d+)", r"customer-\w+$", r"(?i)CUSTOMER", r"\bc\w*?(?=-)"])
def test_it_finds_what_re_finds(source: str, text: str) -> None:
    """Whichever engine runs it, on ASCII and beyond."""
    assert _spans(source, text) == [match.span() for match in re.finditer(source, text)]


# Of control characters and signs beyond letters the engines have ideas of their own.
TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "Nd", "Zs"]) | st.sampled_from("ab1-_.\n\t "))


@given(TEXTS, st.sampled_from([r"\d+", r"\w+", r"[a-f]{2}", r"\s", r"a|b$", r"(?:ab)+", "."]))
def test_engines_agree(text: str, source: str) -> None:
    """Characters that the engines read in different ways do not reach the one that differs."""
    assert _spans(source, text) == [match.span() for match in re.finditer(source, text)]


def test_what_would_never_end_is_given_up() -> None:
    """The message says which expression it was."""
    with pytest.raises(ExpressionTooSlowError, match=r"aa\)\+.*takes too long on a text of 41 characters"):
        _spans(SLOW, "a" * 40 + "c")


def test_re2_needs_no_limit() -> None:
    """What is exponential elsewhere is read once by RE2."""
    pytest.importorskip("re2")
    assert _spans(r"^(a+)+b", "a" * 100_000) == []


def test_without_re2_the_limit_holds_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: an expression means the same without it."""
    monkeypatch.setitem(sys.modules, "re2", None)
    assert _spans(r"customer-\d+", "customer-12") == [(0, 11)]


def test_a_faulty_expression_is_res_error() -> None:
    """So that who reads a configuration can say what is wrong with it."""
    with pytest.raises(re.error):
        Expression("(")


def test_texts_share_the_time_that_they_are_given() -> None:
    """Many texts that each take less than one may are given up all the same."""
    patience = Patience(0.01)
    expression = Expression(SLOW)
    with pytest.raises(ExpressionTooSlowError):
        any(expression.is_in("a" * 18 + "c", patience) for _ in range(1000))


@pytest.mark.parametrize(
    ("source", "text"), [(r"a*", "baac"), (r"\d+", "1 22 x"), (r"x$", "ax\n"), ("", "ab")]
)
def test_it_replaces_what_re_replaces(source: str, text: str) -> None:
    """Empty matches too; the replacement is text."""
    assert Expression(source).replaced(text, r"<\1>") == re.sub(source, lambda _: r"<\1>", text)
