"""go-vcr, versions 1 to 4 of the library: YAML or JSON, cassette formats 1 and 2.

Source: dnaeon/go-vcr (`cassette/cassette.go` of v1 and v2, `pkg/cassette/cassette.go` of v3 and
v4).

    version: 2                                      format 1 until v2 of the library
    interactions:
    - id: 0                                         format 2
      request:  {body, form, headers, url, method, ...}
      response: {body, headers, status: 200 OK, code: 200, duration: 5.1s, uncompressed: true}

A MarshalFunc (v4) may write the same as JSON. Go keeps header fields in a map and spells their
names its own way. Its transport decodes gzip by itself and drops the header then; where a client
asked for an encoding, the body is as on the wire.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Draft, Exchange, Loss, Message, RecordedEntry, sides, url_in
from mockapi.cassettes.importers._fields import as_bytes, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.options import Path

TITLE = "go-vcr"
_LOST = frozenset({Loss.HEADER_ORDER, Loss.HEADER_NAMES})


def recognises(document: Any) -> bool:
    """Whether a document is a go-vcr cassette."""
    items = document.get("interactions") if isinstance(document, dict) else None
    if not isinstance(items, list) or not items or not isinstance(items[0], dict):
        return False
    request, response = items[0].get("request"), items[0].get("response")
    return (
        isinstance(request, dict) and "url" in request and isinstance(response, dict) and "code" in response
    )


def read(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of a cassette."""
    for index, item in enumerate(document["interactions"]):
        path: Path = ("interactions", index)
        yield RecordedEntry(url_in(item, "url"), partial(_exchange, item, path))


def _exchange(item: Any, path: Path) -> Exchange:
    request, response = sides(item, path)
    try:
        bodies = as_bytes(request.get("body")) or b"", as_bytes(response.get("body")) or b""
    except ValueError as error:
        raise FormatError(path, f"{error}.") from error
    return Draft(
        path=path,
        method=request.get("method") or "GET",  # Go's own default
        url=request.get("url"),
        status=response.get("code"),
        request=Message(fields(request.get("headers")), bodies[0]),
        response=Message(fields(response.get("headers")), bodies[1]),
        lost=_LOST,
    ).finished()
