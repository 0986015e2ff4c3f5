"""The built-in patterns take time in proportion to the text: it is seen from how they are made.

    no repetition without end within a repetition without end
    behind one nothing may fail, so that no search has to give characters back and try again
    no look-ahead or look-behind without end

A pattern that needs more must not begin inside what it repeats: its left border excludes that,
and the repetition is possessive.
"""

from __future__ import annotations

import re
from re import _constants as codes  # type: ignore[attr-defined] # the parsed form has no public name
from re import _parser as parser  # type: ignore[attr-defined] # as above
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.cassettes import (
    _arguments,
    _blocks,
    _commands,
    _cookies,
    _dialogues,
    _echoes,
    _forms,
    _hashes,
    _keyfiles,
    _kinds,
    _lines,
    _links,
    _named,
    _names,
    _outputs,
    _runs,
    _secrets,
    _statements,
    _stores,
    _syntaxes,
    _tokens,
    _values,
    _views,
)
from tests.support.each import each

if TYPE_CHECKING:
    from collections.abc import Iterator

    Parsed = list[tuple[Any, Any]]

_LOOKS = {codes.ASSERT, codes.ASSERT_NOT}
_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}
_SHORT_TEXTS_ONLY = {
    "_arguments._NO_VALUE", "_arguments._USER", "_commands._NOT_TYPED", "_forms._GAP", "_links._PART",
    "_links._SEGMENT", "_links._WORD",
    "_names._FOLDER",
    "_values._RUN", "_values._CALL", "_values._CHOSEN", "_values._DOTTED_NAME", "_values._GAP",
    "_values._HUMPS",
    "_values._JOINTS", "_values._MASK", "_values._PATH", "_values._SENTENCE", "_values._WORD",
}  # fmt: skip
"""See the first `LONGEST_LOOK` characters of a value, or a match that is bounded itself."""


def _sources() -> Iterator[tuple[str, str]]:
    for module in (
        _arguments, _blocks, _commands, _cookies, _dialogues, _echoes, _forms, _hashes, _keyfiles,
        _lines, _links,
        _named, _names, _outputs, _runs, _secrets, _statements, _stores, _syntaxes, _tokens, _values, _views,
    ):  # fmt: skip
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{module.__name__.rpartition('.')[2]}.{name}", value.pattern
    for rules in _tokens._patterns().values():
        for kind, pattern in rules:
            yield kind, pattern.pattern
    for kind, _, form in _tokens._FORMS:
        yield kind, form
    for verb in _commands.VERBS:
        yield f"a verb with {verb.words or verb.mark}", verb.pattern
    yield "a command with a store", _stores._any_command().pattern
    for row, begin, takes in _stores._rows():
        yield f"a store {row.command}", begin.pattern
        yield f"what is given to {row.command}", takes.pattern
    for rows in _commands._by_option().values():
        for option, value, _ in rows:
            yield f"the value of {option.options[0]} of {option.commands[:20]}", value.pattern
    for ids in (*_kinds.IDS, *_kinds.PERSONAL):
        yield ids.name, ids.pattern
    yield "a payload", _secrets._PAYLOAD
    for run in (_runs.BARE, _runs.IN_URL, _runs.REST_OF_LINE):
        yield run, _runs.whole(run).pattern
    for quote in ('"', "'", '\\"', '\\\\\\"'):
        yield f"in {quote}", _runs.quoted(quote).pattern


SOURCES = dict(item for item in _sources() if item[0] not in _SHORT_TEXTS_ONLY)


def _faults(parsed: Parsed, *, last: bool, bordered: bool, endless: bool = False) -> Iterator[str]:
    """What makes a piece of a pattern slower than its text is long."""
    items = list(parsed)
    for at, (code, arguments) in enumerate(items):
        ends = last and all(_may_be_empty(item) for item in items[at + 1 :])
        if code in _REPEATS:
            _, most, body = arguments
            if most is codes.MAXREPEAT:
                if endless:
                    yield "a repetition without end within another"
                elif not ends and not (bordered and code is codes.POSSESSIVE_REPEAT):
                    yield "something may fail behind a repetition without end"
            yield from _faults(body, last=ends, bordered=bordered, endless=endless or most is codes.MAXREPEAT)
        elif code in _LOOKS:
            if any(True for _ in _endless(arguments[1])):
                yield "a look around without end"
        else:
            for body in _bodies(code, arguments):
                yield from _faults(body, last=ends, bordered=bordered, endless=endless)


def _endless(parsed: Parsed) -> Iterator[None]:
    for code, arguments in parsed:
        if code in _REPEATS:
            if arguments[1] is codes.MAXREPEAT:
                yield None
            yield from _endless(arguments[2])
        for body in _bodies(code, arguments):
            yield from _endless(body)


def _bodies(code: Any, arguments: Any) -> list[Parsed]:
    if code is codes.SUBPATTERN:
        return [arguments[3]]
    if code is codes.BRANCH:
        return list(arguments[1])
    if code is codes.ATOMIC_GROUP:
        return [arguments]
    return []


def _may_be_empty(item: tuple[Any, Any]) -> bool:
    code, arguments = item
    if code in _REPEATS:
        return bool(arguments[0] == 0)
    if code is codes.SUBPATTERN:
        return all(map(_may_be_empty, arguments[3]))
    if code is codes.BRANCH:
        return any(all(map(_may_be_empty, body)) for body in arguments[1])
    return False


def _faults_of(source: str) -> list[str]:
    parsed = list(parser.parse(source))
    bordered = bool(parsed) and parsed[0][0] is codes.ASSERT_NOT and parsed[0][1][0] < 0
    return list(_faults(parsed, last=True, bordered=bordered))


@each("name", SOURCES)
def test_a_built_in_pattern_is_linear(name: str) -> None:
    """No character is looked at again and again."""
    assert _faults_of(SOURCES[name]) == [], SOURCES[name]


@pytest.mark.parametrize(
    "source",
    [r"(?:a+)+", r"a+b", r"(?=.*[0-9])a", r"eyJ[a-z]{10,}\.", r"(?:a|b+)*c", r"(?<=x)a{2,}+b", r"(a*)*"],
)
def test_a_slow_pattern_would_be_seen(source: str) -> None:
    """The check finds what it is there for."""
    assert _faults_of(source)


def test_there_are_patterns() -> None:
    """All modules were looked into."""
    assert len(SOURCES) > 130
