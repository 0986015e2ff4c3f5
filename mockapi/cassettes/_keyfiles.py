"""Files of keys: PEM and its like, PuTTY, vaults of Ansible, JSON web keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find

if TYPE_CHECKING:
    from collections.abc import Iterator

_PEM = re.compile(
    r"-{4,5}[ +]?BEGIN[ +](?:(?:[A-Z0-9]{1,12}[ +]){0,4}PRIVATE[ +]KEY(?:[ +]BLOCK)?|OpenVPN[ +]Static["
    r" +]key[ +]V1)"
    r"[ +]?-{4,5}"
)
_PEM_END = re.compile(r"-{4,5}[ +]?(?:END|\Z)")
_KEY_LINE = re.compile(
    r"(?:[ \t\r\n|>\"'+,]|\\{1,7}[nrt]){0,60}"
    r"(?:[A-Za-z0-9+/=]{16,8192}|[A-Z][A-Za-z-]{2,20}: [^\n\\]{1,80})(?=[\s\\\"',|>-]|\Z)"
)
_LAST_KEY_LINE = re.compile(r"(?:[\r\n]|\\{1,7}[nr]){1,4}[ \t]{0,40}[A-Za-z0-9+/=]{1,15}(?=[\s\\\"',]|\Z)")
_PUTTY = re.compile(r"Private-Lines: [0-9]{1,4}")
_VAULT = re.compile(r"\$ANSIBLE_VAULT;[0-9.]{1,5};[A-Z0-9]{1,12}(?:;[\w.-]{1,60})?")
_VAULT_LINE = re.compile(r"(?:[ \t\r\n|>\"'+,]|\\{1,7}[nrt]){1,60}[0-9a-f]{8,8192}(?![0-9A-Za-z])")
_QUOTE = r"\\{0,7}[\"']"
_WEB_KEY = re.compile(
    rf"{_QUOTE}(?:d|p|q|dp|dq|qi|k){_QUOTE}\s{{0,9}}:\s{{0,9}}{_QUOTE}(?P<secret>[A-Za-z0-9_-]{{16,4096}})"
)
WEB_KEY_SECRETS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
"""Members of a JSON web key (an object with `kty`) that are its private part."""


def private_keys(text: str) -> Iterator[Find]:
    """What stands between the lines of a private key, with its own header lines."""
    for begin in _PEM.finditer(text):
        end = text.find("----", begin.end())
        if end < 0 or not _PEM_END.match(text, end):
            end = _end_of_lines(text, begin.end())  # cut off, or spoken of
        yield Find(begin.end(), end, "a private key")
    for begin in _PUTTY.finditer(text):
        yield Find(begin.end(), _end_of_lines(text, begin.end()), "a private key")


def vaults(text: str) -> Iterator[Find]:
    """The lines of an encrypted file or value of Ansible."""
    for begin in _VAULT.finditer(text):
        at = begin.end()
        while (line := _VAULT_LINE.match(text, at)) is not None:
            at = line.end()
        yield Find(begin.end(), at, "an Ansible vault")


def web_keys(text: str) -> Iterator[Find]:
    """The private members of JSON web keys that stand in a text."""
    for member in _WEB_KEY.finditer(text):
        yield Find(*member.span("secret"), "a private key")


def _end_of_lines(text: str, at: int) -> int:
    while (line := _KEY_LINE.match(text, at)) is not None:
        at = line.end()
    last = _LAST_KEY_LINE.match(text, at)
    return at if last is None else last.end()
