"""Other bytes for the same events: line ends, comments, fields, blanks, marks, and ways to write JSON.

The name of a spelling is a feature of the stream.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_LINE_ENDS: Final = {
    "": (b"\n", b"\n"),
    "crlf": (b"\r\n", b"\r\n"),
    "cr": (b"\r", b"\r"),
    "blank line crlf": (b"\n", b"\r\n"),
    "crlf lines and blank line lf": (b"\r\n", b"\n"),
}
"""The end of a line, and of the blank line behind an event."""

_BETWEEN: Final = {
    "": b"",
    "comments": b":\n",
    "keep-alives": b": keep-alive\n\n",
    "unknown fields": b"x-field: 1\n",
    "retry": b"retry: 10\n",
    "ids": b"id: 1\n",
    "nameless lines": b"nonsense\n",
    "blank lines": b"\n\n",
}
_WITHIN: Final = {
    "": b"",
    "comments in an event": b": x\n",
    "upper case fields": b"DATA: {}\n",
    "fields like data": b"data-x: {}\n",
    "blanks before a name": b" data: {}\n",
}
_SPACES: Final = {"": b"data: ", "no space": b"data:", "two spaces": b"data:  ", "tab": b"data:\t"}
_MARKS: Final = {"": b"", "mark": b"\xef\xbb\xbf"}


def _escaped(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _spaced(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _padded(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))[:-1] + "      }"


def _turned(value: Any) -> str:
    turned = dict(reversed(value.items())) if isinstance(value, dict) else value
    return json.dumps(turned, ensure_ascii=False, separators=(",", ":"))


def _in_lines(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("{", "{\ndata: ", 1)


_JSON: Final[Mapping[str, Callable[[Any], str] | None]] = {
    "": None,
    "escaped JSON": _escaped,
    "spaced JSON": _spaced,
    "padded JSON": _padded,
    "type at the end": _turned,
    "JSON in two lines": _in_lines,
}


def spelled(
    draw: st.DrawFn, frames: Sequence[bytes], without: Collection[str]
) -> tuple[bytes, list[str], list[int]]:
    """The stream in other bytes, its features, and where its events end."""
    end, between, within, space, mark, form = (
        draw(st.sampled_from([name for name in names if name not in without]))
        for names in (_LINE_ENDS, _BETWEEN, _WITHIN, _SPACES, _MARKS, _JSON)
    )
    line, blank = _LINE_ENDS[end]
    body = _MARKS[mark]
    ends: list[int] = []
    for frame in frames:
        lines = _rewritten(frame, _JSON[form]).replace(b"\ndata: ", b"\n" + _WITHIN[within] + b"data: ")
        lines = (_BETWEEN[between] + lines).replace(b"\ndata: ", b"\n" + _SPACES[space])
        last = blank if lines.endswith(b"\n\n") else line
        body += lines[:-1].replace(b"\n", line) + last
        ends.append(len(body))
    return body, [name for name in (end, between, within, space, mark, form) if name], ends


def _rewritten(frame: bytes, form: Callable[[Any], str] | None) -> bytes:
    """An event whose JSON is written in another form, where it is JSON in one line."""
    head, data, rest = frame.partition(b"data: ")
    if form is None or not data:
        return frame
    try:
        value = json.loads(rest)
    except ValueError:
        return frame
    return head + data + form(value).encode("utf-8", "surrogatepass") + b"\n\n"


def cut_at(body: bytes, places: Sequence[int]) -> tuple[bytes, ...]:
    """The body in pieces."""
    return tuple(body[begin:end] for begin, end in pairwise([0, *sorted(places), len(body)]))


def pieces(draw: st.DrawFn, body: bytes, ends: Sequence[int] = ()) -> tuple[bytes, ...]:
    """The body in chunks: cut anywhere, some of them empty; a byte, or an event each."""
    way = draw(st.sampled_from(["cuts", "cuts", "events", "bytes"]))
    if way == "events" and ends:
        return cut_at(body, [end for end in ends if end < len(body)])
    if way == "bytes" and len(body) <= _BYTEWISE:
        return tuple(body[at : at + 1] for at in range(len(body)))
    return cut_at(body, draw(st.lists(st.integers(0, len(body)), max_size=4)))


_BYTEWISE: Final = 2_000
