"""Secrets in statements of SQL.

The key of a database, the column of a password in an INSERT, the value beside a setting's name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._names import is_named_credential
from mockapi.cassettes._values import is_given

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTED = r"\\{0,7}['\"](?P<secret>[^'\"\n\\]{4,300})\\{0,7}['\"]"
_KEY = re.compile(
    r"(?:(?:PRAGMA|pragma)[ ](?:[A-Za-z_]{1,30}\.)?(?:hex|HEX)?(?:re|RE)?(?:key|KEY)[ ]?[=(][ ]?"
    r"|(?:ATTACH|attach)[ ][^\n;]{1,300}?[ ](?:KEY|key)[ ])" + _QUOTED
)
_INSERT = re.compile(
    r"(?:INSERT|insert|REPLACE|replace)(?:[ ][A-Za-z]{1,10})?[ ](?:INTO|into)[ ][^\s(]{1,120}\s{0,9}"
    r"\((?P<columns>[^()]{1,800})\)(?:\s|\\{1,7}[nrt]){0,20}(?:VALUES|values)(?:\s|\\{1,7}[nrt]){0,20}\("
)
_VALUE = re.compile(
    r"(?:\s|\\{1,7}[nrt]){0,20}(?:N?\\{0,7}'(?P<secret>[^'\n\\]{0,400})\\{0,7}'|[^,()'\n]{0,120}(?:\("
    r"[^()\n]{0,120}\))?)[ ]?"
)
_UPDATE = re.compile(
    r"(?:SET|set)[ ][\w.`\"\[\]]{1,60}[ ]?=[ ]?N?\\{0,7}'(?P<secret>[^'\n\\]{4,400})\\{0,7}'"
    r"(?:\s{1,9}|,[^;\n']{0,120})(?:WHERE|where)[ ][\w.`\"\[\]]{1,60}[ ]?(?:=|LIKE|like)[ ]?N?\\{0,7}'"
    r"(?P<name>[\w./:% -]{2,100})\\{0,7}'"
)
_NEXT_ROW = re.compile(r"\),(?:\s|\\{1,7}[nrt]){0,20}\(")


def database_keys(text: str) -> Iterator[Find]:
    """The key that opens a database."""
    for key in _KEY.finditer(text):
        if is_given(key["secret"]):
            yield Find(*key.span("secret"), "a key of a database")


def inserted_passwords(text: str) -> Iterator[Find]:
    """What an INSERT puts into a column that is called as a credential."""
    done = 0
    for insert in _INSERT.finditer(text):
        if insert.start() < done:
            continue
        names = [name.strip(' \t\r\n`"[]\\') for name in insert["columns"].split(",")]
        at = insert.end()
        while True:
            setting = ""  # `VALUES ('api_key', 'VALUE')`
            for name in names:
                value = _VALUE.match(text, at)
                if value is None:
                    break
                at = value.end()
                secret = value["secret"] or ""
                for title in (name, setting):
                    if secret and is_named_credential(title, secret):
                        yield Find(*value.span("secret"), f"a credential called {title[-40:]}")
                        break
                setting = _setting(secret)
                if text[at : at + 1] != ",":
                    break
                at += 1
            row = _NEXT_ROW.match(text, at)
            if row is None:
                break
            at = row.end()
        done = at


def updated_settings(text: str) -> Iterator[Find]:
    """What an UPDATE gives to a setting that is called as a credential."""
    for update in _UPDATE.finditer(text):
        name = _setting(update["name"].rstrip("%"))
        if is_named_credential(name, update["secret"]):
            yield Find(*update.span("secret"), f"a credential called {name[-40:]}")


def _setting(path: str) -> str:
    """The last part of a setting's path: `payment/api_key`."""
    return path.replace(":", "/").rpartition("/")[2]
