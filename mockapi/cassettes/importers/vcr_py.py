"""VCR.py and pytest-recording: YAML or JSON, format 1 and what came before it.

Source: vcrpy 9.4 (`serialize.py`, `serializers/`, `migration.py`, the stubs of each client) and
pytest-recording 0.14, which uses it.

    version: 1                                      before 1.0 the list stood alone
    interactions:
    - request: {method, uri, headers, body}         before 1.0: protocol, host, port, path
      response: {status: {code, message}, headers, body: {string}}

LangChain's serializer, which other projects took over, writes two lists instead of one, `requests`
and `responses`, and packs the file with gzip. Bodies are text, `!!binary`, base64 under
`base64_string`, or with the `parsed_body` of a widespread custom serializer the JSON value itself.
The httpx stub once wrote `status_code` and `content`. File-like and iterator bodies come as what is
left of a pickled object. Responses keep their content encoding unless the user set
`decode_compressed_response`.
"""

from __future__ import annotations

import base64
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Draft, Exchange, Loss, Message, RecordedEntry, sides, url_in
from mockapi.cassettes.importers._fields import as_bytes, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.options import Path

TITLE = "VCR.py"
_OLD_KEYS = {"protocol", "host", "path"}
_DEFAULT_PORTS = {"https": 443, "http": 80}


def recognises(document: Any) -> bool:
    """Whether a document is a VCR.py cassette."""
    return any(map(_is_exchange, _items(document)))


def read(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of a cassette."""
    for index, item in enumerate(_items(document)):
        path: Path = ("interactions", index)
        yield RecordedEntry(url_in(item, "uri") or _old_uri(item), partial(_exchange, item, path))


def _items(document: Any) -> list[Any]:
    """The interactions; [] if the document is not a VCR.py cassette."""
    if not isinstance(document, dict):
        return document if isinstance(document, list) else []
    requests, responses = document.get("requests"), document.get("responses")
    if isinstance(requests, list) and isinstance(responses, list):
        pairs = zip_longest(requests, responses)
        return [{"request": request, "response": response} for request, response in pairs]
    items = document.get("interactions")
    return items if isinstance(items, list) else []


def _is_exchange(item: Any) -> bool:
    request = item.get("request") if isinstance(item, dict) else None
    return isinstance(request, dict) and ("uri" in request or request.keys() >= _OLD_KEYS)


def _exchange(item: Any, path: Path) -> Exchange:
    request, response = sides(item, path)
    try:
        request_body, response_body = _request_body(request), _response_body(response)
    except (ValueError, LookupError, TypeError) as error:
        raise FormatError(path, f"a body in no form that VCR.py writes: {error}.") from error
    status = response.get("status_code", response.get("status"))
    return Draft(
        path=path,
        method=request.get("method"),
        url=request.get("uri") or _old_uri(item),
        status=status.get("code") if isinstance(status, dict) else status,
        request=Message(fields(request.get("headers")), request_body),
        response=Message(fields(response.get("headers")), response_body),
        lost=frozenset({Loss.PADDING} if "parsed_body" in response else ()),
        when=item.get("recorded_at"),
    ).finished()


def _request_body(request: dict[str, Any]) -> bytes | None:
    if "parsed_body" in request:
        return jsontext.compact(request["parsed_body"])
    return _text(request.get("body")) or b""


def _response_body(response: dict[str, Any]) -> bytes | None:
    if "parsed_body" in response:
        return jsontext.compact(response["parsed_body"])
    if "content" in response:
        return _text(response["content"])
    return _text(response.get("body"))


def _text(body: Any) -> bytes | None:
    """A body in any of its wrappings."""
    if isinstance(body, dict):
        if "state" in body:  # a BytesIO: (content, position, attributes)
            return _text(body["state"][0]) if body["state"] else b""
        if "args" in body:  # an iterator over pieces
            return b"".join(as_bytes(piece) or b"" for piece in body["args"][0])
        if "string" in body:
            return _text(body["string"]) or b""
        if "base64_string" in body:
            return base64.b64decode("".join(body["base64_string"].split()), validate=True)
        return jsontext.compact(body)
    if isinstance(body, list):
        return b"".join(as_bytes(piece) or b"" for piece in body)
    return as_bytes(body)


def _old_uri(item: Any) -> str | None:
    request = item.get("request") if isinstance(item, dict) else None
    if not isinstance(request, dict) or not request.keys() >= _OLD_KEYS:
        return None
    scheme, port = request["protocol"], request.get("port")
    place = f":{port}" if port is not None and port != _DEFAULT_PORTS.get(scheme) else ""
    return f"{scheme}://{request['host']}{place}{request['path']}"
