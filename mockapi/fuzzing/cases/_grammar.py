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
    TWO,
    delta,
    events,
    json_delta,
    message,
    text,
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
        "the same message_delta twice",
        (_START, _OPEN, _HI, _THERE, _CLOSE, _DELTA, _DELTA, _STOP),
        twice,
        Want.EITHER,
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


def _message_deltas() -> Iterator[Case]:
    why = "There are one or more message_deltas; what the last of them tells counts."
    first = {
        "type": "message_delta",
        "delta": {"stop_reason": None, "stop_sequence": None},
        "usage": {"input_tokens": 12, "output_tokens": 5},
    }
    middle = (_START, _OPEN, _HI, _THERE, _CLOSE)
    yield _case("two message_deltas", (*middle, first, _DELTA, _STOP), why, Want.WHOLE)
    last = {**_DELTA, "usage": {**_DELTA["usage"], "input_tokens": 250, "output_tokens": 40}}
    said = {**TEXT, "usage": {**TEXT["usage"], "input_tokens": 250, "output_tokens": 40}}
    yield _case("three message_deltas", (*middle, first, first, last, _STOP), why, Want.WHOLE, said)


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
    for name, more in {
        "a container": {
            "container": {"id": "container_011CTestContainerTestCon", "expires_at": "2026-11-29T12:00:00Z"}
        },
        "details of a refusal": {
            "stop_details": {"type": "refusal", "category": "cyber", "explanation": "It asks for an exploit."}
        },
    }.items():
        told = message(text(), stop_reason="refusal" if "stop_details" in more else "end_turn")
        body = [
            {**item, "delta": {**item["delta"], **more}} if item["type"] == "message_delta" else item
            for item in events(told)
        ]
        why = "message_delta tells more than the stop reason, and all of it belongs to the message."
        yield _case(name, body, why, Want.WHOLE, {**told, **more})
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


ORDER_CASES: Final[tuple[Case, ...]] = (
    *_missing(),
    *_doubled(),
    *_message_deltas(),
    *_indexes(),
    *_unknown(),
    *_usage(),
)
