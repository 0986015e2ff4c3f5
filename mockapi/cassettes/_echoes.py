"""Secrets that are known to the letter, and masked wherever a prompt or a reply repeats them.

A gateway's key has no known form, but the recorder has just seen it in a header field or the
query. Likewise what stood behind a password's name is known when it stands alone.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from mockapi.cassettes._names import names_something
from mockapi.cassettes._secret_table import CREDENTIAL_HEADERS, SCHEMES
from mockapi.cassettes._values import Place, is_credential

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SCHEME = re.compile(rf"(?i:{'|'.join(map(re.escape, SCHEMES))})[ \t]+")
_SHORTEST = 8
_LONGEST = 512
_VARIETY = 5  # characters that differ
_NO_KEYS = frozenset({"idempotency-key", "x-idempotency-key", "surrogate-key", "sec-websocket-key"})
_COOKIES = frozenset({"cookie", "set-cookie"})


def carried_keys(fields: Iterable[tuple[str, str]], query: str = "") -> tuple[str, ...]:
    """What a message's header fields and query carry as credentials, the longest first.

    Words (`test-key`, `dummy`) do not count: a prompt may have them by chance.
    """
    found: set[str] = set()
    for name, value in fields:
        if carries_credential(name):
            found.update(_of_field(name.lower(), value))
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        if names_something(unquote_plus(name)):
            found.add(unquote_plus(value))
    return tuple(sorted(filter(_is_key, found), key=lambda key: (-len(key), key)))


@functools.lru_cache(maxsize=1024)
def carries_credential(name: str | bytes) -> bool:
    """Whether a header field carries a credential. Among them a key nearly always opens something."""
    lower = (name if isinstance(name, str) else name.decode("latin-1")).lower()
    if lower in CREDENTIAL_HEADERS or names_something(lower):
        return True
    return lower.endswith("-key") and lower not in _NO_KEYS


@functools.lru_cache(maxsize=1024)
def is_echoed(secret: str) -> bool:
    """Whether a secret that was found is masked where it is repeated: no word or name is."""
    return (
        _SHORTEST <= len(secret) <= _LONGEST
        and len(set(secret)) >= _VARIETY
        and not any(map(str.isspace, secret))
        and is_credential(secret, Place.QUOTED)
    )


def _is_key(value: str) -> bool:
    return is_credential(value, Place.QUOTED)


def _of_field(name: str, value: str) -> Iterator[str]:
    if name in _COOKIES:
        for crumb in value.split(";"):
            yield crumb.partition("=")[2].strip()
        return
    scheme = _SCHEME.match(value)
    key = value[scheme.end() :].strip() if scheme else value.strip()
    yield key
    if scheme and scheme[0].strip().lower() == "basic":
        try:
            yield base64.b64decode(key, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return
