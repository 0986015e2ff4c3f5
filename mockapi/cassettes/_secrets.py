"""The mask that takes the place of a secret, and the quick question whether there may be one.

A mask keeps the prefix, so that a reader sees what stood there, and is the same for every
secret of a kind and length: a recording made with one key is matched by a request with another,
and nothing can be learnt from it.

Laws of a mask: as many characters as the secret, each as wide in UTF-8 as the one it replaces,
so that sizes stay true; blanks, quotes, backslashes and slashes stay, so that masking commutes
with the escapes of JSON; a mask is its own mask.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from mockapi.cassettes._kinds import CREDENTIAL_NAMES, KINDS, NAME_ENDINGS, STARS, UUID, ZEROS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes._kinds import SecretKind

_WIDE_STARS = ("*", "\u00b7", "\u2022", "\U0001f636")  # one, two, three and four bytes in UTF-8
_KEPT = frozenset(' "\\/') | {chr(code) for code in range(0x20)}
_LONGEST_START = 10


@functools.cache
def _compiled(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile(pattern, flags)


@functools.cache
def _compiled_bytes(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


_ANY_LITERAL = "|".join(re.escape(literal) for kind in KINDS for literal in kind.literals)
_SHORT = 1000  # characters: beyond, asking for one literal after the other is quicker

_USER_ID = rb'user_id"\s*:\s*"[^"]*@'
_CREDENTIAL = "(?i:" + "|".join(name.replace("_", "[_-]?") for name in CREDENTIAL_NAMES) + ")"
_NAMED = rb'"' + _CREDENTIAL.encode() + rb'"\s*:\s*"[^"]'
_ID_NAMES = frozenset(
    {
        "organization_id", "organization_uuid", "org_id", "org_uuid", "workspace_id", "workspace_uuid",
        "account_id", "account_uuid",
    }
)  # fmt: skip
_ID_NAME_ENDINGS = (b'_id"', b'_uuid"', b'_ID"', b'_UUID"')
_ID_NAMED = rb'(?i:(?:organization|org|workspace|account)_(?:uu)?id"\s*:\s*"[0-9a-f]{8}-)'
_SHORTEST_NAMED = 8
# `required by the user` is no credential; `Basic dXNlcjpwYXNz` and `Digest username=…` are.
_PROSE = r"(?!(?i:basic|bearer|digest|token)\s+\S*[0-9A-Z=])\S+\s.*"


class Secret(NamedTuple):
    """Something that looks like a secret: what it is, and how it begins."""

    kind: str
    start: str


def may_hold_secret(text: bytes) -> bool:
    r"""Whether a JSON text may hold a secret of `KINDS`: never False for one that does.

    Cheap: it asks for literal prefixes, and for more only where one stands. The text must not
    spell characters of a prefix as `\u` escapes; canonical JSON never does.
    """
    for literal, whole in _EVERYDAY:
        if literal in text and _compiled_bytes(whole).search(text):
            return True
    if len(text) < _SHORT and not _compiled_bytes(_ANY_GATE).search(text):
        return False
    for literals, core in _GATES:
        if any(map(text.__contains__, literals)) and (core is None or _compiled_bytes(core).search(text)):
            return True
    return False


_EVERYDAY: tuple[tuple[bytes, bytes], ...] = tuple(
    (literal.encode(), re.escape(literal).encode() + kind.core)
    for kind in KINDS
    if kind.everyday and kind.core
    for literal in kind.literals
)
_GATES: tuple[tuple[tuple[bytes, ...], bytes | None], ...] = (
    *((tuple(literal.encode() for literal in k.literals), k.core) for k in KINDS if not k.everyday),
    ((b'user_id"',), _USER_ID),
    (tuple(f'{ending}"'.encode() for ending in NAME_ENDINGS), _NAMED),
    (_ID_NAME_ENDINGS, _ID_NAMED),
)
_ANY_GATE = b"|".join(re.escape(literal) for literals, _ in _GATES for literal in literals)


def masked(text: str, kinds: Iterable[SecretKind] = KINDS, found: list[Secret] | None = None) -> str:
    """The text with every secret masked.

    Masking goes on until nothing changes, because a mask can be the border that another
    pattern needs. It ends: a character becomes `0` or `*`, a `0` may become `*`, never back.

    Args:
        text: a decoded string.
        kinds: what to look for.
        found: takes what was masked.
    """
    if kinds is KINDS and len(text) < _SHORT and not _compiled(_ANY_LITERAL).search(text):
        return text
    while True:
        before = text
        for kind in kinds:
            if not kind.literals or any(literal in text for literal in kind.literals):
                text = _masked_once(text, kind, found)
        if text == before:
            return text


def _masked_once(text: str, kind: SecretKind, found: list[Secret] | None) -> str:
    def mask(match: re.Match[str]) -> str:
        whole = match.group()
        group = "secret" if match.re.groupindex.get("secret") and match["secret"] is not None else 0
        start, end = (edge - match.start() for edge in match.span(group))
        written = whole[:start] + filled(whole[start:end], kind.fill) + whole[end:]
        if found is not None and written != whole:
            found.append(Secret(kind.name, whole[:_LONGEST_START] + "…"))
        return written

    return _compiled(kind.pattern, kind.flags).sub(mask, text)


def filled(text: str, fill: str = STARS) -> str:
    """The mask of a whole text."""
    if fill == ZEROS:
        return "".join(ZEROS if char.isascii() and char.isalnum() else char for char in text)
    return "".join(char if char in _KEPT else _star(char) for char in text)


def _star(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return STARS  # stands for one byte that is no UTF-8, or for an escape
    return _WIDE_STARS[len(char.encode()) - 1]


def masked_member(name: str, value: str, found: list[Secret] | None = None) -> str:
    """The value of a JSON member or query parameter whose name alone says what it is.

    Unchanged where the name says nothing.
    """
    if len(value) < _SHORTEST_NAMED:
        return value
    lower = name.lower()
    if _is_credential(name) and not value.startswith("sk-ant-test-") and not _is_prose(value):
        written, kind = filled(value), f"a credential called {name}"
    elif lower in _ID_NAMES and name in (lower, name.upper()) and _compiled(UUID).fullmatch(value):
        written, kind = filled(value, ZEROS), f"an id called {name}"
    else:
        return value
    if found is not None and written != value:
        found.append(Secret(kind, value[:2] + "…"))
    return written


def _is_credential(name: str) -> bool:
    return name.endswith(NAME_ENDINGS) and _compiled(_CREDENTIAL, re.ASCII).fullmatch(name) is not None


def _is_prose(value: str) -> bool:
    return _compiled(_PROSE, re.DOTALL).fullmatch(value) is not None


def masked_id(value: str) -> str:
    """The mask of an id that a client may look at: its prefix and its form stay."""
    prefix, underscore, rest = value.rpartition("_")
    return prefix + underscore + filled(rest, ZEROS)


def find_secrets(text: bytes) -> list[Secret]:
    """Every secret in a text of any kind, as it stands there."""
    found: list[Secret] = []
    masked(text.decode("utf-8", "surrogateescape"), found=found)
    return found
