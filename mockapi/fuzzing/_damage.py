"""What generated streams of the API go through: changes that a client has to take, and damages.

Each is a function of the events (or of their frames, the bytes of one event each) and of a place,
and says what a correct client does and why. Its name is a feature of the stream: a hunt that has
found a failure goes on without the features of its smallest stream.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.fuzzing.cases import Want
from mockapi.messages import encode_event, stream_error_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Event = dict[str, Any]
_MARK: Final = b"\xef\xbb\xbf"
_NOVEL: Final = {"type": "hologram", "depth": 1}
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
        left = told[: places[0]] + told[places[0] + 1 :]
        return _of(left, want, f"{kind} is missing")

    return damage


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


def _error_instead(told: list[Event], at: int) -> Damaged:
    return _of([*told[:at], _ERROR], Want.ERROR, "an error ends the stream")


def _error_within(told: list[Event], at: int) -> Damaged:
    return _of([*told[:at], _ERROR, *told[at:]], Want.ERROR, "an error, and the stream goes on")


def _error_unnamed(told: list[Event], at: int) -> Damaged:
    frames = frames_of(told)
    frames.insert(at, b"data: " + json.dumps(_ERROR).encode() + b"\n\n")
    return Damaged(frames, Want.ERROR, "an error without an event line")


def _error_behind(told: list[Event], _at: int) -> Damaged:
    return _of([*told, _ERROR], Want.EITHER, "an error after message_stop")


def _stream_behind(told: list[Event], _at: int) -> Damaged:
    return _of([*told, *told], Want.EITHER, "a second stream behind message_stop")


def _unknown_event(told: list[Event], at: int) -> Damaged:
    return _of([*told[:at], _NOVEL, *told[at:]], Want.WHOLE, "an unknown event")


def _unknown_text(told: list[Event], at: int) -> Damaged:
    frames = frames_of(told)
    frames.insert(at, b"event: future\ndata: not JSON\n\n")
    return Damaged(frames, Want.EITHER, "an unknown event whose data is text")


def _unknown_delta(told: list[Event], _at: int) -> Damaged | None:
    for place, event in enumerate(told):
        if event["type"] == "content_block_stop":
            novel = {"type": "content_block_delta", "index": event["index"], "delta": _NOVEL}
            return _of([*told[:place], novel, *told[place:]], Want.WHOLE, "an unknown delta")
    return None


def _named_sentinel(told: list[Event], _at: int) -> Damaged:
    return Damaged([*frames_of(told), b"event: done\ndata: [DONE]\n\n"], Want.EITHER, "a sentinel at the end")


def _no_event_line(told: list[Event], at: int) -> Damaged:
    return _reframed(
        told, at, lambda frame: frame.split(b"\n", 1)[1], Want.EITHER, "an event without its event line"
    )


def _no_type(told: list[Event], at: int) -> Damaged | None:
    if told[at]["type"] == "ping":
        return None
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


def _broken_json(told: list[Event], at: int) -> Damaged | None:
    if told[at]["type"] == "ping":
        return None
    return _reframed(told, at, lambda f: f.replace(b"}\n\n", b"\n\n"), Want.ERROR, "an event that is no JSON")


def _list_event(told: list[Event], at: int) -> Damaged | None:
    if told[at]["type"] == "ping":
        return None
    return _reframed(
        told, at, lambda f: f.split(b"\n")[0] + b"\ndata: [1]\n\n", Want.ERROR, "an event that is a list"
    )


def _empty_data(told: list[Event], at: int) -> Damaged | None:
    if told[at]["type"] == "ping":
        return None
    return _reframed(
        told, at, lambda f: f.split(b"\n")[0] + b"\ndata:\n\n", Want.ERROR, "an event with empty data"
    )


def _tool_cut(told: list[Event], _at: int) -> Damaged | None:
    """The last piece of a tool's input is lost, where no stop reason says that it may be."""
    reasons = {event["delta"].get("stop_reason") for event in told if event["type"] == "message_delta"}
    places = [
        place for place, event in enumerate(told) if event.get("delta", {}).get("partial_json", "").strip()
    ]
    if not places or reasons & {"max_tokens", "model_context_window_exceeded", "refusal"}:
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


def _wrong_index(told: list[Event], _at: int) -> Damaged | None:
    for place, event in enumerate(told):
        if event["type"] == "content_block_delta":
            wrong = {**event, "index": 77}
            return _of(
                [*told[:place], wrong, *told[place + 1 :]], Want.ERROR, "a delta of a block that is not there"
            )
    return None


def _early_delta(told: list[Event], _at: int) -> Damaged | None:
    """A message_delta with a null reason before the final one, and other counts."""
    places = [place for place, event in enumerate(told) if event["type"] == "message_delta"]
    if not places:
        return None
    first = {
        "type": "message_delta",
        "delta": {"stop_reason": None, "stop_sequence": None},
        "usage": {"output_tokens": 1},
    }
    return _of([*told[: places[0]], first, *told[places[0] :]], Want.WHOLE, "two message_deltas")


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


def _text_in_start(told: list[Event], _at: int) -> Damaged | None:
    """The first piece of a text comes with the block's start."""
    for place, event in enumerate(told[:-1]):
        delta = told[place + 1].get("delta", {})
        if event.get("content_block", {}).get("type") == "text" and delta.get("type") == "text_delta":
            start = {**event, "content_block": {**event["content_block"], "text": delta["text"]}}
            return _of([*told[:place], start, *told[place + 2 :]], Want.WHOLE, "text in a block's start")
    return None


def _empty_piece(told: list[Event], _at: int) -> Damaged | None:
    """A piece of a text that is empty, before one that is not."""
    for place, event in enumerate(told):
        if event.get("delta", {}).get("type") == "text_delta":
            empty = {**event, "delta": {**event["delta"], "text": ""}}
            return _of([*told[:place], empty, *told[place:]], Want.WHOLE, "an empty piece of text")
    return None


DAMAGES: Final[Mapping[str, Callable[[list[Event], int], Damaged | None]]] = {
    "message_stop missing": _stop_missing,
    "message_delta missing": _dropped("message_delta", Want.ERROR),
    "message_start missing": _dropped("message_start", Want.ERROR),
    "content_block_start missing": _block_missing,
    "content_block_stop missing": _dropped("content_block_stop", Want.EITHER),
    "message_stop doubled": _stop_doubled,
    "error at the end": _error_instead,
    "error in mid-stream": _error_within,
    "error without an event line": _error_unnamed,
    "error behind the end": _error_behind,
    "stream behind the end": _stream_behind,
    "unknown event": _unknown_event,
    "unknown event of text": _unknown_text,
    "unknown delta": _unknown_delta,
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
    "unknown index": _wrong_index,
    "two message_deltas": _early_delta,
    "interleaved blocks": _woven,
    "text in the start": _text_in_start,
    "empty piece": _empty_piece,
}
