"""Hypothesis strategies for streams, each with what a correct client does about it.

    messages()        whole messages of every kind of block
    events()          the events of one, in pieces of any length, pings anywhere
    spellings()       bytes for lines: line ends, comments, marks, unknown fields
    chunkings()       the same bytes, cut anywhere
    violations()      one thing broken in a sequence of events, and what follows for a client
    sse_cases()       a plain event stream as a case, its events by mockapi's own codec
    message_cases()   a stream of the API as a case, whole, cut or broken

A case (`mockapi.fuzzing.cases.Case`) carries its label: `want` and `messages`, or `events`.
Nothing here reads a clock or keeps state, so a seed gives the same streams again.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from mockapi import sse
from mockapi.fuzzing.cases import PING, Case, Want, message, of_bytes, text, tool_use
from mockapi.messages import encode_events, events_of, stream_error_event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Event = dict[str, Any]

_WORDS: Final = st.text(st.characters(codec="utf-8"), max_size=12)
_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=5,
)
_INPUTS: Final = st.dictionaries(_WORDS, _VALUES, max_size=3)
_REASONS: Final = st.sampled_from(["end_turn", "tool_use", "stop_sequence", "refusal", "pause_turn"])

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


def messages() -> st.SearchStrategy[dict[str, Any]]:
    """Whole messages."""
    blocks = st.one_of(
        _WORDS.map(text),
        _INPUTS.map(tool_use),
        st.builds(lambda t, s: {"type": "thinking", "thinking": t, "signature": s}, _WORDS, _WORDS),
        _WORDS.map(lambda data: {"type": "redacted_thinking", "data": data}),
    )
    return st.builds(
        lambda content, reason: message(*content, stop_reason=reason), st.lists(blocks, max_size=3), _REASONS
    )


@st.composite
def events(draw: st.DrawFn, of: dict[str, Any]) -> list[Event]:
    """The events of a message: pieces of any length, pings anywhere before the end."""
    size = draw(st.integers(1, 9))
    told = events_of(of, sizes=lambda _kind: size, ping=False)
    for place in draw(st.lists(st.integers(0, len(told) - 1), max_size=2)):
        told.insert(place, PING)
    return told


@st.composite
def spellings(draw: st.DrawFn, body: bytes) -> bytes:
    """The same stream in other bytes."""
    end = draw(_ENDS)
    comment = draw(st.sampled_from([b"", b":\n", b": keep-alive\n", b"x-field: 1\n", b"retry: 10\n"]))
    space = draw(st.sampled_from([b"data: ", b"data:"]))
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    written = body.replace(b"\nevent:", b"\n" + comment + b"event:").replace(b"\ndata: ", b"\n" + space)
    return mark + written.replace(b"\n", end)


@st.composite
def chunkings(draw: st.DrawFn, body: bytes) -> tuple[bytes, ...]:
    """The body in pieces, some of which may be empty."""
    cuts = draw(st.lists(st.integers(0, len(body)), max_size=4).map(sorted))
    return tuple(body[begin:end] for begin, end in pairwise([0, *cuts, len(body)]))


InvalidStream = tuple[list[Event], Want, str]


def _stop_missing(told: list[Event]) -> InvalidStream:
    return told[:-1], Want.ERROR, "message_stop is missing"


def _delta_missing(told: list[Event]) -> InvalidStream:
    return (
        [event for event in told if event["type"] != "message_delta"],
        Want.ERROR,
        "message_delta is missing",
    )


def _start_missing(told: list[Event]) -> InvalidStream:
    return (
        [event for event in told if event["type"] != "message_start"],
        Want.ERROR,
        "message_start is missing",
    )


def _stop_doubled(told: list[Event]) -> InvalidStream:
    return [*told, told[-1]], Want.EITHER, "message_stop comes twice"


def _error_at_end(told: list[Event]) -> InvalidStream:
    error = stream_error_event("overloaded_error", "Overloaded", None)
    return [*told[:-1], error], Want.ERROR, "an error instead of message_stop"


def _error_first(told: list[Event]) -> InvalidStream:
    return (
        [stream_error_event("api_error", "Internal server error", None), *told[:0]],
        Want.ERROR,
        "an error first",
    )


def _new_event(told: list[Event]) -> InvalidStream:
    return [told[0], {"type": "hologram", "depth": 1}, *told[1:]], Want.WHOLE, "an unknown event"


VIOLATIONS: Final[Sequence[Callable[[list[Event]], InvalidStream]]] = (
    _stop_missing,
    _delta_missing,
    _start_missing,
    _stop_doubled,
    _error_at_end,
    _error_first,
    _new_event,
)


def violations(told: list[Event]) -> st.SearchStrategy[InvalidStream]:
    """One thing broken: the events, what a correct client does, and words for it."""
    return st.sampled_from(VIOLATIONS).map(lambda broken: broken(told))


@st.composite
def sse_cases(draw: st.DrawFn) -> Case:
    """A plain event stream in pieces; its events are those of mockapi's codec."""
    parts = draw(st.lists(st.tuples(_LINES, _ENDS), max_size=10))
    body = b"".join(line + end for line, end in parts)
    chunks = draw(chunkings(body))
    why = "What the WHATWG text makes of these bytes."
    found = tuple((event.type, event.data, event.id) for event in sse.parse(body))
    return of_bytes("fuzz/stream", "sse", body, why, *chunks, events=found)


@st.composite
def message_cases(draw: st.DrawFn) -> Case:
    """A stream of the API: whole, cut at a byte, or with one violation; spelled and cut anyhow."""
    said = draw(messages())
    told = draw(events(said))
    want, why = Want.WHOLE, "the whole message"
    kind = draw(st.sampled_from(["whole", "cut", "broken"]))
    if kind == "broken":
        told, want, why = draw(violations(told))
    body = draw(spellings(encode_events(told)))
    if kind == "cut":
        # Before the line end of message_stop's data: without it the message is not whole.
        last = body.rindex(b"event: message_stop")
        body = body[: draw(st.integers(0, last))]
        want, why = Want.ERROR, "the stream is cut"
    chunks = draw(chunkings(body))
    return of_bytes(
        f"fuzz/{kind}", "messages", body, f"A stream: {why}.", *chunks, want=want, messages=(said,)
    )
