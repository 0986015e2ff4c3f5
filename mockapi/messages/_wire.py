r"""Events to bytes and back, in the exact form of the API's streams.

An event is two lines, `event: TYPE` and `data: JSON`, and a blank one, all ended by "\n". The
JSON is compact, raw UTF-8, and carries padding: 0 to 15 spaces directly before its last brace,
drawn anew for each event. `ping` is the exception twice: it is never padded, and it is the only
event whose JSON has a space after the colon. Source: 458 recorded streams of 13,535 events
without an exception.

So bytes that were parsed cannot be written again without their padding; what has to be exact
keeps the bytes. This module is for streams that are made, and for reading.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import orjson

from mockapi import jsontext, sse
from mockapi.errors import GrammarError
from mockapi.messages._framed import framed_events, is_framed
from mockapi.options import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PADDING: Final = 15
"""What four bits can say: synthesis draws the paddings of a stream as nibbles."""
_PING: Final = {"type": "ping"}
_PING_DATA: Final = b'{"type": "ping"}'
_ENDS: Final = tuple(b" " * padding + b"}\n\n" for padding in range(MAX_PADDING + 1))
"""The last brace of an event behind its padding, and the blank line."""
_HEADS: Final = {
    kind: b"event: %b\ndata: " % kind.encode()
    for kind in (
        *("message_start", "message_delta", "message_stop"),
        *("content_block_start", "content_block_delta", "content_block_stop"),
    )
}
"""What stands before the JSON of the events that streams are made of; a ping has a form of its own."""


def dump(value: Any) -> bytes:
    r"""A JSON value as the API writes it: compact, raw UTF-8, "/" not escaped.

    Integers of any size are exact; a lone surrogate is written as its `\uXXXX` escape. What the value holds
    of a request, a script or an upstream may be nested as deep as they like.

    Raises:
        ValueError: the value is nothing that JSON knows.
    """
    try:
        return jsontext.compact_deep(value)
    except TypeError as error:
        raise ValueError(f"This value cannot be written as JSON: {error}") from None


def load(text: str) -> Any:
    """The value of a JSON text, integers of any size exact.

    Unlike a request to the API, a stream may hold lone surrogates as escapes: that is JSON, and
    clients have to live with it.

    Raises:
        ValueError: the text is not JSON; the message says why and where.
    """
    value = jsontext.parse_exactly(text.encode("utf-8", "surrogatepass"))
    if not isinstance(value, jsontext.NotJSON):
        return value
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def encode_event(event: dict[str, Any], padding: int = 0) -> bytes:
    """One event, with `padding` spaces before its last brace (a ping is never padded).

    Raises:
        ValueError: the padding is not 0 to 15, or the event has no type that a line can hold.
    """
    kind = event.get("type")
    if kind.__class__ is str and kind in _HEADS and 0 <= padding <= MAX_PADDING:
        # The short way, which nearly every event of a stream takes, without the calls of the long one.
        try:
            written = orjson.dumps(event)
        except TypeError:
            written = dump(event)
        return b"".join((_HEADS[kind], written[:-1], _ENDS[padding]))
    kind = _type_of(event)
    data = _data_of(event, padding)
    if not kind.isidentifier():
        return sse.encode(sse.Event(kind, data.decode()))
    # As sse.encode would: such a type and JSON have no line end in them.
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)


def encode_events(events: Iterable[dict[str, Any]], paddings: Iterable[int] | None = None) -> bytes:
    """A stream: each event with its padding, 0 where `paddings` is not given.

    Raises:
        ValueError: as `encode_event`, or there are not as many paddings as events (a ping takes
            one too, which is ignored).
    """
    if paddings is None:
        return b"".join(encode_event(event) for event in events)
    return b"".join(encode_event(event, padding) for event, padding in zip(events, paddings, strict=True))


def _type_of(event: dict[str, Any]) -> str:
    kind = event.get("type")
    if not isinstance(kind, str):
        raise ValueError(f'An event needs a "type" that is a string, this one has {shown(kind)}.')  # noqa: TRY004 - a wrong value in data, not a wrong call
    return kind


def _data_of(event: dict[str, Any], padding: int) -> bytes:
    if not 0 <= padding <= MAX_PADDING:
        raise ValueError(f"Padding is 0 to {MAX_PADDING} spaces, not {padding}.")
    if event == _PING:
        return _PING_DATA
    data = dump(event)
    return b"%b%b}" % (data[:-1], b" " * padding) if padding else data


def decode_events(body: bytes) -> list[dict[str, Any]]:
    """The events of a stream's bytes, SSE or AWS's frames; one that is not whole is dropped.

    Raises:
        FrameError: a frame is broken.
        GrammarError: an event carries no JSON object, or its `event` line and its `type`
            differ; the message names the event by its index.
    """
    if is_framed(body):
        return list(framed_events(body))
    return [decode_event(event, index) for index, event in enumerate(sse.parse(body))]


def decode_event(event: sse.Event, index: int = 0) -> dict[str, Any]:
    """The JSON object of one event, `index` being its place in the stream, for messages.

    An event without an `event` line takes its type from the data alone, as gateways send it.

    Raises:
        GrammarError: as `decode_events`.
    """
    place = f"Event {index} ({event.type})"
    try:
        value = load(event.data)
    except ValueError as error:
        raise GrammarError(
            f"{place} carries no JSON: {error}. Its data begins with {_start(event)}."
        ) from None
    if not isinstance(value, dict):
        raise GrammarError(
            f"{place} carries JSON that is not an object. Its data begins with {_start(event)}."
        )
    kind = value.get("type")
    if event.type not in ("message", kind):
        raise GrammarError(
            f"{place} has another type in its data, {shown(kind)}: it begins with {_start(event)}."
        )
    return value


def _start(event: sse.Event) -> str:
    return repr(event.data[:60])
