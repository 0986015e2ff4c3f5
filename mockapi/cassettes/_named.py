r"""Credentials called by their names in any text: code, shell, .env, INI, YAML, headers, URLs, XML.

    NAME [quote] SEPARATOR [scheme] [call(] [quote] VALUE

The text is searched once for the words that names end in; what stands around them is looked at
from there, backwards for the whole name and forwards for the value. No step looks further than
a bound, or else what it looked at is masked and passed over: the time is linear in the text.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from mockapi.cassettes._judge import found_at, judge
from mockapi.cassettes._kinds import Find
from mockapi.cassettes._names import (
    NEEDS_MACHINE_MADE,
    SUFFIX,
    ending_of,
    takes_literal,
)
from mockapi.cassettes._runs import BARE, IN_URL, QUOTE, REST_OF_LINE, look, quoted, run_end
from mockapi.cassettes._secret_table import ENDINGS, PASSWORDS, SCHEMES, SEPARATE_ENDINGS, URL_NAMES
from mockapi.cassettes._syntaxes import BEFORE_QUOTE, quoted_behind
from mockapi.cassettes._values import LONGEST_LOOK, Place, is_credential, is_literal, shows_itself

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._words import Words

_LONGEST_NAME = 60
_LAST_WORDS = (
    *ENDINGS,
    "secret_id",
    "secret-id",
    "sonar.login",
    "honeycomb-team",
    "honeycomb_team",
    "key content",  # of a wireless network, in Windows
    "recovery_code",
    "recovery code",
    "backup_code",
    "backup code",
    "scratch_code",
    "seed",
    "key",
    *SEPARATE_ENDINGS,
)
_PARTS = tuple((word, re.split(r"[^a-z]", word)[0]) for word in _LAST_WORDS)
"""Each with the part of it that stands in one word."""
_FEW = 400  # words: the texts of a conversation have the same ones
_MARKS = ".,;:)]}\"'`"
_BLOCK = 1 << 16  # characters whose words are put in order at a time


_BLANKS = r"(?:[ \t]|\\{1,7}[tnr]){0,24}"
_AFTER_NAME = re.compile(
    SUFFIX
    + r"(?![A-Za-z0-9_-])(?P<close>(?:\\{0,7}[\"'`])?)[)\]*]{0,3}"
    + rf"(?:(?P<sep>(?:[ ][(\[][\w.@-]{{1,40}}[)\]](?=:))?{_BLANKS}"
    r"(?:=>|:=|[:=]{1,3}|<-|\|\|=|\?\?=|\?=|[\u2192\u2013\u2014]|\xe2(?:\x86\x92|\x80[\x93\x94])))"
    rf"|(?P<beside>(?:,(?:\s|\\{{1,7}}[nrt]){{0,40}}{QUOTE}[A-Za-z]{{1,20}}{QUOTE}[ ]?:[ ]?{QUOTE}"
    rf"[\w ./:-]{{0,60}}{QUOTE})"
    rf"{{0,3}},?(?:\s|\\{{1,7}}[nrt]){{0,40}}(?:--?[a-z]{{1,12}}[ ])?{QUOTE}?(?:[pP]arameter)?"
    rf"[vV]alue{QUOTE}?[ ]?[:=])"
    r"|(?P<xml>(?:[ ][A-Za-z:]{1,20}=\\{0,7}[\"'][^\"'<>\n]{0,200}[\"']){0,3}>"
    r"(?:(?:\s|\\{1,7}[nrt]){0,20}<[A-Za-z:]{1,20}>)?)"
    r"|(?P<form>(?:(?:\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n)[A-Z][A-Za-z-]{1,40}: [^\r\n\\]{1,80}){0,3}"
    r"(?:\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n){2})"
    r"|(?P<tag></[A-Za-z]{1,12}>(?:\s|\\{1,7}[nrt]){0,40}<(?!input|img)[A-Za-z]{1,12}"
    r"(?:[ ][A-Za-z:]{1,20}=\\{0,7}[\"'][^\"'<>\n\\]{0,40}\\{0,7}[\"'])?>)"
    r"|(?P<comma>(?<=[\"'`]),[ \t]{0,24}(?=\\{0,7}[\"'`]))|" + BEFORE_QUOTE + r"|(?P<blank>[ \t]{1,4}))"
)
_URL_NAME = re.compile(rf"[?&;](?:amp;)?(?i:{'|'.join(map(re.escape, URL_NAMES))})=")
_OTHER_VALUE = re.compile(r"\s{0,9}(?:[{\[]|null|true|false|\"\"|-?[0-9.]{1,30}[,}\]\s])")
_TYPE = re.compile(
    r"[ \t]{0,4}(?:[&*?\[\]]{1,3}(?:'[a-z]{1,12}[ ])?(?:mut[ ])?)?"
    r"[A-Za-z_][A-Za-z0-9_.\[\]|<>?, ]{0,60}?[ \t]{0,4}:?=(?!=)"
)
# `var token string = "…"`, `Dim token As String = "…"`, `@pwd NVARCHAR(50) = '…'`
_DECLARED = re.compile(
    r"(?:[aA][sS][ ])?(?:[sS]tring|\[\]byte|N?VARCHAR|n?varchar|TEXT|text)(?:\([0-9]{1,4}\))?"
    r"[ ]{0,4}:?=[ ]{0,4}"
    rf"(?=[N@$]?{QUOTE})"
)
_SCHEME = rf"(?:(?i:{'|'.join(map(re.escape, SCHEMES))})[ \t]+)?"
_BEFORE_VALUE = re.compile(
    rf"(?:\*{{1,2}}(?=[ ]))?(?P<gap>{_BLANKS}(?:\r?\n[ \t]{{0,20}})?)(?:string\([0-9]{{1,5}}\)[ ])?"
    rf"(?:(?:[A-Za-z_.]{{0,30}}(?:Secret|Str|String|Token|Key|Credential|fromhex|decode|Buffer\.from)|str|bytes|atob)\((?=[rbfu]?[\"']))?"
    rf"(?:[rbfuRBFUN@$]{{1,2}}(?=[\"']))?(?P<quote>{QUOTE})?{_SCHEME}"
)
_CALLED = re.compile(r"[A-Za-z_]\w{0,40}(?:\.[A-Za-z_]\w{0,40}){0,5}[(\[]")
# `Digest username="…", response="…"`, `AWS4-HMAC-SHA256 Credential=…, Signature=…`
_FIELD_PART = r"[A-Za-z][A-Za-z_-]{1,30}=(?:[^\s\\,]|\\{1,7}\"){1,400}"
_FIELD = re.compile(rf"{_FIELD_PART}(?:, {{0,2}}{_FIELD_PART}){{1,12}}")
_LINE_START = re.compile(r"(?:^|[\n\r]|\\n)[ \t>|+-]{0,8}(?:(?:export|set|ENV|env|-e|-H)[ \t]{1,4})?[\"']?$")
_OPTION = re.compile(r"(?:^|[\s\"'\[,(])(?:--?|/)$")
_WORD_BEFORE = re.compile(r"[A-Za-z]{1,20} \Z")
_RESOURCE = re.compile(r"arn:[a-z0-9:-]{1,80}:$")  # the name of a secret at AWS
# `setenv NAME value`, `ENV NAME value`, `config set NAME value`
_SETS = re.compile(
    r"(?:setx|setenv|ENV|ARG|set -[a-zA-Z]{1,4}|(?:configure|config) set|config)[ \t]{1,4}[^\s\"']{0,80}$"
)
_ALONE = re.compile(r"[ \t]{1,4}[^\s\\\"']{6,200}[ \t]{0,20}(?:\Z|[\r\n]|\\{1,7}[nr]|\\{0,7}[\"'][,}\]])")
_LOGIN = re.compile(r"\b(?:login|machine|default|user)\s{1,8}\S{1,100}\s{1,8}$")


def may_name_credential(text: str, words: Words) -> bool:
    """Whether the name of a credential stands in a text with something behind it: a quick look."""
    for start, match in _names(text, words):
        is_other = match["close"] and _OTHER_VALUE.match(text, match.end())
        if not is_other and _ending(text, start, match) is not None:
            name_start = _name_start(text, start)
            is_plain = match["blank"] is None and match.lastgroup not in _OF_QUOTES
            if is_plain or (match["blank"] and _takes_a_blank(text, name_start, match)):
                return True
            if _behind_name(text, start, match) is not None:
                return True
    return False


def named_credentials(text: str, words: Words) -> Iterator[Find]:
    """Every credential that stands behind its name, in order."""
    at = 0
    for start, match in _names(text, words):
        if start >= at:
            find = _behind_name(text, start, match)
            if find is not None:
                yield find
                at = find.end


def url_credentials(text: str, _words: Words) -> Iterator[Find]:
    """Every credential in the parameter of a URL whose name means one only there."""
    at = 0 if "=" in text else len(text)
    while (match := _URL_NAME.search(text, at)) is not None:
        at = match.end()
        value = look(IN_URL).match(text, at)
        if value is not None and len(value[0]) >= 12 and is_credential(value[0], Place.BARE):
            end = run_end(IN_URL, text, value)
            yield Find(at, end, "a credential in a URL")
            at = end


def _names(text: str, words: Words) -> Iterator[tuple[int, re.Match[str]]]:
    """Where the last word of what may be a name starts, and what follows it, in order."""
    lower = text.lower()
    if len(lower) != len(text):  # one letter has two in lower case
        lower = text.replace("\u0130", "i").lower()
    last_words = (_there if len(words.each) <= _FEW else _there.__wrapped__)(words)
    if not last_words:
        return
    for block in range(0, len(text), _BLOCK):
        for start, end in sorted(_words(lower, block, last_words)):
            match = _AFTER_NAME.match(text, end)
            if match is not None:
                yield start, match


@functools.lru_cache(maxsize=512)
def _there(words: Words) -> list[str]:
    """The words that names end in, of which a part is in a text of these words."""
    return [word for word, part in _PARTS if part in words.joined]


def _words(lower: str, start: int, last_words: list[str]) -> Iterator[tuple[int, int]]:
    for word in last_words:
        size = len(word)
        end = start + _BLOCK + size - 1
        at = lower.find(word, start, end)
        while at >= 0:
            yield at, at + size
            at = lower.find(word, at + size, end)


def _ending(text: str, start: int, match: re.Match[str]) -> str | None:
    return ending_of(text[_name_start(text, start) : match.start("close")])


def _behind_name(text: str, start: int, match: re.Match[str]) -> Find | None:
    name_start = _name_start(text, start)
    name = text[name_start : match.start("close")]
    ending = ending_of(name)
    if ending is None:
        return None
    before = text[max(0, name_start - 120) : name_start]
    takes_a_blank = match["blank"] is not None and _takes_a_blank(text, name_start, match)
    if match["blank"] is not None and not takes_a_blank:
        told = _told_in_prose(text, match.end(), name, ending)
        declared = _DECLARED.match(text, match.end())
        if declared is not None:
            return _value_at(text, declared.end(), match, name, before, ending)
        return told or quoted_behind(text, match.end(), match, name, before, ending)
    if match.lastgroup in _OF_QUOTES:
        return quoted_behind(text, match.end(), match, name, before, ending)
    if match["sep"] == ":" and _RESOURCE.search(before):
        return None
    if match["form"] is not None and not _FORM_NAME.search(before):
        return None
    if match["xml"] and not before.endswith(("<", "</", ":")):
        return _in_resource(text, match, name, before, ending)
    scalar = _SCALAR.match(text, match.end()) if match["sep"] == ":" else None
    if scalar is not None:
        return _in_scalar(text, scalar, name, ending)
    find = _value_at(text, match.end(), match, name, before, ending)
    if find is None and (match["sep"] or "").endswith(":") and not match["close"]:
        annotation = _TYPE.match(text, match.end())
        if annotation is not None:
            find = _value_at(text, annotation.end(), match, name, before, ending)
    return find


_OF_QUOTES = frozenset({"call", "typed", "arrow", "pair", "numbered"})
_FORM_NAME = re.compile(r"\bname=\\{0,7}\"?$")
_NAMED_ELEMENT = re.compile(r"<[A-Za-z][\w.:-]{0,40} (?:name|key|id)=\\{0,7}[\"']$")
_SCALAR = re.compile(r"[ \t]{1,4}[|>][0-9+-]{0,2}[ \t]{0,4}(?P<indent>(?:\r?\n|\\{1,7}n)[ ]{1,40})")
_SCALAR_LINE = re.compile(r"[^\s\\]{1,4096}")


def _in_resource(text: str, match: re.Match[str], name: str, before: str, ending: str) -> Find | None:
    """`<string name="api_secret">VALUE</string>`; of words alone a resource has labels."""
    if not _NAMED_ELEMENT.search(before):
        return None
    value = look(BARE).match(text, match.end())
    if value is None or text[value.end() : value.end() + 1] != "<" or not any(map(str.isdigit, value[0])):
        return None
    return judge(value[0], value.start(), Place.QUOTED, name, ending)


def _in_scalar(text: str, scalar: re.Match[str], name: str, ending: str) -> Find | None:
    """A block of YAML under a name: one run of characters on each line."""
    line = _SCALAR_LINE.match(text, scalar.end())
    if line is None:
        return None
    first = end = line.end()
    indent = scalar["indent"]
    while text.startswith(indent, end):
        line = _SCALAR_LINE.match(text, end + len(indent))
        if line is None:
            break
        end = line.end()
    if text[end : end + 1] not in ("", "\n", "\r", "\\", '"', "'", " "):
        return None
    find = judge(text[scalar.end() : first], scalar.end(), Place.MEMBER, name, ending)
    return None if find is None else find._replace(end=end)


def _name_start(text: str, at: int) -> int:
    start = at
    floor = max(0, at - _LONGEST_NAME)
    while start > floor and (text[start - 1].isalnum() or text[start - 1] in "_-."):
        start -= 1
    if 0 < start < at and text[start - 1] == "\\" and text[start] in "nrt":  # of an escape
        start += 1
    while start < at and text[start] in "-.":  # the marks of an option, of a list
        start += 1
    if start == at and text[at : at + 3] in ("key", "Key", "KEY"):  # `API key`, `secret access key`
        word = _WORD_BEFORE.search(text, max(0, at - 21), at)
        return at if word is None else word.start()
    return start


def _takes_a_blank(text: str, name_start: int, match: re.Match[str]) -> bool:
    """Whether a blank parts a name from its value: an option, a line of netrc."""
    before = text[max(0, name_start - 120) : name_start]
    if _OPTION.search(before) or _SETS.search(before):
        return True
    if _LINE_START.search(before) and _ALONE.match(text, match.start("blank")):
        return ending_of(text[name_start : match.start("close")]) in PASSWORDS
    return text[name_start : match.start("close")] == "password" and _LOGIN.search(before) is not None


_IS_NAME = re.compile(r"[ \t]{0,4}:")
_MACHINE_MADE = re.compile(r"(?=[A-Za-z_-]{0,40}[0-9])(?=[0-9_-]{0,40}[A-Za-z])[A-Za-z0-9_+/=.-]{20,}")
_SAID = re.compile(
    rf"(?:(?:for|of) [^\s\\]{{1,40}} )?(?:is|was|are)(?:[ ]?:)?[ \t]{{1,4}}(?P<quote>{QUOTE})?"
)


def _told_in_prose(text: str, at: int, name: str, ending: str) -> Find | None:
    """`the password is …`; without a verb only what no word looks like: `the token 0a1b2c…`."""
    said = _SAID.match(text, at)
    value = _MACHINE_MADE.match(text, at) if said is None else look(BARE).match(text, said.end())
    if value is None or not shows_itself(value[0].rstrip(_MARKS)):
        return None
    return judge(value[0].rstrip("."), value.start(), Place.QUOTED, name, ending)


def _value_at(text: str, at: int, match: re.Match[str], name: str, before: str, ending: str) -> Find | None:
    lead = _BEFORE_VALUE.match(text, at)
    assert lead is not None  # noqa: S101 - every piece of it may be empty
    start = lead.end()
    quote = lead["quote"]
    if quote:
        closed = quoted(quote).match(text, start)
        if closed is not None and text.startswith(quote, closed.end()):
            if match["comma"] and _IS_NAME.match(text, closed.end() + len(quote)):
                return None  # the next member of an object, not the next argument
            is_member = match["close"] and not match["comma"] and ending not in NEEDS_MACHINE_MADE
            inner = closed[0].strip(" ")  # a blank that was typed with it is no part of it
            start += len(closed[0]) - len(closed[0].lstrip(" "))
            find = judge(inner, start, Place.MEMBER if is_member else Place.QUOTED, name, ending)
            if find is None and match["sep"] and takes_literal(name, ending) and is_literal(inner):
                find = found_at(inner, start, name)
            return find
    if ending == "authorization" and (field := _FIELD.match(text, start)):
        return Find(start, field.end(), f"a credential called {name}")
    run = BARE  # also where the quote is never closed: the text was cut, or means something else
    if before.endswith(("?", "&", "#", "&amp;")) and match["sep"] == "=":
        run = IN_URL
    elif not quote and not match["close"] and _LINE_START.search(before):
        run = REST_OF_LINE
    value = look(run).match(text, start)
    if value is None or (lead["gap"] and _CALLED.match(value[0])):
        return None
    end = value.end()
    found = value[0].rstrip(_MARKS)
    is_argument = value[0][len(found) :].startswith((",", ")")) or text[end : end + 1] == ","
    place = Place.CODE if match["sep"] and is_argument else Place.BARE
    if ending in PASSWORDS and _is_assigned(text, start + len(found), match, lead["gap"], before, place):
        place = Place.ASSIGNED
    judged = judge(found, start, place, name, ending)
    if judged is None and _is_shouted(match, name, lead["gap"]) and any(map(str.isdigit, found)):
        judged = found_at(found, start, name) if takes_literal(name, ending) and is_literal(found) else None
    if judged is None or len(value[0]) < LONGEST_LOOK:
        return judged
    return judged._replace(end=start + len(text[start : run_end(run, text, value)].rstrip(_MARKS)))


_ENDS_VALUE = re.compile(
    r"[ \t]{0,20}(?:\Z|[\r\n;\"'|<&]|\\{1,7}[nrt\"])|[ \t]{1,4}(?:[ \t]|#|--|[A-Za-z][\w.-]{0,40}[ ]?[:=])"
)
_SLUG = re.compile(r"[A-Za-z]{1,20}(?:-[A-Za-z]{1,20}){1,5}[0-9]{1,6}")
_IS_TYPE = re.compile(r"(?:[A-Z][a-z]{1,20}){1,9}\b")


def _is_assigned(text: str, end: int, match: re.Match[str], gap: str, before: str, place: Place) -> bool:
    """Whether a value stands as a file, a shell or a URL gives one, where also a word is a value.

    `DB_PASSWORD=swordfish`, `password: swordfish` with nothing behind it; not `password: must be long`,
    not `connect(password=word)`.
    """
    if (
        match["blank"] is not None
        or match["tag"]
        or match["xml"]
        or match["form"]
        or before.endswith(("?", "&", ";", "{"))
    ):
        return True
    if place is Place.CODE and match["sep"] == "=" and not gap and _SLUG.fullmatch(text, match.end(), end):
        return True  # no language has such a name: `password=winter-river-silver76, maxPool=10`
    if place is Place.CODE or match["sep"] is None:
        return False
    if match["sep"] == "=" and not gap:
        return True
    return _ENDS_VALUE.match(text, end) is not None and not (
        match["sep"].endswith(":") and _IS_TYPE.match(text, match.end() + len(gap))
    )


def _is_shouted(match: re.Match[str], name: str, gap: str) -> bool:
    """Whether a value needs no quotes: of a variable of an environment, of a field of a form."""
    return match["form"] is not None or (match["sep"] == "=" and not gap and name.isupper())
