"""What differs between two requests, place by place, as a person wants to read it.

A place is a JSON path into the body (RFC 9535); text is compared word by word and cut down to
what changed. At most `MAX_DIFFERENCES` are told: a request that differs in more is another one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from mockapi import jsontext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.exchange import Request

MAX_DIFFERENCES = 20
_MAX_WORDS = 2000
_CONTEXT_WORDS = 6
_CONTEXT_CHARACTERS = 300
_ABSENT = object()
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which the request is not the recorded one.

    Attributes:
        path: a JSON path into the body (RFC 9535), or "method", "path", "query", "body".
        recorded: what was recorded there, shortened to what differs; None if nothing was.
        received: what came, shortened likewise; None if nothing came.
    """

    path: str
    recorded: str | None
    received: str | None

    def __str__(self) -> str:
        return f"{self.path}: recorded {_shown(self.recorded)}, received {_shown(self.received)}"


def differences(recorded: Request, received: Request, *, by_place: bool = True) -> Iterator[Difference]:
    """The places in which two requests differ; headers are not compared.

    Args:
        recorded: one of them.
        received: the other.
        by_place: False compares the bodies as texts.

    Raises:
        RecursionError: the bodies are nested too deeply to be compared by place.
    """
    for name in ("method", "path", "query"):
        before, now = getattr(recorded, name), getattr(received, name)
        if before != now:
            yield Difference(name, before, now)
    before, now = recorded.parsed, received.parsed
    if not by_place or isinstance(before, jsontext.NotJSON) or isinstance(now, jsontext.NotJSON):
        if recorded.body != received.body:
            yield _difference("body", as_text(recorded), as_text(received))
        return
    for count, difference in enumerate(_compare("$", before, now)):
        if count == MAX_DIFFERENCES:
            yield Difference("…", "more of it", "more of it")
            return
        yield difference


def changed_texts(a: Any, b: Any) -> Iterator[tuple[str, str]]:
    """Of each pair of strings that differ, the part from the first to the last change, and some around it.

    Raises:
        RecursionError: the values are nested too deeply.
    """
    if isinstance(a, dict) and isinstance(b, dict):
        for key in a.keys() & b.keys():
            yield from changed_texts(a[key], b[key])
    elif isinstance(a, list) and isinstance(b, list):
        for left, right in zip(a, b, strict=False):
            yield from changed_texts(left, right)
    elif isinstance(a, str) and isinstance(b, str) and a != b:
        start = common_prefix(a, b)
        end = min(common_prefix(a[::-1], b[::-1]), min(len(a), len(b)) - start)
        first = max(0, start - _CONTEXT_CHARACTERS)
        rest = max(0, end - _CONTEXT_CHARACTERS)
        yield a[first : len(a) - rest], b[first : len(b) - rest]


def common_prefix(a: str, b: str) -> int:
    """The length of the common beginning, by halving: comparing slices is what Python does fast."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _compare(path: str, a: Any, b: Any) -> Iterator[Difference]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in (*a, *(key for key in b if key not in a)):
            yield from _compare(_child(path, key), a.get(key, _ABSENT), b.get(key, _ABSENT))
    elif isinstance(a, list) and isinstance(b, list):
        for index, (left, right) in enumerate(zip_longest(a, b, fillvalue=_ABSENT)):
            yield from _compare(f"{path}[{index}]", left, right)
    elif a is _ABSENT or b is _ABSENT or type(a) is not type(b) or a != b:
        yield _difference(path, a, b)


def _child(path: str, key: str) -> str:
    if _PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}"
    return f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def _difference(path: str, a: Any, b: Any) -> Difference:
    if isinstance(a, str) and isinstance(b, str):
        return Difference(path, *_changed_words(a, b))
    return Difference(path, _brief(a), _brief(b))


def _brief(value: Any) -> str | None:
    if value is _ABSENT:
        return None
    text = jsontext.compact(value).decode()
    return text if len(text) <= 80 else f"{text[:79]}…"


def _changed_words(a: str, b: str) -> tuple[str, str]:
    """The two texts cut down to the words that changed, with a few around them."""
    before, now = _WORDS.findall(a), _WORDS.findall(b)
    start = 0
    while start < min(len(before), len(now)) and before[start] == now[start]:
        start += 1
    end = 0
    while end < min(len(before), len(now)) - start and before[-1 - end] == now[-1 - end]:
        end += 1
    middle_a, middle_b = before[start : len(before) - end], now[start : len(now) - end]
    if max(len(middle_a), len(middle_b)) > _MAX_WORDS:
        spans = [(start, len(before) - end, start, len(now) - end)]
    else:
        matcher = SequenceMatcher(None, middle_a, middle_b, autojunk=False)
        spans = [
            (start + i1, start + i2, start + j1, start + j2)
            for tag, i1, i2, j1, j2 in matcher.get_opcodes()
            if tag != "equal"
        ]
    return _excerpt(before, [(i1, i2) for i1, i2, _, _ in spans]), _excerpt(
        now, [(j1, j2) for _, _, j1, j2 in spans]
    )


def _excerpt(words: list[str], spans: list[tuple[int, int]]) -> str:
    pieces = []
    shown_to = 0
    nexts = [first for first, _ in spans[1:]] + [len(words)]
    for (first, last), following in zip(spans[:5], nexts, strict=False):
        begin = max(first - _CONTEXT_WORDS, shown_to)
        if begin > shown_to:
            pieces.append("…")
        pieces.append("".join(words[begin:first]))
        changed = "".join(words[first:last])
        pieces.append(f"[{changed if len(changed) <= 120 else changed[:119] + '…'}]")
        shown_to = min(last + _CONTEXT_WORDS, following)
        pieces.append("".join(words[last:shown_to]))
    if shown_to < len(words):
        pieces.append("…")
    return "".join(pieces)


def _shown(value: str | None) -> str:
    return "nothing" if value is None else value


def as_text(request: Request) -> str:
    """The start of a body as text, whatever it holds."""
    return request.body[:100_000].decode("utf-8", "replace")
