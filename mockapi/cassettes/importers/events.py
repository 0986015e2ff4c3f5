"""Events of a stream that a program has parsed and kept: a JSON list of them, or one in each line.

    [{"type": "message_start", "message": {...}}, ..., {"type": "message_stop"}]

As with other plain replies there is no request, and no header. The stream is written anew, so only what the
events say is kept. A list that is not whole, from `message_start` to `message_stop` or an error, is
refused: a client could not tell it from a reply that was cut off.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes._model import Matching
from mockapi.cassettes.importers._exchange import (
    STREAM_HEADERS,
    Draft,
    Exchange,
    Loss,
    Message,
    RecordedEntry,
)
from mockapi.errors import MockapiError
from mockapi.messages import accumulate, encode_events

if TYPE_CHECKING:
    from collections.abc import Iterator

TITLE = "parsed events"
MATCHING: Final = Matching(compare="stream")
_KEYS: Final = ("events", "chunks", "stream")
_LAST: Final = {"message_stop", "error"}
_LOST: Final = frozenset({Loss.REQUEST, Loss.BODY})
_URL: Final = "https://api.anthropic.com/v1/messages"


def recognises(document: Any) -> bool:
    """Whether a document is a list of events, or has one."""
    return any(isinstance(item, dict) and item.get("type") == "message_start" for item in _events(document))


def lines(text: bytes) -> list[Any] | None:
    """The values of a text that has one JSON object in each line, the first of them an event; None if not."""
    if not text.startswith(b"{") or b"message_start" not in text:
        return None
    values = [jsontext.parse_exactly(line) for line in text.splitlines() if line.strip()]
    return values if len(values) > 1 and isinstance(values[0], dict) else None


def _events(document: Any) -> list[Any]:
    if isinstance(document, dict):
        found = [document[key] for key in _KEYS if isinstance(document.get(key), list)]
        return found[0] if len(found) == 1 else []
    return document if isinstance(document, list) else []


def read(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of a list of events: a program may have kept several streams in one."""
    stream: list[Any] = []
    for event in _events(document):
        if _kind(event) == "message_start" and stream and _kind(stream[-1]) in _LAST:
            yield RecordedEntry(_URL, partial(_exchange, stream))
            stream = []
        stream.append(event)
    yield RecordedEntry(_URL, partial(_exchange, stream))


def _kind(event: Any) -> Any:
    return event.get("type") if isinstance(event, dict) else None


def _exchange(events: list[Any]) -> Exchange:
    for at, event in enumerate(events):
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            raise FormatError((at,), "not an event of a stream.", "Restore the file.")
    if events[0]["type"] != "message_start" or events[-1]["type"] not in _LAST:
        cause = "the events are not a whole stream, from message_start to message_stop."
        raise FormatError((), cause, "Restore the file.")
    try:
        if events[-1]["type"] != "error":
            accumulate(events)
        text = encode_events(events)
    except (MockapiError, ValueError) as error:
        raise FormatError(
            (), f"the events are not a stream of the API: {error}", "Restore the file."
        ) from error
    message = events[0].get("message")
    model = message.get("model") if isinstance(message, dict) else None
    asked = {"model": model, "stream": True} if isinstance(model, str) else {"stream": True}
    return Draft(
        path=(),
        method="POST",
        url=_URL,
        status=200,
        request=Message((), jsontext.compact(asked)),
        response=Message(STREAM_HEADERS, text),
        lost=_LOST,
    ).finished()
