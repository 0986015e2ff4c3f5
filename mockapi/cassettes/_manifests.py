"""The values of a Kubernetes Secret, whatever they are called.

kind: Secret
stringData:
  smtp: VALUE

An object goes from its `apiVersion` to the next one, and `data` may stand before `kind`.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._stores import SETTINGS
from mockapi.cassettes._values import is_given

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = r"(?:\r?\n|\\{1,7}r\\{1,7}n|\\{1,7}n)"
_QUOTE = r"\\{0,7}[\"']"
_OBJECT = re.compile(rf"apiVersion|{_LINE}---")
_SECRET = re.compile(rf"kind(?:{_QUOTE})?:[ ]?(?:{_QUOTE})?Secret(?![\w-])")
_HEAD = re.compile(
    rf"(?:stringData|data)(?:{_QUOTE})?:[ ]{{0,4}}(?:(?P<json>\{{)|(?P<yaml>{_LINE}(?P<indent>[ ]{{1,40}})))"
)
_MEMBER = re.compile(
    rf"(?:\s|\\{{1,7}}[nrt]){{0,40}}{_QUOTE}(?P<name>[\w.-]{{1,100}}){_QUOTE}[ ]?:[ ]?"
    rf"{_QUOTE}(?P<secret>[^\"'\\\n]{{1,65536}}){_QUOTE},?"
)
_ENTRY = re.compile(rf"(?:{_QUOTE})?(?P<name>[\w.-]{{1,100}})(?:{_QUOTE})?:[ ]{{0,4}}")
_SCALAR = re.compile(rf"[|>][0-9+-]{{0,2}}[ ]{{0,4}}(?P<line>{_LINE})(?P<indent>[ ]{{1,80}})")
_VALUE = re.compile(rf"(?:{_QUOTE})?(?P<secret>[^\s\"'\\#][^\n\"'\\]{{0,65535}})")
_REST = re.compile(rf"[^\n\\]{{0,65536}}(?P<line>{_LINE})")


def manifest_secrets(text: str) -> Iterator[Find]:
    """What a manifest of a Secret holds."""
    bounds = [0, *(bound.start() for bound in _OBJECT.finditer(text)), len(text)]
    for start, end in itertools.pairwise(bounds):
        if _SECRET.search(text, start, end) is None:
            continue
        at = start
        while (head := _HEAD.search(text, at, end)) is not None:
            finds, at = _members(text, head.end(), end) if head["json"] else _entries(text, head, end)
            yield from finds


def _members(text: str, at: int, end: int) -> tuple[list[Find], int]:
    finds: list[Find] = []
    while (member := _MEMBER.match(text, at, end)) is not None:
        at = member.end()
        finds += _found(member["name"], member)
    return finds, at


def _entries(text: str, head: re.Match[str], end: int) -> tuple[list[Find], int]:
    """What stands in the lines below a head, and where they end."""
    finds: list[Find] = []
    at, indent = head.end(), head["indent"]
    while (entry := _ENTRY.match(text, at, end)) is not None:
        scalar = _SCALAR.match(text, entry.end(), end)
        if scalar is None:
            at = entry.end()
            value = _VALUE.match(text, at, end)
            finds += [] if value is None else _found(entry["name"], value)
        elif len(scalar["indent"]) <= len(indent):  # nothing in it
            at = scalar.start("line")
        else:
            at = scalar.end()
            while (line := _VALUE.match(text, at, end)) is not None:
                finds += _found(entry["name"], line)
                rest = _REST.match(text, at, end)
                if rest is None or not text.startswith(scalar["indent"], rest.end(), end):
                    break
                at = rest.end() + len(scalar["indent"])
        rest = _REST.match(text, at, end)
        if rest is None or not text.startswith(indent, rest.end(), end):
            break
        at = rest.end() + len(indent)
    return finds, at


def _found(name: str, value: re.Match[str]) -> Iterator[Find]:
    start, secret = value.start("secret"), value["secret"].rstrip()
    if name.lower() not in SETTINGS and is_given(secret):
        yield Find(start, start + len(secret), "a value of a Secret")
