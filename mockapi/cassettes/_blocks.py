"""Credentials whose name stands elsewhere: over a list, over a column, beside a value, on a resource.

recovery_codes: [VALUE, VALUE]          a list under a name in the plural
| user | password |                     a column under a name
"type": "random_password" … "result"    a resource that holds one
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._names import ending_of, is_named_credential, item_name
from mockapi.cassettes._secret_table import FOREIGN_IN_TWO_WORDS, FOREIGN_PASSWORDS
from mockapi.cassettes._values import Place, is_credential, is_name
from mockapi.cassettes._words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._words import Words

_LINE = r"(?:\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n)"
_QUOTE = r"\\{0,7}[\"'`]"
_PLURAL = re.compile(
    r"(?P<ending>odes|okens|ecrets|eys|redentials|asswords|assphrases|ODES|OKENS|ECRETS|EYS|REDENTIALS|ASSWORDS)"
    rf"(?:{_QUOTE})?[ \t]{{0,4}}(?:\([^()\n\\]{{1,60}}\)(?=:))?(?:[:=]{{1,2}}|=>)?[ \t]{{0,4}}"
    rf"(?:(?P<open>[\[({{](?:\s|\\{{1,7}}[nrt]){{0,40}}(?={_QUOTE}))|(?P<lines>{_LINE}))"
)
_BEFORE = re.compile(r"(?P<name>[A-Za-z][\w.-]{0,60}(?: [a-z]{2,12})?)\Z", re.IGNORECASE)
_ITEM = re.compile(
    rf"[fbur]?(?P<quote>{_QUOTE})(?P<secret>[^\"'`\\\n]{{1,4096}})\\{{0,7}}[\"'`]"
    r"(?:[ ]?,)?(?:\s|\\{1,7}[nrt]|//[^\n\"']{0,80}\n){0,40}"
)
_ITEM_LINE = re.compile(
    rf"[ \t]{{0,40}}(?P<mark>[-*+•][ \t]{{1,4}}|[0-9]{{1,2}}[.)][ \t]{{1,4}})?(?:{_QUOTE})?"
    rf"(?P<secret>[^\s\"'`\\,:]{{6,400}})(?:{_QUOTE})?[ \t]{{0,4}}(?:{_LINE}|\Z|(?=\\{{0,7}}[\"']))"
)
_ACCOUNTS = re.compile(rf"accounts{_QUOTE}?[ ]?[:=][ ]?\[(?:\s|\\{{1,7}}[nrt]){{0,40}}(?={_QUOTE})")
WALLET_KEY = re.compile(r"(?:0x)?[0-9a-fA-F]{64}")
_RESULT = re.compile(
    rf"(?:result|bcrypt_hash){_QUOTE}\s{{0,9}}:\s{{0,9}}{_QUOTE}(?P<secret>[^\"\\\n]{{6,300}})"
)
_RESULT_REACH = 2_000  # characters from the type of a resource to its value
_VARIABLE = re.compile(
    rf"\bvariable[ ]{{1,4}}{_QUOTE}(?P<name>[\w-]{{1,60}}){_QUOTE}[ ]{{0,4}}\{{[^{{}}]{{0,400}}?"
    rf"\bdefault[ ]{{0,20}}=[ ]{{0,4}}{_QUOTE}(?P<secret>[^\"\\\n]{{6,300}}){_QUOTE}"
)
_SENSITIVE = re.compile(
    rf"(?:value{_QUOTE}\s{{0,9}}:\s{{0,9}}{_QUOTE}(?P<before>[^\"\\\n]{{6,300}}){_QUOTE}[^{{}}]{{0,200}}?"
    rf"sensitive{_QUOTE}\s{{0,9}}:\s{{0,9}}true"
    rf"|sensitive{_QUOTE}\s{{0,9}}:\s{{0,9}}true[^{{}}]{{0,200}}?"
    rf"value{_QUOTE}\s{{0,9}}:\s{{0,9}}{_QUOTE}(?P<after>[^\"\\\n]{{6,300}}){_QUOTE})"
)


def listed(text: str) -> Iterator[Find]:
    """The items of a list under a name in the plural."""
    for plural in _PLURAL.finditer(text):
        before = _BEFORE.search(text, max(0, plural.start() - 70), plural.end("ending"))
        name = None if before is None else item_name(before["name"].rpartition("\\n")[2])
        if name is None:
            continue
        item = _ITEM if plural["open"] else _ITEM_LINE
        marked = None
        at = plural.end()
        while (found := item.match(text, at)) is not None:
            if plural["lines"]:
                marked = bool(found["mark"]) if marked is None else marked
                if marked != bool(found["mark"]):
                    break
                if not marked and not any(map(str.isdigit, found["secret"])):
                    break
            if is_named_credential(name, found["secret"]):
                yield Find(*found.span("secret"), f"a credential of a list called {name[-40:]}")
            at = found.end()


def wallet_keys(text: str) -> Iterator[Find]:
    """The private keys that a tool for chains signs with."""
    for begin in _ACCOUNTS.finditer(text):
        at = begin.end()
        while (found := _ITEM.match(text, at)) is not None:
            if WALLET_KEY.fullmatch(found["secret"]):
                yield Find(*found.span("secret"), "a key of a wallet")
            at = found.end()


def generated_passwords(text: str) -> Iterator[Find]:
    """What a state of Terraform holds of a password that it made."""
    at = text.find("random_password")
    while at >= 0:
        value = _RESULT.search(text, at, at + _RESULT_REACH)
        if value is None:
            at = text.find("random_password", at + _RESULT_REACH)
            continue
        if is_credential(value["secret"], Place.MEMBER, chosen=True):
            yield Find(*value.span("secret"), "a generated password")
        at = text.find("random_password", value.end())


def variable_defaults(text: str) -> Iterator[Find]:
    """`variable "db_password" { default = "VALUE" }`, as Terraform declares one."""
    for declared in _VARIABLE.finditer(text):
        name = declared["name"]
        if ending_of(name) not in (None, "some key") and is_named_credential(name, declared["secret"]):
            yield Find(*declared.span("secret"), f"a credential called {name}")


def sensitive_outputs(text: str) -> Iterator[Find]:
    """The values that a tool itself calls sensitive."""
    for output in _SENSITIVE.finditer(text):
        group = output.lastgroup or ""
        if is_credential(output[group], Place.MEMBER, chosen=True):
            yield Find(*output.span(group), "a sensitive output")


FOREIGN_TITLES = (
    *(word for word in FOREIGN_PASSWORDS if word[0] > "\u0100"),
    *FOREIGN_IN_TWO_WORDS, "Пароль", "hasło", "Hasło",
)  # fmt: skip
"""One of these words, or of `COLUMN_NAMES`, stands in a text with such a column."""
_ENDING = re.compile(
    r"(?i:pass(?:word|wd|phrase|code)?|pwd|pw|secret|token|key|passwort|kennwort|senha|wachtwoord|contrase[nñ]a"
    rf"|mot de passe|{'|'.join(FOREIGN_TITLES)})"
    r"(?=[ \t\"'`*]{0,40}(?:[|;,\t\r\n\\]|</|\Z))"
)
_MAY_BE_HEAD = re.compile(
    r"[|;,\t](?![ ][^|]{0,40}[,;])[ \t\"'`*\\]{0,40}[\w .:'-]{0,40}(?:\\n|[\r\n])|"
    + _ENDING.pattern.removesuffix(r"(?=[ \t\"'`*]{0,40}(?:[|;,\t\r\n\\]|</|\Z))")
    + r"[ \t\"'`*\\]{0,40}(?:[|;\t]|,(?! )|\\t)"
)
COLUMN_NAMES = word_set(
    "password passwd passphrase passcode pwd pass pw secret token key passwort kennwort senha wachtwoord"
    " contrase passe apikey apitoken accesstoken"
)
_PLAIN_CELL = re.compile(
    r"[^\W\d_](?:[\w .:'/()-]|[\u0900-\u0dff\u0e00-\u0e7f]){0,40}"
)  # marks of vowels too
_RULE = re.compile(r"[-+=:| \t]{1,2000}\Z")
_QUOTED_CELLS = re.compile(
    r"[^,;\t\"\n]{0,400}\"(?:[^\"\n]|\"\"){0,400}\"[^,;\t\"\n]{0,40}|[^,;\t\"\n]{1,400}"
)
_BEFORE_HEAD = re.compile(
    r".{0,2000}[\"'=:>({\[]", re.DOTALL
)  # of what a table stands in: JSON, a URL, a prompt
_SPLIT = re.compile(r"\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n")
_LONGEST_LINE = 2_000
_PADS = " \t*`\"'\\"


def columns(text: str) -> Iterator[Find]:
    """The cells of a column that is called as a credential, and those beside such a name."""
    done = 0
    for name in _ENDING.finditer(text):
        if name.start() < done:
            continue
        start, end, following = _line_at(text, name.start())
        done = max(end, name.end())
        mark, head, cells = _heading(text[start:end], start)
        if mark == "|":
            yield from _beside(text, cells)
            if _RULE.match(text, following, _line_at(text, following)[1]) is None:
                continue  # a row, not the head of a table
        while any(head) and following < len(text):  # the rows below
            start, end, following = _line_at(text, following)
            if mark == "|" and _RULE.match(text, start, end) is not None:
                continue  # a line between rows
            cells = _cells(text[start:end], start, mark)
            if len(cells) != len(head):
                break
            done = max(end, done)
            for cell, title in zip(cells, head, strict=True):
                if title is not None:
                    yield from _in_cell(text, cell, title)


def may_have_columns(text: str, words: Words) -> bool:
    """Whether a column may be called as a credential: also where JSON stands before it in a line."""
    is_there = not COLUMN_NAMES.isdisjoint(words.each) or any(title in text for title in FOREIGN_TITLES)
    return is_there and _MAY_BE_HEAD.search(text) is not None


def _line_at(text: str, at: int) -> tuple[int, int, int]:
    """Where the line of a place starts and ends, and where the next one starts."""
    low = max(0, at - _LONGEST_LINE)
    start = max(
        low, text.rfind("\n", low, at) + 1, text.rfind("\\n", low, at) + 2 if "\\n" in text[low:at] else 0
    )
    end = _SPLIT.search(text, at, at + _LONGEST_LINE)
    if end is None:
        stop = min(len(text), at + _LONGEST_LINE)
        return start, stop, stop
    return start, *end.span()


def _heading(line: str, start: int) -> tuple[str, list[str | None], list[tuple[int, int]]]:
    """The mark between cells, what the columns are called where it is a credential's name, and the cells."""
    if len(line) <= _LONGEST_LINE:
        for mark in "|\t;,":
            if (mark not in line and not (mark == "\t" and "\\t" in line)) or (
                mark in ",;" and f"{mark} " in line
            ):
                continue
            cells = _cells(line, start, mark)
            texts = [line[at - start : end - start] for at, end in cells]
            if texts:
                texts[0] = _BEFORE_HEAD.sub("", texts[0]).strip()
            if len(cells) < 2 or not all(text == "" or _PLAIN_CELL.fullmatch(text) for text in texts):
                return (mark, [None] * len(cells), cells) if mark == "|" else ("", [], [])
            names = [_credential_name(text) for text in texts]
            if mark == "|" or any(names):
                return mark, names, cells
    return "", [], []


def _credential_name(text: str) -> str | None:
    return text if 0 < len(text) <= 40 and ending_of(text) not in (None, "some key") else None


def _cells(line: str, start: int, mark: str) -> list[tuple[int, int]]:
    """Where the cells of a line start and end, without quotes, blanks and marks of a font."""
    if len(line) > _LONGEST_LINE:
        return []
    if mark == "\t" and mark not in line:
        mark = "\\t"
    if '"' in line and '\\"' not in line and mark in ",;\t":
        pieces = [(cell.start(), cell.end()) for cell in _QUOTED_CELLS.finditer(line)]
    else:
        pieces = []
        at = 0
        for piece in line.split(mark):
            pieces.append((at, at + len(piece)))
            at += len(piece) + len(mark)
        if mark == "|" and not line[pieces[-1][0] :].strip():  # it has a mark on either side
            pieces = pieces[1:-1]
    cells = []
    for begin, end in pieces:
        while begin < end and line[begin] in _PADS:
            begin += 1  # noqa: PLW2901 - a cell without what surrounds it
        while end > begin and line[end - 1] in _PADS:
            end -= 1  # noqa: PLW2901 - as above
        cells.append((start + begin, start + end))
    return cells


def _in_cell(text: str, cell: tuple[int, int], name: str) -> Iterator[Find]:
    if is_named_credential(name, text[slice(*cell)]):
        yield Find(*cell, f"a credential called {name}")


def _beside(text: str, cells: list[tuple[int, int]]) -> Iterator[Find]:
    """`| Password | VALUE |`; of words alone a table has descriptions."""
    if len(cells) != 2:
        return
    name, value = (text[slice(*cell)] for cell in cells)
    if _credential_name(name) is None or not any(map(str.isdigit, value)):
        return
    if is_named_credential(name, value) and not (is_name(value, Place.CODE) and value.isalnum()):
        yield Find(*cells[1], f"a credential called {name}")
