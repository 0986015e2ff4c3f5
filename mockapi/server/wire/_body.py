"""Reading a request's body off the wire, within the endpoint's limit, and decoding it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from mockapi import messages
from mockapi.inflate import InflateError, TooLargeError, inflated

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

_MIB = 1024 * 1024
_LIMITS = (
    ("/v1/messages/batches", 256 * _MIB),
    ("/v1/files", 500 * _MIB),
)
_DEFAULT_LIMIT = 32 * _MIB  # and the least
_INFLATED_AT_ONCE = 16 * 1024
"""Encoded bytes; a thousand times as many may come out of them."""
_PATIENCE = 5.0
"""Seconds to wait for the rest of an unread body."""


class Refused(Exception):  # noqa: N818 - an answer to the client, not a failure of the server
    """The body cannot be taken; becomes an error in the API's envelope."""

    def __init__(self, status: int, error_type: str, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message
        self.code = code


class ClientLeft(Exception):  # noqa: N818 - see above
    """The client closed the connection before its request was whole."""


def limit_of(path: str) -> int:
    """The API's limit for a request body, in bytes, encoded or decoded; clouds have it behind prefixes."""
    for beginning, limit in _LIMITS:
        if beginning in path:
            return limit
    return _DEFAULT_LIMIT


def stated_length(value: bytes) -> int:
    """The length that a `content-length` states; 0 if it states none.

    Python refuses to read thousands of digits; HTTP allows any number of zeros before a length.

    Args:
        value: of the field.
    """
    return int(value.lstrip(b"0") or b"0") if value.isdigit() else 0


async def read_body(
    receive: Callable[[], Awaitable[Any]], fields: Mapping[bytes, bytes], path: str, *, closes: bool = False
) -> bytes:
    """The whole body, decoded.

    Args:
        receive: of the ASGI request.
        fields: of the request's header.
        path: of the endpoint, which has the limit.
        closes: whether the connection ends with the reply, even if the client does not ask for it.

    Raises:
        Refused: larger than the endpoint takes, or not decodable.
        ClientLeft: the rest never came.
    """
    stated = stated_length(fields.get(b"content-length", b""))
    if stated > _DEFAULT_LIMIT and stated > limit_of(path):
        # Refused before the first read, which would send "100 Continue" to who waits for it.
        await _let_finish(receive, fields, closes=closes)
        raise _too_large()
    message = await receive()
    body = message.get("body", b"")
    if message.get("more_body", False):
        body = await _read_rest(receive, body, limit_of(path), fields, closes=closes)
    elif message["type"] == "http.disconnect":
        raise ClientLeft
    encoding = fields.get(b"content-encoding", b"")
    if encoding:
        name = encoding.decode("latin-1").strip().lower()
        if len(body) <= _INFLATED_AT_ONCE:
            return _decoded(body, name, limit_of(path))
        return await asyncio.to_thread(_decoded, body, name, limit_of(path))  # zlib lets others run meanwhile
    return body  # type: ignore[no-any-return] # ASGI messages are untyped


async def _read_rest(
    receive: Callable[[], Awaitable[Any]],
    first: bytes,
    limit: int,
    fields: Mapping[bytes, bytes],
    *,
    closes: bool,
) -> bytes:
    pieces = [first]
    size = len(first)
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        more = message.get("more_body", False)
        if size > limit:
            if more:
                await _let_finish(receive, fields, closes=closes)
            raise _too_large()
    return b"".join(pieces)


async def _let_finish(
    receive: Callable[[], Awaitable[Any]], fields: Mapping[bytes, bytes], *, closes: bool
) -> None:
    """Read on if the connection ends with the reply: closed on who still sends, it would lose the reply."""
    closes = closes or fields.get(b"connection", b"").strip().lower() == b"close"
    if not closes or b"expect" in fields:
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            more = True
            while more:
                more = (await receive()).get("more_body", False)


def _decoded(body: bytes, encoding: str, limit: int) -> bytes:
    if not body or encoding == "identity":
        return body
    if encoding not in {"gzip", "x-gzip"}:  # deflate, br and zstd were seen to be refused
        raise Refused(
            400,
            "invalid_request_error",
            f"Unsupported content-encoding: {encoding}. The API takes gzip alone.",
            "request_body_encoding_unsupported",
        )
    try:
        return inflated(body, limit)
    except TooLargeError:
        # The API itself says this, the edge in front of it has seen the small body only.
        code = "request_body_too_large_after_decoding"
        raise Refused(413, "request_too_large", messages.ERROR_CODES[code].message, code) from None
    except InflateError as error:
        message = f"The request body is not valid {encoding}: it {error}"
        code = "request_body_encoding_invalid"
        raise Refused(400, "invalid_request_error", message, code) from error


def _too_large() -> Refused:
    return Refused(413, "request_too_large", "Request exceeds the maximum size")
