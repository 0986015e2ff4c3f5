"""Cases of the Messages grammar: every way to break it, and what is allowed to be unknown.

The label of a violation follows what is lost. Where the answer would be incomplete or could not
be told from a complete one, an error is the only right outcome; where all of it came and only the
rules were broken, the whole message is tolerable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.fuzzing.cases._model import Case, Want, of_bytes
from mockapi.fuzzing.cases._samples import (
    TEXT,
    TOOL,
    TWO,
    delta,
    events,
    json_delta,
    message,
    text,
    tool_use,
    wire,
)
from mockapi.messages import STOP_REASONS, stream_error_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Event = dict[str, Any]

_START, _OPEN, _HI, _THERE, _CLOSE, _DELTA, _STOP = events(TEXT)
_HALF_STOP: Final = {"type": "content_block_stop", "index": 0}
_NO_ORDER: Final = "The order of events is broken, though nothing is missing."
_CUT: Final = "The stream ends before message_stop: the message may not be whole."


def _case(name: str, body: Iterable[Event], why: str, want: Want, *messages: Any, **more: Any) -> Case:
    return of_bytes(
        f"grammar/{name}", "messages", wire(*body), why, want=want, messages=messages or (TEXT,), **more
    )


def _missing() -> Iterator[Case]:
    yield _case("no message_stop", (_START, _OPEN, _HI, _THERE, _CLOSE, _DELTA), _CUT, Want.ERROR)
    yield _case(
        "no message_delta",
        (_START, _OPEN, _HI, _THERE, _CLOSE, _STOP),
        "Stop reason and usage never came.",
        Want.ERROR,
    )
    yield _case("ends after message_start", (_START,), _CUT, Want.ERROR)
    yield _case("ends in a block", (_START, _OPEN, _HI), _CUT, Want.ERROR)
    yield _case("ends between blocks", events(TWO)[:4], _CUT, Want.ERROR)
    yield _case("ends after the content", (_START, _OPEN, _HI, _THERE, _CLOSE), _CUT, Want.ERROR)
    yield _case(
        "no message_start",
        (_OPEN, _HI, _THERE, _CLOSE, _DELTA, _STOP),
        "Id, model and usage never came.",
        Want.ERROR,
    )
    yield _case(
        "no content_block_start",
        (_START, _HI, _THERE, _CLOSE, _DELTA, _STOP),
        "Deltas of a block that was never started.",
        Want.ERROR,
    )
    yield _case("no content_block_stop", (_START, _OPEN, _HI, _THERE, _DELTA, _STOP), _NO_ORDER, Want.EITHER)
    yield _case("only message_stop", (_STOP,), "There is no message.", Want.ERROR)


def _doubled() -> Iterator[Case]:
    twice = "An event that comes once came twice."
    yield _case("two message_starts", (_START, *events(TEXT)), twice, Want.EITHER)
    yield _case(
        "two content_block_starts",
        (_START, _OPEN, _OPEN, _HI, _THERE, _CLOSE, _DELTA, _STOP),
        twice,
        Want.EITHER,
    )
    yield _case(
        "two content_block_stops",
        (_START, _OPEN, _HI, _THERE, _CLOSE, _CLOSE, _DELTA, _STOP),
        twice,
        Want.EITHER,
    )
    yield _case(
        "two message_deltas", (_START, _OPEN, _HI, _THERE, _CLOSE, _DELTA, _DELTA, _STOP), twice, Want.EITHER
    )
    yield _case("two message_stops", (*events(TEXT), _STOP), twice, Want.EITHER)
    yield _case(
        "a second stream behind the first",
        (*events(TEXT), *events(TWO)),
        "message_stop ends the stream.",
        Want.EITHER,
    )
    behind = "What follows message_stop does not belong to the message."
    yield _case("delta after message_stop", (*events(TEXT), delta("!")), behind, Want.EITHER)
    late = stream_error_event("api_error", "Internal server error", None)
    yield _case("error after message_stop", (*events(TEXT), late), behind, Want.EITHER)
    yield _case(
        "late message_start", (_OPEN, _HI, _START, _THERE, _CLOSE, _DELTA, _STOP), _NO_ORDER, Want.EITHER
    )
    yield _case(
        "late content_block_start",
        (_START, _HI, _OPEN, _THERE, _CLOSE, _DELTA, _STOP),
        _NO_ORDER,
        Want.EITHER,
    )
    yield _case(
        "message_delta before the content",
        (_START, _DELTA, _OPEN, _HI, _THERE, _CLOSE, _STOP),
        _NO_ORDER,
        Want.EITHER,
    )


def _indexes() -> Iterator[Case]:
    other = "A delta belongs to the open block."
    lost = message(text("Hi th"))
    yield _case(
        "delta of an unknown block",
        (_START, _OPEN, _HI, delta("ere", 7), _CLOSE, _DELTA, _STOP),
        other,
        Want.ERROR,
    )
    yield _case(
        "delta of a negative block",
        (_START, _OPEN, _HI, delta("ere", -1), _CLOSE, _DELTA, _STOP),
        other,
        Want.ERROR,
    )
    yield _case(
        "delta without an index",
        (
            _START,
            _OPEN,
            _HI,
            {key: value for key, value in _THERE.items() if key != "index"},
            _CLOSE,
            _DELTA,
            _STOP,
        ),
        other,
        Want.ERROR,
    )
    yield _case(
        "delta after its stop", (_START, _OPEN, _HI, _CLOSE, _THERE, _DELTA, _STOP), other, Want.EITHER, TEXT
    )
    yield _case(
        "stop of an unknown block",
        (_START, _OPEN, _HI, _THERE, {"type": "content_block_stop", "index": 5}, _DELTA, _STOP),
        _NO_ORDER,
        Want.EITHER,
    )
    first, second = events(TWO)[1:4], events(TWO)[4:7]
    gap = [{**item, "index": item["index"] + 2} for item in second]
    tail = events(TWO)[7:]
    yield _case("a gap in the indexes", (_START, *first, *gap, *tail), _NO_ORDER, Want.EITHER, TWO)
    yield _case(
        "an index used twice",
        (_START, *first, *({**item, "index": 0} for item in second), *tail),
        _NO_ORDER,
        Want.EITHER,
        TWO,
    )
    woven = (first[0], second[0], first[1], second[1], first[2], second[2])
    yield _case("interleaved blocks", (_START, *woven, *tail), _NO_ORDER, Want.EITHER, TWO)
    yield _case(
        "wrong kind of delta",
        (_START, _OPEN, _HI, json_delta("{}"), _CLOSE, _DELTA, _STOP),
        "A text block takes no tool input.",
        Want.EITHER,
        lost,
        TEXT,
        ignore=frozenset({"input"}),
    )


def _unknown() -> Iterator[Case]:
    new = "The API may add this at any time."
    novel = {"type": "hologram", "depth": 3}
    yield _case("unknown event", (_START, novel, *events(TEXT)[1:]), new, Want.WHOLE)
    yield _case("unknown event first", (novel, *events(TEXT)), new, Want.WHOLE)
    yield _case(
        "unknown event with a message",
        (_START, {"type": "x", "message": {"id": "x", "usage": {}}, "index": 9}, *events(TEXT)[1:]),
        new,
        Want.WHOLE,
    )
    yield _case(
        "unknown delta",
        (
            _START,
            _OPEN,
            _HI,
            {"type": "content_block_delta", "index": 0, "delta": novel},
            _THERE,
            _CLOSE,
            _DELTA,
            _STOP,
        ),
        new,
        Want.WHOLE,
    )
    held = message(novel, text())
    yield _case("unknown block", events(held), new, Want.WHOLE, held)
    yield _case(
        "unknown stop reason",
        events(message(text(), stop_reason="bored")),
        new,
        Want.WHOLE,
        message(text(), stop_reason="bored"),
    )
    extra = [{**item, "x_new": {"a": [1]}} for item in events(TEXT)]
    yield _case(
        "extra members",
        extra,
        new,
        Want.WHOLE,
        TEXT,
        {**TEXT, "x_new": {"a": [1]}},
        ignore=frozenset({"x_new"}),
    )
    for reason in sorted(STOP_REASONS):
        stopped = message(text(), stop_reason=reason)
        yield _case(
            f"stop reason {reason}", events(stopped), "Every stop reason arrives.", Want.WHOLE, stopped
        )
    known = {"container": {"id": "container_01A"}, "stop_details": {"type": "refusal", "category": "cyber"}}
    refused = message(text(), stop_reason="refusal")
    yield _case(
        "more than the stop reason",
        [
            {**item, "delta": {**item["delta"], **known}} if item["type"] == "message_delta" else item
            for item in events(refused)
        ],
        new,
        Want.WHOLE,
        refused,
        {**refused, **known},
    )
    stopped = message(text(), stop_reason="stop_sequence", stop_sequence="END")
    yield _case("a stop sequence", events(stopped), "Its text arrives.", Want.WHOLE, stopped)
    empty = message(stop_reason="max_tokens")
    yield _case("no content", events(empty), "A message may be empty.", Want.WHOLE, empty)


def _usage() -> Iterator[Case]:
    why = "Both events carry usage; without it costs are unknown."
    bare_start = {
        **_START,
        "message": {key: value for key, value in _START["message"].items() if key != "usage"},
    }
    bare_delta = {key: value for key, value in _DELTA.items() if key != "usage"}
    nothing: dict[str, Any] = {"ignore": frozenset({"usage"})}
    middle = (_OPEN, _HI, _THERE, _CLOSE)
    begun = _START["message"]["usage"]
    final = "message_delta tells the final counts; what it does not tell stays as message_start has it."
    for name, told in {
        "usage of the output only": {"output_tokens": 34},
        "usage that has grown": {"input_tokens": 250, "cache_read_input_tokens": 90, "output_tokens": 34},
        "usage without output": {"output_tokens": 0},
    }.items():
        said = {**TEXT, "usage": {**begun, **told}}
        yield _case(name, (_START, *middle, {**_DELTA, "usage": told}, _STOP), final, Want.WHOLE, said)
    yield _case(
        "no usage in message_start", (bare_start, *middle, _DELTA, _STOP), why, Want.EITHER, **nothing
    )
    yield _case(
        "no usage in message_delta", (_START, *middle, bare_delta, _STOP), why, Want.EITHER, **nothing
    )
    yield _case("no usage at all", (bare_start, *middle, bare_delta, _STOP), why, Want.EITHER, **nothing)


def _tools() -> Iterator[Case]:
    head = events(message(tool_use(), stop_reason="tool_use"))[:3]
    tail = events(message(tool_use(), stop_reason="tool_use"))[-3:]
    why = "Half an input must not reach a tool."
    for name, piece in {
        "cut at the end": '{"city": "Zür',
        "cut after a member": '{"city": "Zürich", "days": [1, 2',
        "cut in an escape": '{"city": "Z\\',
        "cut in a surrogate pair": '{"city": "\\ud83d\\ud',
    }.items():
        yield _case(f"tool input {name}", (*head, json_delta(piece), *tail), why, Want.ERROR)
    why = "That is not a tool's input, though nothing of it is lost."
    for name, piece, value in (
        ("with too much behind", '{"city": "Zürich"}}', {"city": "Zürich"}),
        ("that is no object", '["Zürich"]', ["Zürich"]),
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
    pair = message(tool_use({"a": 1}), {**tool_use({"a": 2}), "id": "toolu_02"}, stop_reason="tool_use")
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
        "error that is no JSON": b"Overloaded",
    }.items():
        body = wire(_START, _OPEN) + b"event: error\ndata: " + data + b"\n\n"
        words = "Gateways write errors of their own."
        yield of_bytes(f"grammar/{name}", "messages", body, words, want=Want.ERROR, messages=(TEXT,))
    yield _case("error without an error", (_START, {"type": "error"}), why, Want.ERROR)


def _data() -> Iterator[Case]:
    why = "Broken JSON is an error, and one that the client documents."
    whole = wire(*events(TEXT))
    for name, old, new in (
        ("an event that is no JSON", b'"Hi th"', b'"Hi th'),
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


GRAMMAR_CASES: Final[tuple[Case, ...]] = (
    *_missing(),
    *_doubled(),
    *_indexes(),
    *_unknown(),
    *_usage(),
    *_tools(),
    *_errors(),
    *_data(),
)
