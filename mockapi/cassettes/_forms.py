"""Credentials known by the form around them: URLs, headers, command lines, cookies, key files, hashes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._commands import call_passwords, option_passwords, verb_passwords
from mockapi.cassettes._cookies import cookie_jars, cookies
from mockapi.cassettes._hashes import password_hashes
from mockapi.cassettes._keyfiles import private_keys, vaults, web_keys
from mockapi.cassettes._kinds import Find
from mockapi.cassettes._links import secret_paths
from mockapi.cassettes._values import Place, is_credential
from mockapi.cassettes._words import Words, word_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BEARER = re.compile(
    r"(?:earer(?<=[bB]earer)|EARER(?<=BEARER))(?:[ \t]|\\t){1,4}(?P<secret>[A-Za-z0-9._~+/-]{16,}=*)"
)
_URL = re.compile(
    # A port, a path and an address (http://localhost:8080/@name) only look like one.
    r":\\?/\\?/[^\s/:@\"'<>{}$?#\\]{0,64}:(?![0-9]{1,5}[/?#\\])"
    r"(?P<secret>[^\s@\"'<>]{1,128}(?:@[^\s/@\"'<>?#\\:]{1,80}(?=@))?)@"
)
# What stands for a password: a gap in a template, or the word itself.
_GAP = re.compile(
    r"\$?\{.*\}|<.*>|\$[A-Z_a-z]\w*|%[A-Za-z_]+%|\*+|%s|(?i:pass|password|passwd|pwd|pw|secret)"
)
_CURL = re.compile(
    r"-(?<!\S-)(?:u|U|-user|-proxy-user)(?:[ \t]{1,3}|=)?(?:\\{0,3}[\"'])?[^\s:\"'$]{0,80}:"
    r"(?P<secret>[^\s\"']{1,200})"
)
_ASKS = re.compile(r"curl|wget|http|ftp")


def bearer_tokens(text: str) -> Iterator[Find]:
    """What stands behind `Bearer`, unless it is words."""
    for match in _BEARER.finditer(text):
        value = match["secret"].rstrip(".")
        if is_credential(value, Place.QUOTED):
            yield Find(match.start("secret"), match.start("secret") + len(value), "a bearer token")


def url_passwords(text: str) -> Iterator[Find]:
    """The password before the host of a URL."""
    for match in _URL.finditer(text):
        if not _GAP.fullmatch(match["secret"]):
            yield Find(*match.span("secret"), "a password in a URL")


def command_passwords(text: str) -> Iterator[Find]:
    """The password behind a user's name or an option of a command."""
    for match in _CURL.finditer(text):
        line = text[max(0, match.start() - 400) : match.start()]
        line = line[max(line.rfind("\n"), line.rfind("&&"), line.rfind("; ")) + 1 :]
        if _ASKS.search(line) and not _GAP.fullmatch(match["secret"]):
            yield Find(*match.span("secret"), "a password of a command")


def forms(text: str, words: Words) -> Iterator[Find]:
    """Every credential that the form around it shows."""
    for some, look in FORMS:
        if not some or not some.isdisjoint(words):
            yield from look(text)
    yield from verb_passwords(text, words)
    yield from password_hashes(text, words)


FORMS: tuple[tuple[frozenset[bytes], Callable[[str], Iterator[Find]]], ...] = (
    (word_set("private openvpn"), private_keys),
    (word_set("ansible"), vaults),
    (word_set("kty"), web_keys),
    (frozenset(), bearer_tokens),
    (frozenset(), url_passwords),
    (frozenset(), secret_paths),
    (frozenset(), cookies),
    (word_set("true false"), cookie_jars),
    (word_set("curl wget http https ftp proxy"), command_passwords),
    (frozenset(), option_passwords),
    (frozenset(), call_passwords),
)
"""One of which words stands in every text that has a form, and who looks for it; without words who"
    " always looks."""
