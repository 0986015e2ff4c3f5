"""Changes that a client has to take: the stream has other events, and its message is as whole as before.

Each is a function of the events, of the message and of a place. Several may be made to one stream. The
name of a change is a feature of the stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Event = dict[str, Any]
NOVEL: Final = {"type": "hologram", "depth": 1}
EXTRA: Final = "x_new"
"""A member that the API might add to any event; clients may show it or not."""

_PIECES: Final = ("text", "thinking", "partial_json")


class Told(NamedTuple):
    """The events of a stream, and the message they add up to."""

    events: list[Event]
    message: dict[str, Any]


def delta_of(event: Event) -> dict[str, Any]:
    """The delta of a block's event; {} for all others, whatever members they have."""
    return dict(event["delta"]) if event["type"] == "content_block_delta" else {}


def _put(told: Told, place: int, *events: Event) -> Told:
    return told._replace(events=[*told.events[:place], *events, *told.events[place:]])


def _replaced(told: Told, place: int, *events: Event, past: int = 1) -> Told:
    return told._replace(events=[*told.events[:place], *events, *told.events[place + past :]])


def _places(told: Told, at: int, kind: str) -> list[int]:
    """Where events of a type are, those from a place on first."""
    found = [place for place, event in enumerate(told.events) if event["type"] == kind]
    return [*(place for place in found if place >= at), *(place for place in found if place < at)]


def _unknown_event(told: Told, at: int) -> Told:
    return _put(told, at, NOVEL)


def _unknown_event_with_members(told: Told, at: int) -> Told:
    """It looks like one that is known, but for its type."""
    looks = {
        "type": "hologram",
        "index": 0,
        "error": {"type": "api_error"},
        "delta": {"type": "text_delta", "text": "!"},
    }
    return _put(told, at, looks)


def _ping_with_members(told: Told, at: int) -> Told:
    return _put(told, at, {"type": "ping", "cost": "0"})


def _unknown_delta(told: Told, at: int) -> Told | None:
    for place in _places(told, at, "content_block_stop"):
        index = told.events[place]["index"]
        return _put(told, place, {"type": "content_block_delta", "index": index, "delta": NOVEL})
    return None


def _extra_members(told: Told, at: int) -> Told:
    return _replaced(told, at, {**told.events[at], EXTRA: {"a": [1]}})


def _empty_pieces(told: Told, _at: int) -> Told | None:
    """Before each piece one that is empty."""
    events: list[Event] = []
    for event in told.events:
        delta = delta_of(event)
        told_by = [member for member in _PIECES if delta.get(member)]
        events += [{**event, "delta": {**delta, member: ""}} for member in told_by]
        events.append(event)
    return told._replace(events=events) if len(events) > len(told.events) else None


def _text_in_start(told: Told, at: int) -> Told | None:
    """The first piece of a text or of thinking comes with the block's start."""
    for place in _places(told, at, "content_block_start"):
        start, delta = told.events[place], delta_of(told.events[place + 1])
        block = start["content_block"]
        for member in ("text", "thinking"):
            if member in block and delta.get("type") == f"{member}_delta":
                early = {**start, "content_block": {**block, member: delta[member]}}
                return _replaced(told, place, early, past=2)
    return None


def _input_in_start(told: Told, at: int) -> Told | None:
    """A tool's input comes whole in the block's start, and no delta follows."""
    for place in _places(told, at, "content_block_start"):
        start = told.events[place]
        block = start["content_block"]
        index = start["index"]
        deltas = [
            later
            for later, event in enumerate(told.events)
            if event["type"] == "content_block_delta" and event["index"] == index
        ]
        if block.get("input") != {} or not deltas:
            continue
        whole = told.message["content"][index]["input"]
        early = {**start, "content_block": {**block, "input": whole}}
        kept = [event for later, event in enumerate(told.events) if later not in deltas]
        return told._replace(events=[early if event is start else event for event in kept])
    return None


def _two_message_deltas(told: Told, _at: int) -> Told | None:
    """One with a null reason and other counts before the final one."""
    for place in _places(told, 0, "message_delta")[-1:]:
        nothing = {"stop_reason": None, "stop_sequence": None}
        return _put(told, place, {"type": "message_delta", "delta": nothing, "usage": {"output_tokens": 1}})
    return None


def _usage_grows(told: Told, _at: int) -> Told | None:
    """The final counts of what was read differ from those of the start."""
    for place in _places(told, 0, "message_delta")[-1:]:
        event = told.events[place]
        more = {
            "input_tokens": told.message["usage"]["input_tokens"] + 250,
            "cache_read_input_tokens": 91,
        }
        grown = {**event, "usage": {**event["usage"], **more}}
        message = {**told.message, "usage": {**told.message["usage"], **more}}
        return _replaced(told, place, grown)._replace(message=message)
    return None


def _usage_of_the_output_only(told: Told, _at: int) -> Told | None:
    """The final counts are those of the output; the others stay as the start has them."""
    for place in _places(told, 0, "message_delta")[-1:]:
        event = told.events[place]
        output = told.message["usage"]["output_tokens"]
        start = told.events[_places(told, 0, "message_start")[0]]["message"]["usage"]
        message = {**told.message, "usage": {**start, "output_tokens": output}}
        only = {**event, "usage": {"output_tokens": output}}
        return _replaced(told, place, only)._replace(message=message)
    return None


CHANGES: Final[Mapping[str, Callable[[Told, int], Told | None]]] = {
    "unknown event": _unknown_event,
    "unknown event with members": _unknown_event_with_members,
    "ping with members": _ping_with_members,
    "unknown delta": _unknown_delta,
    "extra members": _extra_members,
    "empty pieces": _empty_pieces,
    "text in the start": _text_in_start,
    "input in the start": _input_in_start,
    "two message_deltas": _two_message_deltas,
    "usage that grows": _usage_grows,
    "usage of the output only": _usage_of_the_output_only,
}
