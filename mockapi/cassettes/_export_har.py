"""A cassette as HAR 1.2, for browsers and other tools to look at, and losslessly back.

What HAR has a place for stands there, as other writers put it; the rest is in a member of our
own (`importers/_har_extras.py`). Sizes and timings follow the specification: -1 is "not known".
Law: reading the export gives the interactions back, field by field.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from mockapi._version import __version__
from mockapi.cassettes.importers import extras

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes._model import Fields, Interaction

ORIGIN = "https://api.anthropic.com"
"""Cassettes keep no host: it is always the API's."""

_UNKNOWN_TIME = "1970-01-01T00:00:00Z"


def to_har(interactions: Iterable[Interaction]) -> bytes:
    """The text of a HAR file; the same interactions always give the same bytes."""
    log = {
        "version": "1.2",
        "creator": {"name": "mockapi", "version": __version__},
        "entries": [_entry(interaction) for interaction in interactions],
    }
    return orjson.dumps({"log": log}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _entry(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    url = f"{ORIGIN}{request.path}" + (f"?{request.query}" if request.query else "")
    delays = [1000 * chunk.delay for chunk in response.chunks]
    timings = {"send": 0, "wait": delays[0] if delays else 0, "receive": sum(delays[1:])}
    written: dict[str, Any] = {
        "startedDateTime": interaction.recorded_at or _UNKNOWN_TIME,
        "time": timings["wait"] + timings["receive"],
        "request": {
            "method": request.method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(request.headers),
            "queryString": [
                {"name": name, "value": value}
                for name, value in parse_qsl(request.query, keep_blank_values=True, errors="replace")
            ],
            "headersSize": -1,
            "bodySize": len(request.body),
        },
        "response": {
            "status": response.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(response.headers),
            "content": {
                "size": len(response.body),
                "mimeType": _first(response.headers, "content-type"),
                **_text(response.body, "encoding"),
            },
            "redirectURL": _first(response.headers, "location"),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": timings,
        "_mockapi": extras(interaction),
    }
    if request.body:
        mime_type = _first(request.headers, "content-type")
        written["request"]["postData"] = {"mimeType": mime_type, **_text(request.body, "_encoding")}
    return written


def _pairs(fields: Fields) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields]


def _first(fields: Fields, name: str) -> str:
    return next((value for key, value in fields if key.lower() == name), "")


def _text(body: bytes, encoding: str) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), encoding: "base64"}
