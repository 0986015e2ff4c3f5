"""Credentials known by the form around them: URLs, headers, command lines, cookies, key files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._values import Place, is_credential

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BEARER = re.compile(r"(?:[bB]earer|BEARER)(?:[ \t]|\\t){1,4}(?P<secret>[A-Za-z0-9._~+/-]{16,}=*)")
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
_OPTION_PASSWORD = re.compile(
    r"sshpass[ \t]{1,3}-p[ \t]{0,3}['\"]?(?P<ssh>[^\s'\"]{1,200})"
    r"|(?:mysql|mariadb)[a-z]{0,5}[ \t][^\n|;]{0,200}?-p(?<=[ \t]-p)['\"]?(?P<sql>[^\s'\"]{4,200})"
    r"|redis-cli[ \t][^\n|;]{0,200}?-a(?<=[ \t]-a)[ \t]{1,3}['\"]?(?P<redis>[^\s'\"]{4,200})"
    r"|(?:[iI]dentified by|IDENTIFIED BY|[wW]ith (?:encrypted )?password|WITH (?:ENCRYPTED )?PASSWORD)"
    r"[ \t]{1,4}['\"](?P<made>[^\s'\";]{4,200})"
    r"|requirepass[ \t]{1,4}['\"]?(?P<redis_conf>[^\s'\"]{4,200})"
)
_COOKIE = re.compile(r"(?:ookie:(?<=[cC]ookie:)|OOKIE:(?<=COOKIE:))[ \t]?")
_CRUMB = re.compile(r"(?P<name>[!#-+\--:<>-\[\]-~]{1,80})=(?P<secret>[!#-+\--:<-\[\]-~]*)(?:;[ \t]?|)")
_ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "max-age", "samesite", "priority", "version", "comment"}
)  # fmt: skip
_PEM = re.compile(r"-{4,5}[ +]?BEGIN[ +](?:[A-Z0-9]{1,12}[ +]){0,4}PRIVATE[ +]KEY(?:[ +]BLOCK)?[ +]?-{4,5}")
_PEM_END = re.compile(r"-{4,5}[ +]?(?:END|\Z)")
_KEY_LINE = re.compile(
    r"(?:[ \t\r\n|>\"'+,]|\\{1,7}[nrt]){0,60}"
    r"(?:[A-Za-z0-9+/=]{16,8192}|[A-Z][A-Za-z-]{2,20}: [^\n\\]{1,80})(?=[\s\\\"',|>-]|\Z)"
)
_LAST_KEY_LINE = re.compile(r"(?:[\r\n]|\\{1,7}[nr]){1,4}[ \t]{0,40}[A-Za-z0-9+/=]{1,15}(?=[\s\\\"',]|\Z)")
_PUTTY = re.compile(r"Private-Lines: [0-9]{1,4}")


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


def option_passwords(text: str) -> Iterator[Find]:
    """The password that an option of a client or a statement gives."""
    for match in _OPTION_PASSWORD.finditer(text):
        for name in ("ssh", "sql", "redis", "made", "redis_conf"):
            if match[name] and not _GAP.fullmatch(match[name]) and not match[name].isalpha():
                yield Find(*match.span(name), "a password of a command")


def cookies(text: str) -> Iterator[Find]:
    """The values of the cookies of a `Cookie` or `Set-Cookie` field; the attributes stay."""
    for field in _COOKIE.finditer(text):
        at = field.end()
        is_set = text[max(0, field.start() - 5) : field.start() - 1].lower() == "set-"
        while (crumb := _CRUMB.match(text, at)) is not None:
            is_attribute = is_set and crumb["name"].strip().lower() in _ATTRIBUTES
            if crumb["secret"] and not is_attribute:
                yield Find(*crumb.span("secret"), "a cookie")
            if crumb.end("secret") == crumb.end():
                break
            at = crumb.end()


def private_keys(text: str) -> Iterator[Find]:
    """What stands between the lines of a private key, with its own header lines."""
    for begin in _PEM.finditer(text):
        end = text.find("----", begin.end())
        if end < 0 or not _PEM_END.match(text, end):
            end = _end_of_lines(text, begin.end())  # cut off, or spoken of
        yield Find(begin.end(), end, "a private key")
    for begin in _PUTTY.finditer(text):
        yield Find(begin.end(), _end_of_lines(text, begin.end()), "a private key")


def _end_of_lines(text: str, at: int) -> int:
    while (line := _KEY_LINE.match(text, at)) is not None:
        at = line.end()
    last = _LAST_KEY_LINE.match(text, at)
    return at if last is None else last.end()


FORMS: tuple[tuple[tuple[str, ...], Callable[[str], Iterator[Find]]], ...] = (
    (("PRIVATE", "Private-Lines"), private_keys),
    (("earer", "EARER"), bearer_tokens),
    (("://", ":\\/\\/"), url_passwords),
    (("ookie:", "OOKIE:"), cookies),
    (("-u", "-U", "--user", "--proxy-user"), command_passwords),
    (("sshpass", "mysql", "mariadb", "redis-cli", "dentified by", "IDENTIFIED BY", "ith password",
      "ith encrypted password", "WITH PASSWORD", "WITH ENCRYPTED PASSWORD", "requirepass"), option_passwords),
)  # fmt: skip
"""What must stand in a text for a form to be there, one of them, and who looks for it."""
