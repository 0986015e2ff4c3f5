"""Options that hold a password in most commands: `-p VALUE`, `/rp VALUE`, `--key VALUE`, `-u name:VALUE`.

What a command is called does not matter here, so the value must show what it is: letters and
digits of eight characters and more, other than a path, number, identifier, pattern or package.
Commands that mean something else by the option are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._values import Place, is_credential, is_machine_made, shows_itself

if TYPE_CHECKING:
    from collections.abc import Iterator

_KIND = "a password of a command"
_OPTION = re.compile(
    r"(?<=[\s\"',])(?:-(?:-(?:pw|key|auth|secret|token|user(?:pass)?)|[pPwua]|[uo]?pw)|/(?:p|rp))"
    r"(?:[ \t]{1,3}|=|\\{0,7}\",[ ]?)(?:(?P<quote>\\{0,7}[\"'])(?P<quoted>[^\"'\n\\]{8,200})(?=\\{0,7}[\"'])"
    r"|(?P<bare>[^\s\"'\\|;<>)`,&]{8,200})(?=[\s\"'\\|;<>)`,&]|\Z))"
)
_USER = re.compile(r"[$\w.@{}-]{1,64}:(?P<secret>.{8,})", re.DOTALL)
_LONG_KEYS = ("--key", "--auth", "--secret", "--token")
_USERS = ("-u", "-a", "--user", "--userpass")
_NO_VALUE = re.compile(
    r"[-@$<{%*]|\.{0,2}/|~|[A-Za-z]:[\\/]|[\w.-]{1,80}[@=]{1,2}[~^]?v?[0-9]+\.|v?[0-9]+[.:/][0-9.:/]*"
    r"|[\w.-]{1,60}/|[a-z]\w{0,40}(?:\.[a-z]\w{0,40}){2,6}\Z|.*(?:\\[a-zA-Z]|[\[(^]|\{[0-9])|[\w.-]{1,90}\.[a-z]{1,5}\Z|[0-9a-f]{7,40}\Z|[0-9_x-]{1,40}\Z"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}"
)
_OTHERS = frozenset(
    {
        "docker", "podman", "kubectl", "helm", "git", "npm", "pnpm", "yarn", "npx", "mkdir", "cp",
        "tar", "ps", "ssh", "scp", "sftp", "grep",
        "egrep", "rg", "ag", "cargo", "docker-compose", "kill", "lsof", "python", "python3", "pip",
        "go", "make",
        "patch", "diff", "nmap", "nc", "watch", "tail", "top", "perl", "sed", "xargs", "terraform", "curl",
        "dotnet", "mvn", "gradle", "pytest", "rsync", "journalctl", "systemctl", "tsc", "uname", "read",
        "column",
    }
)  # fmt: skip
"""Commands that mean a port, a path, a pattern or a process by such an option."""
_WORD = re.compile(r"(?<![\w.-])[a-z][a-z0-9-]{1,20}(?![\w.-])")
_BOUND = re.compile(r"&&|\|\||[\n;|`]|\\n|\$\(|(?:^|[\s\"'])[$#>%][ ]")
_LONGEST_LINE = 300


def argument_passwords(text: str) -> Iterator[Find]:
    """The values of options that hold a password in most commands."""
    for option in _OPTION.finditer(text):
        group = "quoted" if option["quote"] else "bare"
        start, end = option.span(group)
        value = option[group]
        name = option[0].split("=", 1)[0].split(None, 1)[0].rstrip('\\",')
        if name in _USERS:
            login = _USER.fullmatch(value)
            if login is None:
                continue
            start += login.start("secret")
            value = login["secret"]
        if _is_value(value, made=name in _LONG_KEYS) and not _means_other(text, option.start()):
            yield Find(start, end, _KIND)


def _is_value(value: str, *, made: bool) -> bool:
    if _NO_VALUE.match(value) or not is_mixed(value):
        return False
    if made and not (len(value) >= 16 and is_machine_made(value)):
        return False
    return is_credential(value, Place.CODE)


def is_mixed(value: str) -> bool:
    """Whether a text has no blanks, and letters and digits, or letters in disorder."""
    return shows_itself(value) and any(map(str.isalpha, value)) and not any(map(str.isspace, value))


def _means_other(text: str, at: int) -> bool:
    line = text[max(0, at - _LONGEST_LINE) : at]
    bounds = [bound.end() for bound in _BOUND.finditer(line)]
    return not _OTHERS.isdisjoint(_WORD.findall(line[bounds[-1] if bounds else 0 :]))
