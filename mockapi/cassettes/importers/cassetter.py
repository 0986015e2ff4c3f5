"""cassetter: YAML or TOML, JSON bodies as structured values.

Source: cassetter 0.16, its README and what it writes.

    version: 1
    interactions:
    - request:  {method, uri, headers, body: {type: json|text|binary|none, content}}
      response: {status: 200, headers, body: {...}}
      recorded_at: '2026-02-20T10:30:01Z'

Binary content is hexadecimal. In TOML the two stand flat, as `body_type` and `body_content`, and
JSON content is text. Interactions are sorted by method and URI when they are written; the time
stamps bring their order back. `content-length` and the rest are as on the wire, but the body was
decoded, and JSON was parsed and is written anew.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import (
    Draft,
    Exchange,
    Loss,
    Message,
    RecordedEntry,
    broken,
    sides,
    url_in,
)
from mockapi.cassettes.importers._fields import as_bytes, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.options import Path

TITLE = "cassetter"
_OTHER_PROTOCOLS = ("grpc_interactions", "ws_interactions", "websocket_interactions")


def recognises(document: Any) -> bool:
    """Whether a document is a cassetter cassette."""
    items = document.get("interactions") if isinstance(document, dict) else None
    if not isinstance(items, list) or not items:
        return isinstance(document, dict) and any(document.get(key) for key in _OTHER_PROTOCOLS)
    response = items[0].get("response") if isinstance(items[0], dict) else None
    if not isinstance(response, dict):
        return False
    body = response.get("body")
    return "body_type" in response or (isinstance(body, dict) and "type" in body)


def read(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of a cassette, in the order they were recorded in."""
    items = document.get("interactions") or []
    order = range(len(items))
    times = [item.get("recorded_at") if isinstance(item, dict) else None for item in items]
    timed = all(isinstance(time, str) for time in times)
    lost = frozenset() if timed else frozenset({Loss.ORDER})
    for index in sorted(order, key=lambda index: str(times[index])) if timed else order:
        path: Path = ("interactions", index)
        yield RecordedEntry(url_in(items[index], "uri"), partial(_exchange, items[index], path, lost))
    for key in _OTHER_PROTOCOLS:
        for _ in document.get(key) or ():
            yield broken(FormatError((), "not HTTP."), left_out=key.replace("_", " "))


def _exchange(item: Any, path: Path, lost: frozenset[Loss]) -> Exchange:
    request, response = sides(item, path)
    response_kind, response_content = _kind_and_content(response)
    return Draft(
        path=path,
        method=request.get("method"),
        url=request.get("uri"),
        status=response.get("status"),
        request=Message(
            fields(request.get("headers")),
            _body(*_kind_and_content(request), (*path, "request")),
            encoded=False,
        ),
        response=Message(
            fields(response.get("headers")),
            _body(response_kind, response_content, (*path, "response")),
            encoded=False,
        ),
        when=item.get("recorded_at"),
        lost=lost | ({Loss.PADDING} if response_kind == "json" else set()),
    ).finished()


def _kind_and_content(message: dict[str, Any]) -> tuple[Any, Any]:
    body = message.get("body")
    if isinstance(body, dict):
        return body.get("type", "none"), body.get("content")
    if "body_type" in message:
        content = message.get("body_content")
        if message["body_type"] == "json" and isinstance(content, str):
            content = jsontext.parse_exactly(content.encode())
        return message["body_type"], content
    return ("none", None) if body is None else ("text", body)


def _body(kind: Any, content: Any, path: Path) -> bytes:
    where = (*path, "body")
    try:
        if kind == "none":
            return b""
        if kind == "text":
            return as_bytes(content) or b""
        if kind == "binary":
            return bytes.fromhex(str(content or ""))
    except ValueError as error:
        raise FormatError(where, f"content that does not fit its type {kind}: {error}.") from error
    if kind == "json" and not isinstance(content, jsontext.NotJSON):
        return jsontext.compact(content)
    raise FormatError(where, f"a body of type {kind!r} whose content cannot be read.")
