"""What was cut of an exchange, by its recorder or in its file: half an exchange cannot be played."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from mockapi import jsontext

if TYPE_CHECKING:
    from mockapi.cassettes._model import Interaction

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_BEGINS = re.compile(rb"event: ?message_start\b")
_ENDS = re.compile(
    rb"^(?:event: ?(?:message_stop|error)\b|data:.*\"type\"\s*:\s*\"(?:message_stop|error)\")", re.MULTILINE
)


def missing_half(interaction: Interaction) -> str:
    """What is missing of an exchange that its file, or its recorder, cut; empty if nothing is."""
    request, response = interaction.request, interaction.response
    for place, texts in (
        ("request's line", (request.method, request.path, request.query)),
        ("request's headers", (text for field in request.headers for text in field)),
        ("reply's headers", (text for field in response.headers for text in field)),
    ):
        if any(map(_HALF_A_PAIR.search, texts)):
            return f"half a surrogate pair in its {place}: no UTF-8 stands for it"
    kind = ";".join(value.lower() for name, value in response.headers if name.lower() == "content-type")
    body = response.body.strip()
    is_json = ("json" in kind or not kind) and "jsonl" not in kind and body[:1] == b"{"
    if is_json and not _is_sound(body):
        return (
            "its reply is JSON that is damaged" if body[-1:] == b"}" else "its reply is JSON that breaks off"
        )
    if "event-stream" in kind and _BEGINS.match(body) and not _ENDS.search(body):
        return "its reply is an event stream that breaks off: it has no message_stop"
    always = response.status == HTTPStatus.OK and request.method not in {"HEAD", "DELETE"}
    if always and not body and ("json" in kind or "event-stream" in kind):
        return "its reply has no body"
    return ""


def _is_sound(body: bytes) -> bool:
    """Whether a text is JSON, in any encoding; half a surrogate pair is no fault of its file."""
    if not isinstance(jsontext.parse(body), jsontext.NotJSON):
        return True
    try:
        json.loads(body.decode("latin-1"))
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
