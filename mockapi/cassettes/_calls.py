"""Passwords and keys that calls in code are given: `auth=("user", "VALUE")`, `jwt.sign(claims, "VALUE")`.

At which place the call has it says the table, by the end of the call's name.
"""

# ruff: noqa: SIM905 - words in a row are read more easily than quotes and commas
from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._values import Place, is_credential, is_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARGUMENT = (
    r"\s{0,4}(?:\{[^{}\n]{0,200}\}|[@$fruN]?\\{0,7}[\"'][^\"'\n]{0,200}?\\{0,7}[\"']|[$\w.>:-]{1,60})\s{0,4},"
)
_LAST = (
    r"\s{0,4}(?:(?:to_?[sS]tr\w{0,4}|\[\]byte|(?:bytes\.|Buffer\.|base64\.|binascii\.|hex\.)?"
    r"(?:fromhex|from|unhexlify|b64decode|DecodeString|urlsafe_b64decode))\()?"
    r"[@$bfruN]?\\{0,7}[\"'](?P<secret>[^\"'\n\\]{6,200})\\{0,7}[\"']"
)
_CALLS = tuple(
    "auth basic login credentials credential authentication userpwd connection connect createhmac"
    " x509certificate2 x509certificate algoliasearch wifi.begin wifi.softap jwt.sign jwt.verify"
    " jwt.encode jwt.decode aes.encrypt"
    " aes.decrypt createcipheriv createdecipheriv openssl_encrypt openssl_decrypt".split()
)
_CALLS_OF_ONE = tuple(
    "fernet hmac.new cookieparser hmacsha256 secretkeyspec aes.new des3.new chacha20.new algorithms.aes"
    " chacha20_poly1305.new aesgcm secretbox red:auth redis:auth client:auth redis.auth client.auth conn.auth"
    " redis->auth newcipher signedstring".split()
)
_CALLS_OF_THREE = tuple(
    "mysql mysqli mysqli_connect mysql_connect mysqli_real_connect pdo getconnection plainauth ftp_login"
    " ldap_bind connect pg_connect oci_connect".split()
)
_OPEN = re.compile(r"\(")
_SINGLE = re.compile(rf"\({_LAST}")
_PAIR = re.compile(rf"\({_ARGUMENT}{_LAST}")
_TRIPLE = re.compile(rf"\({_ARGUMENT}{_ARGUMENT}{_LAST}")


def call_passwords(text: str) -> Iterator[Find]:
    """The second of a pair of strings that a call signs in with: `auth=("user", "password")`."""
    for call in _OPEN.finditer(text):
        at = call.start()
        name = text[max(0, at - 20) : at].lower()
        before = name.rstrip("= :\"'\\")  # also `auth=("user", "password")`
        if before.endswith("auth") and not name.endswith(_CALLS_OF_ONE):
            name = "auth"
        for names, pattern in ((_CALLS_OF_ONE, _SINGLE), (_CALLS, _PAIR), (_CALLS_OF_THREE, _TRIPLE)):
            if name.endswith(names):
                match = pattern.match(text, at)
                if (
                    match is not None
                    and not _is_constant(match["secret"])
                    and is_credential(match["secret"], Place.QUOTED, chosen=True)
                ):
                    yield Find(*match.span("secret"), "a password in a call")
                    break


def _is_constant(text: str) -> bool:
    return text.isupper() and is_name(text, Place.CODE)
