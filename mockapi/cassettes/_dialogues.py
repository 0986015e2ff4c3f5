"""Secrets that stand a line below what announces them: in a protocol, a shell's output, a file.

And passwords behind the word for them in other languages.
"""

# ruff: noqa: RUF001 - the colons and quotes of other languages
from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._secret_table import FOREIGN_IN_TWO_WORDS, FOREIGN_PASSWORDS
from mockapi.cassettes._values import Place, is_credential, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = r"(?:\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n)"
_SIDE = r"(?:[CS<>-]{1,3}[:>]?[ ])?"
_AUTH = re.compile(
    r"AUTH(?:ENTICATE)?[ ](?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM|SCRAM-SHA-(?:1|256|512))"
)
_ANSWER = re.compile(
    rf"(?:[ ]|{_LINE}{_SIDE}(?:(?:334|\+)[ ]?[A-Za-z0-9+/=]{{0,400}}{_LINE}{_SIDE})?(?:AUTHENTICATE[ ])?)"
    r"(?P<secret>[A-Za-z0-9+/]{8,2000}={0,2})(?![A-Za-z0-9+/=.:-])"
)
_SHOWN = re.compile(
    r"(?:cat|less|head|tail|more|type|bat)[ ]"
    r"(?P<file>[^\s|;&\"'`\\]{1,200})" + _LINE + r"(?P<secret>[^\s\"'`<>\\]{8,300})(?=[\s\\\"'`]|\Z)"
)
_SECRET_FILE = re.compile(
    r"(?:\.key|secrets?/[\w.-]{1,80}|(?:token|password|passphrase|secret|\.pass)(?:\.txt)?)\Z"
)
_KEY_FILE = re.compile(
    rf"(?:master|production|staging|credentials)\.key[`\"'*]{{0,3}}(?:[ ]?[:=])?(?:[ ]|{_LINE}){{1,3}}"
    rf"(?:`{{3}}[a-z]{{0,10}}{_LINE})?"
    r"(?P<secret>[0-9a-f]{32,128})(?![0-9A-Za-z])"
)
_MASTER = re.compile(r"<(?:master|passphrase|privateKey)>(?P<secret>\{[^<>\s{}]{16,400}\})<")
_AUTH_USER_PASS = re.compile(
    rf"<auth-user-pass>[ ]{{0,4}}{_LINE}[^\s\\]{{1,200}}{_LINE}[ ]{{0,20}}(?P<secret>[^\s\\<]{{4,300}})"
)
_HERE = re.compile(
    rf"(?:chpasswd|newusers)\b[^\n|<]{{0,40}}<<[-~]?[ ]?[\"'\\]{{0,3}}[A-Za-z_]{{1,20}}[\"']?(?={_LINE})"
)
_HERE_LINE = re.compile(rf"{_LINE}[\w.-]{{1,64}}:(?P<secret>[^\s:\"'\\]{{4,300}})")
PERCENT_ENCODED = tuple(
    word.encode().decode("latin-1") for word in (*FOREIGN_PASSWORDS, "Пароль") if not word.isascii()
)
"""The words as they stand where percent-encoding was read byte by byte."""
_SAID = "|".join(
    (
        *map(re.escape, (*FOREIGN_PASSWORDS, *FOREIGN_IN_TWO_WORDS, *PERCENT_ENCODED)),
        r"mot[ ]de[ ]passe",
        r"parola[ ]d['’]ordine",
        r"clave secreta",
    )
)
_FOREIGN = re.compile(
    rf"(?i:{_SAID})(?:\\{{0,7}}[\"'`*]){{0,3}}\s{{0,3}}"
    r"(?:(?P<sep>[:=：]{1,2}|—|–|->|=>|は|\xe2\x80\x94|\xef\xbc\x9a)"
    r"|(?P<verb>ist|lautet|est|es|é|jest|är|is|it|: ?))\s{0,3}"
    r"(?P<quote>(?:\\{0,7}[\"'`*«「『“„]){0,2})"
    r"(?P<secret>[^\s\"'`「」『』«»“”*,;，。、<>\\]{6,200})(?P<end>\s{0,4}(?:[\"'`」』»”*\n\r<\\]|\Z))?"
)


def sent_logins(text: str) -> Iterator[Find]:
    """What a client answers when a mail server or a chat asks who it is."""
    for begin in _AUTH.finditer(text):
        at = begin.end()
        for _ in range(3):
            answer = _ANSWER.match(text, at)
            if answer is None or not is_credential(answer["secret"], Place.QUOTED):
                break
            yield Find(*answer.span("secret"), "a login")
            at = answer.end()


def shown_files(text: str) -> Iterator[Find]:
    """The one line of a file of a secret that a shell shows."""
    for shown in _SHOWN.finditer(text):
        if _SECRET_FILE.search(shown["file"]) and is_credential(shown["secret"], Place.QUOTED):
            yield Find(*shown.span("secret"), "a key in a file")


def key_files(text: str) -> Iterator[Find]:
    """The key behind the name of its file."""
    for key in _KEY_FILE.finditer(text):
        yield Find(*key.span("secret"), "a key in a file")


def master_passwords(text: str) -> Iterator[Find]:
    """The password of Maven that opens the others."""
    for master in _MASTER.finditer(text):
        yield Find(*master.span("secret"), "a master password")


def tunnel_passwords(text: str) -> Iterator[Find]:
    """The second line of a user and a password in a configuration of OpenVPN."""
    for login in _AUTH_USER_PASS.finditer(text):
        if is_given(login["secret"]):
            yield Find(*login.span("secret"), "a password of a tunnel")


def users_passwords(text: str) -> Iterator[Find]:
    """The lines of users and passwords that a shell gives to `chpasswd`."""
    for here in _HERE.finditer(text):
        at = here.end()
        while (line := _HERE_LINE.match(text, at)) is not None:
            if is_given(line["secret"]):
                yield Find(*line.span("secret"), "a password of a user")
            at = line.end()


def foreign_passwords(text: str) -> Iterator[Find]:
    """What stands behind the word for a password in other languages."""
    for said in _FOREIGN.finditer(text):
        value = said["secret"].rstrip(".:)]")
        has_end = said["end"] is not None or said["quote"]
        if not (any(map(str.isdigit, value)) or (said["sep"] and has_end and value.isascii())):
            continue
        if is_credential(value, Place.ASSIGNED, chosen=True):
            start = said.start("secret")
            yield Find(start, start + len(value), "a password")
