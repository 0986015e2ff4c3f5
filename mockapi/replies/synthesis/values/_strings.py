"""Strings: by format, by pattern, by the name of the property, within their lengths."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from mockapi.replies.synthesis.values._expand import PATTERNS
from mockapi.replies.synthesis.values._limits import MAX_TEXT, Unsatisfiable
from mockapi.replies.synthesis.values._match import found_in
from mockapi.replies.synthesis.values._pattern import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis.values._expand import Schema

WORDS: Final = (
    "amber", "birch", "cedar", "delta", "ember", "fern", "grove", "harbor", "iris", "juniper", "kestrel",
    "linden", "maple", "north", "olive", "pine", "quartz", "river", "stone", "tulip", "umber", "violet",
    "willow",
)  # fmt: skip
_NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "location": ("San Francisco, CA", "Paris, France", "Osaka, Japan"),
    "city": ("San Francisco", "Paris", "Osaka"),
    "country": ("France", "Japan", "Kenya"),
    "name": ("Ada Miller", "Noor Haddad", "Kenji Mori"),
    "language": ("en", "fr", "ja"),
    "timezone": ("America/Los_Angeles", "Europe/Paris", "Asia/Tokyo"),
    "expression": ("150 * 50", "2 + 2", "(3 + 4) * 5"),
    "email": ("ada@example.com", "noor@example.org"),
    "url": ("https://example.com/page", "https://example.org/"),
    "path": ("/tmp/notes.txt", "/tmp/report.md"),  # noqa: S108 - an argument in a reply; nothing is opened
    "ticker": ("ACME", "INIT", "ORBT"),
    "currency": ("USD", "EUR", "JPY"),
    "command": ("ls -la", "pwd"),
    "code": ("print(6 * 7)",),
    "sql": ("SELECT 1",),
    "date": ("2026-10-01", "2026-11-15"),
}
_SUBJECT: Final = frozenset({"query", "question", "prompt", "text", "message", "input", "topic", "content"})
_FILLING: Final = 4
_SHORT: Final = {
    **dict.fromkeys(("email", "idn-email"), "a@b.co"),
    **dict.fromkeys(("hostname", "idn-hostname"), "b.co"),
    **dict.fromkeys(("uri", "url", "iri"), "s:a"),
    **dict.fromkeys(("uri-reference", "iri-reference", "uri-template"), "a"),
    "duration": "P1D",
    "ipv4": "1.1.1.1",
    "ipv6": "::",
    "regex": "a",
    "json-pointer": "",
    "relative-json-pointer": "0",
}
"""What is written where there is little room."""
_GROW: Final = {
    **dict.fromkeys(("email", "idn-email"), ("a", "")),
    **dict.fromkeys(("uri", "url", "iri", "uri-reference", "iri-reference", "uri-template"), ("", "a")),
    **dict.fromkeys(("regex", "json-pointer", "relative-json-pointer"), ("", "a")),
}
"""The letters that are put before and after a text that is too short."""


def string(schema: Schema, dice: SeededChoices, *, name: str, subject: str, attempt: int) -> str:
    """A string that satisfies the string keywords of a flat schema, as far as that shows here.

    Args:
        schema: flat.
        dice: choose.
        name: of the property that it is for, "" without one.
        subject: what the user wrote, for strings that ask for it.
        attempt: 0 for the first; later ones vary more.

    Raises:
        Unsatisfiable: no length fits, or a pattern cannot be read.
    """
    shortest, longest = _length(schema, "minLength", 0), _length(schema, "maxLength", MAX_TEXT)
    if shortest > longest or shortest > MAX_TEXT:
        raise Unsatisfiable(f"it wants a string of {shortest:,} to {longest:,} characters")
    patterns = [item for item in schema.get(PATTERNS) or () if isinstance(item, str)]
    form = str(schema.get("format"))
    make = FORMATS.get(form)
    constraints = len(patterns) + (make is not None)
    if constraints > 1 and attempt % 3 == 2:
        plain = _plain(name, subject, dice, shortest, longest, attempt)
        return _spliced(plain if make is None else make(dice), patterns, dice)
    if patterns and (make is None or attempt % 3):
        return _matching(patterns, dice, shortest, longest, attempt)
    if make is not None:
        return _fitting(make, dice, shortest, longest, form)
    return _plain(name, subject, dice, shortest, longest, attempt)


def _length(schema: Schema, key: str, default: int) -> int:
    value = schema.get(key, default)
    return int(value) if isinstance(value, (int, float)) else default


def choices(name: str) -> tuple[tuple[str, ...], bool]:
    """The texts of which a property of some name has one, and whether it wants what the user wrote."""
    key = name.lower()
    word = key.rpartition("_")[2]
    return _NAMED.get(key) or _NAMED.get(word) or WORDS, word in _SUBJECT


def _plain(name: str, subject: str, dice: SeededChoices, shortest: int, longest: int, attempt: int) -> str:
    texts, asks_for_subject = choices(name)
    if attempt:
        text = f"{dice.pick(WORDS)}{dice.below(10_000)}"
    else:
        text = subject if subject and asks_for_subject else dice.pick(texts)
    while len(text) < shortest:
        missing = shortest - len(text)
        text += f" {dice.pick(WORDS)}" if missing > _FILLING else "a" * missing
    text = text[:longest]
    return text.rstrip() if len(text.rstrip()) >= shortest else text


def _matching(patterns: list[str], dice: SeededChoices, shortest: int, longest: int, attempt: int) -> str:
    parsed = parse(patterns[attempt // 2 % len(patterns)])
    text = ""
    for extra in (attempt % 3, 1, 2, 3, 5, 8, 13, 30, 100, shortest):
        for _ in range(4):
            text = parsed.text(dice, extra=extra, shortest=shortest)
            if shortest <= len(text) <= longest:
                return text
    raise Unsatisfiable(f"no text of its lengths matches {patterns[0][:60]!r}, as far as was tried")


def _spliced(text: str, patterns: list[str], dice: SeededChoices) -> str:
    """A text with what each pattern wants put over its beginning or its end, where the pattern is open."""
    first = dice.below(len(patterns))
    for pattern in patterns[first:] + patterns[:first]:
        if found_in(pattern, text):
            continue
        parsed = parse(pattern)
        part = parsed.text(dice, extra=1)
        if parsed.open_end and (not parsed.open_start or dice.chance(50)):
            text = part + text[len(part) :]
        elif parsed.open_start:
            text = text[: max(0, len(text) - len(part))] + part
        else:
            text = part
    return text


def _fitting(
    make: Callable[[SeededChoices], str], dice: SeededChoices, shortest: int, longest: int, form: str
) -> str:
    for _ in range(12):
        text = make(dice)
        if len(text) > longest and form in _SHORT:
            text = _SHORT[form]
        if len(text) < shortest and form in _GROW:
            before, after = _GROW[form]
            text = before * (shortest - len(text)) + text + after * (shortest - len(text))
        if shortest <= len(text) <= longest:
            return text
    raise Unsatisfiable(f"no text of its lengths has the format {form!r}, as far as was tried")


def _date(dice: SeededChoices) -> str:
    return f"2026-{dice.between(1, 12):02}-{dice.between(1, 28):02}"


def _time(dice: SeededChoices) -> str:
    return f"{dice.below(24):02}:{dice.below(60):02}:{dice.below(60):02}Z"


def _uuid(dice: SeededChoices) -> str:
    digits = f"{dice.number(128):032x}"
    variant = dice.pick("89ab")
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _host(dice: SeededChoices) -> str:
    return f"{dice.pick(WORDS)}.example.{dice.pick(('com', 'org', 'net'))}"


def _base64(dice: SeededChoices) -> str:
    return base64.b64encode(dice.take(dice.pick((12, 24)))).decode()


FORMATS: Final[Mapping[str, Callable[[SeededChoices], str]]] = {
    "date": _date,
    "time": _time,
    "date-time": lambda dice: f"{_date(dice)}T{_time(dice)}",
    "duration": lambda dice: f"P{dice.between(1, 9)}DT{dice.between(1, 23)}H",
    "email": lambda dice: f"{dice.pick(WORDS)}{dice.below(1000)}@example.com",
    "idn-email": lambda dice: f"{dice.pick(WORDS)}{dice.below(1000)}@example.com",
    "hostname": _host,
    "idn-hostname": _host,
    "ipv4": lambda dice: f"192.0.2.{dice.between(1, 254)}",
    "ipv6": lambda dice: f"2001:db8::{dice.between(1, 0xFFFF):x}",
    "uri": lambda dice: f"https://{_host(dice)}/{dice.pick(WORDS)}/{dice.below(1000)}",
    "url": lambda dice: f"https://{_host(dice)}/{dice.pick(WORDS)}/{dice.below(1000)}",
    "iri": lambda dice: f"https://{_host(dice)}/{dice.pick(WORDS)}/{dice.below(1000)}",
    "uri-reference": lambda dice: f"/{dice.pick(WORDS)}/{dice.below(1000)}",
    "iri-reference": lambda dice: f"/{dice.pick(WORDS)}/{dice.below(1000)}",
    "uri-template": lambda dice: f"https://{_host(dice)}/{{{dice.pick(WORDS)}}}",
    "uuid": _uuid,
    "json-pointer": lambda dice: f"/{dice.pick(WORDS)}/{dice.below(10)}",
    "relative-json-pointer": lambda dice: f"{dice.below(3)}/{dice.pick(WORDS)}",
    "regex": lambda dice: f"^{dice.pick(WORDS)}[0-9]+$",
    "byte": _base64,
}
"""Makers of strings by their `format`; an unknown format is any string, as JSON Schema has it."""
