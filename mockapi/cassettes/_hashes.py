"""Hashes of passwords: what a file of users, a dump of a database or a router's configuration holds.

Who has a hash can guess the password behind it. How it was made stays, the hash is masked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_KIND = "a hash of a password"
_CRYPT = re.compile(
    # The modular form: $ALGORITHM$PARAMETERS$SALT$HASH
    r"\$(?:2[abxy]?\$[0-9]{2}|1|5|6|7|8|9|14|y|gy|sm3|apr1|md5|sha1|A|P|H|S|argon2(?:id|i|d)|scrypt|bcrypt-sha256"
    r"|pbkdf2(?:-sha[0-9]{1,3}|-digest)?|krb5(?:tgs|asrep|pa)|DCC2|NT|PBKDF2-HMAC-SHA[0-9]{3}|mysqlna|office"
    r"|keepass|bitcoin|ethereum)"
    r"\$(?P<crypt>[A-Za-z0-9./+=,$*@_:-]{20,1024})"
)
_CRYPT_IN_BRACES = re.compile(
    r"\{(?:S?SHA(?:[0-9]{3})?|S?MD5|CRYPT|PBKDF2[A-Z0-9_-]{0,12}|ARGON2|BLF-CRYPT|SHA512-CRYPT|SHA256-CRYPT|NT|ssha"
    r"|sha|bcrypt|pbkdf2|scrypt)\}(?P<ldap>[A-Za-z0-9./+=,$-]{16,512})"
)
_NAMED = re.compile(
    r"(?:scrypt|pbkdf2|argon2|bcrypt)(?:[:_][a-z0-9:_]{1,40})?\$(?P<web>[A-Za-z0-9./+=,$-]{20,512})"
)
_OLD_WEB = re.compile(
    r"\$(?:(?<=sha1\$)|(?<=md5\$)|(?<=sha256\$)|(?<=sha512\$))(?P<django>[A-Za-z0-9]{1,40}\$[0-9a-f]{32,128})"
)
_SCRAM = re.compile(r"SCRAM-SHA-(?:1|256|512)\$[0-9]{1,9}:(?P<scram>[A-Za-z0-9+/=$:]{40,512})")
_QUOTED_MD5 = re.compile(r"md5(?<=['\"]md5)(?P<md5>[0-9a-f]{32})(?![0-9A-Za-z])")
_MYSQL = re.compile(r"\*(?<![\w*]\*)(?P<mysql>[0-9A-F]{40})(?![0-9A-Za-z])")
_DUMP = re.compile(r":(?<=[0-9]:)(?P<dump>[0-9a-fA-F]{32}:[0-9a-fA-F]{32}):::")
_GRUB = re.compile(r"grub\.pbkdf2\.sha512\.[0-9]{1,9}\.(?P<grub>[0-9A-Fa-f.]{64,1024})")
_ROUTER = re.compile(
    r"(?:password|secret|key|passphrase|md5)[ \t]{1,3}[0-9][ \t]{1,3}(?P<router>[^\s\"'\\<>]{6,256})"
)
HASHES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("scrypt pbkdf argon bcrypt", "$", _NAMED),
    ("sha md", "$", _OLD_WEB),
    ("scram", "$", _SCRAM),
    ("md", "md5", _QUOTED_MD5),
    ("grub", ".", _GRUB),
    ("password secret key passphrase md", " ", _ROUTER),
    ("", "$", _CRYPT),
    ("", "}", _CRYPT_IN_BRACES),
    ("", "*", _MYSQL),
    ("", ":::", _DUMP),
)
"""What must stand in a text for a hash to be there: one of these words, if there are any, and a mark."""


def hash_finder(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Find]]:
    """Who looks for hashes of one form."""

    def look(text: str) -> Iterator[Find]:
        for match in pattern.finditer(text):
            group = match.lastgroup or ""
            start, end = match.span(group)
            if pattern is _ROUTER and not _is_typed(match[group]):
                continue
            while text[end - 1] in ".,:":
                end -= 1
            yield Find(start, end, _KIND)

    return look


def _is_typed(value: str) -> bool:
    """Whether `password 7 VALUE` is a line of a router and not `password 8 characters`."""
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))
