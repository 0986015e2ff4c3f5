"""Texts read off regular expressions match them."""

from __future__ import annotations

import jsonschema_rs
import pytest

from mockapi.replies._seeded import SeededChoices
from mockapi.replies.synthesis.values import Unsatisfiable
from mockapi.replies.synthesis.values._pattern import parse
from tests.support.each import each

MATCHED = [
    "^$", "a|b", "^(a|b)*c{2,3}$", "^[^a-z]+$", r"^\d{3}-\w+\s\S$", "^[a-zA-Z0-9_-]{1,64}$",
    r"^\u0041\x42\t$",
    r"^(?:ab)+?$", r"^(?<year>\d{4})$", r"^(x)\1$", "^.$", r"^[\d\-.]+$", "^[]a]$".replace("[]a]", "[a\\]]"),
    r"^\p{Lu}\p{Ll}+$", r"^[\p{L}\d]+$", r"^https?://[^\s/$.?#]\S*$", "^(((((a+)+)+)+)+)+$",
    r"^[\w.+-]+@[\w-]+\.[\w.]{2,}$", r"^\/path\/\{id\}$", "^[^\\]]$", "日本+", r"^[\u{1F600}-\u{1F60F}]$",
    "(?i)^abc$", "^(?i:abc)d$", "^(?i:a|b)c$", "^a++b*+$",
    r"^\p{Script=Hiragana}{3}$", r"^\p{M}$", r"^\P{L}+$",
    r"^[\p{Sc}\p{Nl}]$", r"^\p{Extended_Pictographic}$", r"^\p{White_Space}$",
]  # fmt: skip
WRONG = [
    "(",
    ")",
    "[",
    "a**b".replace("**", "*") + ")",
    "*a",
    "[z-a]",
    r"\u12",
    "a{3,1}",
    "[]",
    "(?<n",
    r"\p{Nonsense}",
    r"\p{L",
    "\\",
]


@each("pattern", MATCHED)
def test_a_text_matches_its_pattern(pattern: str) -> None:
    """What is read off an expression is matched by an engine of ECMA-262 expressions."""
    validator = jsonschema_rs.validator_for({"pattern": pattern})
    parsed = parse(pattern)
    for number in range(30):
        text = parsed.text(SeededChoices(str(number).encode()), extra=number % 4)
        assert validator.is_valid(text), text


@each("pattern", WRONG)
def test_what_is_no_expression_is_refused(pattern: str) -> None:
    """A broken expression is told of, by what it has wrong."""
    with pytest.raises(Unsatisfiable, match="pattern"):
        parse(pattern).text(SeededChoices(b""), extra=0)


def test_an_open_end_is_filled_up_to_the_length() -> None:
    """An expression that anything may follow is followed by letters."""
    assert len(parse("cat").text(SeededChoices(b""), extra=0, shortest=20)) == 20
    assert parse("cat$").text(SeededChoices(b""), extra=0, shortest=20).endswith("cat")
    assert parse("^cat$").text(SeededChoices(b""), extra=0, shortest=20) == "cat"


@pytest.mark.parametrize(
    ("pattern", "only"),
    [
        (r"^[^\D1-9]$", "0"),
        (r"^[^\D0-8]$", "9"),
        (r"^[^\S\n-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]$", "\t"),
        (r"^[^\S\t-\f \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]$", "\r"),
        (r"^[^\W\d_A-Zb-z]$", "a"),
        (r"^[^\W\d_a-zA-Y]$", "Z"),
    ],
)
def test_classes_hold_their_first_and_last_characters(pattern: str, only: str) -> None:
    """Digits, blanks and letters from end to end: where one is left, that one is found."""
    assert parse(pattern).text(SeededChoices(b"0"), extra=0) == only
