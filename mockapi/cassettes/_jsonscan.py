"""Finding the strings of a JSON text in their places, and writing others of the same size there.

A recorded body is never parsed and written again, because that would change its bytes. So the
text is scanned: every string and number with where it starts and ends, the path to it and the
object it stands in. The scanner takes texts that are cut off (a truncated recording), several
texts after one another (JSON lines) and malformed ones: it finds what can be found.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    _Steps = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},:]|[^\s"\[\]{},:]+',
    re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|\\\Z", re.DOTALL
)
_CHARACTER = re.compile(_ESCAPE.pattern + "|.", re.DOTALL)
_FIRST_STEPS = 125
"""Of a path: what a JSON path with `..` reaches is 100 levels deep; what is deeper, its last steps tell."""
_LAST_STEPS = 3
_SHORT_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Role(enum.Enum):
    """What a leaf is."""

    KEY = enum.auto()
    STRING = enum.auto()
    SCALAR = enum.auto()  # a number, true, false, null, or what should have been one


class Leaf(NamedTuple):
    """A string, key or scalar in its place.

    Attributes:
        start: where its content starts in the text, behind the quote of a string.
        end: where its content ends.
        path: keys and indexes to it; a key's path ends with itself. Of a long one the first and last steps:
            a text of brackets alone would fill the memory with paths.
        owner: number of the object it stands in, -1 for none.
        role: what it is.
    """

    start: int
    end: int
    path: tuple[str | int, ...]
    owner: int
    role: Role

    @property
    def name(self) -> str:
        """The last key on the path to it, "" without one."""
        path = self.path
        if path and isinstance(path[-1], str):  # nearly always: this is asked of each string of a stream
            return path[-1]
        return next((step for step in reversed(path) if isinstance(step, str)), "")


class Scan(NamedTuple):
    """All leaves of a text in their order, and the `type` of every object that has one."""

    leaves: list[Leaf]
    types: dict[int, str]


class _Container:
    """What is open: its path in two parts, as all that are deep in one another share the first steps."""

    __slots__ = ("first", "is_object", "last", "number", "step", "wants_key")

    def __init__(self, path: tuple[_Steps, _Steps], number: int, *, is_object: bool) -> None:
        self.first, self.last = path
        self.number = number
        self.is_object = is_object
        self.wants_key = is_object
        self.step: str | int = "" if is_object else 0


def scan(text: str) -> Scan:
    """The leaves of a text that is JSON, or begins as JSON."""
    leaves: list[Leaf] = []
    types: dict[int, str] = {}
    stack: list[_Container] = []
    objects = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        top = stack[-1] if stack else None
        first = token[0]
        if first in "{[":
            path = _steps_in(top, top.step) if top else ((), ())
            stack.append(_Container(path, objects if first == "{" else -1, is_object=first == "{"))
            objects += first == "{"
        elif first in "}]":
            if stack:
                stack.pop()
        elif first == ",":
            if top is not None and not top.is_object:
                top.step = int(top.step) + 1
            elif top is not None:
                top.wants_key = True
        elif first == ":":
            if top is not None:
                top.wants_key = False
        else:
            leaf = _leaf(match, top)
            leaves.append(leaf)
            if leaf.role is Role.KEY:
                assert top is not None  # noqa: S101 - only an object has keys
                top.step = leaf.path[-1]
            elif leaf.role is Role.STRING and leaf.name == "type" and leaf.owner >= 0:
                types[leaf.owner] = decoded(text[leaf.start : leaf.end])
    return Scan(leaves, types)


def _leaf(match: re.Match[str], top: _Container | None) -> Leaf:
    start, end = match.span()
    owner = top.number if top else -1
    if match.group()[0] != '"':
        return Leaf(start, end, _path_in(top, top.step) if top else (), owner, Role.SCALAR)
    start += 1
    if end > start and match.string[end - 1] == '"':
        end -= 1
    if top is not None and top.wants_key:
        key = decoded(match.string[start:end])
        return Leaf(start, end, _path_in(top, key), owner, Role.KEY)
    return Leaf(start, end, _path_in(top, top.step) if top else (), owner, Role.STRING)


def _path_in(container: _Container, step: str | int) -> _Steps:
    first, last = _steps_in(container, step)
    return first + last


def _steps_in(container: _Container, step: str | int) -> tuple[_Steps, _Steps]:
    first = container.first
    if len(first) < _FIRST_STEPS:
        return (*first, step), ()
    return first, (*container.last[1 - _LAST_STEPS :], step)


def decoded(raw: str) -> str:
    """The content of a JSON string, its escapes read; a faulty escape means its own letter."""
    if "\\" not in raw:
        return raw
    return _ESCAPE.sub(lambda match: _read(match.group()), raw)


def respelled(raw: str, text: str) -> str:
    """`text` in the spelling of `raw`: as long, with an escape wherever `raw` has one.

    Args:
        raw: the content of a JSON string as it stands.
        text: what it shall mean: as many characters as `raw` means, each as wide in UTF-8.
    """
    if "\\" not in raw:
        return text
    tokens = _CHARACTER.findall(raw)
    return "".join(_spelled(token, char) for token, char in zip(tokens, text, strict=True))


def replaced(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """The text with pieces replaced; an edit is start, end and what stands there now."""
    pieces = []
    at = 0
    for start, end, new in sorted(edits):
        pieces += [text[at:start], new]
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


def _read(escape: str) -> str:
    if len(escape) == 12:
        high, low = int(escape[2:6], 16), int(escape[8:], 16)
        return chr(0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)
    if len(escape) == 6:
        return chr(int(escape.removeprefix("\\u"), base=16))
    return _SHORT_ESCAPES.get(escape[1:], escape[1:] or "\\")


def _spelled(token: str, char: str) -> str:
    if (_read(token) if token[0] == "\\" else token) == char:
        return token
    if len(token) == 1:
        return char
    if len(token) == 2:
        return "\\" + char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
