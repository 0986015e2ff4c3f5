"""Plain reply bodies: an event stream in a `.sse` file, a reply in a `.json` file.

There is no request, and a header only where the file begins with the reply's head, as `curl -i`
prints it (the title is `HTTP reply` then). What the reply is tells which endpoint gave it (`_ENDPOINTS`);
the request is made up so far that it asks for a stream or does not, and the cassette compares no
more than that: each request gets the next reply, in the order of the files.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes._model import Matching
from mockapi.cassettes.importers._coding import decoded
from mockapi.cassettes.importers._exchange import (
    JSON_HEADERS,
    STREAM_HEADERS,
    Draft,
    Exchange,
    Loss,
    Message,
    RecordedEntry,
)
from mockapi.cassettes.importers.httprr import split_message, unframed
from mockapi.errors import MockapiError
from mockapi.messages import STATUS_OF, decode_events

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAM = "event stream"
JSON = "JSON reply"
WHOLE = "HTTP reply"
MATCHING = Matching(compare="stream")
_STATUS_LINE = re.compile(rb"HTTP/[\d.]+ (\d{3})\b")
_LOST = frozenset({Loss.REQUEST})
_API = "https://api.anthropic.com"
_BOM = b"\xef\xbb\xbf"
_STREAM_BEGINS = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:(?::[^\r\n]*|id:[^\r\n]*|retry:[^\r\n]*)?[\r\n]+)*(?:event|data):"
)

_ENDPOINTS = {
    "message": ("POST", "/v1/messages"),
    "error": ("POST", "/v1/messages"),
    "completion": ("POST", "/v1/complete"),
    "model": ("GET", "/v1/models/{id}"),
    "message_batch": ("GET", "/v1/messages/batches/{id}"),
    "file": ("GET", "/v1/files/{id}"),
}
"""Where a JSON reply of each type came from; the count of tokens has no type of its own."""


def recognises_stream(text: bytes) -> bool:
    """Whether a file begins like an event stream."""
    return _STREAM_BEGINS.match(text) is not None


def recognises_json(document: Any) -> bool:
    """Whether a document is a reply of the API."""
    if not isinstance(document, dict):
        return False
    if document.get("type") == "error":
        return isinstance(document.get("error"), dict)
    if document.get("type") in {"message", "completion"}:
        return "content" in document or "completion" in document
    is_resource = document.get("type") in _ENDPOINTS and isinstance(document.get("id"), str)
    return is_resource or document.keys() == {"input_tokens"}


def recognises_whole(text: bytes) -> bool:
    """Whether a file begins with the status line of a reply."""
    return _STATUS_LINE.match(text) is not None


def read_whole(text: bytes) -> Iterator[RecordedEntry]:
    """The one exchange of a reply with its head."""
    yield RecordedEntry(_API, partial(_whole, text))


def read_stream(text: bytes) -> Iterator[RecordedEntry]:
    """The one exchange of an event stream."""
    yield RecordedEntry(_API, partial(_stream, text))


def read_json(text: bytes) -> Iterator[RecordedEntry]:
    """The one exchange of a JSON reply, its bytes as they are in the file."""
    yield RecordedEntry(_API, partial(_json, text))


def _whole(text: bytes) -> Exchange:
    status = _STATUS_LINE.match(text)
    _, headers, rest = split_message(text)
    while _STATUS_LINE.match(rest):  # before it came 100, or a proxy's reply to CONNECT
        status, (_, headers, rest) = _STATUS_LINE.match(rest), split_message(rest)
    if status is None:
        raise FormatError((), "no status line.")
    lower = {name.lower(): value for name, value in headers}
    if "chunked" in lower.get("transfer-encoding", ""):
        with contextlib.suppress(
            FormatError
        ):  # curl takes the framing off and prints the header all the same
            rest = unframed(headers, rest, ())
    try:
        body = decoded(rest, lower.get("content-encoding", ""))
    except ValueError as error:
        raise FormatError((), f"{error}.", "Restore the file.") from error
    if recognises_stream(body):
        found = _stream(body)
    elif recognises_json(jsontext.parse(body.removeprefix(_BOM))):
        found = _json(body)
    else:
        raise FormatError((), "a reply that is neither an event stream nor JSON of the API.")
    response = replace(found.interaction.response, status=int(status[1]), headers=headers)
    return replace(found, interaction=replace(found.interaction, response=response))


def _stream(text: bytes) -> Exchange:
    try:
        events = decode_events(text)
    except MockapiError as error:
        raise FormatError((), f"an event stream that is not the API's: {error}", "Check the file.") from error
    kinds = Counter(event.get("type") for event in events)
    if not kinds.keys() & {"message_start", "error", "completion"}:
        raise FormatError((), "an event stream of something else: no message_start, no error, no completion.")
    if kinds["message_start"] > 1:
        cause = f"{kinds['message_start']} event streams, one after another: a reply is one."
        raise FormatError((), cause, "Put each into a file of its own.")
    if "message_start" in kinds and not kinds.keys() & {"message_stop", "error"}:
        cause = (
            f"an event stream that breaks off behind {events[-1].get('type')!s:.40}: it has no message_stop."
        )
        raise FormatError((), cause, "Record it again; a break is what the fault `cut` is for.")
    path = "/v1/complete" if "completion" in kinds else "/v1/messages"
    started = next((event.get("message") for event in events if event.get("type") == "message_start"), None)
    model = started.get("model") if isinstance(started, dict) else None
    return Draft(
        path=(),
        method="POST",
        url=_API + path,
        status=200,
        request=Message(
            (), jsontext.compact({"model": model, "stream": True} if model else {"stream": True})
        ),
        response=Message(STREAM_HEADERS, text),
        lost=_LOST,
    ).finished()


def _json(text: bytes) -> Exchange:
    text = text.removeprefix(_BOM)
    document = jsontext.parse(text)
    kind = document.get("type")
    if kind is None:
        method, path = "POST", "/v1/messages/count_tokens"
    else:
        method, path = _ENDPOINTS[kind]
    status = STATUS_OF.get(document["error"].get("type"), 500) if kind == "error" else 200
    model = document.get("model") if isinstance(document.get("model"), str) else None
    return Draft(
        path=(),
        method=method,
        url=_API + path.format(id=document.get("id")),
        status=status,
        request=Message((), jsontext.compact({"model": model} if model else {}) if method == "POST" else b""),
        # An editor ends a file with a line end; the API's replies have none.
        response=Message(JSON_HEADERS, text.rstrip(b"\r\n")),
        lost=_LOST,
    ).finished()
