"""MockServer expectations: what it retrieves as recorded, persists, or is initialised from.

Source: MockServer 5.15 (its documentation of expectations, and the JSON schema of `expectation`).

    [{"httpRequest": {method, path, queryStringParameters, headers, body},
      "httpResponse": {statusCode, headers, body}, "times": {"remainingTimes": 1}, "priority": 0}]

Fields are a mapping of names to lists, or a list of {name, values}. A body is text, a JSON value, or {type:
STRING | JSON | BINARY, string | json | base64Bytes}. The highest priority answers first, then the order of
the file; one whose times are used up makes place for the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Loss, Message
from mockapi.cassettes.importers._fields import as_bytes, fields
from mockapi.cassettes.importers._stubs import Stub, broken_stub, cannot_say, from_base64, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._model import Fields
    from mockapi.cassettes.importers._stubs import Beside
    from mockapi.options import Path

TITLE = "MockServer"
_ACTIONS: Final = frozenset(
    {"httpResponse", "httpForward", "httpOverrideForwardedRequest", "httpError", "httpResponseTemplate"}
)
_REQUEST_KEYS: Final = frozenset(
    {"method", "path", "queryStringParameters", "headers", "body", "keepAlive", "secure", "protocol"}
    | {"localAddress", "remoteAddress", "socketAddress", "clientCertificateChain", "tlsVersion"}
)
_REGEX: Final = frozenset("*+?[](){}|^$")


def recognises(document: Any) -> bool:
    """Whether a document has expectations."""
    items = document if isinstance(document, list) else [document]
    return any(
        isinstance(item, dict) and isinstance(item.get("httpRequest"), dict) and _ACTIONS & item.keys()
        for item in items
    )


def read_stubs(document: Any, _: Beside) -> Iterator[Stub]:
    """The expectations, in the order in which they answer."""
    for index, item in enumerate(document if isinstance(document, list) else [document]):
        path: Path = (index,)
        if not isinstance(item, dict) or not isinstance(item.get("httpRequest"), dict):
            yield broken_stub(FormatError(path, "not an expectation.", "Restore the file."))
            continue
        yield _stub(path, item, index)


def _stub(path: Path, item: dict[str, Any], index: int) -> Stub:
    request, response = item["httpRequest"], item.get("httpResponse")
    stub = broken_stub(FormatError(path, "not read."))
    try:
        method, rank = str(request.get("method") or "POST").upper(), -int(item.get("priority") or 0)
        stub = Stub(path, method, _url(request, path), None, rank=rank)
        if not isinstance(response, dict):
            return stub.passed_by("an expectation that answers with no reply of its own")
        if request.keys() - _REQUEST_KEYS:
            raise cannot_say(path, f"it looks at {', '.join(sorted(request.keys() - _REQUEST_KEYS))}")
        body, lost = _body(response.get("body"), (*path, "httpResponse"))
        wanted, _ = _wanted(request.get("body"), (*path, "httpRequest"))
        times = item.get("times") or {"unlimited": True}
        return Stub(
            path,
            stub.method,
            stub.url,
            wanted,
            status=response.get("statusCode", 200),
            response=Message(_fields(response.get("headers")), body),
            rank=rank,
            step=index,
            endless=bool(times.get("unlimited")),
            times=int(times.get("remainingTimes") or 1),
            partial=isinstance(request.get("body"), dict) and request["body"].get("matchType") != "STRICT",
            lost=lost,
        )
    except FormatError as fault:
        return stub.with_fault(fault)


def _url(request: dict[str, Any], path: Path) -> str:
    target = _text(request.get("path"), "path", path)
    pairs = [
        (name, _text(value, "query", path)) for name, value in _pairs(request.get("queryStringParameters"))
    ]
    # A recorded request has the host that it was forwarded to, in its headers.
    host = next((str(value) for name, value in _pairs(request.get("headers")) if name.lower() == "host"), "")
    return url_of(host, target, "&".join(f"{name}={value}" for name, value in pairs))


def _text(value: Any, what: str, path: Path) -> str:
    if not isinstance(value, str) or value.startswith("!") or _REGEX & set(value):
        raise cannot_say(path, f"it looks at a part of the {what} by {value!r:.80}")
    return value


def _pairs(value: Any) -> list[tuple[str, Any]]:
    """Names and values, of either form; a name with several values comes several times."""
    if isinstance(value, dict):
        items = [(name, each) for name, each in value.items() if name != "keyMatchStyle"]
    else:
        items = [(item.get("name"), item.get("values")) for item in value or () if isinstance(item, dict)]
    return [(str(name), one) for name, each in items for one in (each if isinstance(each, list) else [each])]


def _fields(value: Any) -> Fields:
    return fields([{"name": name, "value": one} for name, one in _pairs(value)])


def _wanted(body: Any, path: Path) -> tuple[bytes | None, frozenset[Loss]]:
    if body is None:
        return None, frozenset()
    if isinstance(body, dict) and (body.get("not") or body.get("subString")):
        raise cannot_say(path, "it looks at a part of the body")
    return _body(body, path)


def _body(body: Any, path: Path) -> tuple[bytes, frozenset[Loss]]:
    """The bytes of a body, and whether it was JSON that has lost its blanks."""
    kind = body.get("type") if isinstance(body, dict) else None
    if body is None or isinstance(body, str):
        return as_bytes(body) or b"", frozenset()
    if kind == "STRING" and isinstance(body.get("string"), str):
        return as_bytes(body["string"]) or b"", frozenset()
    if kind == "BINARY":
        return from_base64(body.get("base64Bytes"), path), frozenset()
    if kind == "JSON" and "json" in body:
        value = body["json"]
        if isinstance(value, str):
            return as_bytes(value) or b"", frozenset()
        return jsontext.compact(value), frozenset({Loss.PADDING})
    if kind is not None and "type" in body and kind.isupper():
        raise cannot_say(path, f"a body of type {kind:.40}")
    return jsontext.compact(body), frozenset({Loss.PADDING})
