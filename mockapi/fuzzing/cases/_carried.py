"""Cases of what events carry: tool input, errors, data that is broken, and events damaged in mid-stream.

The labels follow the rule of `_grammar`: an error where something is lost, either where only a rule
was broken.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Ending
from mockapi.fuzzing.cases._grammar import ORDER_CASES
from mockapi.fuzzing.cases._model import Case, Want, of_bytes
from mockapi.fuzzing.cases._samples import (
    TEXT,
    TOOL,
    events,
    json_delta,
    message,
    text,
    tool_use,
    wire,
)
from mockapi.messages import stream_error_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Event = dict[str, Any]

_START, _OPEN, _HI, _THERE, _CLOSE, _DELTA, _STOP = events(TEXT)
_WHOLE: Final = wire(*events(TEXT))
_HI_FRAME: Final = wire(_HI)


def _case(name: str, body: Iterable[Event], why: str, want: Want, *messages: Any, **more: Any) -> Case:
    return of_bytes(
        f"grammar/{name}", "messages", wire(*body), why, want=want, messages=messages or (TEXT,), **more
    )


def _damaged(name: str, frame: bytes, why: str, want: Want, *chunks: bytes) -> Case:
    """The plain stream with another frame in the place of its first text delta."""
    body = b"" if chunks else _WHOLE.replace(_HI_FRAME, frame, 1)
    return of_bytes(f"grammar/{name}", "messages", body, why, *chunks, want=want, messages=(TEXT,))


def _mid_stream() -> Iterator[Case]:
    data = _HI_FRAME.split(b"\n", 1)[1]
    either = "The type stands twice; whoever needs the one that is missing says so."
    yield _damaged("a delta without an event line", data, either, Want.EITHER)
    bare = json.dumps({key: value for key, value in _HI.items() if key != "type"}).encode()
    yield _damaged(
        "a delta without a type", b"event: content_block_delta\ndata: " + bare + b"\n\n", either, Want.EITHER
    )
    error = b"data: " + json.dumps(stream_error_event("overloaded_error", "Overloaded", None)).encode()
    yield _damaged(
        "error without an event line",
        error + b"\n\n" + _HI_FRAME,
        "The data says that it is an error, whether the line is there or not.",
        Want.ERROR,
    )
    new = "The API may add events at any time; that they hold JSON is likely, not promised."
    for name, frame in {
        "unknown event that is text": b"event: future\ndata: not JSON\n\n",
        "unknown event with empty data": b"event: future\ndata:\n\n",
        "unknown event that is a list": b"event: future\ndata: [1]\n\n",
    }.items():
        yield _damaged(name, frame + _HI_FRAME, new, Want.EITHER)
    sentinel = _WHOLE + b"event: done\ndata: [DONE]\n\n"
    yield of_bytes(
        "grammar/a named DONE at the end",
        "messages",
        sentinel,
        "What follows message_stop does not belong to the message.",
        want=Want.EITHER,
        messages=(TEXT,),
    )
    yield _damaged(
        "byte order mark on a later line",
        b"\xef\xbb\xbf" + _HI_FRAME,
        "It is part of the field's name there, so the event line is lost; the data has the type too.",
        Want.EITHER,
    )
    line = b"event:  content_block_delta\n"
    blanks = "One blank is dropped; the second belongs to the name. The type stands in the data too."
    yield _damaged("two blanks in the event line", line + data, blanks, Want.EITHER)
    yield _damaged("a tab in the event line", line.replace(b"  ", b"\t") + data, blanks, Want.EITHER)
    yield _damaged(
        "every event line with two blanks", b"", blanks, Want.EITHER, _WHOLE.replace(b"event: ", b"event:  ")
    )
    said = 'She wrote {"type": "error", "error": {"type": "api_error"}} and "error".'
    spoken = message(text(said))
    yield _case("text that speaks of an error", events(spoken, 200), "Text is text.", Want.WHOLE, spoken)


def _tools() -> Iterator[Case]:
    head = events(message(tool_use(), stop_reason="tool_use"))[:3]
    tail = events(message(tool_use(), stop_reason="tool_use"))[-3:]
    why = "Half an input must not reach a tool."
    for name, piece in {
        "cut at the end": '{"city": "Zür',
        "cut after a member": '{"city": "Zürich", "days": [1, 2',
        "cut in an escape": '{"city": "Z\\',
        "with a value missing": '{"city": }',
        "cut in a surrogate pair": '{"city": "\\ud83d\\ud',
    }.items():
        yield _case(f"tool input {name}", (*head, json_delta(piece), *tail), why, Want.ERROR)
    why = "That is not a tool's input, though nothing of it is lost."
    for name, piece, value in (
        ("with too much behind", '{"city": "Zürich"}}', {"city": "Zürich"}),
        ("that is a list", '["Zürich"]', ["Zürich"]),
    ):
        called = message(tool_use(value), stop_reason="tool_use")
        yield _case(f"tool input {name}", (*head, json_delta(piece), *tail), why, Want.EITHER, called)
    called = message(tool_use({}), stop_reason="tool_use")
    yield _case(
        "tool input with a NaN",
        (*head, json_delta('{"city": NaN}'), *tail),
        why,
        Want.EITHER,
        called,
        ignore=frozenset({"input"}),
    )
    yield _case("tool input empty", (*head, *tail), "No JSON at all is {}.", Want.WHOLE, called)
    ended = events(message(tool_use(), stop_reason="max_tokens"))[-3:]
    cut = (*head, json_delta('{"city": "Zürich", "da'), *ended)
    parts: tuple[dict[str, Any], ...] = ({"city": "Zürich"}, {"city": "Zürich", "da": ""}, {})
    left = [message(tool_use(part), stop_reason="max_tokens") for part in parts]
    why = "The stop reason says that it is not whole."
    yield _case("tool input cut by max_tokens", cut, why, Want.EITHER, *left)
    yield _case("tool after text", events(TOOL), "Text and tool use are two blocks.", Want.WHOLE, TOOL)
    pair = message(
        tool_use({"a": 1}),
        {**tool_use({"a": 2}), "id": "toolu_02ConformanceConforman"},
        stop_reason="tool_use",
    )
    yield _case("two tools", events(pair, 3), "Each has an input of its own.", Want.WHOLE, pair)


def _errors() -> Iterator[Case]:
    why = "An error event ends the stream, whatever came before it."
    overloaded = stream_error_event("overloaded_error", "Overloaded", "req_011CTest")
    yield _case("error first", (overloaded,), why, Want.ERROR)
    yield _case("error after message_start", (_START, overloaded), why, Want.ERROR)
    yield _case("error in mid-block", (_START, _OPEN, _HI, overloaded), why, Want.ERROR)
    yield _case("error after message_delta", (*events(TEXT)[:-1], overloaded), why, Want.ERROR)
    yield _case(
        "error, and the stream goes on",
        (_START, _OPEN, _HI, overloaded, _THERE, _CLOSE, _DELTA, _STOP),
        why,
        Want.ERROR,
    )
    novel = stream_error_event("weather_error", "Rain", None)
    yield _case("error of an unknown type", (_START, novel), why, Want.ERROR)
    yield _case(
        "error of an unknown type, and the stream goes on",
        (_START, novel, _OPEN, _HI, _THERE, _CLOSE, _DELTA, _STOP),
        why,
        Want.ERROR,
    )
    for name, data in {
        "error without a type": b'{"error":{"message":"Overloaded"}}',
        "error that is not JSON": b"Overloaded",
    }.items():
        body = wire(_START, _OPEN) + b"event: error\ndata: " + data + b"\n\n"
        words = "Gateways write errors of their own."
        yield of_bytes(f"grammar/{name}", "messages", body, words, want=Want.ERROR, messages=(TEXT,))
    yield _case("error without an error", (_START, {"type": "error"}), why, Want.ERROR)


def _data() -> Iterator[Case]:
    why = "Broken JSON is an error, and one that the client documents."
    whole = wire(*events(TEXT))
    for name, old, new in (
        ("an event that is not JSON", b'"Hi th"', b'"Hi th'),
        ("an event that is a list", wire(_HI).split(b"data: ")[1], b"[1]\n\n"),
        ("an event with empty data", wire(_HI).split(b"data: ")[1], b"\n\n"),
    ):
        body = whole.replace(old, new, 1)
        yield of_bytes(f"grammar/{name}", "messages", body, why, want=Want.ERROR, messages=(TEXT,))
    nan = whole.replace(b'"output_tokens":34', b'"output_tokens":NaN')
    words = "NaN is neither JSON nor a count of tokens."
    yield of_bytes("grammar/an event with NaN", "messages", nan, words, want=Want.EITHER, messages=(TEXT,))
    done = whole + b"data: [DONE]\n\n"
    yield of_bytes(
        "grammar/a DONE at the end", "messages", done, "Gateways add it.", want=Want.EITHER, messages=(TEXT,)
    )
    bare = wire(_START) + b'event: x\ndata: {"depth":1}\n\n' + wire(*events(TEXT)[1:])
    yield of_bytes(
        "grammar/an event without a type",
        "messages",
        bare,
        "Its type is unknown, as its line says.",
        want=Want.EITHER,
        messages=(TEXT,),
    )
    other = whole.replace(b"event: content_block_delta", b"event: message_delta", 1)
    yield of_bytes(
        "grammar/event line and type differ",
        "messages",
        other,
        "One of the two is wrong.",
        want=Want.EITHER,
        messages=(TEXT,),
    )


def _endings() -> Iterator[Case]:
    """A reader of bytes sees a broken connection as an exception from where its chunks come."""
    broken = "What was cut off is missing; a connection that breaks does not end the message."
    for name, body in {
        "in a block": (_START, _OPEN, _HI),
        "after the content": (_START, _OPEN, _HI, _THERE, _CLOSE),
        "after the stop reason": (_START, _OPEN, _HI, _THERE, _CLOSE, _DELTA),
    }.items():
        yield _case(f"the connection breaks {name}", body, broken, Want.ERROR, ending=Ending.RESET)


def _beside() -> Iterator[Case]:
    """What a message_delta tells beside its delta."""
    edits = [{"type": "clear_tool_uses_20250919", "cleared_tool_uses": 8, "cleared_input_tokens": 50_000}]
    told = {**TEXT, "context_management": {"applied_edits": edits}}
    why = "The edits of the context stand beside the delta: a client may show them, and must not fail."
    shown_or_not = frozenset({"context_management"})
    yield _case("edits of the context", events(told), why, Want.WHOLE, told, ignore=shown_or_not)


GRAMMAR_CASES: Final[tuple[Case, ...]] = (
    *ORDER_CASES,
    *_tools(),
    *_errors(),
    *_data(),
    *_mid_stream(),
    *_endings(),
    *_beside(),
)
