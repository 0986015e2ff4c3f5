"""Whether a name is a credential's, in whatever spelling: `api_key`, `apiKey`, `API-KEY`, `x-api-key`."""

from __future__ import annotations

import functools
import re

from mockapi.cassettes._secret_table import (
    ENDINGS,
    FOREIGN_PASSWORDS,
    HARMLESS,
    KEYS,
    LITERAL_OWNERS,
    PASS_OWNERS,
    PASSWORDS,
    PLAIN_KEYS,
    SEPARATE_ENDINGS,
    SUFFIXES,
    URL_NAMES,
)
from mockapi.cassettes._values import Place, is_credential, is_machine_made

_JOINTS = re.compile(r"[_\-. \[\]]+")
SUFFIX = rf"(?:[_.-]?(?:[0-9]{{1,4}}|(?:{'|'.join((*SUFFIXES, *map(str.upper, SUFFIXES)))})))?"
"""What may follow the ending of a name."""

_TAIL = re.compile(SUFFIX.removesuffix("?") + r"\Z")
NEEDS_MACHINE_MADE = frozenset(
    {
        "auth", "bearer", "secretid", "credential", "credentials", "creds", "pat", "sas", "dsn", "salt",
        "session", "sess", "sid", "psid", "sessionid", "sessid", "clearance", "cookie", "some key",
    }
)  # fmt: skip
"""Endings that mean a credential only before what no word looks like."""
NEEDS_ONE_RUN = frozenset(
    {"session", "sess", "sid", "psid", "sessionid", "sessid", "clearance", "cookie", "some key"}
)
"""Those of them that also stand before ids: the value must be one run of letters and digits."""


@functools.lru_cache(maxsize=4096)
def ending_of(name: str) -> str | None:
    """What makes a name a credential's: the ending it has in the table; None for any other name."""
    if "\n" in name:  # a text that stands where a name would
        return None
    if len(name) > 200:
        name = name[-200:]
    name = _TAIL.sub("", name)
    plain = _JOINTS.sub("", name).lower()
    if plain.endswith(HARMLESS):
        return None
    if plain.endswith(FOREIGN_PASSWORDS):
        return "password"
    for ending in ENDINGS:
        if plain.endswith(ending):
            return None if name.lower().endswith("session_id") else ending
    if plain.endswith("key"):
        if plain[:-3].endswith(KEYS):
            return "key"
        if _stands_apart(name, "key") and len(plain) > 3 and not plain[:-3].endswith(PLAIN_KEYS):
            return "some key"
    if plain.endswith("pass") and plain[:-4].endswith(PASS_OWNERS):
        return "pass"
    for ending in SEPARATE_ENDINGS:
        if plain.endswith(ending) and _stands_apart(name, ending):
            return ending
    return None


def _stands_apart(name: str, ending: str) -> bool:
    before, last = name[: -len(ending)], name[-len(ending) :]
    return before[-1:] in ("_", "-", ".", " ", "") or (before[-1].islower() and last[0].isupper())


COOKIES = frozenset({"cookie", "set-cookie"})
"""Names of what holds cookies, each `name=value`."""


_FOLDER = re.compile(r"/|~(?:/|\Z)|\$|\.{1,2}/|[A-Za-z]:[\\/]")


_PLURALS = {
    "codes": "code", "tokens": "token", "secrets": "secret", "keys": "key", "credentials": "credential",
    "passwords": "password", "passphrases": "passphrase", "seeds": "seed",
}  # fmt: skip


@functools.lru_cache(maxsize=4096)
def item_name(plural: str) -> str | None:
    """The name of what a list of a name holds; None for a list that holds no credentials.

    `tokens`, `secrets` and `keys` without a word before are often words or names: of them
    counts what a machine made.
    """
    plain = _JOINTS.sub("", plural).lower()
    for ending, singular in _PLURALS.items():
        if plain.endswith(ending):
            if ending in ("tokens", "secrets", "keys") and not plain[: -len(ending)].endswith(LITERAL_OWNERS):
                return "some_key"
            name = plural[: -len(ending)] + singular
            return name if ending_of(name) is not None else None
    return None


def takes_literal(name: str, ending: str) -> bool:
    """Whether a quoted literal behind a name is its value, also where it is words and a number."""
    if ending in ("key", "token"):
        plain = _JOINTS.sub("", _TAIL.sub("", name)).lower().removesuffix(ending)
        return plain.endswith(LITERAL_OWNERS) or (ending == "token" and not plain)
    return ending == "secret"


_HEX = re.compile(r"(?:0x)?(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40})")
_OF_A_FINGERPRINT = re.compile(
    r"(?i:[ed]?dsa|ecdsa|rsa|gpg|pgp|signing|default|local|host|public)[ _.-]?(?i:key)"
)


def is_fingerprint(name: str, value: str) -> bool:
    """Whether `RSA key 4AEE18F8…` names a key by its fingerprint, which is public."""
    return _HEX.fullmatch(value) is not None and _OF_A_FINGERPRINT.search(name[-20:]) is not None


def is_folder(name: str, value: str) -> bool:
    """Whether `pwd` means the folder that one works in."""
    return name.lower() in ("pwd", "oldpwd") and _FOLDER.match(value) is not None


def names_something(name: str) -> bool:
    """Whether the name of a JSON member, header field or parameter is a credential's."""
    return ending_of(name) is not None


def is_named_credential(name: str, value: str) -> bool:
    """Whether the value of a JSON member, header field or parameter is a credential by its name."""
    if is_folder(name, value):
        return False
    if name.lower() in COOKIES and "=" in value:
        return is_credential(value.partition("=")[2].partition(";")[0], Place.QUOTED)
    ending = ending_of(name)
    if ending is None:
        return is_mnemonic_name(name) and MNEMONIC.fullmatch(value.strip()) is not None
    if ending in NEEDS_ONE_RUN:
        return is_machine_made(value)
    place = Place.QUOTED if ending in NEEDS_MACHINE_MADE else Place.MEMBER
    return is_credential(value, place, chosen=ending in PASSWORDS)


MNEMONIC = re.compile(r"[a-z]{3,10}(?: [a-z]{3,10}){11,23}")

WALLET_WORD = "a word of a wallet"
"""What names each word of a list of them: it is a secret only together with the others."""


def is_mnemonic_name(name: str) -> bool:
    """Whether a name is that of the twelve to twenty-four words of a wallet."""
    return _JOINTS.sub("", name).lower().endswith(("mnemonic", "seedphrase", "recoveryphrase"))


def is_url_name(name: str) -> bool:
    """Whether a name means a credential as the parameter of a URL."""
    return name.lower() in URL_NAMES
