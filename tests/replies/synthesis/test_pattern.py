"""Texts read off regular expressions match them."""

from __future__ import annotations

import jsonschema_rs
import pytest

from mockapi.replies._seeded import SeededChoices
from mockapi.replies.synthesis.values import Unsatisfiable
from mockapi.replies.synthesis.values._limits import MAX_DEPTH, MAX_TEXT
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
    "^a(?=b)b$", "^a(?!c)b$", "^a(?<=a)b$", "^ab(?<!a)$", "^(?=^a$)a$", r"^\cA\ca$", "^a{2}?$",
    "^[\u4e00-\u9fff]{3}$", "^[\u1e00-\u1e7f]$", "^[\ud7ff\ue000-\ue0ff]+$", "^[^ -~]$",
    r"^[\p{Sc}\p{Nl}]$", r"^\p{Extended_Pictographic}$", r"^\p{White_Space}$",
]  # fmt: skip
WRONG = {
    "(": "has a ( without its )",
    ")": "has an unmatched )",
    "a)b": "has an unmatched )",
    "[": "has a [ without its ]",
    "*a": "has a * with nothing before it",
    "a|+": "has a + with nothing before it",
    "[z-a]": "has a range that runs backwards",
    r"\u12": "",
    "a{3,1}": "has a repetition whose bounds are reversed",
    "[]": "has an empty class, which matches nothing",
    r"[\ud800-\udfff]": "has a class that no character is in",
    r"[^\s\S]": "has a class that no character is in",
    "(?<n": "has a group name without its >",
    "(?P<n": "has a group name without its >",
    "(?#a)": "has a kind of group that ECMA-262 does not have",
    r"\p{Nonsense}": "",
    r"\p{L": "has a property without its }",
    "\\": "has an escape without a character",
    "\\c": "has a control escape without a letter",
    "(" * (MAX_DEPTH + 2) + ")" * (MAX_DEPTH + 2): "has too many nested groups",
    f"a{{{MAX_TEXT + 1}}}": f"wants a text of more than {MAX_TEXT:,} characters",
    f"(ab){{{MAX_TEXT // 2 + 1}}}c": f"wants a text of more than {MAX_TEXT:,} characters",
}


@each("pattern", MATCHED)
def test_a_text_matches_its_pattern(pattern: str) -> None:
    """What is read off an expression is matched by an engine of ECMA-262 expressions."""
    validator = jsonschema_rs.validator_for({"pattern": pattern})
    parsed = parse(pattern)
    for number in range(30):
        text = parsed.text(SeededChoices(str(number).encode()), extra=number % 4)
        assert validator.is_valid(text), text


@each(("pattern", "wrong"), WRONG.items())
def test_what_is_no_expression_is_refused(pattern: str, wrong: str) -> None:
    """A broken expression is told of, by what it has wrong."""
    with pytest.raises(Unsatisfiable, match="its pattern") as raised:
        parse(pattern).text(SeededChoices(b""), extra=0)
    assert wrong in str(raised.value)


@each(
    ("pattern", "text"),
    [
        ("^a{b}$", "a{b}"),
        ("^a{,3}$", "a{,3}"),
        ("^a{1,b}$", "a{1,b}"),
        ("^a{$", "a{"),
        ("^(?i)a(?i:b)$", "ab"),
        (r"^(a)(?:b)(?<n>c)(?P<m>d)\3\2\1\4$", "abcddca"),
        (r"^a\b$", "a"),
        (r"^\x41\u0042\u{43}\f\n\r\t\v\0$", "ABC\f\n\r\t\v\0"),
        (r"^\cJ\cj\-\.$", "\n\n-."),
        (r"^\2$", ""),
    ],
)
def test_a_pattern_of_one_text_is_that_text(pattern: str, text: str) -> None:
    """Braces that count nothing stand for themselves, and a group that is not there for nothing."""
    assert parse(pattern).text(SeededChoices(b""), extra=3) == text


def test_what_is_as_long_as_may_be_is_made() -> None:
    """Groups as deep, texts as long."""
    assert parse(f"^a{{{MAX_TEXT}}}$").text(SeededChoices(b""), extra=0) == "a" * MAX_TEXT
    deep = "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH
    assert parse(f"^{deep}$").text(SeededChoices(b""), extra=0) == "a"


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
