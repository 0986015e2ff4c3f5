"""Generated event streams for decoders: a few kinds of lines in each, their events by mockapi's own codec.

A stream draws some features and is made of their lines and of plain ones; that way it has many of one
kind, where a stream of everything would have none often enough. The names of its features stand in its id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from mockapi import sse
from mockapi.fuzzing._content import some
from mockapi.fuzzing._spelled import pieces
from mockapi.fuzzing.cases import Case, of_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_MARK: Final = b"\xef\xbb\xbf"
_PLAIN: Final = (b"data: x", b"data: y")

_LINES: Final[Mapping[str, tuple[bytes, ...]]] = {
    "event": (b"event: y", b"event: add-item.v2", b"event: a:b", b"event", b"event:", b"event: Ping"),
    "id": (b"id: 1", b"id: 2", b"id", b"id: a b", b"id: x:1"),
    "id that is emptied": (b"id: 1", b"id", b"id:", b"id: "),
    "retry": (b"retry: 10", b"retry: -5", b"retry: 1_0", b"retry: x", b"retry"),
    "comments": (b":", b": c", b":data: x", b": data"),
    "unknown fields": (b"x", b"x: 1", b"datax: 1", b"dat: 1"),
    "upper case": (b"DATA: x", b"Data: y", b"EVENT: z", b"Id: 9"),
    "blanks before the colon": (b"data : x", b" data: x", b"event : z", b"\tdata: x"),
    "lines of blanks": (b" ", b"\t", b"  "),
    "no blank": (b"data:x", b"event:z", b"id:3", b"data:y"),
    "blanks": (b"data:  x", b"data:\tx", b"event:  z", b"data: x ", b"data:  ", b"id:  4", b"event: z "),
    "colons": (b"data: a: b", b"data::", b"data: :x", b"data:: x"),
    "no value": (b"data", b"data:", b"data: "),
    "fields in values": (b"data: data: x", b"data: event: y", b"data: id: 1"),
    "sentinels": (b"data: [DONE]", b"event: error", b"event: ping", b'data: {"type": "error"}'),
    "escapes": (b"data: \\n", b"data: %0A", b"data: &amp;", b'data: "x"'),
    "characters": ("data: é😀".encode(), "data: e\u0301".encode(), "data: €".encode(), "event: ü".encode()),
    "line separators": ("data: a\u2028b".encode(), "data: a\x85b".encode(), b"data: a\x0b\x0c\x1c\x1d\x1eb"),
    "marks elsewhere": (_MARK + b"data: x", b"data: " + _MARK + b"x", b"data: x" + _MARK),
    "NUL": (b"data: a\0b", b"id: 1\0", b"event: a\0", b"\0"),
    "invalid bytes": (
        b"data: \xff",
        b"event: \xff",
        b"data: a\xe2\x82",
        b"\xffdata: x",
        b"data: \xed\xa0\x80",
    ),
}
_ATOMS: Final = (
    b"data",
    b"event",
    b"id",
    b"retry",
    b":",
    b": ",
    b" ",
    b"x",
    b"1",
    b"\x0b\x0c\x1c",
    "é😀".encode(),
)
_ODD: Final = "odd lines"
_ENDS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "": (b"\n",),
    "crlf": (b"\r\n",),
    "cr": (b"\r",),
    "mixed line ends": (b"\n", b"\r\n", b"\r"),
}
_WHOLE: Final = ("mark", "two marks", "equal events", "many events", "long line", "no end")
_LONG: Final = 70_000
_MANY: Final = 40


@st.composite
def sse_cases(draw: st.DrawFn, without: Collection[str] = (), turn: int = 0) -> Case:
    """A plain event stream in pieces; its events are those of mockapi's codec."""
    kinds = some(draw, (*_LINES, _ODD), without, 3, turn)
    pool = st.sampled_from([*_PLAIN, *(line for kind in kinds for line in _LINES.get(kind, ()))])
    if _ODD in kinds:
        pool |= st.lists(st.sampled_from(_ATOMS), max_size=4).map(b"".join)
    shape = draw(st.sampled_from([name for name in ("", "", "", *_WHOLE) if name not in without]))
    end = draw(st.sampled_from([name for name in _ENDS if name not in without]))

    events = draw(st.lists(st.lists(pool, max_size=3), min_size=1, max_size=4))
    if shape == "long line":
        events[0].append(b"data: " + b"x" * _LONG)
    if shape == "equal events":
        events = [event for event in events for _ in range(2)]
    if shape == "many events":
        events *= _MANY
    body, ends = _written(draw, events, _ENDS[end])
    if shape == "no end":
        body = body[: draw(st.integers(0, len(body)))]
    body = {"mark": _MARK, "two marks": _MARK * 2}.get(shape, b"") + body
    found = tuple((event.type, event.data, event.id) for event in sse.parse(body))
    id_ = "fuzz/" + ", ".join(["stream", *(name for name in (*kinds, shape, end) if name)])
    why = "What the WHATWG text makes of these bytes."
    return of_bytes(id_, "sse", body, why, *pieces(draw, body, ends), events=found)


def _written(
    draw: st.DrawFn, events: list[list[bytes]], line_ends: tuple[bytes, ...]
) -> tuple[bytes, list[int]]:
    """The lines of events, and where each event ends."""
    body = b""
    ends: list[int] = []
    choice = st.sampled_from(line_ends)
    few = [draw(choice) for _ in range(5)] if len(line_ends) > 1 else list(line_ends)
    number = 0
    for event in events:
        for line in (*event, b""):
            body += line + few[number % len(few)]
            number += 1
        ends.append(len(body))
    return body, ends
