"""JSON as text: parsing, and the canonical form that request keys are made of.

orjson is used because the API itself uses it: what it refuses, and the words it refuses it
with, are what a client sees. It rounds integers beyond 64 bits to floats, which would let two
different requests share a key, so texts with such integers go through the standard library.
Laws: equal values have equal canonical text whatever their spelling; 1 and 1.0 differ; big
integers stay exact.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import orjson

_LONG_INTEGER = re.compile(rb"[0-9]{19}")
_EXPONENT = orjson.dumps(1e30)[1:-2]  # b"e+" or, in older releases, b"e"


@dataclass(frozen=True, slots=True)
class NotJSON:
    """Why a body is not a JSON value, in orjson's own words, which are the API's."""

    reason: str


def parse(text: bytes) -> Any:
    """The value of a JSON text as the API sees it, or a `NotJSON`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return NotJSON(str(error))


def parse_exactly(text: bytes) -> Any:
    """The value of a JSON text with big integers kept as integers, or a `NotJSON`."""
    value = parse(text)
    if isinstance(value, NotJSON) or not _LONG_INTEGER.search(text):
        return value
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return NotJSON(str(error))


def canonical(text: bytes, value: Any) -> bytes | None:
    """The canonical form of a JSON text whose parsed `value` is at hand.

    None if it has no canonical form here (nested deeper than orjson writes, or an integer of
    more digits than Python reads): such a body is compared byte for byte.
    """
    written = canonical_value(value)
    if written is not None and _EXPONENT in written and _LONG_INTEGER.search(text):
        # A float in the value may have been an integer in the text: read it again, exactly.
        exact = parse_exactly(text)
        return None if isinstance(exact, NotJSON) else canonical_value(exact)
    return written


def canonical_value(value: Any) -> bytes | None:
    """The canonical form of a value: sorted keys, no blanks, UTF-8; None as for `canonical`."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits, or too deep
        try:
            written = json.dumps(
                value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
            )
            return written.encode()
        except (TypeError, ValueError, RecursionError):
            return None


def compact(value: Any) -> bytes:
    """The compact form of a value, its keys in their own order.

    Raises:
        RecursionError: it is nested deeper than Python's own encoder writes, some 950 levels.
    """
    try:
        return orjson.dumps(value)
    except TypeError:  # as in canonical_value
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def compact_deep(value: Any) -> bytes:
    """As `compact`, however deep the value is nested: what `parse` reads may be 1,024 levels deep.

    Half a surrogate pair, which clients and other readers of JSON may hold, stands as its escape.
    """
    try:
        return compact(value)
    except (RecursionError, UnicodeEncodeError):
        return _without_recursion(value)


class _Written(str):
    """A piece of the compact form, between the values that are still to be written."""

    __slots__ = ()


def _without_recursion(value: Any) -> bytes:
    pieces: list[str] = []
    waiting: list[Any] = [value]  # the next one is the last
    while waiting:
        item = waiting.pop()
        if isinstance(item, _Written):
            pieces.append(item)
        elif isinstance(item, dict) and item:
            inner: list[Any] = []
            for name, member in item.items():
                inner += [_Written(f"{',' if inner else '{'}{json.dumps(name, ensure_ascii=False)}:"), member]
            waiting += [_Written("}"), *reversed(inner)]
        elif isinstance(item, list) and item:
            inner = []
            for member in item:
                inner += [_Written("," if inner else "["), member]
            waiting += [_Written("]"), *reversed(inner)]
        else:
            pieces.append(json.dumps(item, ensure_ascii=False))
    return "".join(pieces).encode("utf-8", "backslashreplace")  # a Python escape, and JSON's too
