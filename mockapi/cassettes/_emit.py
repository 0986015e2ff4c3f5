"""The YAML that cassettes are written in: block style, prose as prose, the same bytes every time.

Written by hand because a general emitter decides by its own lights: PyYAML falls back to
escapes as soon as one line of a prompt ends in a blank, and folds long lines. What is written
here reads the same under YAML 1.1 and 1.2, so any YAML library can read a cassette:

- a plain scalar starts with a letter, has nothing that YAML gives a meaning to, and differs
  from the words that 1.1 or 1.2 reads as a boolean or null;
- text of several lines, or with quotes in it, is a literal block, with an indentation
  indicator where its first line starts with a blank;
- the rest, and every text with a character that a literal block cannot carry (CR, U+2028,
  U+2029, U+0085, DEL, C0 and C1 controls, U+FEFF, U+FFFE), is double-quoted.
"""

from __future__ import annotations

import json
import re
from typing import Any

_PLAIN = re.compile(r"[A-Za-z](?:[\w./()+*=@!?,;'<>^~$%&-]|(?<=[^ ]) (?=[\w./(]))*")
_FLOW_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ./()+*=_-]*[A-Za-z0-9/)_])?")
_RESERVED = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null)")
_UNCARRIABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LONGEST_PLAIN = 100
_LONGEST_KEY = 1000  # as written: YAML gives up on a simple key after 1,024 characters
_MOST_MARGIN = 16 * 1024 * 1024
"""Bytes of indentation in a structured value: lists within lists would be mostly that."""


_MOST_LEVELS = 200
_WITHOUT_MARGIN = frozenset({int, float, bool, type(None)})


class Inline(list[Any]):
    """A list written on one line: `[a, b]`."""


def emit(value: Any) -> str:
    """The YAML text of a value made of dicts, lists, strings, numbers, booleans and None."""
    lines: list[str] = []
    _emit_block(lines, "", value, 0)
    return "\n".join(lines) + "\n"


def can_emit(value: Any) -> bool:
    """Whether a JSON value fits the format: not too deep, no key too long for YAML, not mostly margin."""
    margin = _margin(value, 0)
    return margin is not None and margin <= _MOST_MARGIN


def _margin(value: Any, depth: int) -> int | None:
    """About how many blanks a value's lines begin with; None if it does not fit at all."""
    if isinstance(value, str):
        return value.count("\n") * 2 * depth
    if not isinstance(value, (dict, list)):
        return 0
    if depth >= _MOST_LEVELS:
        return None
    margin = len(value) * 2 * depth
    if isinstance(value, dict):
        if any(len(_key(key)) > _LONGEST_KEY for key in value):
            return None
        value = value.values()
    for item in value:
        if type(item) not in _WITHOUT_MARGIN:
            inner = _margin(item, depth + 1)
            if inner is None:
                return None
            margin += inner
            if margin > _MOST_MARGIN:
                break  # too much already
    return margin


def quoted_size(text: str) -> int:
    """How many bytes a double-quoted scalar of the text takes."""
    return len(_quoted(text).encode())


def is_carriable(text: str) -> bool:
    """Whether a literal block can hold the text and give it back unchanged."""
    return not _UNCARRIABLE.search(text) and not text.isspace() and text != ""


def _emit_block(lines: list[str], prefix: str, value: Any, indent: int) -> None:
    """Write `value` after `prefix` ("key:" or "-"), its own lines indented by `indent`."""
    space = " " if prefix else ""
    if isinstance(value, Inline):
        lines.append(f"{prefix}{space}[{', '.join(_inline(item) for item in value)}]")
    elif isinstance(value, dict):
        _emit_mapping(lines, prefix, value, indent)
    elif isinstance(value, list):
        if not value:
            lines.append(f"{prefix}{space}[]")
            return
        if prefix:
            lines.append(prefix)
        for item in value:
            _emit_block(lines, " " * indent + "-", item, indent + 2)
    elif isinstance(value, str):
        _emit_string(lines, prefix + space, value, indent)
    else:
        lines.append(f"{prefix}{space}{_number(value)}")


def _emit_mapping(lines: list[str], prefix: str, value: dict[str, Any], indent: int) -> None:
    if not value:
        lines.append(f"{prefix} {{}}" if prefix else "{}")
        return
    lead = " " * indent
    if prefix.endswith("-"):
        lead = prefix + " "  # the first key stands on the line of the dash
    elif prefix:
        lines.append(prefix)
    for key, item in value.items():
        nested = indent if isinstance(item, list) and not isinstance(item, Inline) else indent + 2
        _emit_block(lines, f"{lead}{_key(key)}:", item, nested)
        lead = " " * indent


def _emit_string(lines: list[str], lead: str, text: str, indent: int) -> None:
    if len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text) and not _RESERVED.fullmatch(text):
        lines.append(lead + text)
        return
    wants_block = "\n" in text or '"' in text or "\\" in text or len(text) > _LONGEST_PLAIN
    if not (wants_block and is_carriable(text)):
        lines.append(lead + _quoted(text))
        return
    indicator = "2" if text[0] in " \n\t" else ""
    if not text.endswith("\n"):
        chomp, content = "-", text
    elif text.endswith("\n\n") or not text.strip("\n"):
        chomp, content = "+", text[:-1]
    else:
        chomp, content = "", text[:-1]
    margin = " " * indent
    lines.append(f"{lead}|{indicator}{chomp}")
    lines.extend(margin + line if line else "" for line in content.split("\n"))


def _key(text: str) -> str:
    if _FLOW_PLAIN.fullmatch(text) and not _RESERVED.fullmatch(text):
        return text
    return _quoted(text)


def _inline(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_inline(item) for item in value)}]"
    if not isinstance(value, str):
        return _number(value)
    if _FLOW_PLAIN.fullmatch(value) and not _RESERVED.fullmatch(value):
        return value
    if "'" in value or not value.isprintable():
        return _quoted(value)
    return f"'{value}'"


def _quoted(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)
    return _UNCARRIABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", escaped)


def _number(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # YAML 1.1 knows no float without a point: 1e+16 would be a string to its readers.
        mantissa, exponent, power = repr(value).partition("e")
        return mantissa + ("" if "." in mantissa else ".0") + exponent + power
    return str(value)
