"""A body as a page shows it: the text it came as, or what is left of it where it is large.

A large JSON body is abridged in its long strings and lists, so that it can still be read as what it is; any
other is cut. How much was left out is told in bytes.
"""

from __future__ import annotations

import base64
from typing import Any, Final, NamedTuple

from mockapi import jsontext

MOST_SHOWN: Final = 1024 * 1024
"""Bytes of a body that are shown as they came."""


class _Limits(NamedTuple):
    text: int
    items: int


_TIGHTER: Final = (_Limits(20_000, 2_000), _Limits(2_000, 500), _Limits(200, 100), _Limits(60, 20))
_DEEPEST: Final = 200
_LEFT_OUT: Final = "mockapi_left_out"
"""The type of an item that stands for those of a list that are left out."""


def shown_body(body: bytes, most: int = MOST_SHOWN) -> dict[str, Any]:
    """A body as a JSON value.

    `kind` is "json", "text", "base64" or "none", `text` the body in that form, `size` its bytes as it came,
    and `left_out` how many of them are not shown.

    Args:
        body: as it came.
        most: bytes that are shown.
    """
    size = len(body)
    if not body:
        return {"kind": "none", "text": "", "size": 0, "left_out": 0}
    value = jsontext.parse(body)
    if not isinstance(value, jsontext.NotJSON):
        if size <= most:
            return {"kind": "json", "text": body.decode(), "size": size, "left_out": 0}
        for limits in _TIGHTER:
            text = jsontext.compact_deep(_abridged(value, limits))
            if len(text) <= most:
                return {"kind": "json", "text": text.decode(), "size": size, "left_out": size - len(text)}
    part = body[:most]
    left_out = size - len(part)
    try:
        text_part = part.decode()
    except UnicodeDecodeError as error:
        # A cut may stand within a character; anything else is not text.
        if not left_out or error.start < len(part) - 3:
            encoded = base64.b64encode(part).decode()
            return {"kind": "base64", "text": encoded, "size": size, "left_out": left_out}
        text_part = part[: error.start].decode()
        left_out = size - error.start
    return {"kind": "text", "text": text_part, "size": size, "left_out": left_out}


def _abridged(value: Any, limits: _Limits, depth: int = 0) -> Any:
    """A JSON value with its long strings and lists shortened in the middle."""
    if isinstance(value, str):
        if len(value) <= limits.text:
            return value
        half = limits.text // 2
        return f"{value[:half]} … {len(value) - 2 * half:,} characters left out … {value[-half:]}"
    if depth > _DEEPEST:
        return f"… {type(value).__name__} nested too deeply to be shown …"
    if isinstance(value, dict):
        return {key: _abridged(item, limits, depth + 1) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) <= limits.items:
        return [_abridged(item, limits, depth + 1) for item in value]
    first, last = limits.items // 4, limits.items - limits.items // 4
    marker = {"type": _LEFT_OUT, "items": len(value) - first - last}
    return [
        *(_abridged(item, limits, depth + 1) for item in value[:first]),
        marker,
        *(_abridged(item, limits, depth + 1) for item in value[-last:]),
    ]
