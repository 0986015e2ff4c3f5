"""Credentials known by the form around them: URLs, headers, command lines, cookies, key files, hashes."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from mockapi.cassettes._arguments import argument_passwords
from mockapi.cassettes._blocks import (
    COLUMN_NAMES,
    FOREIGN_TITLES,
    columns,
    generated_passwords,
    listed,
    sensitive_outputs,
    variable_defaults,
    wallet_keys,
)
from mockapi.cassettes._calls import call_passwords
from mockapi.cassettes._commands import VERBS, option_passwords, verb_finder
from mockapi.cassettes._cookies import cookie_jars, cookies, cookies_in_code
from mockapi.cassettes._dialogues import (
    PERCENT_ENCODED,
    foreign_passwords,
    key_files,
    master_passwords,
    sent_logins,
    shown_files,
    tunnel_passwords,
    users_passwords,
)
from mockapi.cassettes._hashes import HASHES, hash_finder
from mockapi.cassettes._keyfiles import private_keys, vaults, web_keys
from mockapi.cassettes._kinds import Find
from mockapi.cassettes._lines import LINES, line_finder, section_keys
from mockapi.cassettes._links import secret_paths
from mockapi.cassettes._manifests import manifest_secrets
from mockapi.cassettes._outputs import announced_secrets, printed_secrets
from mockapi.cassettes._pairs import PAIR_FINDERS
from mockapi.cassettes._secret_table import FOREIGN_IN_TWO_WORDS, FOREIGN_PASSWORDS
from mockapi.cassettes._statements import database_keys, inserted_passwords, updated_settings
from mockapi.cassettes._stores import WORDS as STORE_WORDS
from mockapi.cassettes._stores import store_secrets
from mockapi.cassettes._values import Place, is_credential
from mockapi.cassettes._words import word_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockapi.cassettes._words import Words

    Look = Callable[[str], Iterator[Find]]

_BEARER = re.compile(
    r"(?:earer(?<=[bB]earer)|EARER(?<=BEARER))(?:[ \t]|\\t){1,4}(?P<secret>[A-Za-z0-9._~+/-]{16,}=*)"
)
_URL = re.compile(
    # A port, a path and an address (http://localhost:8080/@name) only look like one.
    r":\\?/\\?/[^\s/:@\"'<>{}$?#\\]{0,64}:(?![0-9]{1,5}[/?#\\;])"
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
    for mark, look in (_rows if len(words.each) <= _FEW else _rows.__wrapped__)(words.each):
        if mark in text:
            yield from look(text)


@functools.lru_cache(maxsize=512)
def _rows(words: frozenset[bytes]) -> list[tuple[str, Look]]:
    """The forms that may be in a text of these words: most texts of a conversation have the same."""
    return [(mark, look) for some, mark, look in _TABLE if not some or not some.isdisjoint(words)]


_PLURALS = (
    "codes tokens secrets keys credentials passwords passphrases recoverycodes backupcodes apitokens apikeys"
    " accesstokens accesskeys secretkeys authtokens clientsecrets"
)
_SHOWN_WORDS = (
    "secret secrets password passwd passphrase psk cookie token credential credentials key wg pass"
    " gopass op bw"
    " lpass vault private privkey keyring rand pwgen makepasswd"
)
_ANNOUNCED_WORDS = "password passphrase secret token"
_FOREIGN_WORDS = (
    "passwort kennwort senha wachtwoord contrasena contrase passe haslo heslo salasana senord ifre sifre"
    " parola ordine jelsz adgangskode clave"
)
_FOREIGN = (
    (_FOREIGN_WORDS, ""),
    *(("", mark) for mark in FOREIGN_PASSWORDS if not mark.isascii() and mark[0] > "\u0100"),
    *(("", mark) for mark in (*FOREIGN_IN_TWO_WORDS, *PERCENT_ENCODED)),
    ("", "hasło"), ("", "Hasło"), ("", "Пароль"), ("", "ПАРОЛЬ"),
)  # fmt: skip
FORMS: tuple[tuple[str, str, Look], ...] = (
    ("private openvpn", "-", private_keys),
    ("ansible", "$", vaults),
    ("kty", ":", web_keys),
    ("", "earer", bearer_tokens),
    ("", "EARER", bearer_tokens),
    ("", "@", url_passwords),
    ("", "://", secret_paths),
    ("", "=", cookies),
    ("", "ookie", cookies_in_code),
    ("true false", "/", cookie_jars),
    ("curl wget http https ftp proxy", "-", command_passwords),
    ("", " -", option_passwords),
    ("", " -", argument_passwords),
    ("p rp", "/", argument_passwords),
    (_SHOWN_WORDS, "\n", printed_secrets),
    (_SHOWN_WORDS, "\\n", printed_secrets),
    (_ANNOUNCED_WORDS, ":", announced_secrets),
    ("key", "", section_keys),
    ("pragma attach", "", database_keys),
    ("insert replace", "(", inserted_passwords),
    ("update", "=", updated_settings),
    ("secret", "kind", manifest_secrets),
    *(("", mark, look) for mark, look in PAIR_FINDERS),
    *((words, mark, line_finder(pattern)) for words, mark, pattern in LINES),
    ("", "(", call_passwords),
    (STORE_WORDS, " ", store_secrets),
    ("auth authenticate", "AUTH", sent_logins),
    ("cat less head tail more type bat", " ", shown_files),
    ("key", ".key", key_files),
    ("master passphrase privatekey", "{", master_passwords),
    ("auth", "<auth-user-pass>", tunnel_passwords),
    ("chpasswd newusers", "<<", users_passwords),
    ("random", "random_password", generated_passwords),
    ("sensitive", "sensitive", sensitive_outputs),
    ("variable", "default", variable_defaults),
    ("accounts", "[", wallet_keys),
    (_PLURALS, "", listed),
    (" ".join(sorted(word.decode() for word in COLUMN_NAMES)), "", columns),
    *((words, mark, foreign_passwords) for words, mark in _FOREIGN),
    *(("", mark, columns) for mark in FOREIGN_TITLES),
    *((verb.words, verb.mark, verb_finder(verb)) for verb in VERBS),
    *((words, mark, hash_finder(pattern)) for words, mark, pattern in HASHES),
)
"""What must stand in a text for a form to be there: one of these words, if there are any, and a mark."""

_TABLE = tuple((word_set(words), mark, look) for words, mark, look in FORMS)
_FEW = 400  # words: more than that come once
