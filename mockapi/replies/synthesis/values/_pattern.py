r"""Texts that match a regular expression, as JSON Schema has them (ECMA-262).

The expression is parsed into a tree, and a text is read off it: one alternative each, a number of
repetitions, a character of each class. What a text cannot be read off from (lookarounds, word
boundaries, anchors in the middle) is passed over; the final check of the value decides, and the
next attempt chooses differently. Python's own parser of expressions is private to `re` and differs
from ECMA-262 in the details (`\d`, `\u{…}`, `\p{…}`, named groups), so this is a small one of its
own: it reads the syntax that validators of schemas take.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from mockapi.replies.synthesis.values._limits import MAX_DEPTH, MAX_TEXT, Unsatisfiable
from mockapi.replies.synthesis.values._match import members

if TYPE_CHECKING:
    from mockapi.replies._seeded import SeededChoices

Ranges: TypeAlias = tuple[tuple[int, int], ...]

_LAST: Final = 0x10FFFF
_DIGITS: Final[Ranges] = ((48, 57),)
_WORD: Final[Ranges] = ((97, 122), (65, 90), (48, 57), (95, 95))
_SPACE: Final[Ranges] = ((32, 32), (9, 13), (0xA0, 0xA0), (0x2028, 0x2029), (0xFEFF, 0xFEFF))
_PREFERRED: Final = (
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_ .,:;/+@#!?()[]{}'\"=*&%$~^|<>\\`"
)
_FLAGS: Final = re.compile(r"\?[ims]+(?:-[ims]+)?[:)]")
_HEXADECIMAL: Final = frozenset("0123456789abcdefABCDEF")
_CONTROLS: Final = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
_SHORTHANDS: Final = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_ENDLESS: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    ranges: Ranges
    negated: bool = False

    def holds(self, point: int) -> bool:
        """Whether the set has this code point."""
        return any(low <= point <= high for low, high in self.ranges) != self.negated


@dataclass(slots=True)
class Group:
    """Alternatives, each a sequence; `number` is that of a capturing group, else 0."""

    alternatives: list[list[Node]] = field(default_factory=lambda: [[]])
    number: int = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """A node several times."""

    node: Node
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Back:
    """What a group matched, again."""

    number: int


Node: TypeAlias = "Chars | Group | Repeat | Back"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed expression.

    Attributes:
        tree: what a text is read off from.
        open_start: whether anything may stand before the match.
        open_end: whether anything may stand after it.
    """

    tree: Group
    open_start: bool
    open_end: bool

    def text(self, dice: SeededChoices, *, extra: int, shortest: int = 0) -> str:
        """A text that the expression matches, as far as the tree tells.

        Args:
            dice: choose.
            extra: how often more than it must a part may be repeated.
            shortest: the length below which an open end is filled up.
        """
        pieces: list[str] = []
        _write(self.tree, dice, extra, pieces, {})
        text = "".join(pieces)
        if len(text) < shortest and (self.open_end or self.open_start):
            filling = "".join(_PREFERRED[dice.below(26)] for _ in range(min(shortest - len(text), MAX_TEXT)))
            text = text + filling if self.open_end else filling + text
        return text


def parse(pattern: str) -> Pattern:
    """Read an expression.

    Raises:
        Unsatisfiable: it is not a regular expression, or is nested too deeply.
    """
    return _Parser(pattern).read()


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._groups = 0
        self._anchored_start = self._anchored_end = False

    def read(self) -> Pattern:
        tree = self._group(0, 0)
        if self._at < len(self._text):
            raise self._wrong("an unmatched )")
        return Pattern(tree, not self._anchored_start, not self._anchored_end)

    def _group(self, number: int, level: int) -> Group:
        if level > MAX_DEPTH:
            raise self._wrong("too many nested groups")
        group = Group(number=number)
        while self._at < len(self._text) and self._text[self._at] != ")":
            character = self._text[self._at]
            self._at += 1
            if character == "|":
                group.alternatives.append([])
                continue
            node = self._atom(character, level)
            if node is not None:
                group.alternatives[-1].append(self._repeated(node))
        return group

    def _atom(self, character: str, level: int) -> Node | None:
        if character == "^":
            self._anchored_start = True
            return None
        if character == "$":
            self._anchored_end = True
            return None
        if character == ".":
            return Chars(((10, 10), (13, 13), (0x2028, 0x2029)), negated=True)
        if character == "[":
            return self._class()
        if character == "(":
            return self._parenthesis(level)
        if character == "\\":
            return self._escape()
        if character in "*+?":
            raise self._wrong(f"a {character} with nothing before it")
        return Chars(((ord(character), ord(character)),))

    def _parenthesis(self, level: int) -> Node | None:
        rest = self._text[self._at :]
        flags = _FLAGS.match(rest)
        if flags is not None:  # they are for more texts, or for spelling alone
            self._at += flags.end()
            if flags[0].endswith(")"):
                return None
            rest = "?:"
            self._at -= 2
        passed_over = False
        number = 0
        if rest.startswith("?:"):
            self._at += 2
        elif rest.startswith(("?=", "?!")):
            self._at += 2
            passed_over = True
        elif rest.startswith(("?<=", "?<!")):
            self._at += 3
            passed_over = True
        else:
            self._groups += 1
            number = self._groups
            if rest.startswith(("?<", "?P<")):
                end = rest.find(">")
                if end < 0:
                    raise self._wrong("a group name without its >")
                self._at += end + 1
            elif rest.startswith("?"):
                raise self._wrong("a kind of group that ECMA-262 does not have")
        anchors = self._anchored_start, self._anchored_end
        group = self._group(number, level + 1)
        if self._at >= len(self._text):
            raise self._wrong("a ( without its )")
        self._at += 1
        if passed_over:
            self._anchored_start, self._anchored_end = anchors
            self._quantifier()
            return None
        return group

    def _repeated(self, node: Node) -> Node:
        bounds = self._quantifier()
        return node if bounds is None else Repeat(node, *bounds)

    def _quantifier(self) -> tuple[int, int] | None:
        if self._at >= len(self._text):
            return None
        character = self._text[self._at]
        bounds = {"*": (0, _ENDLESS), "+": (1, _ENDLESS), "?": (0, 1)}.get(character)
        if bounds is not None:
            self._at += 1
        elif character == "{":
            end = self._text.find("}", self._at)
            low, comma, high = self._text[self._at + 1 : end].partition(",")
            if end < 0 or not low.isdigit() or (high and not high.isdigit()):
                return None  # a brace that stands for itself
            bounds = int(low), int(high) if high else (_ENDLESS if comma else int(low))
            self._at = end + 1
        if bounds is not None and self._text[self._at : self._at + 1] in ("?", "+"):
            self._at += 1  # lazy or possessive: the same texts, or fewer
        return bounds

    def _escape(self) -> Node | None:
        character = self._next("an escape without a character")
        if character in "bB":
            return None
        if character in "123456789":
            return Back(int(character))
        return self._set(character)

    def _set(self, character: str) -> Chars:
        lower = character.lower()
        if lower in _SHORTHANDS:
            return Chars(_SHORTHANDS[lower], negated=character.isupper())
        if lower == "p" and self._text[self._at : self._at + 1] == "{":
            end = self._text.find("}", self._at) + 1
            if not end:
                raise self._wrong("a property without its }")
            name, self._at = self._text[self._at : end], end
            return Chars(members(f"\\{character}{name}"))
        point = self._point(character)
        return Chars(((point, point),))

    def _point(self, character: str) -> int:
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character == "c":
            return ord(self._next("a control escape without a letter")) & 31
        if character not in "xu":
            return ord(character)
        if self._text[self._at : self._at + 1] == "{":
            end = self._text.find("}", self._at)
            digits, length = self._text[self._at + 1 : end], 1
            self._at = end + 1
        else:
            length = 2 if character == "x" else 4
            digits = self._text[self._at : self._at + length]
            self._at += length
        if not digits or len(digits) < length or set(digits) - _HEXADECIMAL:
            raise self._wrong("an escape without its hexadecimal digits")
        return min(int(digits, 16), _LAST)

    def _class(self) -> Chars:
        negated = self._text[self._at : self._at + 1] == "^"
        self._at += negated
        ranges: list[tuple[int, int]] = []
        while (character := self._next("a [ without its ]")) != "]":
            chars = self._member(character)
            if chars.negated:
                ranges.extend(_complement(chars.ranges))
                continue
            follows = self._text[self._at : self._at + 2]
            if len(chars.ranges) == 1 and follows[:1] == "-" and follows[1:] not in ("", "]"):
                self._at += 1
                end = self._member(self._next("a range without its end"))
                low, high = chars.ranges[0][0], end.ranges[0][1]
                if low > high:
                    raise self._wrong("a range that runs backwards")
                ranges.append((low, high))
            else:
                ranges.extend(chars.ranges)
        if not ranges and not negated:
            raise self._wrong("an empty class, which matches nothing")
        return Chars(tuple(ranges), negated=negated)

    def _member(self, character: str) -> Chars:
        if character != "\\":
            return Chars(((ord(character), ord(character)),))
        escaped = self._next("an escape without a character")
        return Chars(((8, 8),)) if escaped == "b" else self._set(escaped)

    def _next(self, missing: str) -> str:
        if self._at >= len(self._text):
            raise self._wrong(missing)
        self._at += 1
        return self._text[self._at - 1]

    def _wrong(self, what: str) -> Unsatisfiable:
        return Unsatisfiable(f"its pattern {self._text[:60]!r} has {what}")


def _complement(ranges: Ranges) -> list[tuple[int, int]]:
    found = []
    start = 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return [*found, (start, _LAST)] if start <= _LAST else found


def _write(node: Node, dice: SeededChoices, extra: int, pieces: list[str], groups: dict[int, str]) -> None:
    if len(pieces) > MAX_TEXT:
        raise Unsatisfiable(f"its pattern wants a text of more than {MAX_TEXT:,} characters")
    match node:
        case Chars():
            pieces.append(_character(node, dice))
        case Back(number):
            pieces.append(groups.get(number, ""))
        case Repeat(inner, low, high):
            if low > high:
                raise Unsatisfiable("its pattern has a repetition whose bounds are reversed")
            if low > MAX_TEXT:
                raise Unsatisfiable(f"its pattern wants a text of more than {MAX_TEXT:,} characters")
            for _ in range(dice.between(low, min(high, low + extra))):
                _write(inner, dice, extra, pieces, groups)
        case Group(alternatives, number):
            start = len(pieces)
            for part in dice.pick(alternatives):
                _write(part, dice, extra, pieces, groups)
            if number:
                groups[number] = "".join(pieces[start:])


def _character(chars: Chars, dice: SeededChoices) -> str:
    if not chars.negated and len(chars.ranges) == 1:
        low, high = chars.ranges[0]
        if high - low < 128:
            return chr(dice.between(low, high))
    first = dice.below(len(_PREFERRED))
    for offset in range(len(_PREFERRED)):
        candidate = _PREFERRED[(first + offset) % len(_PREFERRED)]
        if chars.holds(ord(candidate)):
            return candidate
    ranges = _complement(chars.ranges) if chars.negated else list(chars.ranges)
    usable = [(low, high) for low, high in ranges if not 0xD800 <= low <= high <= 0xDFFF]
    if not usable:
        raise Unsatisfiable("its pattern has a class that no character is in")
    low, high = dice.pick(usable)
    point = dice.between(low, high)
    return chr(point if not 0xD800 <= point <= 0xDFFF else low if low < 0xD800 else 0xE000)
