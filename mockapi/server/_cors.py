"""CORS for browser clients: off unless origins are named, because a page could spend an agent's turn.

A preflight (OPTIONS with `Origin` and `Access-Control-Request-Method`) is answered for every path,
before any key is looked at, as browsers send none. Other replies get the fields that let the page
read them. Source: the Fetch standard, "HTTP extensions" of its CORS protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.exchange import Reply, Source
from mockapi.replies import wire_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.exchange import Headers, Request

_EXPOSED = (b"request-id", b"retry-after", b"retry-after-ms", b"x-should-retry")
_EXPOSED_KINDS = (b"anthropic-", b"x-mockapi-")
_METHODS = b"GET, POST, DELETE, OPTIONS"
_MAX_AGE = b"600"


def welcomes(origins: tuple[str, ...], origin: str | None) -> bool:
    """Whether pages of an origin may use the server; None stands for a page that does not tell its own.

    Args:
        origins: whose pages may, "*" for all.
        origin: whose the page is.
    """
    return "*" in origins or origin in origins


def is_asking(method: str, fields: Mapping[bytes, bytes]) -> bool:
    """Whether a request is a browser's question, on behalf of a page, what it may send."""
    return method == "OPTIONS" and b"origin" in fields and b"access-control-request-method" in fields


def is_preflight(method: str, fields: Mapping[bytes, bytes], origins: tuple[str, ...]) -> bool:
    """Whether a request is the preflight of an allowed origin.

    Args:
        method: of the request.
        fields: of its header.
        origins: whose pages may use the server, "*" for all.
    """
    return is_asking(method, fields) and welcomes(origins, fields.get(b"origin", b"").decode("latin-1"))


def preflight(request: Request, origins: tuple[str, ...]) -> Reply | None:
    """The reply to a preflight from an allowed origin; None for any other request."""
    if not is_preflight(request.method, dict(request.headers), origins):
        return None
    fields = _allowed(request, origins)
    if not fields:  # for any origin, and none is named
        return None
    asked = request.header("access-control-request-headers") or "*"
    headers = (
        *fields,
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", asked.encode("latin-1", "replace")),
        (b"access-control-max-age", _MAX_AGE),
        wire_field("x-mockapi-source", Source.SYNTHESIZED),
    )
    return Reply(204, headers, (), Source.SYNTHESIZED)


def with_cors(reply: Reply, request: Request, origins: tuple[str, ...]) -> Reply:
    """The reply, readable for a page of an allowed origin."""
    fields = _allowed(request, origins)
    if not fields:
        return reply
    names = [name for name, _ in reply.headers if name in _EXPOSED or name.startswith(_EXPOSED_KINDS)]
    return reply.with_headers(*fields, (b"access-control-expose-headers", b", ".join(dict.fromkeys(names))))


def _allowed(request: Request, origins: tuple[str, ...]) -> Headers:
    origin = request.header("origin")
    if origin is None or not welcomes(origins, origin):
        return ()
    return (
        (b"access-control-allow-origin", origin.encode("latin-1", "replace")),
        (b"vary", b"Origin"),
    )
