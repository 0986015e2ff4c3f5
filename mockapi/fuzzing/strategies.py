"""Hypothesis strategies for streams, each with what a correct client does about it.

    messages()        whole messages of every kind of block
    events()          the events of one, in pieces of any length, pings anywhere
    spellings()       bytes for lines: line ends, comments, marks, unknown fields
    chunkings()       the same bytes, cut anywhere
    violations()      a change or a damage in a sequence of events, and what follows for a client
    sse_cases()       a plain event stream as a case, its events by mockapi's own codec
    message_cases()   a stream of the API as a case, whole, cut or broken

A case (`mockapi.fuzzing.cases.Case`) carries its label: `want` and `messages`, or `events`.
Nothing here reads a clock or keeps state, so a seed gives the same streams again. What makes a stream
unusual are its features, by name: they stand in the id of a case of the API, and `without` leaves
them out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from mockapi import sse
from mockapi.fuzzing._damage import DAMAGES, Damaged, frames_of
from mockapi.fuzzing.cases import PING, Case, Want, message, of_bytes, text, tool_use
from mockapi.messages import events_of

if TYPE_CHECKING:
    from collections.abc import Collection

Event = dict[str, Any]

_WORDS: Final = st.text(st.characters(codec="utf-8"), max_size=12)
_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=5,
)
_INPUTS: Final = st.dictionaries(_WORDS, _VALUES, max_size=3)
_REASONS: Final = st.sampled_from(["end_turn", "tool_use", "max_tokens", "refusal", "pause_turn"])
_COUNTS: Final = st.integers(0, 100_000)

_LINES: Final = st.lists(
    st.sampled_from(
        [
            *(b"data", b"event", b"id", b"retry", b":", b": ", b" ", b"x", b"1", b"\0", b"\x0b\x0c\x1c"),
            *(b"\xff", b"\xe2\x82", b"\xef\xbb\xbf", "é😀".encode(), "\u2028\u0085".encode()),
        ]
    ),
    max_size=4,
).map(b"".join) | st.sampled_from([b"", b"data: x", b"data", b"event: y", b"id: 1", b": c"])
_ENDS: Final = st.sampled_from([b"\n", b"\r\n", b"\r"])

_LINE_ENDS: Final = {"": b"\n", "crlf": b"\r\n", "cr": b"\r"}
_BETWEEN: Final = {
    "": b"",
    "comments": b":\n",
    "keep-alives": b": keep-alive\n",
    "unknown fields": b"x-field: 1\n",
    "retry": b"retry: 10\n",
    "ids": b"id: 1\n",
    "nameless lines": b"nonsense\n",
}
_SPACES: Final = {"": b"data: ", "no space": b"data:", "two spaces": b"data:  "}
_MARKS: Final = {"": b"", "mark": b"\xef\xbb\xbf"}


def _cited(words: str, cited: str) -> dict[str, Any]:
    place = {
        "type": "char_location",
        "cited_text": cited,
        "document_index": 0,
        "document_title": None,
        "start_char_index": 0,
        "end_char_index": len(cited),
    }
    return {"citations": [place, place], "type": "text", "text": words}


def _server_tool(query: str, number: int) -> list[dict[str, Any]]:
    id_ = f"srvtoolu_{number:024}"
    called = {"type": "server_tool_use", "id": id_, "name": "web_search", "input": {"query": query}}
    found = {
        "type": "web_search_result",
        "title": query,
        "url": "https://example.com/page",
        "encrypted_content": "ZW5jcnlwdGVk",
        "page_age": None,
    }
    return [called, {"type": "web_search_tool_result", "tool_use_id": id_, "content": [found]}]


_CALLER: Final = {"type": "code_execution_20260120", "tool_id": "srvtoolu_01ConformanceConform"}

_BLOCKS: Final[dict[str, st.SearchStrategy[list[dict[str, Any]]]]] = {
    "text": _WORDS.map(lambda words: [text(words)]),
    "tool use": _INPUTS.map(lambda value: [tool_use(value)]),
    "big integer": st.just([tool_use({"n": 2**70 + 1})]),  # no float is equal to it
    "tool use by code": _INPUTS.map(lambda value: [{**tool_use(value), "caller": dict(_CALLER)}]),
    "thinking": st.builds(
        lambda words, signature: [{"type": "thinking", "thinking": words, "signature": signature}],
        _WORDS,
        _WORDS,
    ),
    "redacted thinking": _WORDS.map(lambda data: [{"type": "redacted_thinking", "data": data}]),
    "citations": st.builds(lambda words, cited: [_cited(words, cited)], _WORDS.filter(bool), _WORDS),
    "server tool": st.builds(_server_tool, _WORDS, st.integers(0, 9)),
    "compaction": _WORDS.map(lambda summary: [{"type": "compaction", "content": summary}]),
    "unknown block": _WORDS.map(lambda data: [{"type": "hologram", "data": data}]),
    "large text": st.integers(1, 3).map(lambda count: [text("é" * (5_000 * count))]),
    "large input": st.integers(1, 3).map(lambda count: [tool_use({"t": "ab" * (2_000 * count)})]),
    "text that looks like events": st.sampled_from(
        ['{"type": "error"}', "event: message_stop\ndata: {}\n\n", "data: [DONE]\n\n", '"error"']
    ).map(lambda words: [text(words)]),
}
_MORE: Final[dict[str, dict[str, Any]]] = {
    "": {},
    "container": {
        "container": {"id": "container_011CTestContainerTestCon", "expires_at": "2026-11-29T12:00:00Z"}
    },
    "stop details": {
        "stop_details": {"type": "refusal", "category": "cyber", "explanation": "It asks for an exploit."}
    },
}


@st.composite
def messages(draw: st.DrawFn, without: Collection[str] = ()) -> dict[str, Any]:
    """Whole messages."""
    kinds = draw(st.lists(st.sampled_from([kind for kind in _BLOCKS if kind not in without]), max_size=3))
    content = [block for kind in kinds for block in draw(_BLOCKS[kind])]
    more = dict(_MORE[_chosen(draw, _MORE, without)])
    stop = draw(st.none() | st.sampled_from(["END", "\n\n"])) if "stop sequence" not in without else None
    if stop is not None:
        more["stop_sequence"] = stop
    said = message(*content, stop_reason="stop_sequence" if stop else draw(_REASONS), **more)
    counts = {"input_tokens": draw(_COUNTS), "output_tokens": draw(_COUNTS)}
    return said | {"usage": said["usage"] | counts}


def _chosen(draw: st.DrawFn, names: Collection[str], without: Collection[str]) -> str:
    return draw(st.sampled_from([name for name in names if name not in without]))


@st.composite
def events(draw: st.DrawFn, of: dict[str, Any]) -> list[Event]:
    """The events of a message: pieces of any length, pings anywhere before the end."""
    size = draw(st.integers(1, 9) | st.just(1_000))
    if len(str(of["content"])) > 1_000:
        size = max(size, 200)  # thousands of events say nothing that a hundred do not
    told = events_of(of, sizes=lambda _kind: size, ping=False)
    for place in draw(st.lists(st.integers(0, len(told) - 1), max_size=2)):
        told.insert(place, PING)
    return told


@st.composite
def spellings(draw: st.DrawFn, body: bytes, without: Collection[str] = ()) -> bytes:
    """The same stream in other bytes."""
    return _spelled(draw, body, without)[0]


def _spelled(draw: st.DrawFn, body: bytes, without: Collection[str]) -> tuple[bytes, list[str]]:
    """The stream in other bytes, and its features."""
    end, between, space, mark = (
        _chosen(draw, names, without) for names in (_LINE_ENDS, _BETWEEN, _SPACES, _MARKS)
    )
    written = body.replace(b"\nevent:", b"\n" + _BETWEEN[between] + b"event:")
    written = written.replace(b"\ndata: ", b"\n" + _SPACES[space]).replace(b"\n", _LINE_ENDS[end])
    return _MARKS[mark] + written, [name for name in (end, between, space, mark) if name]


@st.composite
def chunkings(draw: st.DrawFn, body: bytes) -> tuple[bytes, ...]:
    """The body in pieces, some of which may be empty."""
    cuts = draw(st.lists(st.integers(0, len(body)), max_size=4).map(sorted))
    return tuple(body[begin:end] for begin, end in pairwise([0, *cuts, len(body)]))


@st.composite
def violations(draw: st.DrawFn, told: list[Event], without: Collection[str] = ()) -> Damaged:
    """One thing changed or broken: the frames of the events, what a correct client does, and words for it."""
    return _damaged(draw, told, without)[0]


def _damaged(draw: st.DrawFn, told: list[Event], without: Collection[str]) -> tuple[Damaged, str]:
    """A damage that fits the events, and its name."""
    name = _chosen(draw, ("", *DAMAGES), without)
    found = None
    if name:
        found = DAMAGES[name](told, draw(st.integers(0, len(told) - 1)))
    return (found, name) if found else (Damaged(frames_of(told), Want.WHOLE, "the whole message"), "")


@st.composite
def sse_cases(draw: st.DrawFn, without: Collection[str] = ()) -> Case:
    """A plain event stream in pieces; its events are those of mockapi's codec."""
    parts = draw(st.lists(st.tuples(_LINES, _ENDS), max_size=10))
    body = b"".join(line + end for line, end in parts)
    for name, (old, new) in _PLAIN.items():
        if name in without:
            body = body.replace(old, new)
    chunks = draw(chunkings(body))
    why = "What the WHATWG text makes of these bytes."
    found = tuple((event.type, event.data, event.id) for event in sse.parse(body))
    names = [name for name, (old, _) in _PLAIN.items() if old in body]
    return of_bytes(", ".join(["fuzz/stream", *names]), "sse", body, why, *chunks, events=found)


_PLAIN: Final = {
    "mark": (b"\xef\xbb\xbf", b"x"),
    "invalid bytes": (b"\xff", b"x"),
    "cut characters": (b"\xe2\x82", b"x"),
    "NUL": (b"\0", b"x"),
    "cr": (b"\r", b"\n"),
    "retry": (b"retry", b"x"),
    "id": (b"id", b"x"),
    "event": (b"event", b"x"),
}
"""Features of plain streams: the bytes that make them, and what stands there without."""


@st.composite
def message_cases(draw: st.DrawFn, without: Collection[str] = ()) -> Case:
    """A stream of the API: whole, changed, broken or cut at a byte; spelled and cut into chunks anyhow."""
    said = draw(messages(without))
    told = draw(events(said))
    kind = _chosen(draw, ("whole", "cut", "changed", "changed"), without)
    damaged, name = Damaged(frames_of(told), Want.WHOLE, "the whole message"), ""
    if kind == "changed":
        damaged, name = _damaged(draw, told, without)
    body, features = _spelled(draw, b"".join(damaged.frames), without)
    want, why = damaged.want, damaged.why
    if kind == "cut":
        # Before the line end of message_stop's data: without it the message is not whole.
        last = body.rindex(b"event: message_stop")
        body = body[: draw(st.integers(0, last))]
        want, why, name = Want.ERROR, "the stream is cut", "cut"
    chunks = draw(chunkings(body))
    id_ = "fuzz/" + ", ".join([name or "whole", *features])
    return of_bytes(id_, "messages", body, f"A stream: {why}.", *chunks, want=want, messages=(said,))


def features_of(case: Case) -> frozenset[str]:
    """What makes a generated case unusual, by the names that `without` takes."""
    return frozenset(case.id.partition(" #")[0].removeprefix("fuzz/").split(", ")) - {"whole", "stream"}
