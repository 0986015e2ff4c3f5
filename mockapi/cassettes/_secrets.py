"""What a secret looks like, and the mask that takes its place: one table for recording and lint.

Most patterns are prefixes that vendors made for this very purpose, so that a scanner can find
them; the rest name an id by the words before it. A mask keeps the prefix, so that a reader sees
what stood there, and is the same for every secret of a kind and length: a recording made with
one key is matched by a request with another, and nothing can be learnt from it.

Laws of a mask: as many characters as the secret, each as wide in UTF-8 as the one it replaces,
so that sizes stay true; blanks, quotes, backslashes and slashes stay, so that masking commutes
with the escapes of JSON; a mask is its own mask.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

CREDENTIAL_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "x-api-key", "api-key", "cookie", "set-cookie",
        "x-amz-security-token", "x-goog-api-key", "anthropic-user-profile-id",
    }
)  # fmt: skip
"""Header fields, in lower case, whose value is a credential or points at a person."""

CREDENTIAL_NAMES = frozenset(
    {
        "authorization_token", "access_token", "refresh_token", "id_token", "client_secret", "api_key",
        "apikey", "api-key", "x-api-key", "authorization",
    }
)  # fmt: skip
"""JSON keys and query names, in lower case, whose value is a credential whatever it looks like."""

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_STAR = "*"
_ZERO = "0"
_WIDE_STARS = ("*", "\u00b7", "\u2022", "\U0001f636")  # one, two, three and four bytes in UTF-8
_KEPT = frozenset(' "\\/') | {chr(code) for code in range(0x20)}
_LONGEST_START = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of secret.

    Attributes:
        name: what messages call it.
        pattern: what it looks like, a regular expression; the group `secret`, or all of it, is
            masked. Compiled when first needed: most runs never look for a secret.
        literals: one of these stands in every text that the pattern matches; none asks always.
        core: what every JSON text that holds one matches, whatever stands around it: a second
            question, asked where the literals are words of everyday language.
        fill: "*", or "0" for ids that must still look like ids to a client.
    """

    name: str
    pattern: str
    literals: tuple[str, ...] = ()
    core: bytes | None = None
    fill: str = _STAR
    flags: re.RegexFlag = re.NOFLAG


def _kind(name: str, pattern: str, *literals: str, core: bytes | None = None, fill: str = _STAR) -> Kind:
    return Kind(name, pattern, literals, core, fill, re.ASCII)


@functools.cache
def _compiled(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile(pattern, flags)


@functools.cache
def _compiled_bytes(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


# A test key of this project (`sk-ant-test-…`) is no secret.
KINDS: tuple[Kind, ...] = (
    _kind(
        "an Anthropic key or token",
        r"sk-ant-(?!test-)(?P<secret>[A-Za-z0-9]{2,12}-[A-Za-z0-9_-]{16,})",
        "sk-ant-",
    ),
    _kind(
        "an OpenAI-style key",
        r"\bsk-(?!ant-)(?P<secret>[A-Za-z0-9_-]{32,})",
        "sk-",
        core=rb"sk-(?!ant-)[A-Za-z0-9_-]{32}",
    ),
    _kind("an AWS access key id", r"\b(?:AKIA|ASIA)(?P<secret>[0-9A-Z]{16})\b", "AKIA", "ASIA"),
    _kind("a Google API key", r"\bAIza(?P<secret>[0-9A-Za-z_-]{35})", "AIza"),
    _kind(
        "a GitHub token",
        r"\b(?:gh[pousr]_(?P<secret>[A-Za-z0-9]{36,})|github_pat_[A-Za-z0-9_]{36,})",
        "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_",
    ),
    _kind("a Slack token", r"\bxox[abeoprs]-(?P<secret>[A-Za-z0-9-]{10,})", "xox"),
    _kind(
        "a private key",
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?P<secret>[^-]+)",
        "PRIVATE KEY-----",
    ),
    _kind(
        "a JSON web token",
        r"\beyJ(?P<secret>[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})",
        "eyJ",
        core=rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ",
    ),
    _kind(
        "a bearer token",
        r"\b(?i:bearer)[ \t]+(?P<secret>[A-Za-z0-9._~+/-]{20,}=*)",
        "earer", "EARER",
        core=rb"(?i:bearer)(?: |\t|\\t)+[A-Za-z0-9._~+\\/-]{20}",
    ),
    _kind(
        "a password in a URL",
        r"://[^\s/:@\"'<>{}$?#\\]{0,80}:(?P<secret>[^\s/:@\"'<>{}$?#\\]{1,200})@",
        "://", ":\\/\\/",  # JSON may spell a slash with a backslash
        core=rb":\\?/\\?/[^\s/:@\"]*:[^\s/:@\"]+@",
    ),
    _kind(
        "a credential in a URL",
        r"[?&](?:access_token|refresh_token|id_token|client_secret|api_key|apikey|api-key)="
        r"(?!sk-ant-test-)(?P<secret>[^\s&#\"'<>{}$\\]{8,})",
        "_token=", "client_secret=", "api_key=", "apikey=", "api-key=",
    ),
    _kind(
        "a cookie",
        r"(?i:\bcookie): ?[^\s=;,\"*]{1,80}=(?P<secret>[^\s;,\"]+(?:; [^\s=;,\"]{1,80}=[^\s;,\"]+)*)",
        "ookie:", "OOKIE:",
    ),
    _kind(
        "a workspace or organization id",
        r"\b(?:wrkspc|org)_(?P<secret>01[1-9A-HJ-NP-Za-km-z]{22})\b",
        "wrkspc_", "org_01",
        fill=_ZERO,
    ),
    _kind(
        "an organization, workspace or account id",
        r"(?i:organi[sz]ation|workspace|account)(?:[ _-]?(?i:u?u?id)|s)?\W{0,3}[ _(\"'/=:<](?P<secret>"
        + _UUID
        + r")",
        "rgani", "orkspace", "ccount",
        core=rb"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-",
        fill=_ZERO,
    ),
)  # fmt: skip

_ANY_LITERAL = "|".join(re.escape(literal) for kind in KINDS for literal in kind.literals)
_SHORT = 1000  # characters: beyond, asking for one literal after the other is quicker

EMAIL = _kind("an e-mail address", r"(?P<secret>[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+)", "@")
"""Masked only where an address points at a user of the API: in `metadata.user_id`."""

_USER_ID = rb'user_id"\s*:\s*"[^"]*@'
_NAMED = (
    rb'(?i:"(?:'
    + b"|".join(re.escape(name.encode()) for name in sorted(CREDENTIAL_NAMES))
    + rb')"\s*:\s*"[^"])'
)
_NAME_ENDINGS = tuple(
    ending + b'"'
    for word in (b"_token", b"key", b"secret", b"zation")
    for ending in (word, word.upper(), word.title())
)
_ID_NAMES = frozenset(
    {
        "organization_id", "organization_uuid", "org_id", "org_uuid", "workspace_id", "workspace_uuid",
        "account_id", "account_uuid",
    }
)  # fmt: skip
_ID_NAME_ENDINGS = (b'_id"', b'_uuid"')
_ID_NAMED = rb'(?:organization|org|workspace|account)_u?u?id"\s*:\s*"[0-9a-fA-F]{8}-'
_SHORTEST_NAMED = 8


class Secret(NamedTuple):
    """Something that looks like a secret: what it is, and how it begins."""

    kind: str
    start: str


def may_hold_secret(text: bytes) -> bool:
    r"""Whether a JSON text may hold a secret of `KINDS`: never False for one that does.

    Cheap: it asks for literal prefixes, and for more only where one stands. The text must not
    spell characters of a prefix as `\u` escapes; canonical JSON never does.
    """
    if len(text) < _SHORT and not _compiled_bytes(_ANY_GATE).search(text):
        return False
    for literals, core in _GATES:
        for literal in literals:
            if literal in text:
                if core is None or _compiled_bytes(core).search(text):
                    return True
                break
    return False


_GATES: tuple[tuple[tuple[bytes, ...], bytes | None], ...] = (
    *((tuple(literal.encode() for literal in kind.literals), kind.core) for kind in KINDS),
    ((b'user_id"',), _USER_ID),
    (_NAME_ENDINGS, _NAMED),
    (_ID_NAME_ENDINGS, _ID_NAMED),
)
_ANY_GATE = b"|".join(re.escape(literal) for literals, _ in _GATES for literal in literals)


def masked(text: str, kinds: Iterable[Kind] = KINDS, found: list[Secret] | None = None) -> str:
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


def _masked_once(text: str, kind: Kind, found: list[Secret] | None) -> str:
    def mask(match: re.Match[str]) -> str:
        whole = match.group()
        group = "secret" if match.re.groupindex.get("secret") and match["secret"] is not None else 0
        start, end = (edge - match.start() for edge in match.span(group))
        written = whole[:start] + filled(whole[start:end], kind.fill) + whole[end:]
        if found is not None and written != whole:
            found.append(Secret(kind.name, whole[:_LONGEST_START] + "…"))
        return written

    return _compiled(kind.pattern, kind.flags).sub(mask, text)


def filled(text: str, fill: str = _STAR) -> str:
    """The mask of a whole text."""
    if fill == _ZERO:
        return "".join(_ZERO if char.isascii() and char.isalnum() else char for char in text)
    return "".join(char if char in _KEPT else _star(char) for char in text)


def _star(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return _STAR  # stands for one byte that is no UTF-8, or for an escape
    return _WIDE_STARS[len(char.encode()) - 1]


def masked_member(name: str, value: str, found: list[Secret] | None = None) -> str:
    """The value of a JSON member or query parameter whose name alone says what it is.

    Unchanged where the name says nothing.
    """
    if len(value) < _SHORTEST_NAMED or name not in (name.lower(), name.upper(), name.title()):
        return value
    lower = name.lower()
    if lower in CREDENTIAL_NAMES and not value.startswith("sk-ant-test-"):
        written, kind = filled(value), f"a credential called {name}"
    elif lower in _ID_NAMES and _compiled(_UUID).fullmatch(value):
        written, kind = filled(value, _ZERO), f"an id called {name}"
    else:
        return value
    if found is not None and written != value:
        found.append(Secret(kind, value[:2] + "…"))
    return written


def masked_id(value: str) -> str:
    """The mask of an id that a client may look at: its prefix and its form stay."""
    prefix, underscore, rest = value.rpartition("_")
    return prefix + underscore + filled(rest, _ZERO)


def find_secrets(text: bytes) -> list[Secret]:
    """Every secret in a text of any kind, as it stands there."""
    found: list[Secret] = []
    masked(text.decode("utf-8", "surrogateescape"), found=found)
    return found
