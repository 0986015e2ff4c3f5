"""Faults in the events themselves: missing, doubled, swapped, unknown, broken; errors in mid-stream.

An event is named by its place in the stream (0 is the first, -1 the last, pings count) or by its
type, which means the first of that type. Events that are not touched keep their bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from mockapi import sse
from mockapi.errors import FaultDoesNotFit
from mockapi.messages import encode_event, error_details, stream_error_event
from mockapi.replies._sse_frames import SSEFrame, frames_of, place_of, with_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockapi.exchange import Reply

    Fault = Callable[[Reply], Reply]

Which: TypeAlias = int | str
"""An event's place or its type."""

_BREAKS: Final[Mapping[str, str]] = {
    "escape": '"\\',
    "surrogate": '"\\ud83d',
    "garbage": "}]{",
    "nan": '{"value": NaN}',
}
_WORDS: Final[Mapping[str, str]] = {"overloaded_error": "Overloaded", "api_error": "Internal server error"}


def _find(frames: list[SSEFrame], which: Which, fault: str) -> int:
    if isinstance(which, int):
        return place_of(which, len(frames), fault)
    for place, frame in enumerate(frames):
        if frame.type == which:
            return place
    raise FaultDoesNotFit(f"{fault} asks for an event {which!r}, and this stream has none.")


def drop_event(event: Which = "message_stop") -> Fault:
    """An event is missing."""

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "drop_event")
        place = _find(frames, event, "drop_event")
        return with_chunks(reply, frames[:place] + frames[place + 1 :])

    return fault


def double_event(event: Which = "content_block_delta") -> Fault:
    """An event comes twice, one right after the other."""

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "double_event")
        place = _find(frames, event, "double_event")
        return with_chunks(reply, [*frames[: place + 1], (0.0, frames[place].data), *frames[place + 1 :]])

    return fault


def swap_events(event: Which = "content_block_start") -> Fault:
    """An event changes places with the next one other than a ping."""

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "swap_events")
        place = _find(frames, event, "swap_events")
        later = [at for at in range(place + 1, len(frames)) if frames[at].type not in (None, "ping")]
        if not later:
            raise FaultDoesNotFit("swap_events needs an event after the one it is told to swap.")
        first, second = frames[place], frames[later[0]]
        frames[place] = SSEFrame(first.delay, second.data)
        frames[later[0]] = SSEFrame(second.delay, first.data)
        return with_chunks(reply, frames)

    return fault


def unknown_event(name: str = "hologram", *, event: int = 0, data: str | None = None) -> Fault:
    """An event of an unknown type, after an event.

    Args:
        name: its `event` line.
        event: the place of the event before it.
        data: its data; an object with its type if not given.
    """
    text = encode_event({"type": name}) if data is None else sse.encode(sse.Event(name, data))

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "unknown_event")
        place = place_of(event, len(frames), "unknown_event") + 1
        return with_chunks(reply, [*frames[:place], (0.0, text), *frames[place:]])

    return fault


def stream_error(
    event: int = 0,
    *,
    type: str = "overloaded_error",  # noqa: A002 - the API's own word
    message: str | None = None,
    error_code: str | None = None,
    details: Mapping[str, Any] | None = None,
    go_on: bool = False,
) -> Fault:
    """An error event inside a stream whose status was 200: `event` is the last one before it.

    Args:
        event: its place; -2 puts the error where message_stop would be.
        type: the error type.
        message: its words; the API's own if not given.
        error_code: the code in its details, which the API leaves null as a rule.
        details: further members of the details.
        go_on: whether the rest of the stream comes all the same, which the API never does.
    """
    words = _WORDS.get(type, type) if message is None else message
    told = error_details(error_code, details)

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "stream_error")
        place = place_of(event, len(frames), "stream_error") + 1
        text = encode_event(stream_error_event(type, words, reply.header("request-id"), told))
        return with_chunks(reply, [*frames[:place], (0.0, text), *(frames[place:] if go_on else ())])

    return fault


def no_usage(where: Literal["both", "message_start", "message_delta"] = "both") -> Fault:
    """The usage is missing where the stream tells it."""

    def change(event: dict[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in event.items() if key != "usage"}
        if isinstance(kept.get("message"), dict):
            kept["message"] = {key: value for key, value in kept["message"].items() if key != "usage"}
        return kept

    wanted = ("message_start", "message_delta") if where == "both" else (where,)

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "no_usage")
        if not any(frame.type in wanted for frame in frames):
            raise FaultDoesNotFit(f"no_usage needs {' or '.join(wanted)}, and this stream has none.")
        return with_chunks(
            reply,
            [
                (frame.delay, encode_event(change(frame.value)) if frame.type in wanted else frame.data)
                for frame in frames
            ],
        )

    return fault


def broken_tool_json(how: Literal["cut", "escape", "surrogate", "garbage", "nan"] = "cut") -> Fault:
    """A tool's input whose JSON is broken; the stream goes on as if nothing had happened.

    `cut` drops the last half of the fragments; the others put a broken one in their place.
    """

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "broken_tool_json")
        places = [place for place, frame in enumerate(frames) if _fragment(frame)]
        if not places:
            raise FaultDoesNotFit(
                "broken_tool_json needs a tool use with an input, and this stream has none."
            )
        index = frames[places[0]].value["index"]
        places = [place for place in places if frames[place].value["index"] == index]
        broken = places[len(places) // 2 :]
        text = b""
        if how != "cut":
            delta = {"type": "input_json_delta", "partial_json": _BREAKS[how]}
            text = encode_event({"type": "content_block_delta", "index": index, "delta": delta})
        elif len(places) == 1:
            delta = {"type": "input_json_delta", "partial_json": _fragment(frames[places[0]])[:-1]}
            text = encode_event({"type": "content_block_delta", "index": index, "delta": delta})
        pieces = []
        for place, (delay, data) in enumerate(frames):
            if place not in broken:
                pieces.append((delay, data))
            elif place == broken[0] and text:
                pieces.append((delay, text))
        return with_chunks(reply, pieces)

    return fault


def _fragment(frame: SSEFrame) -> str:
    """What a frame adds to a tool's input; "" for everything else."""
    if frame.type != "content_block_delta":
        return ""
    value = frame.value
    delta = value.get("delta") if isinstance(value, dict) else None
    return str(delta.get("partial_json", "")) if isinstance(delta, dict) else ""
