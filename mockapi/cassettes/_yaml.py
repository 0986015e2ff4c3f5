"""The YAML that cassettes are read from: a safe, strict subset, one document a file.

A cassette is untrusted input, so it is read from libyaml's events and never through a
constructor: there is nothing a tag could call. Plain scalars mean what the YAML 1.2 core
schema says, which is JSON plus a few spellings; the traps of YAML 1.1 (`no`, `1:30`, dates)
are strings. Refused, each with its line: tags, anchors and aliases (so no alias bomb can be
written), a key that is not a string or comes twice, numbers that JSON has not (.inf, .nan, 1e999),
a second document, more than `MAX_DEPTH` levels. Reading is iterative: no input can exhaust the
stack.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_DEPTH = 300
"""Levels of nesting. JSON deeper than orjson writes (254) is kept as text instead."""

MAX_DIGITS = 4000
"""Of an integer, in whatever base it is written. Python itself reads and writes up to 4,300."""

try:
    from yaml._yaml import CParser as _Parser
    from yaml.cyaml import CSafeLoader as _NodeLoader
except ImportError:  # a PyYAML built without libyaml: the same events and nodes, ten times slower
    from yaml import SafeLoader as _NodeLoader  # type: ignore[assignment] # same methods
    from yaml import SafeLoader as _Parser  # type: ignore[assignment] # same methods

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NOT_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMBER_START = frozenset("-+.0123456789")
# Newer releases of libyaml stop at 1,000 levels, and reading ahead they may get there first.
_LIBYAML_TOO_DEEP = "exceeded maximum nesting depth"
_TOO_LONG = f"an integer of more than {MAX_DIGITS:,} digits"
_MOST_BITS = (10**MAX_DIGITS).bit_length()
_NO_REFERENCES = "anchors and aliases (&name, *name) are not part of the cassette format"


class YAMLError(Exception):
    """The text is not the YAML that cassettes are written in. `line` counts from 1."""

    def __init__(self, cause: str, line: int | None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.line = line


def parse(text: bytes) -> Any:
    """The value of a document: dicts, lists, strings, ints, floats, booleans, None.

    Raises:
        YAMLError: malformed, or outside the subset.
    """
    try:
        return _assemble(_Parser(text))
    except yaml.YAMLError as error:
        raise malformed(error, text) from error


def malformed(error: yaml.YAMLError, text: bytes) -> YAMLError:
    """What the parser says of a text, in words for the person who wrote it, with the line."""
    if isinstance(error, yaml.reader.ReaderError):
        return YAMLError(f"not YAML text: {error.reason}", text.count(b"\n", 0, error.position) + 1)
    if not isinstance(error, yaml.MarkedYAMLError):
        return YAMLError(f"malformed YAML: {error}", None)
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    if error.problem == _LIBYAML_TOO_DEEP:
        return YAMLError(too_deep(), line)
    return YAMLError(f"malformed YAML: {error.problem or error.context or 'malformed'}", line)


def too_deep() -> str:
    """The cause of an error about nesting."""
    return f"nested deeper than {MAX_DEPTH} levels"


def compose(text: bytes) -> yaml.Node | None:
    """The nodes of a document that `parse` accepted, each with where it stands."""
    node: yaml.Node | None = yaml.compose(text, Loader=_NodeLoader)
    return node


def lines_of(text: bytes, paths: Iterable[Sequence[str | int]]) -> list[int | None]:
    """For each path the line, from 1, of the value there, or of its nearest parent that exists.

    For documents that `parse` accepted. A second reading, made only when there is something to
    report: keeping positions while loading would cost every load more than the values do.
    """
    paths = list(paths)
    root = compose(text) if paths else None
    return [_line_below(root, path) for path in paths]


def _line_below(node: yaml.Node | None, path: Sequence[str | int]) -> int | None:
    for step in path:
        if isinstance(node, yaml.MappingNode):
            below = next((value for name, value in node.value if name.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            below = node.value[step]
        else:
            below = None
        if below is None:
            break
        node = below
    return node.start_mark.line + 1 if node is not None else None


_KEY = object()  # stands for the key that a mapping is waiting for


def _assemble(parser: Any) -> Any:
    """Build the document's value from parser events, with a stack of its own."""
    get_event = parser.get_event
    scalar, mapping, sequence = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
    ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
    parents: list[Any] = []
    container: Any = None
    key: Any = None
    root: Any = None
    documents = 0

    while True:
        event = get_event()
        kind = type(event)
        if kind is scalar:
            value = event.value
            if event.implicit[0] and not event.style:
                value = _plain(value, event)
        elif kind is mapping:
            value = {}
        elif kind is sequence:
            value = []
        elif kind in ends:
            container = parents.pop()
            key = _KEY
            continue
        elif kind is yaml.AliasEvent:
            raise YAMLError(_NO_REFERENCES, event.start_mark.line + 1)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise YAMLError("a second document: a cassette has only one", event.start_mark.line + 1)
            continue
        elif kind is yaml.StreamEndEvent:
            return root
        else:
            continue
        if event.anchor is not None:
            raise YAMLError(_NO_REFERENCES, event.start_mark.line + 1)
        if event.tag is not None:
            raise YAMLError(
                f"the tag {event.tag}: tags are not part of the cassette format", event.start_mark.line + 1
            )

        if container is None:
            root = value
        elif type(container) is list:
            container.append(value)
        elif key is _KEY:
            if type(value) is not str:
                raise YAMLError("a key is not a string: put it in quotes", event.start_mark.line + 1)
            if value in container:
                raise YAMLError(f"the key {value!r} comes twice", event.start_mark.line + 1)
            key = value
            continue
        else:
            container[key] = value
            key = _KEY

        if kind is not scalar:
            if len(parents) >= MAX_DEPTH:
                raise YAMLError(too_deep(), event.start_mark.line + 1)
            parents.append(container)
            container = value
            key = _KEY


def _plain(text: str, event: Any) -> Any:
    if not text or text[0] not in _NUMBER_START:
        return _WORDS.get(text, text)
    if _INTEGER.fullmatch(text):
        if len(text) > MAX_DIGITS:
            raise YAMLError(_TOO_LONG, event.start_mark.line + 1)
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise YAMLError(f"{text:.60} is beyond what a JSON number holds", event.start_mark.line + 1)
        return number
    if _BASED.fullmatch(text):
        value = int(text, 0)
        if value.bit_length() > _MOST_BITS:
            raise YAMLError(_TOO_LONG, event.start_mark.line + 1)
        return value
    if _NOT_JSON.fullmatch(text):
        raise YAMLError(f"{text} is not a JSON number", event.start_mark.line + 1)
    return text
