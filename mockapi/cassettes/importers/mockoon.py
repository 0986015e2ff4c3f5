"""Mockoon environments: routes with the replies that were written or recorded for them.

Source: Mockoon 9 (`@mockoon/commons`: models and schema of an environment).

    {"uuid", "name", "endpointPrefix": "", "headers": [{key, value}], "data": [{id, value}],
     "routes": [{"type": "http", "method": "post", "endpoint": "v1/messages", "responseMode": null,
                 "responses": [{statusCode, headers, bodyType: INLINE | FILE | DATABUCKET, body, filePath,
                                rules, disableTemplating, default}]}]}

A route looks at the method and the path; its default reply, else the first, answers whatever the body is.
Replies with rules, at random, or in turn (which begins anew after the last one) cannot be said, nor can
templates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Message
from mockapi.cassettes.importers._fields import as_bytes, fields
from mockapi.cassettes.importers._stubs import Stub, cannot_say, from_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes.importers._stubs import Beside
    from mockapi.options import Path

TITLE = "Mockoon"
_NO_RULES: Final = "DISABLE_RULES"


def recognises(document: Any) -> bool:
    """Whether a document is an environment."""
    routes = document.get("routes") if isinstance(document, dict) else None
    return (
        isinstance(routes, list) and "endpointPrefix" in document
        and all(isinstance(route, dict) and "endpoint" in route for route in routes)
    )  # fmt: skip


def read_stubs(document: Any, beside: Beside) -> Iterator[Stub]:
    """The routes, in the order in which they answer."""
    prefix = str(document.get("endpointPrefix") or "").strip("/")
    for index, route in enumerate(document["routes"]):
        yield _stub(("routes", index), route, index, prefix, document, beside)


def _stub(
    path: Path, route: dict[str, Any], index: int, prefix: str, document: dict[str, Any], beside: Beside
) -> Stub:
    url = "/" + "/".join(part for part in (prefix, str(route["endpoint"]).strip("/")) if part)
    stub = Stub(path, str(route.get("method")).upper(), url, None)
    try:
        if route.get("type", "http") != "http":
            return stub.passed_by(f"a route of type {route['type']!s:.40}")
        index_of, reply = _answering(route, path)
        return Stub(
            path,
            stub.method,
            url,
            None,
            status=reply.get("statusCode"),
            response=Message(
                fields([_header(item) for item in (*_list(reply, "headers"), *_list(document, "headers"))]),
                _body(reply, (*path, "responses", index_of), document, beside),
            ),
            step=index,
            endless=True,
        )
    except FormatError as fault:
        return stub.with_fault(fault)


def _list(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [each for each in item.get(key) or () if isinstance(each, dict)]


def _header(item: dict[str, Any]) -> dict[str, Any]:
    return {"name": item.get("key"), "value": item.get("value")}


def _answering(route: dict[str, Any], path: Path) -> tuple[int, dict[str, Any]]:
    """The reply that answers every request of a route."""
    replies = _list(route, "responses")
    mode = route.get("responseMode")
    if not replies:
        raise FormatError(path, "a route without a reply.", "Restore the file.")
    if route.get("streamingMode"):
        raise cannot_say(path, "it streams messages of a data bucket")
    if mode not in {None, _NO_RULES} and len(replies) > 1:
        raise cannot_say(path, f"its replies come by the mode {mode!s:.40}")
    if mode != _NO_RULES and any(reply.get("rules") for reply in replies):
        raise cannot_say(path, "it chooses among its replies by rules")
    if any(mark in str(route["endpoint"]) for mark in ":*?("):
        raise cannot_say(path, f"it looks for the path {route['endpoint']!r:.80}")
    return next(((at, each) for at, each in enumerate(replies) if each.get("default")), (0, replies[0]))


def _body(reply: dict[str, Any], path: Path, document: dict[str, Any], beside: Beside) -> bytes:
    kind = reply.get("bodyType", "INLINE")
    if kind == "FILE" or (kind == "INLINE" and reply.get("filePath") and not reply.get("body")):
        text = from_file(str(reply.get("filePath")), beside, path, "Restore it beside the environment.")
    elif kind == "DATABUCKET":
        buckets = {bucket.get("id"): bucket for bucket in _list(document, "data")}
        text = as_bytes(buckets.get(reply.get("databucketID"), {}).get("value")) or b""
    else:
        text = as_bytes(reply.get("body")) or b""
    if b"{{" in text and not reply.get("disableTemplating"):
        raise cannot_say(path, "its reply is a template")
    return text
