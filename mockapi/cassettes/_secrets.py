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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockapi.cassettes._blocks import may_have_columns
from mockapi.cassettes._forms import forms
from mockapi.cassettes._jsonscan import decoded
from mockapi.cassettes._kinds import IDS, STARS, UUID, ZEROS, Find
from mockapi.cassettes._members import may_name_secret
from mockapi.cassettes._named import may_name_credential, named_credentials, url_credentials
from mockapi.cassettes._names import WALLET_WORD, is_named_credential
from mockapi.cassettes._tokens import prefixed_tokens
from mockapi.cassettes._views import masked_views, may_hide
from mockapi.cassettes._words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mockapi.cassettes._kinds import SecretKind
    from mockapi.cassettes._words import Words

    Finder = Callable[[str], Iterable[Find]]

_WIDE_STARS = ("*", "\u00b7", "\u2022", "\U0001f636")  # one, two, three and four bytes in UTF-8
_KEPT = frozenset(' "\\/') | {chr(code) for code in range(0x20)}
_LONGEST_START = 10
_MAY_HAVE_PAYLOADS = 1 << 16  # characters: in a shorter text they cost nothing
_PAYLOAD = r"[A-Za-z0-9+/]{2048,}"
_LOOKED_AT = 1024  # characters of one: a token that begins it is found, and its bytes say nothing
_MOST_ROUNDS = 8  # a mask can be the border that another secret needs; more than two are made on purpose


@functools.cache
def _compiled(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile(pattern, flags)


_ID_NAMES = frozenset(
    {
        "organization_id", "organization_uuid", "org_id", "org_uuid", "workspace_id", "workspace_uuid",
        "account_id", "account_uuid",
    }
)  # fmt: skip
_USER_ID = r'user_id"\s{0,9}:\s{0,9}"[^"]{0,400}@'
_ID_NAMED = r'(?i:(?:organization|org|workspace|account)_(?:uu)?id"\s{0,9}:\s{0,9}"[0-9a-f]{8}-)'
_ID_NAME_ENDINGS = ('_id"', '_uuid"', '_ID"', '_UUID"')
_SHORT = 64
_SHORTEST_NAMED = 6
_SHORT_ESCAPES = (("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r"), ('\\"', '"'), ("\\b", "\b"), ("\\f", "\f"))


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that looks like a secret.

    Attributes:
        kind: what it is.
        start: how it begins.
        whole: all of it, where its echoes are masked too; shown nowhere.
    """

    kind: str
    start: str
    whole: str = field(default="", repr=False, compare=False)


def may_hold_secret(body: bytes) -> bool:
    r"""Whether a JSON text may hold a secret: never False for one that does.

    Cheap: it asks for names, prefixes and forms, and parses nothing. The text must not spell
    printable characters as `\u` escapes, nor a slash as `\/`; canonical JSON never does.
    """
    text = body.decode("utf-8", "surrogateescape")
    if len(text) > _MAY_HAVE_PAYLOADS:
        text = _compiled(_PAYLOAD).sub(lambda payload: payload[0][:_LOOKED_AT], text)
    if may_hide(text):
        return True
    if text.removeprefix("\ufeff").lstrip()[:1] not in ("{", "["):
        pass  # no JSON: an escape in it means itself
    elif "\\\\" in text or "\\u" in text:  # behind an escaped backslash a letter means itself
        text = decoded(text)
    elif "\\" in text:
        for escape, char in _SHORT_ESCAPES:
            text = text.replace(escape, char)
    words = words_of(text)
    return (
        may_name_secret(text)
        or may_name_credential(text, words)
        or any(
            next(iter(look(text, words)), None) is not None
            for look in _FINDERS
            if look is not named_credentials
        )
        or may_have_columns(text, words)
        or (_may_have_ids(words) and next(iter(_ids(text)), None) is not None)
        or ('user_id"' in text and _compiled(_USER_ID).search(text) is not None)
        or (any(map(text.__contains__, _ID_NAME_ENDINGS)) and _compiled(_ID_NAMED).search(text) is not None)
    )


def masked(text: str, found: list[Secret] | None = None, own: tuple[Finder, ...] = ()) -> str:
    """The text with every secret masked, and those in the texts within it.

    Args:
        text: a decoded string.
        found: takes what was masked.
        own: who looks for more than what is built in.
    """
    if not own:
        if len(text) <= _SHORT:
            if _is_clean(text):
                return text
        elif found is None:
            return _masked_deeply(text, None, ())
    return _masked_deeply(text, found, own)


def _masked_deeply(text: str, found: list[Secret] | None, own: tuple[Finder, ...]) -> str:
    for _ in range(_MOST_ROUNDS):
        before = text
        text = masked_views(_masked_here(text, own, found), lambda view: _masked_here(view, own, found))
        if text == before:
            break
    return text


@functools.lru_cache(maxsize=8192)
def _is_clean(text: str) -> bool:
    """Whether a short text stays as it is: most are the same few hundred names and words."""
    return _masked_deeply(text, None, ()) == text


def _masked_here(text: str, own: tuple[Finder, ...], found: list[Secret] | None) -> str:
    words = words_of(text)  # once: what is masked on the way only takes words away
    for look in _FINDERS:
        text = _applied(text, look(text, words), found, is_built_in=True)
    if _may_have_ids(words):
        text = _applied(text, _ids(text), found)
    for others in own:
        text = _applied(text, others(text), found)
    return text


def _applied(
    text: str, finds: Iterable[Find], found: list[Secret] | None, *, is_built_in: bool = False
) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, kind, fill in sorted(finds):
        start = max(start, at)  # noqa: PLW2901 - two forms may claim the same characters
        if start >= end:
            continue
        secret = text[start:end]
        mask = filled(secret, fill)
        if mask == secret:
            continue
        if found is not None:
            begins = text[max(0, start - _LONGEST_START + 2) : start + 2].rpartition("\n")[2]
            found.append(Secret(kind, f"{begins}…", secret if is_built_in and fill == STARS else ""))
        pieces += (text[at:start], mask)
        at = end
    if not pieces:
        return text
    pieces.append(text[at:])
    return "".join(pieces)


def kind_finder(kinds: tuple[SecretKind, ...]) -> Finder:
    """Who looks for kinds that have one pattern each."""

    def look(text: str) -> Iterator[Find]:
        for kind in kinds:
            if not kind.literals or any(literal in text for literal in kind.literals):
                pattern = _compiled(kind.pattern, kind.flags)
                for match in pattern.finditer(text):
                    yield Find(*match.span("secret"), kind.name, kind.fill)

    return look


def literal_finder(literals: tuple[str, ...], kind: str) -> Finder:
    """Who looks for texts that are known to the letter."""

    def look(text: str) -> Iterator[Find]:
        for literal in literals:
            at = text.find(literal)
            while at >= 0:
                yield Find(at, at + len(literal), kind)
                at = text.find(literal, at + len(literal))

    return look


_FINDERS: tuple[Callable[[str, Words], Iterable[Find]], ...] = (
    prefixed_tokens,
    forms,
    url_credentials,
    named_credentials,
)
"""In this order: a token keeps its prefix, also where its name alone would have masked all of it."""


_ids = kind_finder(IDS)
_OWNERS = ("org", "workspace", "account", "wrkspc")


def _may_have_ids(words: Words) -> bool:
    return any(map(words.joined.__contains__, _OWNERS))


def filled(text: str, fill: str = STARS) -> str:
    """The mask of a whole text."""
    if fill == ZEROS:
        return "".join(ZEROS if char.isascii() and char.isalnum() else char for char in text)
    return "".join(char if char in _KEPT else _star(char) for char in text)


def _star(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return STARS  # stands for one byte that is not UTF-8, or for an escape
    return _WIDE_STARS[len(char.encode()) - 1]


def masked_member(name: str, value: str, found: list[Secret] | None = None) -> str:
    """The value of a JSON member or query parameter whose name alone says what it is.

    Unchanged where the name says nothing.
    """
    if name is WALLET_WORD:  # no member that is called so
        if found is not None:
            found.append(Secret(name, "…"))
        return filled(value)
    if len(value) < _SHORTEST_NAMED:
        return value
    lower = name.lower()
    if is_named_credential(name, value):
        written, kind, whole = filled(value), f"a credential called {name:.60}", value
    elif lower in _ID_NAMES and name in (lower, name.upper()) and _compiled(UUID).fullmatch(value):
        written, kind, whole = filled(value, ZEROS), f"an id called {name}", ""
    else:
        return value
    if found is not None and written != value:
        found.append(Secret(kind, value[:2] + "…", whole))
    return written


def masked_id(value: str) -> str:
    """The mask of an id that a client may look at: its prefix and its form stay."""
    prefix, underscore, rest = value.rpartition("_")
    return prefix + underscore + filled(rest, ZEROS)
