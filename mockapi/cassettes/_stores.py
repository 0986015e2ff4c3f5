"""Commands that hand a secret to a store, a container, a disk or an account: what they are given is a secret.

    vault kv put secret/x phrase=VALUE          a name and a value
    az keyvault secret set --value VALUE        an option
    mc alias set NAME URL KEY VALUE             an argument at its place

What a command is called says which of its arguments hold a secret; a line that ends in a
backslash goes on in the next.
"""

# ruff: noqa: SIM905 - words in a row are read more easily than quotes and commas
from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._names import names_something
from mockapi.cassettes._values import is_given

if TYPE_CHECKING:
    from collections.abc import Iterator

_KIND = "a secret of a command"
_LONGEST = 1_000  # characters of a command that are looked at
_VALUE = (
    r"(?:(?P<quote>\\{0,7}[\"'])(?P<quoted>[^\"'\n\\]{4,300})(?=\\{0,7}[\"'])"
    r"|(?P<bare>[^\s\"'\\|;<>)`&]{4,300}))"
)
_GIVEN = r"[ \t=\"'](?P<name>[A-Za-z_][\w./-]{0,80})=" + _VALUE
_WORD = r"[ \t]{1,3}[^\s\"'\\|;<>=-][^\s\"'\\|;<>=]{0,100}"
_NAME = r"[ \t]{1,3}(?P<name>[A-Za-z_][\w.:/-]{0,80})(?:[ \t]|\\{0,7}\"){1,3}"


def _option(options: str) -> str:
    return rf"[ \t](?:{options})(?:[ \t]{{1,3}}|=)" + _VALUE


class Store(NamedTuple):
    """A command that takes secrets.

    Attributes:
        command: how it begins, a regular expression.
        takes: what of its arguments is a secret, a regular expression.
        if_named: whether only values with a credential's name are secrets, and the others settings.
        needs: what else stands in such a command.
        first: whether the secret is what comes first behind the beginning.
    """

    command: str
    takes: str
    if_named: bool = False
    needs: str = ""
    first: bool = False


_SETS = (
    r"(?:(?:fly|flyctl|supabase|doppler|encore|sst|convex|eas|vault kv|bao kv|kubectl|oc)"
    r"[ ](?:secrets?|put|patch|create|write)(?:[ ](?:set|put|create|import|secret|generic|add)){0,2})"
)
STORES: tuple[Store, ...] = (
    Store(_SETS + r"|(?:vault|bao)[ ](?:kv[ ]put|kv[ ]patch|write)|functions:config:set"
          r"|op[ ]item[ ](?:create|edit)",
          _GIVEN),
    Store(r"(?:heroku|dokku)[ ]config:set|railway[ ]variables|eb[ ]setenv|env:set|docker[ ](?:build|run)"
          r"|terraform[ ](?:apply|plan)", _GIVEN, if_named=True),
    Store(r"doppler[ ]secrets[ ]set|supabase[ ]secrets[ ]set|pulumi[ ]config[ ]set[ ]--secret"
          r"|circleci[ ]env[ ]set", _NAME + _VALUE, first=True),
    Store(r"pulumi[ ]config[ ]set", _NAME + _VALUE, needs="--secret", first=True),
    Store(r"netlify[ ]env:set|chamber[ ]write[ ][\w./-]{1,80}|wp[ ]config[ ]set", _NAME + _VALUE,
          if_named=True, first=True),
    Store(r"aws[ ]ssm[ ]put-parameter", _option("--value"), needs="SecureString"),
    Store(r"aws[ ]secretsmanager[ ](?:create|put|update)-secret(?:-value)?",
          _option("--secret-string")),
    Store(r"az[ ]keyvault[ ]secret[ ]set", _option("--value")),
    Store(r"(?:gh|glab)[ ](?:secret|variable)[ ]set", _option("--body|--value|-b|-v"), needs="secret"),
    Store(r"(?:vercel|netlify|railway|eas)[ ](?:env|variables?|secret)[: ](?:add|set|create)",
          _option("--value|--secret")),
    Store(r"conjur[ ]variable[ ]set", _option("-v|--value")),
    Store(r"ssh-keygen|putty(?:gen)?|step[ ]ca|ykman", _option("-N|-P|--new-passphrase|--password")),
    Store(r"security[ ](?:add|unlock|create|import|set)-[a-z-]{1,30}", _option("-w|-p|-P")),
    Store(r"useradd|usermod|adduser|dscl|sysadminctl", _option("-p|--password|-password|-newPassword")),
    Store(r"mc[ ](?:alias[ ]set|config[ ]host[ ]add)" + _WORD * 3,
          r"[ \t]{1,3}" + _VALUE, first=True),
    Store(r"sops[ ]set" + _WORD, r"[ \t]{1,3}\\{0,7}'[^'\n]{1,200}\\{0,7}'[ \t]{1,3}\\{0,7}'\\{0,7}\""
          r"(?P<bare>[^\"'\n\\]{4,300})", first=True),
)  # fmt: skip
WORDS = (
    "fly flyctl supabase doppler encore sst convex eas vault bao kubectl oc functions op heroku dokku"
    " railway eb netlify docker terraform pulumi circleci chamber wp aws az gh glab vercel conjur"
    " keygen putty puttygen"
    " step ykman security useradd usermod adduser dscl sysadminctl mc sops"
)
"""One of these stands in every text that has such a command."""

_ENDS = re.compile(r"&&|[;|]|(?<!\\)\n")
SETTINGS = frozenset(
    "user username login host hostname port url uri endpoint region ttl max_ttl policies name email mail type"
    " driver database dbname env environment namespace output".split()
)
"""What stores are given besides secrets."""


def store_secrets(text: str) -> Iterator[Find]:
    """What commands are given that keep secrets."""
    at = 0
    while (begin := _any_command().search(text, at)) is not None:
        start = begin.end()
        last = _ENDS.search(text, start, start + _LONGEST)
        at = min(len(text), start + _LONGEST) if last is None else last.start()
        line = text[begin.start() : at]
        for row, command, takes in _rows():
            head = command.match(text, begin.start(), at)
            if head is None or row.needs not in line:
                continue
            if row.first:
                value = takes.match(text, head.end(), at)
                values = [] if value is None else [value]
            else:
                values = list(takes.finditer(text, head.end(), at))
            for value in values:
                group = "bare" if value["bare"] else "quoted"
                if _is_secret(row, value, value[group]):
                    yield Find(*value.span(group), _KIND)


def _is_secret(row: Store, value: re.Match[str], text: str) -> bool:
    name = value.groupdict().get("name")
    if name is not None:
        if row.if_named and not names_something(name):
            return False
        if name.lower() in SETTINGS:
            return False
    return not text.startswith(
        ("{", "@") if value.groupdict().get("quote") else ("{", "-", "@")
    ) and is_given(text)


@functools.cache
def _any_command() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(row.command for row in STORES)})(?=[ \t\\])")


@functools.cache
def _rows() -> list[tuple[Store, re.Pattern[str], re.Pattern[str]]]:
    return [(row, re.compile(rf"(?:{row.command})(?=[ \t\\])"), re.compile(row.takes)) for row in STORES]
