"""Header fields, URLs, time stamps and bodies, in all the spellings that recorders keep them in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from mockapi.cassettes._checks import FormatError
from mockapi.options import HEADER_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockapi.cassettes._model import Fields
    from mockapi.options import Path


def split_url(url: str, path: Path = ()) -> tuple[str, str, str]:
    """Host in lower case, path and query of a URL, percent-encoding kept.

    Raises:
        FormatError: it is not a URL.
    """
    try:
        url.encode()
        parts = urlsplit(url)
        host = parts.hostname or ""
    except UnicodeEncodeError as error:
        raise FormatError((*path, "request"), f"{url!r} is not a URL: half a surrogate pair.") from error
    except ValueError as error:
        raise FormatError((*path, "request"), f"{url!r} is not a URL: {error}.") from error
    target = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    return host, quote(target, safe="/%:@!$&'()*+,;=~"), parts.query


_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")


def fields(value: Any) -> Fields:
    """Header fields in any of the forms that recorders keep them in.

    A mapping of names to a value or a list of values; a list of {name, value}, of pairs, or of
    `Name: value` lines. HTTP/2's own (`:status`) are left out; a browser's several values in one,
    a line each, become several fields again.
    """
    return tuple(_clean(_pairs(value)))


def _pairs(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item.get("name"), item.get("value")
            elif isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
                yield item[0], item[1]
            elif isinstance(item, str):
                name, _, content = item.partition(":")
                yield name, content
            elif isinstance(item, list):  # a set of pairs, as VCR.py before 1.0 kept them
                yield from _pairs(item)


def _clean(pairs: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, str]]:
    for name, value in pairs:
        if not isinstance(name, str) or not HEADER_NAME.fits(name.strip()):
            continue
        for content in value if isinstance(value, list) else [value]:
            for line in _text(content).strip().split("\n"):
                yield name.strip(), _CONTROL.sub("", line).strip()


def _text(value: Any) -> str:
    """The value of a field: text, or what YAML and JSON took for something else."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d+)?) ?(?:(Z|z|GMT|UTC)|([-+]\d\d):?(\d\d))?"
)


def moment(value: Any) -> str | None:
    """A time stamp of any of the usual spellings as RFC 3339; None if the format is unknown."""
    if not isinstance(value, str):
        return None
    match = _RFC_3339.fullmatch(value.strip())
    if match is not None:
        zone = f"{match[4]}:{match[5]}" if match[4] else "Z"
        return f"{match[1]}T{match[2]}{zone}"
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    zoned = found if found.tzinfo else found.replace(tzinfo=UTC)
    return _utc(zoned)


def _utc(when: datetime) -> str:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def as_bytes(value: Any) -> bytes | None:
    """A body that may be text, bytes or nothing.

    Raises:
        ValueError: text that UTF-8 cannot encode, or a value other than text.
    """
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, dict | list | bool):
        raise ValueError(  # noqa: TRY004 - callers treat both alike
            f"{value!r:.60} where a body's text should be"
        )
    try:
        return str(value).encode()
    except UnicodeEncodeError as error:
        raise ValueError("half a surrogate pair in the body: no UTF-8 stands for it") from error
