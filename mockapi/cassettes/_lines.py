"""Lines of files of settings whose form says what a value is: users with passwords, a key in a section.

[smtp.example]:587 user:VALUE       Postfix
user=name:VALUE                     a relay
"user" "VALUE"                      a pool of connections
[api] / key = VALUE                 a section
"Jwt": {"Key": "VALUE"}             a member of what opens something
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._arguments import is_mixed
from mockapi.cassettes._kinds import Find
from mockapi.cassettes._secret_table import KEYS
from mockapi.cassettes._values import Place, is_credential, is_machine_made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_KIND = "a password of a user"
_LINE = r"(?:\A|[\r\n\"'`]|\\{1,7}n)[ \t]{0,12}"
_END = r"(?=[ \t]{0,8}(?:[\r\n&]|\\{1,7}[nr]|\\{0,7}[\"'`]|\Z))"
_VALUE = r"(?P<secret>[^\s\"'`<>\\]{8,200})"
RELAY = re.compile(r"\]:[0-9]{2,5}[ \t]{1,12}[^\s:\"'\\]{1,100}:" + _VALUE + _END)
USER = re.compile(r"user=[\w.@-]{1,64}:" + _VALUE + _END)
PAIR = re.compile(
    _LINE + r"\\{0,7}\"[\w.@-]{1,64}\\{0,7}\"[ \t]{1,4}\\{0,7}\"(?P<secret>[^\s\"\\]{8,200})\\{0,7}\"" + _END
)
STARRED = re.compile(
    r"[\w.@\"'\\-]{1,64}[ \t]{1,12}\*[ \t]{1,12}(?:\\{0,7}\")?" + _VALUE + r"(?:\\{0,7}\")?[ \t]{1,12}\*"
)
OF_A_NAME = re.compile(
    r"(?:BUNDLE_[A-Z0-9_]{1,80}|[A-Za-z0-9_]{0,40}(?:AUTH|_auth|LOGIN|USERPWD|_USER))(?:\\{0,7}[\"'])?"
    r"[ ]?(?:[:=]{1,2}|,)[ ]?(?:\\{0,7}[\"'])?"
    r"[\w.@-]{1,64}:" + _VALUE
)
SCHEME = re.compile(
    r"(?:trojan|ss|ssr|vless|vmess|hysteria2?|hy2|tuic|anytls|snell|juicity)://(?P<secret>[^\s@/\"'<>\\]{8,400})(?=@)"
)
_KEY = re.compile(
    _LINE
    + r"(?:-[ ])?(?:\\{0,7}[\"'])?[kK]ey(?:\\{0,7}[\"'])?[ ]?(?:=>|[:=])[ ]{0,4}(?:\\{0,7}[\"'])?(?P<secret>"
    r"[A-Za-z0-9+/_.-]{16,200}={0,2})" + _END
)
_SECTION = re.compile(
    r"(?:\[(?P<ini>[^\]\n\\]{1,60})\]|(?P<yaml>[A-Za-z_-]{1,40}):)[ ]{0,4}(?:[\r\n]|\\{1,7}n)"
    r"|[\"'](?P<map>[A-Za-z_-]{1,40})\\{0,7}[\"'][ ]?(?::|=>)[ ]?[{\[]"
)
_CLOSES = re.compile(r"[}\]]")
_REACH = 500  # characters from the head of a section to its key
_OPENS = (*KEYS, "mail", "smtp", "service", "provider", "cloud", "login")
_PLAIN_SECTIONS = frozenset({"cache", "object", "sort", "index", "commit", "table", "i18n", "translation"})


def line_finder(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Find]]:
    """Who looks for lines of one form."""

    def look(text: str) -> Iterator[Find]:
        for line in pattern.finditer(text):
            value = line["secret"]
            place = Place.ASSIGNED if pattern is RELAY else Place.CODE
            if is_mixed(value) and is_credential(value, place, chosen=True):
                yield Find(*line.span("secret"), _KIND)

    return look


def section_keys(text: str) -> Iterator[Find]:
    """What is called `key` alone in a section whose name says that it opens something."""
    for key in _KEY.finditer(text):
        if not (is_mixed(key["secret"]) and is_machine_made(key["secret"])):
            continue
        head = None
        for head in _SECTION.finditer(text, max(0, key.start() - _REACH), key.start() + 2):  # noqa: B007 - the last
            pass
        if head is None or (head["map"] and _CLOSES.search(text, head.end(), key.start())):
            continue
        name = (head["ini"] or head["yaml"] or head["map"]).lower()
        if name.endswith(_OPENS) or (head["ini"] and name not in _PLAIN_SECTIONS):
            yield Find(*key.span("secret"), "a credential called key")


LINES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("", "]:", RELAY),
    ("user", "user=", USER),
    ("", '" "', PAIR),
    ("", '\\" \\"', PAIR),
    ("", " * ", STARRED),
    ("", "\t*", STARRED),
    ("bundle", "BUNDLE_", OF_A_NAME),
    ("", "AUTH", OF_A_NAME),
    ("", "_auth", OF_A_NAME),
    ("", "LOGIN", OF_A_NAME),
    ("", "USERPWD", OF_A_NAME),
    ("", "_USER", OF_A_NAME),
    ("trojan ss ssr vless vmess hysteria hy tuic anytls snell juicity", "://", SCHEME),
)
"""What must stand in a text for a line of a form to be there: one of these words, if any, and a mark."""
