"""Messages streams in other spellings: framing, text and keep-alive, as a client of the API meets them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Chunk, Reply, Source
from mockapi.fuzzing.cases._model import APART, STREAM_HEADERS, Case, Want, of_bytes
from mockapi.fuzzing.cases._samples import PING, TEXT, delta, events, message, text, tool_use, wire
from mockapi.replies import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_WHOLE: Final = wire(*events(TEXT))
_BOM: Final = b"\xef\xbb\xbf"
# What str.splitlines takes for line ends and the format does not.
_FALSE_ENDS: Final = "a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg\u001dh\u001ei"


_SERVER_CALL: Final = "srvtoolu_01ConformanceConform"
_FOUND: Final = {
    "type": "web_search_result",
    "title": "A page",
    "url": "https://example.com/page",
    "encrypted_content": "ZW5jcnlwdGVk" * 4,
    "page_age": "April 30, 2026",
}


def _changed(fault: Callable[[Reply], Reply], body: bytes = _WHOLE) -> bytes:
    return fault(Reply(200, STREAM_HEADERS, (Chunk(0.0, body),), Source.SCRIPTED)).body


def _whole(group: str, name: str, body: bytes, why: str, *chunks: bytes, **more: Any) -> Case:
    more = {"messages": (TEXT,), **more}
    return of_bytes(f"{group}/{name}", "messages", body, why, *chunks, **more)


def _in_place(name: str, old: bytes, new: bytes, why: str, group: str = "m-fields", **more: Any) -> Case:
    return _whole(group, name, _WHOLE.replace(old, new), why, **more)


def _framing() -> Iterator[Case]:
    any_end = "LF, CRLF and CR all end a line."
    yield _whole("m-framing", "lf", _WHOLE, "The plain form.")
    yield _whole("m-framing", "crlf", _changed(faults.newlines("crlf")), any_end)
    yield _whole("m-framing", "cr", _changed(faults.newlines("cr")), any_end)
    yield _whole("m-framing", "mixed", _changed(faults.newlines("mixed")), any_end)
    yield _in_place("lf line, crlf blank line", b"\n\n", b"\n\r\n", any_end, "m-framing")
    yield _in_place(
        "extra blank lines", b"\n\n", b"\n\n\n\n", "Blank lines without data do nothing.", "m-framing"
    )
    yield _whole(
        "m-framing",
        "crlf cut in two",
        b"",
        "A CRLF that is cut is one line end.",
        *_halves(_changed(faults.newlines("crlf")), b"\r"),
        delay=0.002,
    )
    yield _whole(
        "m-framing",
        "no blank line at the end",
        _WHOLE[:-1],
        "An event that no blank line ends is dropped, and message_stop is lost with it.",
        want=Want.EITHER,
    )
    cut = _WHOLE[: _WHOLE.rindex(b"event: message_delta") + 40]
    yield _whole("m-framing", "end in mid-line", cut, "The stream was cut.", want=Want.ERROR)
    yield _whole("m-framing", "empty stream", b"", "There is no message in it.", want=Want.ERROR)
    yield _whole(
        "m-framing", "only comments", b": nothing\n\n", "There is no message in it.", want=Want.ERROR
    )


def _halves(body: bytes, behind: bytes) -> Sequence[bytes]:
    places = [0, *(at + 1 for at in range(len(body) - 1) if body[at : at + 1] == behind), len(body)]
    return [body[begin:end] for begin, end in pairwise(places)]


def _fields() -> Iterator[Case]:
    yield _in_place("no space after the colon", b": {", b":{", "One space is dropped if there is one.")
    yield _in_place("two spaces after the colon", b"data: ", b"data:  ", "JSON may begin with blanks.")
    yield _whole("m-fields", "data before event", _swapped(_WHOLE), "The order of fields is free.")
    yield _whole("m-fields", "id and retry", _changed(faults.extra_fields()), "Unknown fields are ignored.")
    yield _in_place(
        "data in two lines", b'{"type"', b'{\ndata: "type"', "Lines of data are joined by a line feed."
    )
    yield _in_place("upper case field", b"event: m", b"EVENT: x\nevent: m", "Field names are literal.")
    yield _in_place(
        "a line without a colon", b"data: ", b"nonsense\ndata: ", "It is an unknown field, to be ignored."
    )
    yield _whole(
        "m-fields",
        "no event lines",
        b"".join(line for line in _WHOLE.splitlines(keepends=True) if not line.startswith(b"event:")),
        "The type stands in the data too; gateways drop the line. To find nothing is an error.",
        want=Want.EITHER,
    )


def _swapped(body: bytes) -> bytes:
    frames = body.split(b"\n\n")[:-1]
    return b"".join(b"\n".join(reversed(frame.split(b"\n"))) + b"\n\n" for frame in frames)


def _texts() -> Iterator[Case]:
    for name, words in {
        "characters of all lengths": "é€😀 ",
        "what else looks like a line end": _FALSE_ENDS,
        "an escaped line end": "a\nb\r\nc\rd",
        "a byte order mark in the text": "\ufeffa\ufeff",
        "a NUL": "a\0b",
        "quotes and backslashes": 'a"\\b/\\u0041',
        "markup and escapes of other kinds": "<b>&amp;</b> %20+ \\n",
        "right to left and combining": "אב\u0301\u200d\u202e e\u0301\u212b",
        "what looks like an event": 'event: error\ndata: {"type":"message_stop"}\n\ndata: [DONE]\n\n',
    }.items():
        said = message(text(words))
        body = wire(*events(said, len(words)))
        yield _whole("m-text", name, body, "Text arrives as it was sent.", messages=(said,))
    said = message(text("x é€😀"))
    body = wire(*events(said))
    cuts = [at for at in range(1, len(body)) if body[at] & 0xC0 == 0x80]
    pieces = [body[begin:end] for begin, end in pairwise([0, *cuts, len(body)])]
    yield _whole(
        "m-text",
        "cut in every character",
        b"",
        "A character may lie in several chunks.",
        *pieces,
        messages=(said,),
        delay=APART,
    )
    ascii_only = (
        wire(*events(said)).decode().encode("ascii", "backslashreplace").replace(b"\\xe9", b"\\u00e9")
    )
    ascii_only = ascii_only.replace(b"\\U0001f600", b"\\ud83d\\ude00")
    yield _whole("m-text", "escapes for all", ascii_only, r"JSON may escape any character.", messages=(said,))
    lone = message(text("\ud83d"))
    yield _whole(
        "m-text",
        "a lone surrogate escape",
        _WHOLE.replace(b'"Hi th"', b'"\\ud83d"').replace(b'"ere"', b'""'),
        "It is JSON, if not text; a replacement character is as good, a crash is not.",
        messages=(lone, message(text("\ufffd")), message(text("\ufffd" * 3))),
    )
    yield _whole(
        "m-text",
        "an invalid byte",
        _WHOLE.replace(b"Hi th", b"Hi \xffth"),
        "It is decoded as a replacement character.",
        messages=(message(text("Hi \ufffdthere")),),
        want=Want.EITHER,
    )
    mark = "One mark at the start is ignored."
    yield _whole("m-text", "byte order mark", _BOM + _WHOLE, mark)
    yield _whole("m-text", "byte order mark in two", b"", mark, _BOM[:1], _BOM[1:] + _WHOLE, delay=APART)
    yield _whole("m-text", "byte order mark, then a comment", _BOM + b": c\n" + _WHOLE, mark)


def _keep_alive() -> Iterator[Case]:
    nothing = "Comments and pings change nothing."
    yield _whole("m-keep-alive", "comments", _changed(faults.comments(count=2)), nothing)
    yield _whole("m-keep-alive", "a comment storm", b":\n" * 5000 + _WHOLE + b": x\n\n" * 5000, nothing)
    yield _whole("m-keep-alive", "pings everywhere", _changed(faults.pings(3)), nothing)
    yield _whole("m-keep-alive", "a ping first", wire(PING) + _WHOLE, nothing)
    yield _whole("m-keep-alive", "a ping storm", wire(*[PING] * 2000) + _WHOLE, nothing)
    yield _whole("m-keep-alive", "a ping without data", b"event: ping\n\n" + _WHOLE, "No data, no event.")
    yield _whole("m-keep-alive", "a ping with empty data", b"event: ping\ndata:\n\n" + _WHOLE, nothing)
    yield _whole("m-keep-alive", "a ping with members", wire({"type": "ping", "cost": "0"}) + _WHOLE, nothing)


def _values() -> Iterator[Case]:
    big = 2**70 + 1  # no float is equal to it
    for name, value in {
        "empty input": {},
        "numbers": {"int": 9007199254740991, "zero": 0, "minus": -1.5, "small": 1e-7},
        "a big integer": {"n": big},
        "nested": {"a": [{"b": [[], {}, [None, True, False]]}], "": {" ": ""}},
        "text": {"t": 'é😀"\\\n', "k\u2028": "\u0000"},
    }.items():
        called = message(tool_use(value), stop_reason="tool_use")
        body = wire(*events(called, 3))
        yield _whole("m-tools", name, body, "A tool's input arrives as it was sent.", messages=(called,))
    called = message(tool_use({"a": 1}), stop_reason="tool_use")
    stream = events(called, 50)
    piece = next(item for item in stream if item.get("delta", {}).get("partial_json"))
    whole = {**piece, "delta": {**piece["delta"], "partial_json": ' {\n"a" :1 } '}}
    body = wire(*(whole if item is piece else item for item in stream))
    yield _whole("m-tools", "blanks in the JSON", body, "Blanks are JSON.", messages=(called,))
    yield _whole(
        "m-tools",
        "one delta a character",
        wire(*events(message(text("Hi"), tool_use(), stop_reason="tool_use"), 1)),
        "Pieces add up.",
        messages=(message(text("Hi"), tool_use(), stop_reason="tool_use"),),
    )
    written = {
        **tool_use(),
        "caller": {"type": "code_execution_20260120", "tool_id": _SERVER_CALL},
    }
    called = message(written, stop_reason="tool_use")
    yield _whole(
        "m-tools",
        "input in the start",
        wire(*events(called)),
        "What other code wrote comes whole in the block's start, and no delta follows.",
        messages=(called,),
    )
    plain = events(TEXT)
    early = {**plain[1], "content_block": text("Hi th")}
    yield _whole(
        "m-text",
        "text in the start",
        wire(plain[0], early, *plain[3:]),
        "Deltas add to what the block's start has.",
    )
    yield _whole(
        "m-text",
        "empty pieces",
        wire(*plain[:2], delta(""), *plain[2:4], delta(""), *plain[4:]),
        "Pieces add up.",
    )
    thought = {"type": "thinking", "thinking": "Let me see.", "signature": "c2ln" * 20}
    said = message(thought, text())
    yield _whole("m-blocks", "thinking", wire(*events(said)), "Thinking and its signature.", messages=(said,))
    blanks = {"type": "thinking", "thinking": "  Let\n\n me see.\n", "signature": "c2ln" * 20}
    unsaid = {"type": "thinking", "thinking": "", "signature": "c2ln" * 20}
    for name, block in (("thinking with blanks", blanks), ("thinking without text", unsaid)):
        said = message(block, text())
        yield _whole("m-blocks", name, wire(*events(said, 3)), "Thinking is kept as it is.", messages=(said,))
    dozen = message(*(text(str(number)) for number in range(12)))
    yield _whole("m-blocks", "twelve blocks", wire(*events(dozen)), "Indexes are numbers.", messages=(dozen,))
    summed = message({"type": "compaction", "content": "A summary."}, text())
    yield _whole(
        "m-blocks",
        "compaction",
        wire(*events(summed)),
        "One delta has the whole summary; without it the next request loses what was said before.",
        messages=(summed,),
    )
    hidden = message({"type": "redacted_thinking", "data": "ZGF0YQ=="}, text())
    yield _whole(
        "m-blocks", "redacted thinking", wire(*events(hidden)), "It comes whole.", messages=(hidden,)
    )
    place = {
        "type": "char_location",
        "cited_text": "Hi there",
        "document_index": 0,
        "document_title": None,
        "start_char_index": 0,
        "end_char_index": 8,
    }
    cited = message({"citations": [place, place], "type": "text", "text": "Hi there"})
    yield _whole("m-blocks", "citations", wire(*events(cited)), "Citations are kept.", messages=(cited,))
    both = message(
        {
            "type": "server_tool_use",
            "id": _SERVER_CALL,
            "name": "web_search",
            "input": {"query": "x"},
        },
        {
            "type": "web_search_tool_result",
            "tool_use_id": _SERVER_CALL,
            "content": [_FOUND],
        },
        text(),
    )
    yield _whole("m-blocks", "server tool", wire(*events(both)), "Its result comes whole.", messages=(both,))


SPELLING_CASES: Final[tuple[Case, ...]] = (
    *_framing(),
    *_fields(),
    *_texts(),
    *_keep_alive(),
    *_values(),
)
