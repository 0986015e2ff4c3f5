"""Damages of a stream: what must not pass unnoticed, and what a client may complain of.

Each is a function of the events and of a place, gives their frames (the bytes of one event each), and
says what a correct client does and why. Its name is a feature of the stream.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.fuzzing._changes import delta_of
from mockapi.fuzzing.cases import Want
from mockapi.messages import encode_event, stream_error_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Event = dict[str, Any]
EVENTS: Final = frozenset(
    {
        *("message_start", "content_block_start", "content_block_delta", "content_block_stop"),
        *("message_delta", "message_stop"),
    }
)
"""The types of events that a message is made of."""
_MARK: Final = b"\xef\xbb\xbf"
_ERROR: Final = stream_error_event("overloaded_error", "Overloaded", None)


class Damaged(NamedTuple):
    """A stream as frames, and what a correct client does with it."""

    frames: list[bytes]
    want: Want
    why: str


def frames_of(told: Sequence[Event]) -> list[bytes]:
    """Each event as its bytes."""
    return [encode_event(event) for event in told]


def _of(told: Sequence[Event], want: Want, why: str) -> Damaged:
    return Damaged(frames_of(told), want, why)


def _reframed(told: list[Event], at: int, change: Callable[[bytes], bytes], want: Want, why: str) -> Damaged:
    frames = frames_of(told)
    frames[at] = change(frames[at])
    return Damaged(frames, want, why)


def _dropped(kind: str, want: Want) -> Callable[[list[Event], int], Damaged | None]:
    def damage(told: list[Event], _at: int) -> Damaged | None:
        places = [place for place, event in enumerate(told) if event["type"] == kind]
        if not places:
            return None
        left = told[: places[-1]] + told[places[-1] + 1 :]
        return _of(left, want, f"{kind} is missing")

    return damage


def _deltas_missing(told: list[Event], _at: int) -> Damaged:
    """All of them, where there are several: each of them may tell a client that the message ends."""
    left = [event for event in told if event["type"] != "message_delta"]
    return _of(left, Want.ERROR, "message_delta is missing")


def _block_missing(told: list[Event], _at: int) -> Damaged | None:
    """Only where deltas follow: a block that is empty and never starts loses nothing."""
    for place, event in enumerate(told[:-1]):
        if event["type"] == "content_block_start" and told[place + 1]["type"] == "content_block_delta":
            return _of(told[:place] + told[place + 1 :], Want.ERROR, "content_block_start is missing")
    return None


def _stop_missing(told: list[Event], _at: int) -> Damaged:
    return _of(told[:-1], Want.ERROR, "message_stop is missing")


def _stop_doubled(told: list[Event], _at: int) -> Damaged:
    return _of([*told, told[-1]], Want.EITHER, "message_stop comes twice")


def _delta_doubled(told: list[Event], _at: int) -> Damaged:
    deltas = [event for event in told if event["type"] == "message_delta"]
    return _of([*told[:-1], deltas[-1], told[-1]], Want.EITHER, "message_delta comes twice")


def _index_reused(told: list[Event], _at: int) -> Damaged | None:
    """The second block goes by the index of the first, which has ended."""
    if not any(event.get("index") == 1 for event in told):
        return None
    left = [{**event, "index": 0} if event.get("index") == 1 else event for event in told]
    return _of(left, Want.EITHER, "an index is used twice")


def _error_instead(told: list[Event], at: int) -> Damaged:
    return _of([*told[:at], _ERROR], Want.ERROR, "an error ends the stream")


def _error_within(told: list[Event], at: int) -> Damaged:
    return _of([*told[:at], _ERROR, *told[at:]], Want.ERROR, "an error, and the stream goes on")


def _error_unknown(told: list[Event], at: int) -> Damaged:
    novel = stream_error_event("weather_error", "Rain", None)
    return _of(
        [*told[:at], novel, *told[at:]], Want.ERROR, "an error of an unknown type, and the stream goes on"
    )


def _error_bare(told: list[Event], at: int) -> Damaged:
    return _of([*told[:at], {"type": "error"}], Want.ERROR, "an error that does not say which")


def _error_of_text(told: list[Event], at: int) -> Damaged:
    frames = frames_of(told)
    frames.insert(at, b"event: error\ndata: Overloaded\n\n")
    return Damaged(frames, Want.ERROR, "an error whose data is text")


def _error_unnamed(told: list[Event], at: int) -> Damaged:
    frames = frames_of(told)
    frames.insert(at, b"data: " + json.dumps(_ERROR).encode() + b"\n\n")
    return Damaged(frames, Want.ERROR, "an error without an event line")


def _error_behind(told: list[Event], _at: int) -> Damaged:
    return _of([*told, _ERROR], Want.EITHER, "an error after message_stop")


def _stream_behind(told: list[Event], _at: int) -> Damaged:
    return _of([*told, *told], Want.EITHER, "a second stream behind message_stop")


def _unknown_text(told: list[Event], at: int) -> Damaged:
    frames = frames_of(told)
    frames.insert(at, b"event: future\ndata: not JSON\n\n")
    return Damaged(frames, Want.EITHER, "an unknown event whose data is text")


def _named_sentinel(told: list[Event], _at: int) -> Damaged:
    return Damaged([*frames_of(told), b"event: done\ndata: [DONE]\n\n"], Want.EITHER, "a sentinel at the end")


def _known(told: list[Event], at: int) -> int:
    """The next event, from a place on, that means something to a client; message_stop is one."""
    return next(place for place in range(at, len(told)) if told[place]["type"] in EVENTS)


def _no_event_line(told: list[Event], at: int) -> Damaged:
    return _reframed(
        told, at, lambda frame: frame.split(b"\n", 1)[1], Want.EITHER, "an event without its event line"
    )


def _no_type(told: list[Event], place: int) -> Damaged:
    at = _known(told, place)
    bare = {key: value for key, value in told[at].items() if key != "type"}
    head = f"event: {told[at]['type']}\n".encode()
    return _reframed(
        told,
        at,
        lambda _frame: head + b"data: " + json.dumps(bare).encode() + b"\n\n",
        Want.EITHER,
        "an event without a type in its data",
    )


def _blanks(told: list[Event], at: int) -> Damaged:
    return _reframed(
        told, at, lambda f: f.replace(b"event: ", b"event:  ", 1), Want.EITHER, "two blanks in an event line"
    )


def _tab(told: list[Event], at: int) -> Damaged:
    return _reframed(
        told, at, lambda f: f.replace(b"event: ", b"event:\t", 1), Want.EITHER, "a tab in an event line"
    )


def _late_mark(told: list[Event], at: int) -> Damaged:
    place = max(at, 1)
    return _reframed(told, place, lambda f: _MARK + f, Want.EITHER, "a byte order mark on a later line")


def _broken_json(told: list[Event], place: int) -> Damaged:
    at = _known(told, place)
    return _reframed(
        told, at, lambda f: f.replace(b"}\n\n", b"\n\n"), Want.ERROR, "an event that is not JSON"
    )


def _list_event(told: list[Event], place: int) -> Damaged:
    at = _known(told, place)
    return _reframed(
        told, at, lambda f: f.split(b"\n")[0] + b"\ndata: [1]\n\n", Want.ERROR, "an event that is a list"
    )


def _empty_data(told: list[Event], place: int) -> Damaged:
    at = _known(told, place)
    return _reframed(
        told, at, lambda f: f.split(b"\n")[0] + b"\ndata:\n\n", Want.ERROR, "an event with empty data"
    )


def _tool_cut(told: list[Event], _at: int) -> Damaged | None:
    """The last piece of a tool's input is lost, where no stop reason says that it may be."""
    places = [place for place, event in enumerate(told) if delta_of(event).get("partial_json", "").strip()]
    if not places or _may_be_cut(told):
        return None
    last = told[places[-1]]
    if not last["delta"]["partial_json"].endswith("}"):
        return None
    cut = {**last, "delta": {**last["delta"], "partial_json": last["delta"]["partial_json"][:-1] + " "}}
    if (
        not any(told[p]["index"] == last["index"] for p in places[:-1])
        and cut["delta"]["partial_json"] == " "
    ):
        return None
    left = [*told[: places[-1]], cut, *told[places[-1] + 1 :]]
    return _of(left, Want.ERROR, "a tool's input is cut")


def _tool_broken(told: list[Event], _at: int) -> Damaged | None:
    """A value is missing from a tool's input; it is whole but for that."""
    for place, event in enumerate(told):
        if delta_of(event).get("partial_json") and not _may_be_cut(told):
            broken = {**event, "delta": {**event["delta"], "partial_json": '{"a": , '}}
            return _of([*told[:place], broken, *told[place:]], Want.ERROR, "a tool's input is not JSON")
    return None


def _may_be_cut(told: list[Event]) -> bool:
    """Whether the stop reason says that a tool's input may not be whole."""
    reasons = {event["delta"].get("stop_reason") for event in told if event["type"] == "message_delta"}
    return bool(reasons & {"max_tokens", "model_context_window_exceeded", "refusal"})


def _wrong_index(told: list[Event], at: int) -> Damaged | None:
    for place in (*range(at, len(told)), *range(at)):
        delta = delta_of(told[place])
        if any(delta.get(member) for member in ("text", "thinking", "partial_json")):
            wrong = {**told[place], "index": 77}
            left = [*told[:place], wrong, *told[place + 1 :]]
            return _of(left, Want.ERROR, "a delta of a block that is not there")
    return None


def _woven(told: list[Event], _at: int) -> Damaged | None:
    """Two blocks that follow one another, event by event in turn."""
    first = [event for event in told if event.get("index") == 0]
    second = [event for event in told if event.get("index") == 1]
    if not first or not second:
        return None
    others = [event for event in told if event.get("index") not in (0, 1)]
    woven: list[Event] = []
    for number in range(max(len(first), len(second))):
        woven += [*first[number : number + 1], *second[number : number + 1]]
    start = next(place for place, event in enumerate(others) if event["type"] == "message_start") + 1
    return _of([*others[:start], *woven, *others[start:]], Want.EITHER, "interleaved blocks")


DAMAGES: Final[Mapping[str, Callable[[list[Event], int], Damaged | None]]] = {
    "message_stop missing": _stop_missing,
    "message_delta missing": _deltas_missing,
    "message_start missing": _dropped("message_start", Want.ERROR),
    "content_block_start missing": _block_missing,
    "content_block_stop missing": _dropped("content_block_stop", Want.EITHER),
    "message_stop doubled": _stop_doubled,
    "message_delta doubled": _delta_doubled,
    "index used twice": _index_reused,
    "error at the end": _error_instead,
    "error in mid-stream": _error_within,
    "error of an unknown type": _error_unknown,
    "error that is bare": _error_bare,
    "error of text": _error_of_text,
    "error without an event line": _error_unnamed,
    "error behind the end": _error_behind,
    "stream behind the end": _stream_behind,
    "unknown event of text": _unknown_text,
    "named sentinel": _named_sentinel,
    "no event line": _no_event_line,
    "no type": _no_type,
    "blanks in an event line": _blanks,
    "tab in an event line": _tab,
    "mark on a later line": _late_mark,
    "broken JSON": _broken_json,
    "list as an event": _list_event,
    "empty data": _empty_data,
    "tool input cut": _tool_cut,
    "tool input broken": _tool_broken,
    "unknown index": _wrong_index,
    "interleaved blocks": _woven,
}
