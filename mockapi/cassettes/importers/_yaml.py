"""The YAML that other recorders write, read as plain data; nothing in it is ever called.

Recorders of four languages write dialects with tags, anchors and bytes. As with cassettes, values
are made from libyaml's events and not by a constructor, so a tag can only be recognised or
refused. Recognised are the tags that stand for data (`TEXT`, `BYTES`, `SCALARS`, `COLLECTIONS`);
any other tag names a class of somebody's program, and the file is refused with its line.

Aliases are followed, because Ruby writes them for a string that comes twice. What they add up to
is counted where they stand, before anything walks the result, so an alias bomb is refused after
some thousand events. Plain scalars mean what the YAML 1.2 core schema says; all these writers
quote what only YAML 1.1 would take for something else. The other way round, PyYAML and Psych leave
`0899` and `12e45` unquoted, which only YAML 1.2 takes for numbers: those stay text, and so do
numbers beyond what JSON holds. Keys are strings; those of aiohttp's headers are objects that hold one.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mockapi.cassettes._yaml import MAX_DEPTH, MAX_DIGITS, YAMLError, malformed, too_deep

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    from yaml._yaml import CParser as _Parser
except ImportError:  # a PyYAML built without libyaml: the same events, ten times slower
    from yaml import SafeLoader as _Parser  # type: ignore[assignment] # same methods

MAX_EXPANDED = 64 * 1024 * 1024
"""What aliases may add to a document, in characters and nodes."""

_YAML = "tag:yaml.org,2002:"
_PYTHON = f"{_YAML}python/"
TEXT = frozenset(
    {"!", f"{_YAML}str", "!str", "!ruby/string", f"{_PYTHON}str", f"{_PYTHON}unicode"}
    | {"!ruby/sym", "!ruby/symbol"}
)
"""Tags of scalars that are text whatever they look like."""

BYTES = frozenset({f"{_YAML}binary", "!binary", f"{_PYTHON}bytes"})
"""Tags of scalars that are base64."""

SCALARS = frozenset(
    {f"{_YAML}{name}" for name in ("null", "bool", "int", "float", "timestamp")}
    | {f"{_PYTHON}{name}" for name in ("none", "bool", "int", "long", "float")}
)
"""Tags of scalars that mean what they would mean without the tag."""

COLLECTIONS = frozenset(
    {f"{_YAML}map", f"{_YAML}seq", "!map", "!seq", "!tape"}
    | {f"{_PYTHON}{name}" for name in ("dict", "list", "tuple")}
    # What VCR.py wrote: requests before its 1.0, bodies that were files or iterators, and the URL
    # objects of aiohttp.
    | {f"{_PYTHON}object:vcr.request.Request", f"{_PYTHON}object/new:_io.BytesIO"}
    | {f"{_PYTHON}object/new:{name}" for name in ("yarl.URL", "yarl._url.URL")}
    | {f"{_PYTHON}object/new:urllib.parse.SplitResult"}
    | {f"{_PYTHON}object/apply:{module}.frozenset" for module in ("__builtin__", "builtins")}
    | {f"{_PYTHON}object/apply:builtins.iter"}
)
"""Tags of mappings and sequences that are taken as such."""

_COLLECTION_PREFIXES = ("!ruby/hash:", "!ruby/array:", "!ruby/struct:VCR::", "!ruby/object:VCR::")

# What aiohttp's header names are, in Python and in C: text with its case set aside.
_PYTHON_TEXT = re.compile(rf"{_PYTHON}object/(?:new|apply):multidict\.[\w.]+\.[ui]str")

# Ruby's text of a class of its own, and text that carried instance variables: a mapping then.
_RUBY_STRING = "!ruby/string:"
_DRESSED_TEXT = frozenset({"!str", "!ruby/string"})

_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(rf"[-+]?(?:0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?")
_LONGEST_CAUSE = 120


def parse(text: bytes) -> Any:
    """The value of a document: dicts, lists, strings, bytes, ints, floats, booleans, None.

    Raises:
        YAMLError: malformed; a tag that names a program's class; invalid base64; aliases
            that add up to too much or contain themselves; more than `MAX_DEPTH` levels.
    """
    try:
        return _assemble(_events(text))
    except yaml.YAMLError as error:
        raise malformed(error, text) from error


def _events(text: bytes) -> Iterator[Any]:
    parser: Any = _Parser(text)
    while True:
        event = parser.get_event()
        if type(event) is yaml.StreamEndEvent:
            return
        yield event


class _Open(NamedTuple):
    """A collection that has begun: what it hangs in and under which key, and the anchor it defines.

    `is_text`: it is a mapping that stands for the text in it.
    """

    value: Any
    key: Any
    anchor: str | None
    weight: int
    is_text: bool


_KEY = object()  # stands for the key that a mapping is waiting for


def _assemble(events: Iterator[Any]) -> Any:
    open_: list[_Open] = []
    anchors: dict[str, tuple[Any, int]] = {}
    container: Any = None
    key: Any = None
    weight = 0  # of the innermost collection, aliases counted in full
    added = 0  # by aliases, in all
    root: Any = None
    documents = 0

    for event in events:
        kind = type(event)
        line = event.start_mark.line + 1
        size = 1
        if kind is yaml.ScalarEvent:
            value = _scalar(event, line)
            size += len(event.value)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            is_mapping = kind is yaml.MappingStartEvent
            if not _is_text(event.tag, is_mapping=is_mapping):
                _check_collection(event.tag, line)
            value = {} if is_mapping else []
        elif kind is yaml.AliasEvent:
            if event.anchor not in anchors:
                raise YAMLError(
                    f"*{event.anchor} stands where nothing is called so yet, or inside itself", line
                )
            value, size = anchors[event.anchor]
            added += size
            if added > MAX_EXPANDED:
                raise YAMLError(f"aliases that add up to more than {MAX_EXPANDED:,} characters", line)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            if kind is yaml.MappingEndEvent and "<<" in container:
                _merge(container)
            ended = open_.pop()
            value = container
            if ended.is_text:
                value = _text_in(container, line)
                if type(ended.value) is list:
                    ended.value[-1] = value
                elif ended.key is _KEY:
                    container, key, weight = ended.value, value, ended.weight + weight
                    continue
                elif ended.value is not None:
                    ended.value[ended.key] = value
                else:
                    root = value
            if ended.anchor is not None:
                anchors[ended.anchor] = (value, weight)
            container, key, weight = ended.value, _KEY, ended.weight + weight
            continue
        else:
            if kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise YAMLError("a second document: a recording has only one", line)
            continue

        under = key
        is_collection = kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent
        is_text = is_collection and _is_text(event.tag, is_mapping=kind is yaml.MappingStartEvent)
        if container is None:
            root = value
        elif type(container) is list:
            container.append(value)
        elif key is _KEY and not (is_collection and is_text):
            key = _as_key(value, event, line)
            weight += size
            continue
        elif key is _KEY:
            pass  # it is known when the text has been read
        else:
            container[key] = value
            key = _KEY

        if is_collection:
            if len(open_) >= MAX_DEPTH:
                raise YAMLError(too_deep(), line)
            open_.append(_Open(container, under, event.anchor, weight, is_text))
            container, key, weight = value, _KEY, size
        else:
            weight += size
            if kind is yaml.ScalarEvent and event.anchor is not None:
                anchors[event.anchor] = (value, size)
    return root


def _scalar(event: Any, line: int) -> Any:
    tag, text = event.tag, event.value
    if tag is None:
        return text if event.style or not event.implicit[0] else _plain(text)
    if tag in TEXT or tag.startswith(_RUBY_STRING):
        return text
    if tag in BYTES:
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except binascii.Error as error:
            raise YAMLError(f"binary that is not base64: {error}", line) from error
    if tag in SCALARS:
        return _plain(text)
    raise YAMLError(_refused(tag), line)


def _check_collection(tag: str | None, line: int) -> None:
    if tag is not None and tag not in COLLECTIONS and not tag.startswith(_COLLECTION_PREFIXES):
        raise YAMLError(_refused(tag), line)


def _is_text(tag: str | None, *, is_mapping: bool) -> bool:
    """Whether a collection stands for the text in it."""
    if tag is None:
        return False
    if _PYTHON_TEXT.fullmatch(tag):
        return True
    return is_mapping and (tag in _DRESSED_TEXT or tag.startswith(_RUBY_STRING))


def _text_in(value: Any, line: int) -> str:
    """The text that a collection stands for: `str` of Ruby's, the first argument of Python's."""
    if isinstance(value, dict) and "args" not in value:
        return str(value.get("str", ""))
    arguments = value["args"] if isinstance(value, dict) else value
    if not isinstance(arguments, list) or not arguments or not isinstance(arguments[0], str):
        raise YAMLError("a header name of aiohttp's that is not text", line)
    return arguments[0]


def _refused(tag: str) -> str:
    short = tag.replace(_YAML, "!!")[:_LONGEST_CAUSE]
    return f"the tag {short} asks for an object of a program; only data is read, and nothing was run"


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return text if math.isinf(number) else number
    return text


def _as_key(value: Any, event: Any, line: int) -> str:
    if type(value) is bytes:  # Ruby tags header names that it took for binary
        return value.decode("latin-1")
    if type(event) is yaml.ScalarEvent:
        return str(event.value)
    if type(value) is str:  # an alias of a scalar
        return value
    raise YAMLError("a key that is a collection", line)


def _merge(mapping: dict[str, Any]) -> None:
    """`<<: *base`: the members of another mapping, behind those that are written out."""
    bases = mapping["<<"] if isinstance(mapping["<<"], list) else [mapping["<<"]]
    if not all(isinstance(base, dict) for base in bases):
        return
    del mapping["<<"]
    for base in bases:
        for name, value in base.items():
            mapping.setdefault(name, value)
