"""Reading a request's body off the wire, within the endpoint's limit, and decoding it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.exchange import Headers

_MIB = 1024 * 1024
_LIMITS = (
    ("/v1/messages/batches", 256 * _MIB),
    ("/v1/files", 500 * _MIB),
)
_DEFAULT_LIMIT = 32 * _MIB


class Refused(Exception):  # noqa: N818 - an answer to the client, not a failure of the server
    """The body cannot be taken; becomes an error in the API's envelope."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message


class ClientLeft(Exception):  # noqa: N818 - see above
    """The client closed the connection before its request was whole."""


def limit_of(path: str) -> int:
    """The API's limit for a request body, in bytes, encoded or decoded."""
    for prefix, limit in _LIMITS:
        if path.startswith(prefix):
            return limit
    return _DEFAULT_LIMIT


async def read_body(receive: Callable[[], Awaitable[Any]], headers: Headers, path: str) -> bytes:
    """The whole body, decoded.

    Raises:
        Refused: larger than the endpoint takes, or not decodable.
        ClientLeft: the rest never came.
    """
    message = await receive()
    body = message.get("body", b"")
    if message.get("more_body", False):
        body = await _read_rest(receive, body, headers, limit_of(path))
    elif message["type"] == "http.disconnect":
        raise ClientLeft
    for name, value in headers:
        if name == b"content-encoding":
            return _decoded(body, value.decode("latin-1").strip().lower(), limit_of(path))
    return body  # type: ignore[no-any-return] # ASGI messages are untyped


async def _read_rest(
    receive: Callable[[], Awaitable[Any]], first: bytes, headers: Headers, limit: int
) -> bytes:
    announced = next((value for name, value in headers if name == b"content-length"), b"0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large()
    pieces = [first]
    size = len(first)
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > limit:
            raise _too_large()
        more = message.get("more_body", False)
    return b"".join(pieces)


def _decoded(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise Refused(
            415,
            "invalid_request_error",
            f"Unsupported content-encoding: {encoding}. mockapi reads gzip and deflate.",
        )
    # 32 added to the window bits lets zlib see by itself whether it is gzip or zlib.
    decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        decoded = decoder.decompress(body, limit + 1)
    except zlib.error as error:
        raise Refused(
            400, "invalid_request_error", f"The request body is not valid {encoding}: {error}"
        ) from error
    if len(decoded) > limit:
        raise _too_large()
    if not decoder.eof:
        raise Refused(400, "invalid_request_error", f"The request body is not valid {encoding}: truncated")
    return decoded


def _too_large() -> Refused:
    return Refused(413, "request_too_large", "Request exceeds the maximum size")
