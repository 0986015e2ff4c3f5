"""Cookies: in a header field, an option of curl, code, a jar of cookies, a browser's console."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._values import Place, is_credential

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_KIND = "a cookie"
_FIELD = re.compile(
    r"(?:ookie(?<=[cC]ookie)|OOKIE(?<=COOKIE))(?:\\{0,7}[\"'])?[ \t]{0,2}(?P<sep>[:=,]|=>)["
    r" \t]{0,2}(?:\\{0,7}[\"'`])?"
)
_OPTION = re.compile(r"-(?<=[\s\"']-)(?:b|-cookie)(?:[ \t]{1,3}|=)?(?:\\{0,7}[\"'])?(?=[^\s=\"']{1,80}=)")
_CRUMB = re.compile(r"(?P<name>[!#-+\--:<>-\[\]-~]{1,80})=(?P<secret>[!#-+\--:<-\[\]-~]*)(?:;[ \t]?|)")
# theme=dark, lang=en-US, consent=1: what a person prefers, and signs nobody in
_PREFERENCE = re.compile(r"[A-Za-z]{1,8}(?:[-_][A-Za-z]{2,4})?|[0-9]{1,3}")
_PREFERENCES = (
    "theme", "lang", "language", "locale", "color", "colour", "mode", "consent", "currency", "timezone",
    "country", "region", "layout", "view", "sidebar", "font", "seen", "dismissed", "banner", "density",
)  # fmt: skip
_ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "max-age", "samesite", "priority", "version", "comment"}
)  # fmt: skip
_DICT = re.compile(
    r"(?:ookies(?<=[cC]ookies)|OOKIES(?<=COOKIES))(?:\\{0,7}[\"'])?[ \t]{0,2}[:=][ \t]{0,2}(?:dict\(|\{)"
)
_PAIR = re.compile(
    r"(?:[\s,]|\\{1,7}[nrt]){0,20}(?:\\{0,7}[\"'])?[\w.-]{1,80}(?:\\{0,7}[\"'])?[ \t]{0,2}[:=][ \t]{0,2}"
    r"\\{0,7}[\"'](?P<secret>[^\"'\\\n]{0,4096})\\{0,7}[\"']"
)
_TAB = r"(?:[\t ]|\\{1,7}t)"
_JAR = re.compile(
    rf"(?:TRUE|FALSE){_TAB}/[^\s\\]{{0,200}}{_TAB}(?:TRUE|FALSE){_TAB}[0-9]{{1,12}}{_TAB}[^\s\\]{{1,120}}?{_TAB}"
    r"(?P<secret>[^\s\\\"']{1,4096})"
)


def cookies(text: str) -> Iterator[Find]:
    """The values of cookies; names and attributes stay."""
    if "ookie" in text or "OOKIE" in text:
        yield from _cookies_in_fields(text)
    for option in _OPTION.finditer(text):
        line = text[max(0, option.start() - 400) : option.start()].rpartition("\n")[2]
        if option[0].startswith("--") or "curl" in line:
            yield from _crumbs(text, option.end(), is_set=False, is_line=True)


def _cookies_in_fields(text: str) -> Iterator[Find]:
    last = 0
    for field in _FIELD.finditer(text):
        if field.start() < last:  # in the value of a cookie that was looked at
            continue
        is_set = text[max(0, field.start() - 5) : field.start() - 1].lower() == "set-"
        is_line = field["sep"] == ":" and field[0].endswith((":", ": "))
        last = yield from _crumbs(text, field.end(), is_set=is_set, is_line=is_line)


def cookies_in_code(text: str) -> Iterator[Find]:
    """The values of a dictionary of cookies."""
    for field in _DICT.finditer(text):
        at = field.end()
        while (pair := _PAIR.match(text, at)) is not None:
            if is_credential(pair["secret"], Place.QUOTED):
                yield Find(*pair.span("secret"), _KIND)
            at = pair.end()


def cookie_jars(text: str) -> Iterator[Find]:
    """The values of a jar of cookies as browsers and curl write it."""
    for line in _JAR.finditer(text):
        yield Find(*line.span("secret"), _KIND)


def _crumbs(text: str, at: int, *, is_set: bool, is_line: bool) -> Generator[Find, None, int]:
    """The cookies from a place on: all of them in a header line, elsewhere those that are credentials.

    Returns:
        Where the last of them ends.
    """
    while (crumb := _CRUMB.match(text, at)) is not None:
        name = crumb["name"].strip().lower()
        is_attribute = name in _ATTRIBUTES and (is_set or not is_line)
        setting = crumb["secret"].partition("&")[0]
        is_preference = _PREFERENCE.fullmatch(setting) and name.endswith(_PREFERENCES)
        is_secret = not is_preference if is_line else is_credential(crumb["secret"], Place.QUOTED)
        if crumb["secret"] and not is_attribute and is_secret:
            yield Find(*crumb.span("secret"), _KIND)
        at = crumb.end()
        if crumb.end("secret") == at:
            break
    return at
