"""The event-stream cases: bytes, and the events that the WHATWG text makes of them.

One table for every reader: the tests of mockapi's own parser, the conformance suite and the fuzz
command. The rows follow the rules in the order of the standard: framing, fields, text,
keep-alive. Events are written as tuples of type, data and last event id, so that the table does
not lean on the code it judges.
"""

from __future__ import annotations

from typing import NamedTuple


class SSERow(NamedTuple):
    """A stream and what it means."""

    name: str
    stream: bytes
    events: list[tuple[str, str, str]]
    retry: int | None = None
    last_event_id: str = ""


def _plain(name: str, stream: bytes, *data: str) -> SSERow:
    return SSERow(name, stream, [("message", text, "") for text in data])


FRAMING = [
    _plain("lf", b"data: a\n\n", "a"),
    _plain("crlf", b"data: a\r\n\r\n", "a"),
    _plain("cr", b"data: a\r\r", "a"),
    _plain("two events, lf", b"data: a\n\ndata: b\n\n", "a", "b"),
    _plain("two events, crlf", b"data: a\r\n\r\ndata: b\r\n\r\n", "a", "b"),
    _plain("two events, cr", b"data: a\r\rdata: b\r\r", "a", "b"),
    _plain(
        "every newline in one stream", b"data: a\n\r\ndata: b\r\rdata: c\r\n\ndata: d\n\r", "a", "b", "c", "d"
    ),
    _plain("lf line, crlf blank line", b"data: a\n\r\n", "a"),
    _plain("crlf line, lf blank line", b"data: a\r\n\n", "a"),
    _plain("the same event twice", b"data: a\n\ndata: a\n\n", "a", "a"),
    _plain("cr line, lf blank line is one crlf", b"data: a\r\ndata: b\n\n", "a\nb"),
    _plain("lf then cr are two line ends", b"data: a\n\rdata: b\n\n", "a", "b"),
    _plain("a crlf ends the stream, then nothing", b"data: a\r\n", *()),
    _plain("blank lines before, between and after", b"\n\n\r\ndata: a\n\n\n\r\r\ndata: b\n\n\n\n", "a", "b"),
    _plain("end without a blank line", b"data: a\n\ndata: b\n", "a"),
    _plain("end in the middle of a line", b"data: a\n\ndata: b", "a"),
    _plain("end right after a cr blank line", b"data: a\r\n\r", "a"),
    _plain("empty stream", b""),
    _plain("only blank lines", b"\n\r\n\r"),
    _plain("only comments", b": a\n\n:\n\n:b\n"),
    _plain("many data lines", b"data: a\ndata: b\n\ndata\ndata\n\ndata:", "a\nb", "\n"),
    SSERow("fields in any order", b"data: 1\nid: 7\nevent: x\ndata: 2\n\n", [("x", "1\n2", "7")], None, "7"),
]

FIELDS = [
    _plain("no space after the colon", b"data:a\n\n", "a"),
    _plain("two spaces after the colon", b"data:  a\n\n", " a"),
    _plain("a tab after the colon", b"data:\ta\n\n", "\ta"),
    _plain("a space at the end is kept", b"data: a \n\n", "a "),
    _plain("several colons", b"data:a:b::c: d\n\n", "a:b::c: d"),
    _plain("the value is a colon", b"data::\n\n", ":"),
    _plain("the value looks like a field", b"data: data: a\ndata: event: x\n\n", "data: a\nevent: x"),
    _plain("the value looks like JSON", b"data: 007\n\ndata: null\n\ndata: {\n\n", "007", "null", "{"),
    _plain("data without a colon is empty data", b"data\n\n", ""),
    _plain("data with a colon and nothing is empty data", b"data:\n\n", ""),
    _plain("data with a space only is empty data", b"data: \n\n", ""),
    _plain("no data, no event", b"event: x\n\n"),
    _plain("a type without data is forgotten", b"event: x\n\ndata: a\n\n", "a"),
    _plain("an empty name is a comment", b": data: x\n:data: y\ndata: a\n\n", "a"),
    _plain("upper case is another field", b"DATA: x\nData: y\ndata: a\n\n", "a"),
    _plain("a leading space is part of the name", b" data: x\n\ndata: a\n\n", "a"),
    _plain("a line of blanks is no blank line", b"data: a\n \ndata: b\n\n", "a\nb"),
    _plain("a space before the colon is part of the name", b"data : x\n\n"),
    _plain("unknown fields are ignored", b"datum: x\nfoo\ndatas: y\ndata: a\nx: z\n\n", "a"),
    _plain("a NUL in a name makes another name", b"da\0ta: x\n\ndata\0: y\n\n"),
    _plain("a NUL in data is data", b"data: a\0b\n\n", "a\0b"),
    SSERow("type", b"event: add\ndata: a\n\n", [("add", "a", "")]),
    SSERow(
        "type is for one event",
        b"event: add\ndata: a\n\ndata: b\n\n",
        [("add", "a", ""), ("message", "b", "")],
    ),
    SSERow("the last type counts", b"event: one\nevent: two\ndata: a\n\n", [("two", "a", "")]),
    SSERow("an empty type is the default", b"event: one\nevent\ndata: a\n\n", [("message", "a", "")]),
    SSERow(
        "a type may be any name",
        b"event: error\ndata: a\n\nevent: Open\ndata: b\n\nevent: \xc3\xa4.1\ndata: c\n\n",
        [("error", "a", ""), ("Open", "b", ""), ("ä.1", "c", "")],
    ),
    SSERow("a type may be followed by comments", b"event: x\n: c\ndata: a\n\n", [("x", "a", "")]),
    SSERow("a type may hold spaces and NUL", b"event:  x \0\ndata: a\n\n", [(" x \0", "a", "")]),
    SSERow(
        "id persists",
        b"id: 1\ndata: a\n\ndata: b\n\n",
        [("message", "a", "1"), ("message", "b", "1")],
        None,
        "1",
    ),
    SSERow("id empties", b"id: 1\ndata: a\n\nid\ndata: b\n\n", [("message", "a", "1"), ("message", "b", "")]),
    SSERow("id with a NUL is ignored", b"id: 1\nid: 2\0\ndata: a\n\n", [("message", "a", "1")], None, "1"),
    SSERow("id without data counts", b"id: 1\n\ndata: a\n\n", [("message", "a", "1")], None, "1"),
    SSERow("an id is not taken before its blank line", b"id: 1\n\nid: 2\ndata: a\n", [], None, "1"),
    SSERow(
        "an id may be any text", "id:  ä :\ndata: a\n\n".encode(), [("message", "a", " ä :")], None, " ä :"
    ),
    SSERow("retry", b"retry: 03000\ndata: a\n\n", [("message", "a", "")], 3000),
    SSERow("retry needs no event", b"retry:1000\n", [], 1000),
    SSERow(
        "retry takes digits only",
        b"retry: 1000\nretry: 1e3\nretry: -1\nretry: 1.5\nretry:  5\nretry: x\n\n",
        [],
        1000,
    ),
    SSERow(
        "a retry that is none changes nothing",
        b"retry: 7\ndata: a\n\nretry: -5\ndata: b\n\nretry: 1_0\nretry:  8\nretry: 1e1\ndata: c\n\n",
        [("message", "a", ""), ("message", "b", ""), ("message", "c", "")],
        7,
    ),
    SSERow("an empty retry is ignored", b"retry: 10\nretry\nretry:\n", [], 10),
    SSERow("retry takes ascii digits only", "retry: ٣\nretry: ²\n\n".encode(), []),
    SSERow("a retry beyond reason is ignored", b"retry: 7\nretry: " + b"9" * 5000 + b"\n", [], 7),
]

TEXT = [
    _plain("two, three and four bytes", "data: é€😀\n\n".encode(), "é€😀"),
    _plain("a type in utf-8, comments too", ": 😀\ndata: a\n\n".encode(), "a"),
    _plain("an invalid byte", b"data: a\xffb\n\n", "a�b"),
    _plain("a cut sequence before the line end", b"data: a\xe2\x82\n\n", "a�"),
    _plain("a cut sequence before a letter", b"data: \xf0\x9f\x98a\n\n", "�a"),
    _plain("an overlong form", b"data: \xc0\xaf\n\n", "��"),
    _plain("a surrogate in utf-8", b"data: \xed\xa0\x80\n\n", "���"),
    _plain("a continuation byte alone", b"data: \x80\n\n", "�"),
    _plain("invalid bytes in a name", b"data\xff: a\n\ndata: b\n\n", "b"),
    _plain("no text ends a stream", b"data: [DONE]\n\ndata: a\n\n", "[DONE]", "a"),
    _plain("nothing is unescaped", rb"data: a\nb\u0041\\&amp;%20+" + b"\n\n", r"a\nb\u0041\\&amp;%20+"),
    _plain("nothing is composed", "data: e\u0301\u212b\n\n".encode(), "e\u0301\u212b"),
    _plain("a surrogate escape is text here", rb'data: "\ud83d"' + b"\n\n", r'"\ud83d"'),
    _plain(
        "what else looks like a line end",
        "data: a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei\n\n".encode(),
        "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei",
    ),
    _plain("byte order mark", b"\xef\xbb\xbfdata: a\n\n", "a"),
    _plain(
        "a second byte order mark is part of the name", b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\ndata: a\n\n", "a"
    ),
    _plain("byte order mark before a comment", b"\xef\xbb\xbf: c\ndata: a\n\n", "a"),
    _plain("byte order mark before a blank line", b"\xef\xbb\xbf\ndata: a\n\n", "a"),
    _plain("byte order mark in the middle", b"data: a\n\n\xef\xbb\xbfdata: x\n\n", "a"),
    _plain("byte order mark in the data", b"data: \xef\xbb\xbfa\n\n", "\ufeffa"),
    _plain("half a byte order mark", b"\xef\xbbdata: x\n\ndata: a\n\n", "a"),
    _plain("only a byte order mark", b"\xef\xbb\xbf"),
    _plain("only a piece of one", b"\xef\xbb"),
    _plain("a line of utf-16 is no field", "data: a\n\n".encode("utf-16-le")),
]

KEEP_ALIVE = [
    _plain("comment storm", b":\n" * 500 + b"data: a\n" + b": still here\n\n" * 2 + b":\n" * 500, "a"),
    _plain("comments inside an event", b"data: a\n: c\ndata: b\n:\n\n", "a\nb"),
    SSERow("ping with data", b'event: ping\ndata: {"type": "ping"}\n\n', [("ping", '{"type": "ping"}', "")]),
    _plain("ping without data", b"event: ping\n\ndata: a\n\n", "a"),
]

ROWS = FRAMING + FIELDS + TEXT + KEEP_ALIVE
