"""What a command prints that shows a secret, and what a program announces on the line before.

$ pass show mail/password
VALUE

Initial admin password:
VALUE
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._arguments import is_mixed
from mockapi.cassettes._kinds import Find
from mockapi.cassettes._values import Place, is_credential

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = r"(?:\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n)"
_VALUE = r"(?P<secret>[^\s\"'`<>\\]{8,300})(?=[ ]{0,4}(?:[\r\n\\\"'`]|\Z))"
_COMMAND = re.compile(r"[$#%>][ ](?P<command>(?:[^\n\\]|\\(?=[\"'])){3,300})" + _LINE + r"[ ]{0,4}" + _VALUE)
_OF_SECRETS = re.compile(
    r"(?i:secret|passw|passphrase|psk|cookie|token|credential|api-?key|\.key\b|wg[ ]|privkey|private|keyring"
    r"|openssl[ ]rand|pwgen|makepasswd|token_(?:hex|urlsafe))"
    r"|\b(?:pass|gopass|op|bw|lpass|vault)[ ]"
)
_SHOWS = re.compile(
    r"\b(?:get|show|lookup|access|read|print|cat|genkey|genpsk|decrypt|reveal|fetch|view|echo|create|generate|token"
    r"|less|head|tail|more|gen|(?:print|find)-[a-z-]{1,30}password|login|printenv|rand|pwgen|makepasswd)\b"
    r"|base64[ ](?:-d|-D|--decode)"
)
_REVEALS = re.compile(
    r"--reveal|base64[ ](?:-d|-D|--decode)|versions access|-field=|--query[ =](?:SecretString|value)|printenv"
    r"|echo[ ]\\{0,7}[\"']?\$|\bpass[ ]show"
    r"|(?:bw|lpass)[ ]"
)
"""What prints the secret alone: there also words with a number are one."""
_NO_SECRETS = re.compile(r"\b(?:git|grep|ls|find|sha[0-9]{1,3}sum|md5sum|wc|which|pub(?:lic)?key|version)\b")
_ANNOUNCED = re.compile(
    r"(?:assword(?<=[pP]assword)|PASSWORD|assphrase|ecret[ ][kK]ey|[tT]oken)\b[^\n:\\]{0,100}:[ ]{0,4}"
    rf"(?:{_LINE}[ ]{{0,12}}){{1,3}}" + _VALUE
)
_NEW_VALUE = re.compile(
    rf"(?:assword|PASSWORD)\b[^\n\\]{{0,120}}{_LINE}[ ]{{0,8}}(?:[A-Z][a-z]{{1,12}}[ ])?[vV]alue:[ ]{{1,4}}"
    + _VALUE
)


def printed_secrets(text: str) -> Iterator[Find]:
    """The one line that a command prints which shows a secret."""
    for shown in _COMMAND.finditer(text):
        command = shown["command"]
        if _OF_SECRETS.search(command) and _SHOWS.search(command) and not _NO_SECRETS.search(command):
            yield from _found(shown, Place.ASSIGNED if _REVEALS.search(command) else Place.CODE)


def announced_secrets(text: str) -> Iterator[Find]:
    """What stands on a line of its own below the words that say what it is."""
    for pattern in (_ANNOUNCED, _NEW_VALUE):
        for announced in pattern.finditer(text):
            yield from _found(announced, Place.CODE)


def _found(match: re.Match[str], place: Place) -> Iterator[Find]:
    value = match["secret"]
    if (
        is_mixed(value)
        and value[-1:] not in ":,{[("
        and is_credential(value, place, chosen=place is Place.ASSIGNED)
    ):
        yield Find(*match.span("secret"), "a secret that is printed")
